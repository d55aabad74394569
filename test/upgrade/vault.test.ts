import { expect } from "chai";
import hre from "hardhat";
import { NEVER } from "../support/deployCore.ts";
import { governedVault } from "../support/governedVault.ts";
import { CENT } from "../support/stage.ts";
import { adminOf, DELAY, pointerOf, WINDOW } from "../support/upgradeFixture.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const ready = () => governedVault(connection);

describe("the Vault's own upgrade", () => {
  const setup = () => networkHelpers.loadFixture(ready);

  it("INV-GOV-3: goes forth and back through the timelock with every balance, window and exit in place", async () => {
    const s = await setup();
    const { anna, asset, exit } = s;
    const release = await s.release();
    const id = await s.controller.idOf(release);
    const before = await s.answers();
    const { execute } = await s.schedule(s.own, s.upgradeCall(release));
    await expect(execute()).to.be.revertedWithCustomError(s.controls, "TimelockUnexpectedOperationState");
    expect(await s.answers()).to.deep.equal(before);
    await s.wait(DELAY);
    await expect(execute()).to.emit(s.controller, "ReleaseExecuted");
    expect(await pointerOf(ethers, s.proxy)).to.equal(s.next.target);
    expect([...(await s.v2.notes())]).to.deep.equal([42n, 1n]);
    expect(await s.answers()).to.deep.equal(before);

    // Life goes on under the new code: instant exits, deposits, a further queued exit.
    expect((await s.ask(anna, asset, 50n * CENT, anna)).paid).to.equal(true);
    await s.fund(s.bert, asset, 1_000n * CENT);
    const under = await s.queue(anna, asset, 20n * CENT, s.carl);
    const [balance, held] = [await s.vault.balanceOf(anna, asset), await s.vault.holdings(asset)];

    await expect(s.controller.connect(s.rescuer).rollback(id))
      .to.emit(s.controller, "InstantExitsAsked")
      .withArgs(id, true);
    expect(await pointerOf(ethers, s.proxy)).to.equal(s.implementation);
    await expect(s.v2.notes()).to.be.revert(ethers);
    expect([await s.vault.balanceOf(anna, asset), await s.vault.holdings(asset)]).to.deep.equal([
      balance,
      held,
    ]);
    for (const open of [exit, under]) expect((await s.vault.openOf(s.idOf(open))).phase).to.equal(1n);

    // Nothing is instant, everything still leaves.
    const asked = await s.ask(anna, asset, CENT, anna);
    expect([asked.paid, asked.reasons]).to.deep.equal([false, ["INSTANT_CLOSED"]]);
    await s.payOut(exit);
    await s.payOut(under);
    expect(await s.holds(asset, s.bert)).to.equal(300n * CENT);
    expect((await s.ask(anna, asset, CENT, anna)).reasons).to.deep.equal(["INSTANT_CLOSED"]);

    // Only the timelock opens it again.
    for (const who of [s.rescuer, s.mallory, s.riskOfficer]) {
      await expect(s.vault.connect(who).openInstant(NEVER)).to.be.revertedWithCustomError(
        s.vault,
        "AccessManagedUnauthorized",
      );
    }
    await s.govern(s.proxy, s.vault.interface.encodeFunctionData("openInstant", [NEVER]));
    expect((await s.ask(anna, asset, CENT, anna)).paid).to.equal(true);
    await s.audit();
  });

  it("INV-GOV-2: is never executed once the operation was cancelled", async () => {
    const s = await setup();
    const { id, execute } = await s.schedule(s.own, s.upgradeCall(await s.release()));
    await s.controls.connect(s.council).cancel(id);
    for (let i = 0; i < 3; i++) {
      await s.wait(DELAY);
      await expect(execute()).to.be.revertedWithCustomError(s.controls, "TimelockUnexpectedOperationState");
    }
    expect(await pointerOf(ethers, s.proxy)).to.equal(s.implementation);
  });

  it("INV-GOV-4: no key alone upgrades the Vault, rolls it back or hands it over", async () => {
    const s = await setup();
    const release = await s.release();
    await s.govern(s.own, s.upgradeCall(release));
    const id = await s.controller.idOf(release);
    const again = { ...release, salt: ethers.id("again") };
    for (const who of [s.council, s.timelock, s.riskOfficer, s.reviewer, s.guardianKey, s.mallory]) {
      const as = s.controller.connect(who);
      for (const call of [
        () => as.upgrade(again),
        () => as.rollback(id),
        () => as.announceHandOver(s.own),
        () => as.cancelHandOver(),
      ]) {
        await expect(call()).to.be.revertedWithCustomError(s.controller, "AccessManagedUnauthorized");
      }
      await expect(as.handOver()).to.be.revertedWithCustomError(
        s.controller,
        "UpgradeController_NothingAnnounced",
      );
    }
    for (const call of ["upgrade", "announceHandOver", "cancelHandOver"] as const) {
      const role = await s.manager.getTargetFunctionRole(
        s.controller,
        s.controller.interface.getFunction(call).selector,
      );
      expect((await s.manager.hasRole(role, s.rescuer)).isMember, call).to.equal(false);
    }
    expect(await pointerOf(ethers, s.proxy)).to.equal(s.next.target);
  });

  it("REVIEW 8: a next Vault with another half than the scheduled one isn't put in force", async () => {
    const s = await setup();
    const release = await s.release();
    const pins = release.pins.map(({ account }) => ({ account, codehash: ethers.id("what was reviewed") }));
    const { execute } = await s.schedule(s.own, s.upgradeCall({ ...release, pins }));
    await s.wait(DELAY);
    await expect(execute())
      .to.be.revertedWithCustomError(s.controller, "UpgradeController_WrongCode")
      .withArgs(s.half.target, release.pins[0]?.codehash);
    expect(await pointerOf(ethers, s.proxy)).to.equal(s.implementation);
  });

  it("hands the Vault over after the delay and a rollback window, and the successor governs it", async () => {
    const s = await setup();
    const heir = await s.deployController();
    const started = await s.now();
    const announce = s.controller.interface.encodeFunctionData("announceHandOver", [heir.target]);
    await s.govern(s.own, announce);
    await expect(s.controller.connect(s.mallory).handOver()).to.be.revertedWithCustomError(
      s.controller,
      "UpgradeController_TooSoon",
    );
    await s.wait(WINDOW);
    const stale = s.upgradeCall(await s.release());
    await s.controller.connect(s.mallory).handOver();
    expect((await s.now()) - started).to.be.greaterThanOrEqual(DELAY + WINDOW);
    expect(await (await adminOf(ethers, s.proxy)).owner()).to.equal(heir.target);

    // Nobody upgrades the Vault until the successor has adopted it; the one before never again.
    await expect(s.govern(String(heir.target), stale))
      .to.be.revertedWithCustomError(heir, "UpgradeController_NotGoverned")
      .withArgs(s.proxy);
    const before = await s.answers();
    await expect(s.adopt(heir)).to.emit(heir, "Adopted");
    expect(await heir.proxies()).to.deep.equal([s.proxy]);
    const release = await s.release(undefined, undefined, heir);
    await expect(s.govern(s.own, s.upgradeCall(release)))
      .to.be.revertedWithCustomError(s.controller, "UpgradeController_NotGoverned")
      .withArgs(s.proxy);
    await expect(s.govern(String(heir.target), s.upgradeCall(release))).to.emit(heir, "ReleaseExecuted");
    expect(await pointerOf(ethers, s.proxy)).to.equal(s.next.target);
    expect([...(await s.v2.notes())]).to.deep.equal([42n, 1n]);
    expect(await s.answers()).to.deep.equal(before);

    // And rolls it back.
    await expect(heir.connect(s.rescuer).rollback(await heir.idOf(release))).to.emit(
      heir,
      "InstantExitsAsked",
    );
    expect(await pointerOf(ethers, s.proxy)).to.equal(s.implementation);
    expect(await s.vault.instantClosed()).to.equal(true);
  });
});
