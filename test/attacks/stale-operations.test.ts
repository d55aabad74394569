import { expect } from "chai";
import hre from "hardhat";
import type { ExitPolicy } from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import { DAY, HOUR, KINDS, NEVER, paramKey, TIERS } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

const KEY = paramKey(KINDS.TIER_WINDOW, 1n);
const LATE = paramKey(KINDS.TIER_LATE, 1n);

async function ready() {
  const s = await setStage(connection);
  const { id } = await s.token();
  await s.ready(s.anna, 1n, id, 2_000_000n * CENT, s.anna);
  return { ...s, id };
}

describe("attack: stale scheduled operations and emergency tightenings", () => {
  const setup = () => networkHelpers.loadFixture(ready);

  it("REVIEW 9: a `set` scheduled before an emergency can't undo it (INV-GOV-1)", async () => {
    const s = await setup();
    // What the timelock will execute, fixed when it was scheduled.
    const { version } = await s.policy.param(KEY);
    const validUntil = (await s.now()) + 30n * DAY;
    await s.policy.connect(s.riskOfficer).tighten(KEY, 10_000n);
    await s.wait(2n * DAY);
    await expect(s.policy.set(KEY, version, validUntil, 10_000_000n)).to.be.revertedWithCustomError(
      s.policy,
      "Params_StaleVersion",
    );
    expect(await s.policy.getFunction("inForce")(KEY)).to.equal(10_000n);
    const asked = await s.ask(s.anna, s.id, 10_001n * CENT, s.anna);
    expect(asked.reasons).to.deep.equal(["SUBJECT_LIMIT"]);
    await s.audit();
  });

  it("REVIEW 9: a ready operation expires: after `validUntil` it is void, even if nothing has changed", async () => {
    const s = await setup();
    const { version } = await s.policy.param(KEY);
    const validUntil = (await s.now()) + DAY;
    await s.wait(DAY + HOUR);
    await expect(s.policy.set(KEY, version, validUntil, 1n)).to.be.revertedWithCustomError(
      s.policy,
      "Params_Expired",
    );
    await s.audit();
  });

  it("REVIEW 20: a stale `setPolicy` can't drop today's tightening, and no replacement wipes usage", async () => {
    const s = await setup();
    const next = await deployAs<ExitPolicy>(ethers, "ExitPolicy", [s.manager, s.router, s.sanctions]);
    const revision = await s.policy.revision();
    for (let i = 0; i < 2; i++)
      expect((await s.ask(s.anna, s.id, TIERS[1].single * CENT, s.anna)).paid).to.equal(true);
    await s.policy.connect(s.riskOfficer).tighten(LATE, 20n * DAY);
    await expect(s.vault.setPolicy(s.policy, revision, NEVER, next)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_StalePolicy",
    );
    await expect(s.vault.setPolicy(s.anna, revision + 1n, NEVER, next)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_NotTheExpected",
    );
    await expect(
      s.vault.setPolicy(s.policy, revision + 1n, (await s.now()) - 1n, next),
    ).to.be.revertedWithCustomError(s.vault, "Vault_Expired");
    const subject = ethers.zeroPadValue(s.anna.address, 32);
    const used = await s.vault.windowOf(subject);
    await s.vault.setPolicy(s.policy, revision + 1n, NEVER, next);
    expect(await s.vault.windowOf(subject)).to.equal(used);
    expect(used).to.not.equal(0n);
    await s.audit();
  });

  it("ANCHORS 3.2: setting a limit, up or down, refills nothing", async () => {
    const s = await setup();
    for (let i = 0; i < 2; i++)
      expect((await s.ask(s.anna, s.id, TIERS[1].single * CENT, s.anna)).paid).to.equal(true);
    await s.setParam("policy", KEY, TIERS[1].window);
    expect((await s.ask(s.anna, s.id, CENT, s.anna)).reasons).to.deep.equal(["SUBJECT_LIMIT"]);
    await s.setParam("policy", KEY, TIERS[1].window - 1n);
    await s.setParam("policy", KEY, TIERS[1].window + 1n);
    expect((await s.ask(s.anna, s.id, 2n * CENT, s.anna)).reasons).to.deep.equal(["SUBJECT_LIMIT"]);
    expect((await s.ask(s.anna, s.id, CENT, s.anna)).paid).to.equal(true);
    await s.audit();
  });

  it("ANCHORS 3.3, 3.4: changing the configuration strands no queued exit and changes no time given before", async () => {
    const s = await setup();
    const exit = await s.queue(s.anna, s.id, 300_000n * CENT, s.anna);
    await s.policy.connect(s.riskOfficer).tighten(LATE, 30n * DAY);
    await s.setParam("vault", paramKey(KINDS.HOLDINGS_CAP, s.id), 0n);
    await s.setParam("vault", paramKey(KINDS.FRESH_PERIOD), 168n);
    await s.router.setReverts(true);
    await s.payOut(exit);
    expect(await s.holds(s.id, s.anna)).to.equal(300_000n * CENT);
    await s.audit();
  });

  it("REVIEW 24: a tightening lapses after 14 days and rests for 14 more, whatever the risk officer does", async () => {
    const s = await setup();
    await s.policy.connect(s.riskOfficer).tighten(KEY, 1_000n);
    const { until } = await s.policy.param(KEY);
    expect(until).to.equal((await s.now()) + 14n * DAY);
    // Further in, not further on.
    await s.wait(13n * DAY);
    await s.policy.connect(s.riskOfficer).tighten(KEY, 500n);
    expect((await s.policy.param(KEY)).until).to.equal(until);
    await s.waitUntil(until);
    // Lapsed for requests too, not only as a number.
    expect((await s.ask(s.anna, s.id, TIERS[1].single * CENT, s.anna)).paid).to.equal(true);
    expect(await s.policy.getFunction("inForce")(KEY)).to.equal(TIERS[1].window);
    await expect(s.policy.connect(s.riskOfficer).tighten(KEY, 400n)).to.be.revertedWithCustomError(
      s.policy,
      "Params_TooSoonToTighten",
    );
    await s.waitUntil(until + 14n * DAY - 5n);
    await expect(s.policy.connect(s.riskOfficer).tighten(KEY, 400n)).to.be.revertedWithCustomError(
      s.policy,
      "Params_TooSoonToTighten",
    );
    await s.waitUntil(until + 14n * DAY);
    await s.policy.connect(s.riskOfficer).tighten(KEY, 400n);
    expect(await s.policy.getFunction("inForce")(KEY)).to.equal(400n);
    await s.audit();
  });

  it("REVIEW 24: a tightening only tightens, and what has no order can't be tightened", async () => {
    const s = await setup();
    const officer = s.policy.connect(s.riskOfficer);
    for (const loose of [TIERS[1].window, TIERS[1].window + 1n]) {
      await expect(officer.tighten(KEY, loose)).to.be.revertedWithCustomError(s.policy, "Params_NotTighter");
    }
    await expect(officer.tighten(LATE, TIERS[1].late - 1n)).to.be.revertedWithCustomError(
      s.policy,
      "Params_NotTighter",
    );
    await expect(officer.tighten(LATE, 30n * DAY + 1n)).to.be.revertedWithCustomError(
      s.policy,
      "Params_OutOfBounds",
    );
    await expect(
      s.vault.connect(s.riskOfficer).tighten(paramKey(KINDS.FRESH_PERIOD), 100n),
    ).to.be.revertedWithCustomError(s.vault, "Params_HasNoOrder");
    await expect(officer.set(KEY, 1n, NEVER, 1n)).to.be.revertedWithCustomError(
      s.policy,
      "AccessManagedUnauthorized",
    );
    await s.audit();
  });

  it("REVIEW 3: no number makes anyone wait 100 years: 30 days, and 2 % of an asset a day", async () => {
    const s = await setup();
    const set = (target: "policy" | "vault", key: string, value: bigint) => s.setParam(target, key, value);
    await expect(set("policy", LATE, 36_500n * DAY)).to.be.revertedWithCustomError(
      s.policy,
      "Params_OutOfBounds",
    );
    await expect(set("vault", paramKey(KINDS.LARGE_LANE_RATE, s.id), 199n)).to.be.revertedWithCustomError(
      s.vault,
      "Params_OutOfBounds",
    );
    await expect(set("vault", paramKey(KINDS.FRESH_PERIOD), 169n)).to.be.revertedWithCustomError(
      s.vault,
      "Params_OutOfBounds",
    );
    await s.audit();
  });

  it("REVIEW 9: tightening tier 3 below tier 2 leaves tier 2 no better off (INV-POL-3)", async () => {
    const s = await setup();
    await s.policy.connect(s.riskOfficer).tighten(paramKey(KINDS.TIER_WINDOW, 3n), 2_000n);
    await s.policy.connect(s.riskOfficer).tighten(paramKey(KINDS.TIER_SINGLE, 3n), 1_000n);
    expect((await s.ask(s.anna, s.id, 1_001n * CENT, s.anna)).reasons).to.deep.equal(["ABOVE_SINGLE_LIMIT"]);
    expect((await s.ask(s.anna, s.id, 1_000n * CENT, s.anna)).paid).to.equal(true);
    expect((await s.ask(s.anna, s.id, 1_000n * CENT, s.anna)).paid).to.equal(true);
    expect((await s.ask(s.anna, s.id, CENT, s.anna)).reasons).to.deep.equal(["SUBJECT_LIMIT"]);
    await s.audit();
  });
});
