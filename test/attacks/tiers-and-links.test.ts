import { assert, expect } from "chai";
import hre from "hardhat";
import { DAY, FRESH_PERIOD, HOUR, LIFTS, TIERS } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const MONEY = 1_000_000n * CENT;

/** Anna is verified (tier 1) and has spent her window; bert is hers to link. */
async function spent() {
  const s = await setStage(connection);
  const { id } = await s.token();
  await s.fund(s.bert, id, MONEY);
  await s.vault.connect(s.bert).setDestination(s.bert, true);
  await s.ready(s.anna, 1n, id, MONEY, s.anna, s.bert);
  return { ...s, id };
}

describe("attack: tier and link cycling", () => {
  const setup = () => networkHelpers.loadFixture(spent);

  it("REVIEW 12: linking and unlinking mints no fresh window and no instant exit for 2T", async () => {
    const s = await setup();
    for (let i = 0; i < 2; i++)
      expect((await s.ask(s.anna, s.id, TIERS[1].single * CENT, s.anna)).paid).to.equal(true);
    await s.link(s.bert, s.anna);
    expect((await s.ask(s.bert, s.id, CENT, s.bert)).reasons).to.deep.equal(["MOVED"]);
    await s.registry.connect(s.bert).unlink(s.bert);
    await s.wait(2n * FRESH_PERIOD - 10n);
    expect((await s.ask(s.bert, s.id, CENT, s.bert)).reasons).to.include("MOVED");
    // The cycle starts again: so does the wait.
    await s.link(s.bert, s.anna);
    await s.wait(2n * FRESH_PERIOD - 10n);
    expect((await s.ask(s.bert, s.id, CENT, s.bert)).reasons).to.include("MOVED");
    await s.wait(20n);
    expect((await s.ask(s.bert, s.id, CENT, s.bert)).paid).to.equal(true);
    await s.audit();
  });

  it("REVIEW 12: linked accounts share the one window of their subject, they don't add theirs", async () => {
    const s = await setup();
    await s.link(s.bert, s.anna);
    await s.season();
    expect((await s.ask(s.anna, s.id, TIERS[1].single * CENT, s.anna)).paid).to.equal(true);
    expect((await s.ask(s.bert, s.id, TIERS[1].single * CENT, s.anna)).paid).to.equal(true);
    expect((await s.ask(s.bert, s.id, CENT, s.anna)).reasons).to.deep.equal(["SUBJECT_LIMIT"]);
    await s.audit();
  });

  it("REVIEW 12: an attestor can't link a victim: both must sign, and the registry alone may write", async () => {
    const s = await setup();
    const deadline = (await s.now()) + DAY;
    await expect(
      s.registry.connect(s.attestor).link(s.anna, s.mallory, deadline, "0x", "0x"),
    ).to.be.revertedWithCustomError(s.registry, "TierRegistry_BadSignature");
    // Nor can the subject that would have her: its own consent is half of a link.
    await expect(
      s.registry.connect(s.mallory).link(s.anna, s.mallory, deadline, "0x", "0x"),
    ).to.be.revertedWithCustomError(s.registry, "TierRegistry_BadSignature");
    for (const caller of [s.attestor, s.mallory, s.timelock]) {
      await expect(s.vault.connect(caller).setSubject(s.anna, s.mallory)).to.be.revertedWithCustomError(
        s.vault,
        "AccessManagedUnauthorized",
      );
    }
    expect(await s.vault.subjectOf(s.anna)).to.equal(s.anna.address);
    await s.audit();
  });

  it("REVIEW 21: unlinking doesn't escape a hold or a listing, and there are no chains or cycles", async () => {
    const s = await setup();
    await s.link(s.bert, s.anna);
    await s.guardian.connect(s.guardianKey).hold(s.anna, HOUR);
    await expect(s.registry.connect(s.bert).unlink(s.bert)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_Held",
    );
    await expect(s.vault.connect(s.bert).transfer(s.mallory, s.id, 1n)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_Held",
    );
    // A hold on the member is a hold on its subject: naming the member is refused rather than ignored.
    await expect(s.guardian.connect(s.guardianKey).hold(s.bert, HOUR)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_NotPrimary",
    );
    await s.wait(2n * HOUR);
    await expect(s.link(s.anna, s.carl)).to.be.revertedWithCustomError(s.registry, "TierRegistry_HasMembers");
    await expect(s.link(s.carl, s.bert)).to.be.revertedWithCustomError(s.registry, "TierRegistry_NotPrimary");
    await expect(s.link(s.anna, s.bert)).to.be.revertedWithCustomError(s.registry, "TierRegistry_NotPrimary");
    await s.sanctions.setListed(s.bert, true);
    await s.vault.screen(s.bert);
    await expect(s.registry.connect(s.bert).unlink(s.bert)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_Listed",
    );
    await s.audit();
  });

  it("REVIEW 9: a stolen attestor lifts nobody at once, and few in a day", async () => {
    const s = await setup();
    await s.fund(s.mallory, s.id, MONEY);
    await s.vault.connect(s.mallory).setDestination(s.mallory, true);
    await s.season();
    await s.attest(s.mallory, 3n);
    for (const one of s.crowd.slice(0, Number(LIFTS) - 1)) await s.attest(one, 3n);
    await expect(s.attest(s.carl, 3n)).to.be.revertedWithCustomError(s.registry, "TierRegistry_LiftsSpent");
    // One cent above what the unverified may take at once.
    const more = (TIERS[0].single + 1n) * CENT;
    expect((await s.ask(s.mallory, s.id, more, s.mallory)).reasons).to.include("ABOVE_SINGLE_LIMIT");
    await s.wait(DAY - HOUR);
    // In these hours the risk officer sees it and revokes; the lift never works.
    expect((await s.ask(s.mallory, s.id, more, s.mallory)).paid).to.equal(false);
    const text = `0x${"00".repeat(32)}`;
    await s.registry.connect(s.riskOfficer).revoke(s.mallory, text);
    await s.wait(2n * HOUR);
    expect((await s.ask(s.mallory, s.id, more, s.mallory)).reasons).to.include("ABOVE_SINGLE_LIMIT");
    await s.audit();
  });

  it("cycling through tiers keeps the window: usage is the subject's, not the tier's", async () => {
    const s = await setup();
    await s.attest(s.anna, 2n);
    await s.wait(DAY + 60n);
    expect((await s.ask(s.anna, s.id, 20_000n * CENT, s.anna)).paid).to.equal(true);
    expect(TIERS[2].single).to.be.greaterThan(20_000n);
    const window = await s.vault.windowOf(`0x${"00".repeat(12)}${s.anna.address.slice(2)}`);
    // Down at once, up again only after a day.
    await s.attest(s.anna, 1n);
    await s.attest(s.anna, 2n);
    expect((await s.vault.facts(s.anna, s.id, 1n, s.anna)).tier).to.equal(1n);
    expect(await s.vault.windowOf(`0x${"00".repeat(12)}${s.anna.address.slice(2)}`)).to.equal(window);
    await s.wait(DAY + 60n);
    expect((await s.vault.facts(s.anna, s.id, 1n, s.anna)).tier).to.equal(2n);
    await s.audit();
  });

  it("REVIEW 18: a tier-3 mule's queue is no shortcut: fresh value waits T there as well, endorsed or not", async () => {
    const s = await setup();
    await s.attest(s.mallory, 3n);
    await s.wait(2n * DAY);
    await s.vault.connect(s.anna).transfer(s.mallory, s.id, MONEY);
    const asked = await s.ask(s.mallory, s.id, MONEY, s.mallory);
    if (asked.paid) assert.fail("it was instant");
    const { soon, late } = asked.exit;
    const requested = await s.now();
    expect(soon - requested).to.be.at.least(FRESH_PERIOD);
    expect(late - requested).to.be.at.least(FRESH_PERIOD);
    await s.audit();
  });
});
