import { expect } from "chai";
import hre from "hardhat";
import { laneSeconds } from "../../src/audit/slots.ts";
import type { RejectingReceiver } from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import { DAY, HOUR, PLAIN_LISTING } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

const ALL = 1_000_000n * CENT;

/** Anna owns nine tenths of the asset, bert a tenth; both may ask for all of it. */
async function two() {
  const s = await setStage(connection);
  const { id } = await s.token();
  await s.fund(s.anna, id, (9n * ALL) / 10n);
  await s.fund(s.bert, id, ALL / 10n);
  await s.season();
  return { ...s, id };
}

describe("attack: the queue", () => {
  const setup = () => networkHelpers.loadFixture(two);

  it("REVIEW 4: enqueue-cancel spam moves neither lane nor window, so it delays nobody (INV-POL-5)", async () => {
    const s = await setup();
    const before = await s.vault.assetOf(s.id);
    for (let i = 0; i < 20; i++) {
      const exit = await s.queue(s.anna, s.id, (9n * ALL) / 10n, s.anna);
      await s.vault.connect(s.anna).cancel(exit);
    }
    const after = await s.vault.assetOf(s.id);
    expect([after.smallLane, after.largeLane, after.liabilities]).to.deep.equal([
      before.smallLane,
      before.largeLane,
      before.liabilities,
    ]);
    const asked = await s.queue(s.bert, s.id, 10n * CENT, s.bert);
    await s.waitUntil(asked.late);
    // In one call: nothing has been taken from the small lane, so its burst covers it.
    await s.vault.release(asked);
    expect(await s.holds(s.id, s.bert)).to.equal(10n * CENT);
    await s.audit();
  });

  it("REVIEW 4: a slot taken and cancelled is given back if it is the lane's last, no phantom delay stays", async () => {
    const s = await setup();
    const huge = await s.queue(s.anna, s.id, (9n * ALL) / 10n, s.anna);
    await s.waitUntil(huge.late);
    const clock = (await s.vault.assetOf(s.id)).largeLane;
    await s.vault.release(huge);
    expect((await s.vault.assetOf(s.id)).largeLane).to.be.greaterThan(clock);
    await s.vault.connect(s.anna).cancel(huge);
    expect((await s.vault.assetOf(s.id)).largeLane).to.equal(clock);
    await s.audit();
  });

  it("REVIEW 4: a slot that isn't the last stays taken when cancelled: later ones keep their times", async () => {
    const s = await setup();
    const first = await s.queue(s.anna, s.id, ALL / 2n, s.anna);
    const second = await s.queue(s.bert, s.id, ALL / 10n, s.bert);
    await s.waitUntil(second.late);
    await s.vault.release(first);
    await s.vault.release(second);
    const { slot } = await s.vault.openOf(s.idOf(second));
    await s.vault.connect(s.anna).cancel(first);
    expect((await s.vault.assetOf(s.id)).largeLane).to.equal(slot);
    expect((await s.vault.openOf(s.idOf(second))).slot).to.equal(slot);
    await s.audit();
  });

  it("REVIEW 19: half of the holdings don't pass at once; the slot comes after the cost, not before (INV-POL-4)", async () => {
    const s = await setup();
    const half = await s.queue(s.anna, s.id, ALL / 2n, s.anna);
    await s.waitUntil(half.late);
    await s.vault.release(half);
    const { phase, slot } = await s.vault.openOf(s.idOf(half));
    expect(phase).to.equal(1n);
    // Half of the liabilities at 5 % a day is ten days, less the day of burst.
    const wait = laneSeconds(slot) - (await s.now());
    expect(wait).to.be.within(9n * DAY - 2n, 9n * DAY + 2n);
    await expect(s.vault.release(half)).to.be.revertedWithCustomError(s.vault, "Vault_SlotAhead");
    // A small exit has a lane of its own and isn't behind it.
    const small = await s.queue(s.bert, s.id, ALL / 1000n, s.bert);
    await s.waitUntil(small.late);
    await s.vault.release(small);
    expect(await s.holds(s.id, s.bert)).to.equal(ALL / 1000n);
    await s.audit();
  });

  it("REVIEW 19: a lane that has rested for long pays no more than a day's burst at once", async () => {
    const s = await setup();
    const rate = PLAIN_LISTING.largeLane; // basis points a day
    await s.wait(100n * DAY);
    const pieces = [];
    for (let i = 0; i < 8; i++) pieces.push(await s.queue(s.anna, s.id, ALL / 100n, s.anna));
    await s.wait(4n * DAY);
    for (const piece of pieces) await s.vault.release(piece);
    const paid = await s.holds(s.id, s.anna);
    expect(paid).to.be.greaterThan(0n);
    // The rate times a day's burst, of liabilities that shrink while it is paid.
    expect(paid).to.be.at.most((ALL * rate) / 10_000n);
    await s.audit();
  });

  it("REVIEW 15: a push that fails leaves the exit payable and cancellable; no starved gas turns it into a loss", async () => {
    const s = await setup();
    const rejecting = await deployAs<RejectingReceiver>(ethers, "RejectingReceiver");
    await s.fund(s.anna, 1n << 248n, 10n ** 18n);
    const to = await rejecting.getAddress();
    const exit = await s.queue(s.anna, 1n << 248n, 10n ** 15n, to);
    await s.waitUntil(exit.late);
    await expect(s.vault.release(exit)).to.be.revertedWithCustomError(s.vault, "Vault_PushFailed");
    expect((await s.vault.openOf(s.idOf(exit))).phase).to.equal(1n);
    await rejecting.setRejects(false);
    await s.vault.release(exit);
    expect(await ethers.provider.getBalance(to)).to.equal(10n ** 15n);
    await s.audit();
  });

  it("REVIEW 15: a recipient that the token denies strands nothing: its owner cancels", async () => {
    const s = await setup();
    const { id, token } = await s.token("DenyListToken");
    await s.fund(s.anna, id, 100n * CENT);
    const exit = await s.queue(s.anna, id, 100n * CENT, s.carl);
    await token.getFunction("setDenied")(s.carl, true);
    await s.waitUntil(exit.late);
    await expect(s.payOut(exit)).to.be.revertedWithCustomError(token, "DenyListToken_Denied");
    await s.vault.connect(s.anna).cancel(exit);
    expect(await s.vault.balanceOf(s.anna, id)).to.equal(100n * CENT);
    await s.audit();
  });

  it("REVIEW 15: a hold outlasts no exit: it waits, pays afterwards, and never expires", async () => {
    const s = await setup();
    const exit = await s.queue(s.bert, s.id, 10n * CENT, s.bert);
    await s.waitUntil(exit.late);
    await s.guardian.connect(s.guardianKey).hold(s.bert, 7n * DAY);
    await expect(s.vault.release(exit)).to.be.revertedWithCustomError(s.vault, "Vault_Held");
    await s.wait(7n * DAY + HOUR);
    await s.vault.release(exit);
    expect(await s.holds(s.id, s.bert)).to.equal(10n * CENT);
    await s.audit();
  });

  it("pays an exit once, to its recipient, neither before `late` nor before `soon` (INV-CUS-2, INV-CUS-3)", async () => {
    const s = await setup();
    const exit = await s.queue(s.bert, s.id, 10n * CENT, s.carl);
    expect(exit.soon).to.be.lessThan(exit.late);
    await s.waitUntil(exit.soon);
    await expect(s.vault.release(exit)).to.be.revertedWithCustomError(s.vault, "Vault_NotMature");
    for (const forged of [
      { ...exit, to: s.mallory.address },
      { ...exit, amount: exit.amount * 2n },
      { ...exit, late: exit.soon },
    ]) {
      await expect(s.vault.connect(s.mallory).release(forged)).to.be.revertedWithCustomError(
        s.vault,
        "Vault_NotOpen",
      );
    }
    await s.waitUntil(exit.late);
    await s.vault.connect(s.mallory).release(exit);
    expect(await s.holds(s.id, s.carl)).to.equal(10n * CENT);
    expect(await s.holds(s.id, s.mallory)).to.equal(0n);
    await expect(s.vault.release(exit)).to.be.revertedWithCustomError(s.vault, "Vault_NotOpen");
    await expect(s.vault.connect(s.bert).cancel(exit)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_NotOpen",
    );
    await s.audit();
  });

  it("lets an endorsed exit go at `soon`, never before", async () => {
    const s = await setup();
    const exit = await s.queue(s.bert, s.id, 10n * CENT, s.carl);
    await s.vault.connect(s.reviewer).endorse(s.idOf(exit));
    await s.waitUntil(exit.soon - 5n);
    await expect(s.vault.release(exit)).to.be.revertedWithCustomError(s.vault, "Vault_NotMature");
    await s.waitUntil(exit.soon);
    await s.vault.release(exit);
    expect(await s.holds(s.id, s.carl)).to.equal(10n * CENT);
    await s.audit();
  });

  it("screens both ends again at release: whoever is listed meanwhile is not paid", async () => {
    const s = await setup();
    const to = await s.queue(s.bert, s.id, 10n * CENT, s.mallory);
    const from = await s.queue(s.anna, s.id, 10n * CENT, s.carl);
    await s.sanctions.setListed(s.mallory, true);
    await s.sanctions.setListed(s.anna, true);
    await s.waitUntil(from.late);
    for (const exit of [to, from]) {
      // The first call records the answer and pays nothing; the record then stops the next.
      await s.vault.release(exit);
      expect((await s.vault.openOf(s.idOf(exit))).phase).to.equal(1n);
    }
    await expect(s.vault.release(to)).to.be.revertedWithCustomError(s.vault, "Vault_RecipientListed");
    await expect(s.vault.release(from)).to.be.revertedWithCustomError(s.vault, "Vault_Listed");
    expect((await s.holds(s.id, s.mallory)) + (await s.holds(s.id, s.carl))).to.equal(0n);
    await s.audit();
  });

  it("REVIEW 3: a dead sanctions list delays a release by 72 hours at most", async () => {
    const s = await setup();
    const exit = await s.queue(s.bert, s.id, 10n * CENT, s.carl);
    await s.sanctions.setMode(1);
    await s.waitUntil(exit.late);
    await expect(s.vault.release(exit)).to.be.revertedWithCustomError(s.vault, "Vault_ScreeningDown");
    await s.waitUntil(exit.late + 72n * HOUR);
    await s.vault.release(exit);
    expect(await s.holds(s.id, s.carl)).to.equal(10n * CENT);
    await s.audit();
  });
});
