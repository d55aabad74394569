import { expect } from "chai";
import hre from "hardhat";
import { COMPARE, probeOf } from "../../src/governance/release.ts";
import type { Coupled, HostileTill, TillV2 } from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import {
  DELAY,
  deployUpgrades,
  HARM,
  MOOD,
  pointerOf,
  ROLLBACK,
  releaseOf,
  stepOf,
  UPGRADER,
  WINDOW,
} from "../support/upgradeFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const { time } = networkHelpers;

/** Which of the till's probes notices. */
const PROBE = { owner: 0n, balance: 1n, used: 2n } as const;

async function deployed() {
  const d = await deployUpgrades(ethers);
  const v2 = await deployAs<TillV2>(ethers, "TillV2");
  /** Nothing has changed: neither code nor record nor data. */
  const untouched = async () => {
    expect(await pointerOf(ethers, d.till.proxy)).to.equal(d.till.implementation);
    const record = await d.controller.governedOf(d.till.proxy);
    expect([record.revision, record.implementation]).to.deep.equal([0n, d.till.implementation]);
    await good();
  };
  const good = async () => {
    const { face, proxy } = d.till;
    expect([await face.balanceOf(d.anna), await face.used()]).to.deep.equal([1_000n, 1_010n]);
    expect([await face.owner(), await face.exits()]).to.deep.equal([d.anna.address, [1_000n, 10n]]);
    expect(await ethers.provider.getBalance(proxy)).to.equal(1_010n);
  };
  return { ...d, v2, migrate: v2.interface.encodeFunctionData("migrate", [7n]), untouched, good };
}

