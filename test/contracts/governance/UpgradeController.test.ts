import { expect } from "chai";
import hre from "hardhat";
import { NEVER } from "../../../src/governance/parameters.ts";
import { COMPARE, type Probe, probeOf } from "../../../src/governance/release.ts";
import type { TillV2 } from "../../../typechain-types/index.ts";
import { deployAs } from "../../support/deployAs.ts";
import { DAY } from "../../support/deployCore.ts";
import {
  codehashOf,
  DELAY,
  DOOR,
  deployUpgrades,
  type Proxied,
  pointerOf,
  proxied,
  WINDOW,
} from "../../support/upgradeFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const { time } = networkHelpers;

const TERM = 60n * DAY;
const NONE = ethers.ZeroHash;

async function deployed() {
  const d = await deployUpgrades(ethers);
  const v2 = await deployAs<TillV2>(ethers, "TillV2");
  return { ...d, v2, migrate: v2.interface.encodeFunctionData("migrate", [7n]) };
}

const now = async () => BigInt(await time.latest());

describe("UpgradeController", () => {
  const setup = () => networkHelpers.loadFixture(deployed);

  describe("construction", () => {
    it("names its authority, timelock, Vault and window", async () => {
      const { controller, manager, timelock, door } = await setup();
      expect(await controller.authority()).to.equal(manager.target);
      expect(await controller.timelock()).to.equal(timelock.target);
      expect(await controller.vault()).to.equal(door.target);
      expect(await controller.WINDOW()).to.equal(WINDOW);
      expect(await controller.SHORTEST_WINDOW()).to.equal(DAY);
      expect(await controller.LONGEST_WINDOW()).to.equal(30n * DAY);
      expect(await controller.HAND_OVER_TERM()).to.equal(TERM);
      expect(await controller.MAX_PROXIES()).to.equal(32n);
    });

    it("refuses what has no code, and windows out of bounds", async () => {
      const { controller, manager, timelock, door, anna } = await setup();
      const deploy = (...args: unknown[]) => ethers.deployContract("UpgradeController", args);
      for (const args of [
        [anna, timelock, door, WINDOW],
        [manager, anna, door, WINDOW],
        [manager, timelock, anna, WINDOW],
      ]) {
        await expect(deploy(...args))
          .to.be.revertedWithCustomError(controller, "UpgradeController_NotAContract")
          .withArgs(anna.address);
      }
      for (const window of [0n, DAY - 1n, 30n * DAY + 1n]) {
        await expect(deploy(manager, timelock, door, window))
          .to.be.revertedWithCustomError(controller, "UpgradeController_BadWindow")
          .withArgs(window);
      }
      for (const window of [DAY, 30n * DAY]) await deploy(manager, timelock, door, window);
    });
  });

  describe("adopt", () => {
    async function another() {
      const d = await setup();
      const init = d.v2.interface.encodeFunctionData("initialize", [d.anna.address]);
      const fresh = await proxied<TillV2>(ethers, "TillV2", d.v2, d.controller, init);
      return { ...d, fresh, owner: [probeOf(fresh.proxy, d.v2, "owner")] };
    }

    it("records a proxy that it owns", async () => {
      const { controller, fresh, owner, adopt, till, pair } = await another();
      await expect(adopt(fresh, owner))
        .to.emit(controller, "Adopted")
        .withArgs(fresh.proxy, fresh.admin.target, fresh.implementation);
      expect(await controller.proxies()).to.deep.equal([
        till.proxy,
        ...pair.map((p) => p.proxy),
        fresh.proxy,
      ]);
      const record = await controller.governedOf(fresh.proxy);
      expect([...record]).to.deep.equal([fresh.admin.target, 0n, fresh.implementation, NONE]);
      expect(await pointerOf(ethers, fresh.proxy)).to.equal(fresh.implementation);
    });

    it("is UPGRADER's alone", async () => {
      const { controller, fresh, owner, rescuer, mallory } = await another();
      for (const who of [rescuer, mallory]) {
        await expect(
          controller.connect(who).adopt(fresh.admin, fresh.proxy, fresh.implementation, owner),
        ).to.be.revertedWithCustomError(controller, "AccessManagedUnauthorized");
      }
    });

    it("refuses what is governed already, and a ProxyAdmin of somebody else", async () => {
      const { controller, v2, till, probes, adopt, anna } = await another();
      await expect(adopt(till, probes))
        .to.be.revertedWithCustomError(controller, "UpgradeController_GovernedAlready")
        .withArgs(till.proxy);
      const init = v2.interface.encodeFunctionData("initialize", [anna.address]);
      const hers = await proxied<TillV2>(ethers, "TillV2", v2, anna, init);
      await expect(adopt(hers, [probeOf(hers.proxy, v2, "owner")]))
        .to.be.revertedWithCustomError(controller, "UpgradeController_NotItsOwner")
        .withArgs(hers.admin.target);
    });

    it("refuses accounts without code", async () => {
      const { controller, fresh, owner, anna, upgrader } = await another();
      const good = [fresh.admin.target, fresh.proxy, fresh.implementation];
      for (const place of [0, 1, 2]) {
        const [admin = "", proxy = "", implementation = ""] = good.with(place, anna.address).map(String);
        await expect(controller.connect(upgrader).adopt(admin, proxy, implementation, owner))
          .to.be.revertedWithCustomError(controller, "UpgradeController_NotAContract")
          .withArgs(anna.address);
      }
    });

    it("refuses another implementation than the proxy's, and a proxy that nobody asks", async () => {
      const { controller, fresh, owner, adopt, v2 } = await another();
      const version = [...owner, probeOf(fresh.proxy, v2, "version")];
      const wrong = await ethers.deployContract("Till");
      await expect(adopt({ ...fresh, implementation: await wrong.getAddress() }, version))
        .to.be.revertedWithCustomError(controller, "UpgradeController_NotTheImplementation")
        .withArgs(1n);
      expect(await pointerOf(ethers, fresh.proxy)).to.equal(fresh.implementation);
      for (const probes of [[], owner.map((p) => ({ ...p, target: String(v2.target) }))]) {
        await expect(adopt(fresh, probes))
          .to.be.revertedWithCustomError(controller, "UpgradeController_Unprobed")
          .withArgs(fresh.proxy);
      }
    });

    it("refuses a ProxyAdmin that isn't the proxy's", async () => {
      const { controller, fresh, owner, adopt, till } = await another();
      await expect(adopt({ ...fresh, admin: till.admin }, owner)).to.be.revert(ethers);
      expect((await controller.governedOf(fresh.proxy)).proxyAdmin).to.equal(ethers.ZeroAddress);
    });

    it("takes 32 proxies and no more", async () => {
      const { controller, v2, anna, adopt } = await another();
      const init = v2.interface.encodeFunctionData("initialize", [anna.address]);
      const next = async (): Promise<[Proxied<TillV2>, Probe[]]> => {
        const one = await proxied<TillV2>(ethers, "TillV2", v2, controller, init);
        return [one, [probeOf(one.proxy, v2, "owner")]];
      };
      for (let i = 3; i < 32; i++) await adopt(...(await next()));
      await expect(adopt(...(await next()))).to.be.revertedWithCustomError(
        controller,
        "UpgradeController_TooManyProxies",
      );
    });
  });

  describe("upgrade", () => {
    it("puts the new code in force, migrates once, and keeps the data", async () => {
      const { controller, till, v2, migrate, tillRelease, upgrade, anna } = await setup();
      const release = await tillRelease(v2, migrate);
      const id = await controller.idOf(release);
      const t = (await now()) + 10n;
      await time.setNextBlockTimestamp(t);
      const record = [till.admin.target, 1n, v2.target, id];
      const done = await upgrade(release);
      await expect(done)
        .to.emit(controller, "ReleaseExecuted")
        .withArgs(id, t + WINDOW);
      await expect(done).to.emit(controller, "Switched").withArgs(till.proxy, id, record);
      expect([...(await controller.governedOf(till.proxy))]).to.deep.equal(record);
      const executed = await controller.releaseOf(id);
      expect([executed.executedAt, executed.windowEnd, executed.rolledBack]).to.deep.equal([
        t,
        t + WINDOW,
        false,
      ]);
      expect(executed.switches.map((s) => [...s])).to.deep.equal([
        [till.proxy, till.implementation, v2.target, NONE],
      ]);
      const face = v2.attach(till.proxy) as TillV2;
      expect(await pointerOf(ethers, till.proxy)).to.equal(v2.target);
      expect(await face.version()).to.equal(2n);
      expect([await face.bonus(), await face.migrations()]).to.deep.equal([7n, 1n]);
      expect(await face.balanceOf(anna)).to.equal(1_000n);
    });

    it("has an id that anyone can compute, of all that the release says", async () => {
      const { controller, v2, tillRelease } = await setup();
      const release = await tillRelease(v2);
      const type = controller.interface.getFunction("idOf").inputs[0];
      if (!type) throw new Error("idOf takes a release");
      const encoded = ethers.AbiCoder.defaultAbiCoder().encode([type], [release]);
      expect(await controller.idOf(release)).to.equal(ethers.keccak256(encoded));
      expect(await controller.idOf({ ...release, noRollback: true })).to.not.equal(ethers.keccak256(encoded));
    });

    it("INV-GOV-4: is UPGRADER's alone, not even the rollback Safe's", async () => {
      const { controller, v2, tillRelease, rescuer, mallory } = await setup();
      const release = await tillRelease(v2);
      for (const who of [rescuer, mallory]) {
        await expect(controller.connect(who).upgrade(release)).to.be.revertedWithCustomError(
          controller,
          "AccessManagedUnauthorized",
        );
      }
    });

    it("refuses a release after its last second", async () => {
      const { controller, v2, tillRelease, upgrade } = await setup();
      const validUntil = (await now()) + DAY;
      const release = await tillRelease(v2, "0x", { validUntil });
      const snapshot = await networkHelpers.takeSnapshot();
      await time.setNextBlockTimestamp(validUntil + 1n);
      await expect(upgrade(release))
        .to.be.revertedWithCustomError(controller, "UpgradeController_Expired")
        .withArgs(validUntil);
      await snapshot.restore();
      await time.setNextBlockTimestamp(validUntil);
      await upgrade(release);
    });

    it("refuses what was executed, what is empty, and what it doesn't govern", async () => {
      const { controller, v2, tillRelease, upgrade } = await setup();
      const release = await tillRelease(v2);
      await upgrade(release);
      await expect(upgrade(release))
        .to.be.revertedWithCustomError(controller, "UpgradeController_ExecutedAlready")
        .withArgs(await controller.idOf(release));
      await expect(upgrade({ ...release, steps: [] })).to.be.revertedWithCustomError(
        controller,
        "UpgradeController_NoSteps",
      );
      const [step] = release.steps;
      if (!step) throw new Error("a step");
      const steps = [{ ...step, proxy: String(v2.target) }];
      await expect(upgrade({ ...release, steps }))
        .to.be.revertedWithCustomError(controller, "UpgradeController_NotGoverned")
        .withArgs(v2.target);
    });

    it("refuses a proxy twice, and code that is in force", async () => {
      const { controller, v2, till, tillRelease, upgrade } = await setup();
      const release = await tillRelease(v2);
      const [step] = release.steps;
      if (!step) throw new Error("a step");
      const again = { ...step, revision: 1n, from: step.to, to: step.from };
      await expect(upgrade({ ...release, steps: [step, again] }))
        .to.be.revertedWithCustomError(controller, "UpgradeController_Twice")
        .withArgs(till.proxy);
      await expect(upgrade({ ...release, steps: [{ ...step, to: step.from }] }))
        .to.be.revertedWithCustomError(controller, "UpgradeController_Unchanged")
        .withArgs(till.proxy);
    });

    it("refuses to start from another implementation or revision than those in force", async () => {
      const { controller, v2, till, tillRelease, upgrade, hostile } = await setup();
      const stale = await tillRelease(v2);
      const other = await hostile();
      await upgrade(await tillRelease(other));
      await expect(upgrade(stale))
        .to.be.revertedWithCustomError(controller, "UpgradeController_NotTheExpected")
        .withArgs(till.proxy, other.target);
      const [step] = stale.steps;
      if (!step) throw new Error("a step");
      await expect(upgrade({ ...stale, steps: [{ ...step, from: String(other.target) }] }))
        .to.be.revertedWithCustomError(controller, "UpgradeController_StaleRevision")
        .withArgs(till.proxy, 1n);
    });

    it("refuses code with another hash, of an implementation and of a pin, and none at all", async () => {
      const { controller, v2, tillRelease, upgrade, anna, till } = await setup();
      const codehash = await codehashOf(ethers, till.implementation);
      const release = await tillRelease(v2);
      const [step] = release.steps;
      if (!step) throw new Error("a step");
      await expect(upgrade({ ...release, steps: [{ ...step, codehash }] }))
        .to.be.revertedWithCustomError(controller, "UpgradeController_WrongCode")
        .withArgs(v2.target, step.codehash);
      await expect(upgrade({ ...release, pins: [{ account: String(v2.target), codehash }] }))
        .to.be.revertedWithCustomError(controller, "UpgradeController_WrongCode")
        .withArgs(v2.target, step.codehash);
      const nothing = { account: anna.address, codehash: ethers.keccak256("0x") };
      await expect(upgrade({ ...release, pins: [nothing] }))
        .to.be.revertedWithCustomError(controller, "UpgradeController_NotAContract")
        .withArgs(anna.address);
      const pins = [{ account: till.implementation, codehash }];
      await upgrade({ ...release, pins });
    });

    it("insists that each proxy is asked: under the old code, or at all if there is no way back", async () => {
      const { controller, v2, till, tillRelease, upgrade } = await setup();
      const fresh = probeOf(till.proxy, v2, "bonus", [], COMPARE.NEW);
      const elsewhere = probeOf(String(v2.target), v2, "version");
      for (const change of [
        { probes: [] },
        { probes: [fresh] },
        { probes: [fresh, elsewhere] },
        { probes: [elsewhere], noRollback: true },
      ]) {
        await expect(upgrade(await tillRelease(v2, "0x", change)))
          .to.be.revertedWithCustomError(controller, "UpgradeController_Unprobed")
          .withArgs(till.proxy);
      }
      await upgrade(await tillRelease(v2, "0x", { probes: [fresh], noRollback: true }));
    });

    it("asks what only the new code knows of the new code alone", async () => {
      const { controller, v2, till, tillRelease, upgrade, probes } = await setup();
      const asNew = [...probes, probeOf(till.proxy, v2, "bonus", [], COMPARE.NEW)];
      const asOld = [...probes, probeOf(till.proxy, v2, "bonus", [], COMPARE.CHANGED)];
      await expect(upgrade(await tillRelease(v2, "0x", { probes: asOld })))
        .to.be.revertedWithCustomError(controller, "UpgradeController_ProbeFailed")
        .withArgs(5n);
      await upgrade(await tillRelease(v2, "0x", { probes: asNew }));
    });

    it("tells answers that may differ from answers that may not", async () => {
      const { controller, v2, tillRelease, upgrade, probes } = await setup();
      const strict = probes.map((p) => ({ ...p, compare: COMPARE.SAME }));
      await expect(upgrade(await tillRelease(v2, "0x", { probes: strict })))
        .to.be.revertedWithCustomError(controller, "UpgradeController_AnswerChanged")
        .withArgs(4n);
    });

    it("refuses a starved rehearsal instead of taking it for a failed one", async () => {
      const { controller, v2, tillRelease, upgrader, door } = await setup();
      const release = await tillRelease(v2);
      await expect(
        controller.connect(upgrader).upgrade(release, { gasLimit: 1_100_000n }),
      ).to.be.revertedWithCustomError(controller, "UpgradeController_NotEnoughGas");
      expect(await door.instantClosed()).to.equal(false);
    });

    it("gets a proxy out of code that is gone: without probes of the old code nothing switches back to it", async () => {
      const { v2, till, tillRelease, upgrade, anna } = await setup();
      await networkHelpers.setCode(till.implementation, "0x");
      const probes = [probeOf(till.proxy, v2, "bonus", [], COMPARE.NEW)];
      await upgrade(await tillRelease(v2, "0x", { probes, noRollback: true }));
      expect(await till.face.balanceOf(anna)).to.equal(1_000n);
    });
  });

  describe("rollback", () => {
    it("INV-GOV-3: puts the old code back in the window's last second, with the data as it is now", async () => {
      const { controller, till, v2, migrate, tillRelease, upgrade, rollback, door, mallory } = await setup();
      const release = await tillRelease(v2, migrate);
      const id = await controller.idOf(release);
      await upgrade(release);
      await till.face.put(mallory, { value: 5n });
      const { windowEnd } = await controller.releaseOf(id);
      await time.setNextBlockTimestamp(windowEnd - 1n);
      const undone = await rollback(release);
      await expect(undone).to.emit(controller, "ReleaseRolledBack").withArgs(id);
      await expect(undone)
        .to.emit(controller, "Switched")
        .withArgs(till.proxy, id, [till.admin.target, 2n, till.implementation, NONE]);
      await expect(undone).to.emit(controller, "InstantExitsAsked").withArgs(id, true);
      expect(await pointerOf(ethers, till.proxy)).to.equal(till.implementation);
      expect(await till.face.version()).to.equal(1n);
      expect(await till.face.balanceOf(mallory)).to.equal(15n);
      expect((await controller.releaseOf(id)).rolledBack).to.equal(true);
      expect(await door.instantClosed()).to.equal(true);
      expect(await door.caller()).to.equal(controller.target);
    });

    it("INV-GOV-4: is ROLLBACK's alone, not even the timelock's", async () => {
      const { controller, v2, tillRelease, upgrade, upgrader, mallory } = await setup();
      const release = await tillRelease(v2);
      await upgrade(release);
      for (const who of [upgrader, mallory]) {
        await expect(
          controller.connect(who).rollback(await controller.idOf(release)),
        ).to.be.revertedWithCustomError(controller, "AccessManagedUnauthorized");
      }
    });

    it("refuses a release that was never executed", async () => {
      const { controller, v2, tillRelease, rollback } = await setup();
      const release = await tillRelease(v2);
      await expect(rollback(release))
        .to.be.revertedWithCustomError(controller, "UpgradeController_UnknownRelease")
        .withArgs(await controller.idOf(release));
    });

    it("refuses what was declared to have no way back", async () => {
      const { controller, v2, tillRelease, upgrade, rollback, till } = await setup();
      const release = await tillRelease(v2, "0x", { noRollback: true });
      const id = await controller.idOf(release);
      await expect(upgrade(release)).to.emit(controller, "ReleaseExecuted").withArgs(id, 0n);
      await expect(rollback(release))
        .to.be.revertedWithCustomError(controller, "UpgradeController_NoRollback")
        .withArgs(id);
      expect(await pointerOf(ethers, till.proxy)).to.equal(v2.target);
    });

    it("refuses once the window has closed", async () => {
      const { controller, v2, tillRelease, upgrade, rollback } = await setup();
      const release = await tillRelease(v2);
      const id = await controller.idOf(release);
      await upgrade(release);
      const { windowEnd } = await controller.releaseOf(id);
      await time.setNextBlockTimestamp(windowEnd);
      await expect(rollback(release))
        .to.be.revertedWithCustomError(controller, "UpgradeController_WindowClosed")
        .withArgs(id, windowEnd);
    });

    it("rolls a release back once", async () => {
      const { controller, v2, tillRelease, upgrade, rollback } = await setup();
      const release = await tillRelease(v2);
      await upgrade(release);
      await rollback(release);
      await expect(rollback(release))
        .to.be.revertedWithCustomError(controller, "UpgradeController_RolledBackAlready")
        .withArgs(await controller.idOf(release));
    });

    it("goes from the newest release to the oldest, and not past one that has no way back", async () => {
      const { controller, v2, till, tillRelease, upgrade, rollback, hostile } = await setup();
      const third = await hostile();
      const older = await tillRelease(v2);
      await upgrade(older);
      const newer = await tillRelease(third);
      await upgrade(newer);
      await expect(rollback(older))
        .to.be.revertedWithCustomError(controller, "UpgradeController_NotRunning")
        .withArgs(await controller.idOf(older), till.proxy);
      const snapshot = await networkHelpers.takeSnapshot();
      await rollback(newer);
      expect((await controller.governedOf(till.proxy)).release).to.equal(await controller.idOf(older));
      expect(await pointerOf(ethers, till.proxy)).to.equal(v2.target);
      await rollback(older);
      expect(await pointerOf(ethers, till.proxy)).to.equal(till.implementation);
      expect([...(await controller.governedOf(till.proxy))].slice(1)).to.deep.equal([
        4n,
        till.implementation,
        NONE,
      ]);
      await snapshot.restore();
      const fix = await tillRelease(await deployAs<TillV2>(ethers, "TillV2"), "0x", { noRollback: true });
      await upgrade(fix);
      for (const [release, error] of [
        [fix, "NoRollback"],
        [newer, "NotRunning"],
        [older, "NotRunning"],
      ] as const) {
        await expect(rollback(release)).to.be.revertedWithCustomError(
          controller,
          `UpgradeController_${error}`,
        );
      }
    });

    it("leaves a Vault that won't close, or says nothing sensible, to the guardians, and says so", async () => {
      const { controller, v2, till, door, tillRelease, upgrade, rollback } = await setup();
      for (const [mode, closed] of [
        [DOOR.REFUSE, false],
        [DOOR.BURN, false],
        [DOOR.BOMB, true],
        [DOOR.RUBBISH, false],
        [DOOR.DUMB, false],
        [DOOR.OBEY, true],
      ] as const) {
        await door.setMode(DOOR.OBEY);
        await door.openInstant(NEVER);
        const release = await tillRelease(v2);
        await upgrade(release);
        await door.setMode(mode);
        const sent = rollback(release);
        await expect(sent).not.to.be.revert(ethers);
        await expect(sent)
          .to.emit(controller, "InstantExitsAsked")
          .withArgs(await controller.idOf(release), closed);
        expect(await pointerOf(ethers, till.proxy)).to.equal(till.implementation);
      }
    });

    it("counts a Vault as closed that was closed before and refuses to close twice", async () => {
      const { controller, v2, door, tillRelease, upgrade, rollback } = await setup();
      const release = await tillRelease(v2);
      await upgrade(release);
      await door.closeInstant();
      await door.setMode(DOOR.REFUSE);
      await expect(rollback(release))
        .to.emit(controller, "InstantExitsAsked")
        .withArgs(await controller.idOf(release), true);
    });

    it("can't be starved into leaving the Vault open", async () => {
      const { controller, v2, door, till, tillRelease, upgrade, rollback, rescuer } = await setup();
      const release = await tillRelease(v2);
      await upgrade(release);
      const id = await controller.idOf(release);
      for (let gasLimit = 200_000n; gasLimit <= 600_000n; gasLimit += 25_000n) {
        const snapshot = await networkHelpers.takeSnapshot();
        const sent = await controller
          .connect(rescuer)
          .rollback(id, { gasLimit })
          .then((tx) => tx.wait())
          .catch(() => undefined);
        const [closed, pointer] = [await door.instantClosed(), await pointerOf(ethers, till.proxy)];
        const undone = pointer === till.implementation;
        expect([closed, undone], String(gasLimit)).to.deep.equal(sent ? [true, true] : [false, false]);
        await snapshot.restore();
      }
      await expect(
        controller.connect(rescuer).rollback(id, { gasLimit: 400_000n }),
      ).to.be.revertedWithCustomError(controller, "UpgradeController_NotEnoughGas");
      await rollback(release);
    });
  });

  describe("hand-over", () => {
    async function withSuccessor() {
      const d = await setup();
      const successor = await ethers.deployContract("UpgradeController", [
        d.manager,
        d.timelock,
        d.door,
        WINDOW,
      ]);
      const to = String(successor.target);
      return { ...d, to, announce: () => d.controller.connect(d.upgrader).announceHandOver(to) };
    }

    it("takes the rollback window, or the timelock's delay if that is longer; then anyone makes the successor the owner of all", async () => {
      const { controller, to, announce, mallory, till, pair } = await withSuccessor();
      const t = (await now()) + 10n;
      await time.setNextBlockTimestamp(t);
      await expect(announce())
        .to.emit(controller, "HandOverAnnounced")
        .withArgs(to, t + WINDOW);
      expect([...(await controller.announced())]).to.deep.equal([to, t + WINDOW]);
      await time.setNextBlockTimestamp(t + WINDOW - 1n);
      await expect(controller.connect(mallory).handOver())
        .to.be.revertedWithCustomError(controller, "UpgradeController_TooSoon")
        .withArgs(t + WINDOW);
      await time.setNextBlockTimestamp(t + WINDOW);
      await expect(controller.connect(mallory).handOver()).to.emit(controller, "HandedOver").withArgs(to);
      for (const { admin, proxy } of [till, ...pair]) {
        expect(await admin.owner()).to.equal(to);
        expect([...(await controller.governedOf(proxy))]).to.deep.equal([
          ethers.ZeroAddress,
          1n,
          ethers.ZeroAddress,
          NONE,
        ]);
      }
      expect(await controller.proxies()).to.deep.equal([]);
      expect([...(await controller.announced())]).to.deep.equal([ethers.ZeroAddress, 0n]);
    });

    it("takes no less when the batch that announces it cuts the delay first, and more when the delay is longer", async () => {
      const { controller, announce, timelock } = await withSuccessor();
      const self = await ethers.getImpersonatedSigner(String(timelock.target));
      await networkHelpers.setBalance(self.address, 10n ** 18n);
      for (const [delay, wait] of [
        [0n, WINDOW],
        [WINDOW + 1n, WINDOW + 1n],
      ] as const) {
        const snapshot = await networkHelpers.takeSnapshot();
        await timelock.connect(self).updateDelay(delay);
        const t = (await now()) + 10n;
        await time.setNextBlockTimestamp(t);
        await announce();
        expect((await controller.announced()).readyAt).to.equal(t + wait);
        await snapshot.restore();
      }
    });

    it("is announced and withdrawn by UPGRADER alone, one at a time", async () => {
      const { controller, to, announce, upgrader, rescuer, mallory } = await withSuccessor();
      for (const who of [rescuer, mallory]) {
        await expect(controller.connect(who).announceHandOver(to)).to.be.revertedWithCustomError(
          controller,
          "AccessManagedUnauthorized",
        );
        await expect(controller.connect(who).cancelHandOver()).to.be.revertedWithCustomError(
          controller,
          "AccessManagedUnauthorized",
        );
      }
      await expect(controller.connect(upgrader).cancelHandOver()).to.be.revertedWithCustomError(
        controller,
        "UpgradeController_NothingAnnounced",
      );
      await announce();
      await expect(announce())
        .to.be.revertedWithCustomError(controller, "UpgradeController_AnnouncedAlready")
        .withArgs(to);
      await expect(controller.connect(upgrader).cancelHandOver())
        .to.emit(controller, "HandOverCancelled")
        .withArgs(to);
      await time.increase(WINDOW);
      await expect(controller.handOver()).to.be.revertedWithCustomError(
        controller,
        "UpgradeController_NothingAnnounced",
      );
      await announce();
    });

    it("refuses a successor without code, and itself", async () => {
      const { controller, upgrader, anna } = await withSuccessor();
      for (const successor of [ethers.ZeroAddress, anna.address, String(controller.target)]) {
        await expect(controller.connect(upgrader).announceHandOver(successor))
          .to.be.revertedWithCustomError(controller, "UpgradeController_BadSuccessor")
          .withArgs(successor);
      }
    });

    it("refuses a delay that no clock reaches", async () => {
      const { controller, announce, timelock } = await withSuccessor();
      const self = await ethers.getImpersonatedSigner(String(timelock.target));
      await networkHelpers.setBalance(self.address, 10n ** 18n);
      await timelock.connect(self).updateDelay(1n << 40n);
      await expect(announce()).to.be.revertedWithCustomError(controller, "UpgradeController_BadDelay");
    });

    it("lapses after 60 days, and can be announced anew", async () => {
      const { controller, announce } = await withSuccessor();
      await announce();
      const { readyAt } = await controller.announced();
      await time.setNextBlockTimestamp(readyAt + TERM);
      await expect(controller.handOver())
        .to.be.revertedWithCustomError(controller, "UpgradeController_Lapsed")
        .withArgs(readyAt);
      await announce();
      expect((await controller.announced()).readyAt).to.equal((await now()) + WINDOW);
    });

    it("INV-GOV-3: waits until no window is open", async () => {
      const { controller, announce, v2, tillRelease, upgrade, rollback } = await withSuccessor();
      await announce();
      await time.increase(DELAY);
      const release = await tillRelease(v2);
      await upgrade(release);
      const { windowEnd } = await controller.releaseOf(await controller.idOf(release));
      const snapshot = await networkHelpers.takeSnapshot();
      await time.setNextBlockTimestamp(windowEnd - 1n);
      await expect(controller.handOver())
        .to.be.revertedWithCustomError(controller, "UpgradeController_WindowOpen")
        .withArgs(windowEnd);
      await snapshot.restore();
      await time.setNextBlockTimestamp(windowEnd - 1n);
      await rollback(release);
      await time.setNextBlockTimestamp(windowEnd);
      await controller.handOver();
    });

    it("ends what the controller can do, and what was scheduled stays stale if a proxy comes back", async () => {
      const { controller, announce, v2, till, tillRelease, upgrade, rollback, adopt, probes, to } =
        await withSuccessor();
      const before = await tillRelease(v2);
      const executed = await tillRelease(v2);
      await upgrade(executed);
      await announce();
      await time.increase(WINDOW);
      await controller.handOver();
      await expect(upgrade(before))
        .to.be.revertedWithCustomError(controller, "UpgradeController_NotGoverned")
        .withArgs(till.proxy);
      const heir = await ethers.getImpersonatedSigner(to);
      await networkHelpers.setBalance(heir.address, 10n ** 18n);
      await till.admin.connect(heir).upgradeAndCall(till.proxy, till.implementation, "0x");
      await till.admin.connect(heir).transferOwnership(controller);
      await adopt(till, probes);
      await expect(upgrade(before))
        .to.be.revertedWithCustomError(controller, "UpgradeController_StaleRevision")
        .withArgs(till.proxy, 2n);
      await expect(rollback(executed)).to.be.revertedWithCustomError(
        controller,
        "UpgradeController_WindowClosed",
      );
      await upgrade(await tillRelease(v2));
    });
  });

  it("keeps the records and pointers of proxies outside a release as they are", async () => {
    const { controller, v2, tillRelease, upgrade, pair } = await setup();
    const before = await Promise.all(pair.map(({ proxy }) => controller.governedOf(proxy)));
    await upgrade(await tillRelease(v2));
    for (const [i, { proxy, implementation }] of pair.entries()) {
      expect(await controller.governedOf(proxy)).to.deep.equal(before[i]);
      expect(await pointerOf(ethers, proxy)).to.equal(implementation);
    }
  });
});
