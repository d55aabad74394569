import { expect } from "chai";
import hre from "hardhat";
import { DAY, FRESH_PERIOD, TIERS } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const MONEY = 10_000_000n * CENT;
const OWN_CAP = 30_000n;

/** Anna is verified (tier 3), has a book with herself in it and a cap of her own; mallory has her key. */
async function stolen() {
  const s = await setStage(connection);
  const { id } = await s.token();
  await s.ready(s.anna, 3n, id, MONEY, s.anna);
  await s.vault.connect(s.anna).setCap(OWN_CAP);
  return { ...s, id };
}

describe("attack: a thief with a user's key", () => {
  const setup = () => networkHelpers.loadFixture(stolen);

  it("gets nothing out at once: his destination is not in the book, and naming it takes T", async () => {
    const s = await setup();
    expect((await s.ask(s.anna, s.id, CENT, s.mallory)).reasons).to.deep.equal(["NEW_DESTINATION"]);
    await s.vault.connect(s.anna).setDestination(s.mallory, true);
    await s.wait(FRESH_PERIOD - 5n);
    expect((await s.ask(s.anna, s.id, CENT, s.mallory)).reasons).to.deep.equal(["DESTINATION_WAITING"]);
    // Removing and naming it again is no shortcut.
    await s.vault.connect(s.anna).setDestination(s.mallory, false);
    await s.vault.connect(s.anna).setDestination(s.mallory, true);
    await s.wait(10n);
    expect((await s.ask(s.anna, s.id, CENT, s.mallory)).reasons).to.deep.equal(["DESTINATION_WAITING"]);
    expect(await s.holds(s.id, s.mallory)).to.equal(0n);
    await s.audit();
  });

  it("is held to the owner's own cap, and lifting it takes 2T", async () => {
    const s = await setup();
    await s.vault.connect(s.anna).setDestination(s.mallory, true);
    await s.wait(FRESH_PERIOD);
    expect((await s.ask(s.anna, s.id, OWN_CAP * CENT, s.mallory)).paid).to.equal(true);
    expect((await s.ask(s.anna, s.id, CENT, s.mallory)).reasons).to.deep.equal(["SUBJECT_LIMIT"]);
    await s.vault.connect(s.anna).setCap((1n << 40n) - 1n);
    await s.wait(2n * FRESH_PERIOD - 5n);
    expect((await s.vault.facts(s.anna, s.id, 1n, s.mallory)).cap).to.equal(OWN_CAP);
    // Asking again while it waits doesn't bring it forward.
    await s.vault.connect(s.anna).setCap((1n << 40n) - 2n);
    await s.wait(10n);
    expect((await s.vault.facts(s.anna, s.id, 1n, s.mallory)).cap).to.equal(OWN_CAP);
    expect(await s.holds(s.id, s.mallory)).to.equal(OWN_CAP * CENT);
    await s.audit();
  });

  it("loses the race to a hold: queued exits stop, the owner cancels and has everything back", async () => {
    const s = await setup();
    const exit = await s.queue(s.anna, s.id, MONEY, s.mallory);
    // Even endorsed by a reviewer who has been fooled it isn't there before `soon`.
    await s.vault.connect(s.reviewer).endorse(s.idOf(exit));
    await s.guardian.connect(s.guardianKey).hold(s.anna, 2n * DAY);
    await s.waitUntil(exit.late);
    await expect(s.vault.connect(s.mallory).release(exit)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_Held",
    );
    await s.vault.connect(s.anna).cancel(exit);
    expect(await s.vault.balanceOf(s.anna, s.id)).to.equal(MONEY);
    await s.audit();
  });

  it("can't split below notice: pieces add up in one window, through linked accounts as well", async () => {
    const s = await setup();
    await s.vault.connect(s.anna).setDestination(s.mallory, true);
    await s.wait(FRESH_PERIOD);
    let out = 0n;
    for (let i = 0; i < 10; i++) {
      if ((await s.ask(s.anna, s.id, (OWN_CAP / 6n) * CENT, s.mallory)).paid) out += OWN_CAP / 6n;
    }
    expect(out).to.equal(OWN_CAP);
    await s.audit();
  });

  it("with the key of an unverified account gets the bottom row, whatever the balance", async () => {
    const s = await setup();
    await s.ready(s.bert, 0n, s.id, MONEY, s.mallory);
    expect((await s.ask(s.bert, s.id, (TIERS[0].single + 1n) * CENT, s.mallory)).reasons).to.deep.equal([
      "ABOVE_SINGLE_LIMIT",
    ]);
    let out = 0n;
    for (let i = 0; i < 4; i++) {
      if ((await s.ask(s.bert, s.id, TIERS[0].single * CENT, s.mallory)).paid) out += TIERS[0].single;
    }
    expect(out).to.equal(TIERS[0].window);
    await s.audit();
  });
});