describe("attack: releases that misbehave", () => {
  const setup = () => networkHelpers.loadFixture(deployed);

  for (const [what, harm, probe] of [
    ["corrupts a balance", HARM.CORRUPT, PROBE.balance],
    ["repacks a window", HARM.REPACK, PROBE.used],
    ["initialises itself anew", HARM.REINITIALISE, PROBE.owner],
  ] as const) {
    for (const [how, mood] of [
      ["openly", MOOD.HONEST],
      ["and lies about it in its views", MOOD.LYING],
    ] as const) {
      it(`REVIEW 8: a migration that ${what} ${how} is found out by the old code`, async () => {
        const d = await setup();
        const target = harm === HARM.CORRUPT ? d.anna : d.mallory;
        const release = await d.tillRelease(await d.hostile(mood), await d.harm(harm, target.address));
        await expect(d.upgrade(release))
          .to.be.revertedWithCustomError(d.controller, "UpgradeController_DataChanged")
          .withArgs(probe);
        await d.untouched();
      });
    }
  }

  for (const [what, mood] of [
    ["answers nothing but reverts", MOOD.BRICKED],
    ["burns all gas in a view", MOOD.BURNING],
    ["answers 60 kB", MOOD.BOMBING],
    ["answers without a word", MOOD.SILENT],
  ] as const) {
    it(`REVIEW 8: an implementation that ${what} isn't put in force`, async () => {
      const d = await setup();
      await expect(d.upgrade(await d.tillRelease(await d.hostile(mood))))
        .to.be.revertedWithCustomError(d.controller, "UpgradeController_ProbeFailed")
        .withArgs(PROBE.owner);
      await d.untouched();
    });
  }

  it("REVIEW 8: a migration that sends ether away is found out, though no view tells", async () => {
    const d = await setup();
    const release = await d.tillRelease(await d.hostile(), await d.harm(HARM.TAKE, d.mallory.address));
    await expect(d.upgrade(release))
      .to.be.revertedWithCustomError(d.controller, "UpgradeController_EtherMoved")
      .withArgs(d.till.proxy);
    await d.untouched();
  });

  it("REVIEW 8: a migration that reverts or burns all gas changes nothing", async () => {
    const d = await setup();
    const hostile = await d.hostile();
    const refuses = await d.tillRelease(hostile, await d.harm(HARM.REFUSE, d.mallory.address));
    await expect(d.upgrade(refuses)).to.be.revertedWithCustomError(hostile, "HostileTill_Refused");
    const burns = await d.tillRelease(hostile, await d.harm(HARM.BURN, d.mallory.address));
    const sent = d.controller.connect(d.upgrader).upgrade(burns, { gasLimit: 5_000_000n });
    await expect(sent).to.be.revert(ethers);
    await d.untouched();
  });

  it("REVIEW 8: a migration runs once, although its code is put in force twice", async () => {
    const d = await setup();
    const hostile = await d.hostile();
    await d.upgrade(await d.tillRelease(hostile, await d.harm(HARM.NONE, d.mallory.address)));
    expect(await (hostile.attach(d.till.proxy) as HostileTill).migrations()).to.equal(1n);
  });

  it("REVIEW 8: a migration that overwrites the proxy's pointer doesn't choose the code in force", async () => {
    const d = await setup();
    const hostile = await d.hostile();
    const unscheduled = await d.hostile(MOOD.FEIGNING);
    const release = await d.tillRelease(hostile, await d.harm(HARM.POINTER, unscheduled.target));
    await d.upgrade(release);
    expect(await pointerOf(ethers, d.till.proxy)).to.equal(hostile.target);
    expect((await d.controller.governedOf(d.till.proxy)).implementation).to.equal(hostile.target);
    await d.rollback(release);
    expect(await pointerOf(ethers, d.till.proxy)).to.equal(d.till.implementation);
    await d.good();
  });

  it("REVIEW 8: a migration can't come back into the controller, even if its proxy had every role", async () => {
    const d = await setup();
    await d.manager.grantRole(UPGRADER, d.till.proxy, 0);
    await d.manager.grantRole(ROLLBACK, d.till.proxy, 0);
    const { controller } = d;
    const [left] = d.pair;
    // Each of these calls would succeed for a holder of both roles outside of a migration.
    const second = await deployAs<Coupled>(ethers, "Coupled", [1n]);
    const upgradesLeft = async () =>
      releaseOf(
        ethers,
        [await stepOf(ethers, controller, left.proxy, second)],
        [probeOf(left.proxy, left.face, "total")],
      );
    const done = await upgradesLeft();
    await d.upgrade(done);
    const other = await deployAs<Coupled>(ethers, "Coupled", [1n]);
    const next = releaseOf(
      ethers,
      [await stepOf(ethers, controller, left.proxy, other)],
      [probeOf(left.proxy, left.face, "total")],
    );
    const heir = String(d.manager.target);
    const calls = [
      controller.interface.encodeFunctionData("upgrade", [next]),
      controller.interface.encodeFunctionData("rollback", [await controller.idOf(done)]),
      controller.interface.encodeFunctionData("announceHandOver", [heir]),
      controller.interface.encodeFunctionData("cancelHandOver"),
      controller.interface.encodeFunctionData("handOver"),
      controller.interface.encodeFunctionData("adopt", [heir, heir, heir, []]),
    ];
    for (const [i, call] of calls.entries()) {
      const snapshot = await networkHelpers.takeSnapshot();
      const hands = i === 3 || i === 4;
      if (hands) await controller.connect(d.upgrader).announceHandOver(heir);
      if (i === 4) await time.increase(WINDOW + DELAY);
      const hostile = await d.hostile();
      await d.upgrade(await d.tillRelease(hostile, await d.harm(HARM.CALL, controller.target, call)));
      const face = hostile.attach(d.till.proxy) as HostileTill;
      expect([await face.called(), await face.succeeded()], String(i)).to.deep.equal([true, false]);
      expect(await face.answer(), String(i)).to.equal(
        ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10),
      );
      await snapshot.restore();
    }
    await expect(controller.connect(d.rescuer).rollback(await controller.idOf(done))).to.emit(
      controller,
      "ReleaseRolledBack",
    );
  });

  it("REVIEW 8: what lies only after its rehearsal gets through, and is undone with all data good", async () => {
    const d = await setup();
    const hostile = await d.hostile(MOOD.FEIGNING);
    const release = await d.tillRelease(hostile, await d.harm(HARM.NONE, d.mallory.address));
    await d.upgrade(release);
    expect(await d.till.face.balanceOf(d.anna)).to.equal((1n << 256n) - 1n);
    await d.rollback(release);
    await d.good();
    expect(await d.door.instantClosed()).to.equal(true);
  });

  it("ANCHORS 3.15: code that bricks itself, or is gone, can't block its own reversal (INV-GOV-3)", async () => {
    const d = await setup();
    const release = await d.tillRelease(d.v2, d.migrate);
    await d.upgrade(release);
    for (const code of ["0xfe", "0x5b600056", "0x"]) {
      const snapshot = await networkHelpers.takeSnapshot();
      await networkHelpers.setCode(String(d.v2.target), code);
      const answers = await d.till.face.owner({ gasLimit: 200_000n }).then(
        () => true,
        () => false,
      );
      expect(answers).to.equal(false);
      await d.rollback(release);
      await d.good();
      await snapshot.restore();
    }
  });

  it("ANCHORS 3.15: the initialised version outlives a rollback: a re-release must not count on it", async () => {
    const d = await setup();
    const face = d.v2.attach(d.till.proxy) as TillV2;
    const first = await d.tillRelease(d.v2, d.migrate);
    await d.upgrade(first);
    await d.rollback(first);
    await expect(d.upgrade(await d.tillRelease(d.v2, d.migrate))).to.be.revertedWithCustomError(
      d.v2,
      "InvalidInitialization",
    );
    const snapshot = await networkHelpers.takeSnapshot();
    // What the first migration has appended is still there: no data, or a migration of a higher version.
    await d.upgrade(await d.tillRelease(d.v2));
    expect([await face.bonus(), await face.migrations()]).to.deep.equal([7n, 1n]);
    await snapshot.restore();
    const again = d.v2.interface.encodeFunctionData("migrateAgain", [8n]);
    await d.upgrade(await d.tillRelease(d.v2, again));
    expect([await face.bonus(), await face.migrations()]).to.deep.equal([8n, 2n]);
    await d.good();
  });

  it("REVIEW 9: the forgotten twin of a release that was rolled back is stale", async () => {
    const d = await setup();
    const [first, twin] = [await d.tillRelease(d.v2), await d.tillRelease(d.v2)];
    await d.upgrade(first);
    await d.rollback(first);
    await expect(d.upgrade(twin))
      .to.be.revertedWithCustomError(d.controller, "UpgradeController_StaleRevision")
      .withArgs(d.till.proxy, 2n);
  });

  it("REVIEW 8: nobody hides a release from its rollback behind a newer one: each goes, newest first", async () => {
    const d = await setup();
    const bad = await d.tillRelease(await d.hostile(MOOD.FEIGNING), await d.harm(HARM.NONE, d.anna.address));
    await d.upgrade(bad);
    const [view] = d.probes;
    if (!view) throw new Error("a probe");
    const cover = await d.tillRelease(d.v2, "0x", { probes: [view] });
    await d.upgrade(cover);
    await expect(d.rollback(bad)).to.be.revertedWithCustomError(d.controller, "UpgradeController_NotRunning");
    await d.rollback(cover);
    await d.rollback(bad);
    await d.good();
  });

  it("REVIEW 8: a release under code that lies can still be told by a probe of somebody else's view", async () => {
    const d = await setup();
    const [left, right] = d.pair;
    // The right one's total is read through the left one: a probe may ask any contract.
    const second = await deployAs<Coupled>(ethers, "Coupled", [2n]);
    const steps = [await stepOf(ethers, d.controller, left.proxy, second)];
    const own = probeOf(left.proxy, left.face, "value");
    await expect(d.upgrade(releaseOf(ethers, steps, [own, probeOf(right.proxy, right.face, "total")])))
      .to.be.revertedWithCustomError(d.controller, "UpgradeController_ProbeFailed")
      .withArgs(1n);
    expect(await right.face.total()).to.equal(34n);
  });
});

