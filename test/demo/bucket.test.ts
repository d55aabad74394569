import { expect } from "chai";
import fc from "fast-check";
import { type Cents, cents, dollars, minCents } from "../../src/core/money.ts";
import { SUITE_ASSETS } from "../../src/demo/assets.ts";
import { planAttack } from "../../src/demo/attack.ts";
import { asRecorded, available, drainBuckets, fullBucket, lossAt, take } from "../../src/demo/bucket.ts";
import { loadIncidents } from "../../src/demo/incidents.ts";
import { DAY, PARAMETERS } from "../../src/demo/parameters.ts";
import { joinTimelines } from "../../src/demo/timeline.ts";

describe("Plain token bucket", () => {
  it("never passes more than its capacity and what refills, over any interval", () => {
    const uses = fc.array(fc.record({ wait: fc.nat(DAY), amount: fc.bigInt({ min: 0n, max: 3_000_000n }) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2_000_000n }), uses, (capacity, attempts) => {
        let bucket = fullBucket(cents(capacity));
        let at = 0;
        const passed: { at: number; amount: bigint }[] = [];
        for (const { wait, amount } of attempts) {
          at += wait;
          const next = take(bucket, at, cents(amount));
          expect(next !== undefined).to.equal(amount <= available(bucket, at));
          if (next === undefined) continue;
          bucket = next;
          passed.push({ at, amount });
        }
        for (const [from, first] of passed.entries()) {
          let sum = 0n;
          for (const each of passed.slice(from)) {
            sum += each.amount;
            expect(sum * BigInt(DAY) <= capacity * BigInt(DAY + each.at - first.at)).to.equal(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("passes twice its limit within a day, which is what a strict window forbids", () => {
    const limit = dollars(100n);
    const empty = take(fullBucket(limit), 0, limit);
    if (empty === undefined) throw new Error("a full bucket refused its capacity");
    expect(available(empty, DAY / 2)).to.equal(dollars(50n));
    expect(available(empty, DAY)).to.equal(limit);
    expect(available(empty, 10 * DAY)).to.equal(limit);
  });

  it("refuses what exceeds it and stays as it was", () => {
    const bucket = fullBucket(dollars(100n));
    expect(take(bucket, 0, dollars(101n))).to.equal(undefined);
    expect(available(bucket, 0)).to.equal(dollars(100n));
  });

  for (const incident of loadIncidents()) {
    it(`loses no more to the thief of ${incident.id} than the closed form`, () => {
      const { power, deadlineSeconds, stake, holdings } = planAttack(incident, PARAMETERS);
      const { lost, points } = drainBuckets(incident, power, PARAMETERS, deadlineSeconds);
      const refill = (limit: bigint): Cents => cents((limit * BigInt(DAY + deadlineSeconds)) / BigInt(DAY));
      const perAsset = SUITE_ASSETS.reduce(
        (sum, asset) => sum + minCents(stake[asset], refill(holdings.perAsset[asset] / 100n)),
        0n,
      );
      const bound =
        power === "governance-quorum"
          ? incident.stake
          : power === "operator-key"
            ? minCents(cents(perAsset), refill(PARAMETERS.tiers[3].perDay))
            : perAsset;
      expect(lost <= bound, `${lost} of ${bound}`).to.equal(true);
      // The thief is a good one: rounding and overflow cost less than a thousandth.
      expect(lost * 1000n >= bound * 999n, `${lost} of ${bound}`).to.equal(true);
      expect(points.at(-1)?.lost).to.equal(lost);
    });
  }

  it("holds nothing back from a quorum that can replace it", () => {
    const bybit = loadIncidents().find((incident) => incident.id === "bybit-2025");
    if (bybit === undefined) throw new Error("no record of Bybit");
    expect(drainBuckets(bybit, "governance-quorum", PARAMETERS, 7_260).lost).to.equal(bybit.stake);
  });
});

describe("Loss curves", () => {
  it("book the unallocated part with the last row", () => {
    const nomad = loadIncidents().find((incident) => incident.id === "nomad-2022");
    if (nomad === undefined) throw new Error("no record of Nomad");
    const { points, lost } = asRecorded(nomad);
    expect(lost).to.equal(nomad.stake);
    expect((points.at(-1)?.lost ?? 0n) - (points.at(-2)?.lost ?? 0n)).to.be.greaterThan(
      nomad.unallocated as bigint,
    );
  });

  it("join in order of time, thinned, and end with the true losses", () => {
    const long = Array.from({ length: 1_000 }, (_, index) => ({
      atSeconds: index,
      lost: cents(BigInt(index)),
    }));
    const timeline = joinTimelines(long, [], [{ atSeconds: 5, lost: dollars(1n) }], 2_000, 50);
    expect(timeline.length).to.be.lessThan(60);
    const last = timeline.at(-1);
    expect(last).to.deep.equal({ atSeconds: 2_000, lostReality: 999n, lostBucket: 0n, lostStrongroom: 100n });
    expect(lossAt(long, -1)).to.equal(0n);
  });
});
