import { expect } from "chai";
import hre from "hardhat";
import { DAY, KINDS, paramKey, TIERS } from "../support/deployCore.ts";
import { CENT, type Stage, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

/** A fifth of a day: the length of a window's bucket. */
const SUB = 17_280n;
const LIMIT = TIERS[1].window;
const SINGLE = TIERS[1].single;

async function ready() {
  const s = await setStage(connection);
  const { id } = await s.token();
  await s.ready(s.anna, 1n, id, 10n * LIMIT * CENT, s.anna);
  return { ...s, id };
}

/** Time passes until the next block has exactly this time. */
async function at(time: bigint) {
  await networkHelpers.time.setNextBlockTimestamp(time);
}

/** The next start of a bucket, a little ahead. */
async function nextBucket(s: Stage) {
  return ((await s.now()) / SUB + 2n) * SUB;
}

/** Spends the whole limit with the first block at `start`; the last is a second later. */
async function spendAll(s: Stage & { id: bigint }, start: bigint) {
  await at(start);
  expect((await s.ask(s.anna, s.id, SINGLE * CENT, s.anna)).paid).to.equal(true);
  expect((await s.ask(s.anna, s.id, SINGLE * CENT, s.anna)).paid).to.equal(true);
}

describe("attack: the window's boundary", () => {
  const setup = () => networkHelpers.loadFixture(ready);

  it("REVIEW 6: the limit spent at a bucket's last second is still spent a whole period later (INV-POL-1)", async () => {
    const s = await setup();
    const start = (await nextBucket(s)) - 2n;
    await spendAll(s, start);
    // With six buckets of floor(P / 7), nearly the same again would pass here, within 86,395 s.
    for (const after of [5n * SUB - 5n, DAY - 3n, DAY - 1n]) {
      await at(start + after);
      const asked = await s.ask(s.anna, s.id, CENT, s.anna);
      expect(asked.reasons).to.deep.equal(["SUBJECT_LIMIT"]);
    }
    await s.audit();
  });

  it("ANCHORS 3.8: a limit at a boundary of fixed windows doesn't pass twice across it", async () => {
    const s = await setup();
    const start = (await nextBucket(s)) - 2n;
    await spendAll(s, start);
    await at(start + 10n);
    expect((await s.ask(s.anna, s.id, SINGLE * CENT, s.anna)).reasons).to.deep.equal(["SUBJECT_LIMIT"]);
    await s.audit();
  });

  it("REVIEW 6: at exactly P, and at the last second before a bucket leaves, nothing has come back; afterwards all has", async () => {
    const s = await setup();
    const start = await nextBucket(s);
    await spendAll(s, start);
    await at(start + DAY);
    expect((await s.ask(s.anna, s.id, CENT, s.anna)).reasons).to.deep.equal(["SUBJECT_LIMIT"]);
    await at(start + DAY + SUB - 1n);
    expect((await s.ask(s.anna, s.id, CENT, s.anna)).reasons).to.deep.equal(["SUBJECT_LIMIT"]);
    // A refusal lasts one bucket longer than P at most.
    await at(start + DAY + SUB);
    expect((await s.ask(s.anna, s.id, SINGLE * CENT, s.anna)).paid).to.equal(true);
    await s.audit();
  });

  it("counts all six buckets: usage spread over them adds up", async () => {
    const s = await setup();
    const start = await nextBucket(s);
    const piece = LIMIT / 6n;
    for (let i = 0n; i < 6n; i++) {
      await at(start + i * SUB);
      expect((await s.ask(s.anna, s.id, piece * CENT, s.anna)).paid).to.equal(true);
    }
    const asked = await s.ask(s.anna, s.id, (LIMIT - 6n * piece + 1n) * CENT, s.anna);
    expect(asked.reasons).to.deep.equal(["SUBJECT_LIMIT"]);
    // The limit itself fits, to the cent.
    expect((await s.ask(s.anna, s.id, (LIMIT - 6n * piece) * CENT, s.anna)).paid).to.equal(true);
    await s.audit();
  });

  it("ANCHORS 3.1: an outflow counts as one, in the subject's and in the asset's window", async () => {
    const s = await setup();
    const before = await s.vault.windowOf(ethers.toBeHex(s.id, 32));
    expect((await s.ask(s.anna, s.id, 1_000n * CENT, s.anna)).paid).to.equal(true);
    const newest = (word: bigint) => word & ((1n << 36n) - 1n);
    expect(before).to.equal(0n);
    expect(newest(await s.vault.windowOf(ethers.toBeHex(s.id, 32)))).to.equal(10_000n); // ticks of a thousandth
    expect(newest(await s.vault.windowOf(ethers.zeroPadValue(s.anna.address, 32)))).to.equal(1_000n);
    await s.setParam("policy", paramKey(KINDS.ASSET_BREAKER, s.id), 15_000n);
    const tripped = await s.ask(s.anna, s.id, 1_000n * CENT, s.anna);
    expect(tripped.reasons).to.deep.equal(["ASSET_LIMIT"]);
    // It fitted the subject's window, but what queues charges none.
    expect(newest(await s.vault.windowOf(ethers.zeroPadValue(s.anna.address, 32)))).to.equal(1_000n);
    await s.audit();
  });

  it("REVIEW 6, ANCHORS 3.3: amounts whose cents overflow 64 bits never fit, never wrap", async () => {
    const s = await setup();
    // At 9.2 million dollars, 2 × 10^10 whole tokens are two cents less than 64 bits hold.
    const { id } = await s.token("MockERC20", ["Vast", 18], {
      tickExponent: 18n,
      cap: (1n << 36n) - 1n,
      breaker: (1n << 36n) - 1n,
      price: (1n << 63n) - 1n,
    });
    const whole = 10n ** 18n;
    await s.ready(s.bert, 3n, id, 60_000_000_000n * whole, s.bert);
    // With another hundredth of a token, wrapped cents would be 9.2 million: well within the single limit.
    for (const tokens of [20_000_000_000n, 40_000_000_000n, 59_000_000_000n]) {
      const asked = await s.ask(s.bert, id, tokens * whole + whole / 100n, s.bert);
      expect(asked.reasons[0]).to.equal("ABOVE_SINGLE_LIMIT");
      if (!asked.paid) await s.vault.connect(s.bert).cancel(asked.exit);
    }
    expect(await s.holds(id, s.bert)).to.equal(0n);
    await s.audit();
  });

  it("REVIEW 5: what queues has charged nothing, so a request above the limit burns nobody's capacity", async () => {
    const s = await setup();
    for (let i = 0; i < 5; i++)
      expect((await s.ask(s.anna, s.id, 2n * SINGLE * CENT, s.anna)).paid).to.equal(false);
    expect((await s.ask(s.anna, s.id, SINGLE * CENT, s.anna)).paid).to.equal(true);
    await s.audit();
  });
});