describe("attack: half of a coupled set", () => {
  const setup = () => networkHelpers.loadFixture(deployed);

  async function coupledRelease(order: readonly [number, number]) {
    const d = await setup();
    const second = await deployAs<Coupled>(ethers, "Coupled", [2n]);
    const greet = second.interface.encodeFunctionData("greet");
    const [left, right] = d.pair;
    // The right one's migration needs a left one that is new already.
    const both = [
      await stepOf(ethers, d.controller, left.proxy, second),
      await stepOf(ethers, d.controller, right.proxy, second, greet),
    ] as const;
    const probes = [left, right].flatMap(({ proxy, face }) => [
      probeOf(proxy, face, "total"),
      probeOf(proxy, face, "value"),
      probeOf(proxy, face, "protocol", [], COMPARE.CHANGED),
    ]);
    const steps = order.map((i) => both[i as 0 | 1]);
    return { ...d, left, right, second, steps, probes, release: releaseOf(ethers, steps, probes) };
  }

  it("REVIEW 8: two contracts that only understand each other's version go together, in order", async () => {
    const d = await coupledRelease([0, 1]);
    await d.upgrade(d.release);
    for (const { proxy, face } of [d.left, d.right]) {
      expect(await pointerOf(ethers, proxy)).to.equal(d.second.target);
      expect([await face.total(), await face.protocol()]).to.deep.equal([34n, 2n]);
    }
    expect([await d.left.face.greetings(), await d.right.face.greetings()]).to.deep.equal([0n, 1n]);
    const backwards = await coupledRelease([1, 0]);
    await expect(backwards.upgrade(backwards.release))
      .to.be.revertedWithCustomError(d.second, "Coupled_Misunderstood")
      .withArgs(2n, 1n);
  });

  it("REVIEW 8: one of the two alone is refused, though it is sound by itself", async () => {
    const d = await coupledRelease([0, 1]);
    const [first] = d.steps;
    if (!first) throw new Error("a step");
    await expect(d.upgrade({ ...d.release, steps: [first] }))
      .to.be.revertedWithCustomError(d.controller, "UpgradeController_ProbeFailed")
      .withArgs(0n);
    expect(await d.left.face.total()).to.equal(34n);
  });

  it("REVIEW 8: both are rolled back at once, the last first (INV-GOV-3)", async () => {
    const d = await coupledRelease([0, 1]);
    await d.upgrade(d.release);
    const receipt = await (await d.rollback(d.release)).wait();
    const switched = (receipt?.logs ?? [])
      .map((log) => d.controller.interface.parseLog(log))
      .filter((log) => log?.name === "Switched")
      .map((log) => log?.args.proxy);
    expect(switched).to.deep.equal([d.right.proxy, d.left.proxy]);
    // The proxies themselves, not only the records.
    const pointed = (receipt?.logs ?? [])
      .filter(({ topics }) => topics[0] === ethers.id("Upgraded(address)"))
      .map(({ address }) => address);
    expect(pointed).to.deep.equal([d.right.proxy, d.left.proxy]);
    for (const { proxy, face, implementation } of [d.left, d.right]) {
      expect(await pointerOf(ethers, proxy)).to.equal(implementation);
      expect([await face.total(), await face.protocol()]).to.deep.equal([34n, 1n]);
    }
  });

  it("REVIEW 8: a set can't be rolled back by half: a newer release of one of them comes off first", async () => {
    const d = await coupledRelease([0, 1]);
    await d.upgrade(d.release);
    const other = await deployAs<Coupled>(ethers, "Coupled", [2n]);
    const step = await stepOf(ethers, d.controller, d.right.proxy, other);
    const newer = releaseOf(ethers, [step], [probeOf(d.right.proxy, d.right.face, "total")]);
    await d.upgrade(newer);
    await expect(d.rollback(d.release))
      .to.be.revertedWithCustomError(d.controller, "UpgradeController_NotRunning")
      .withArgs(await d.controller.idOf(d.release), d.right.proxy);
    expect(await d.left.face.total()).to.equal(34n);
    await d.rollback(newer);
    await d.rollback(d.release);
    expect([await d.left.face.total(), await d.right.face.protocol()]).to.deep.equal([34n, 1n]);
  });
});
