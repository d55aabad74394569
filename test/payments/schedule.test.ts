import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";
import { stream } from "../../src/payments/build-terms.ts";
import { createPayments } from "../../src/payments/create-payment.ts";
import { nextVesting, type Vesting, vestedAt, vestedFrom } from "../../src/payments/schedule.ts";
import type { PaymentTerms } from "../../src/payments/terms.ts";
import { vaultCallTransaction } from "../../src/payments/vault-call.ts";
import { deployPayments } from "../support/paymentsFixture.ts";
import { placeOf } from "../support/paymentsPlace.ts";
import { ONE } from "../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const funded = async () => {
  const d = await deployPayments(ethers, networkHelpers);
  await d.give(d.anna, "erc20", 1_000_000n * ONE);
  return d;
};

/** An exact fraction, never negative. */
class Fraction {
  readonly over: bigint;
  readonly under: bigint;

  constructor(over: bigint, under = 1n) {
    let [a, b] = [over, under];
    while (b !== 0n) [a, b] = [b, a % b];
    this.over = over / a;
    this.under = under / a;
  }

  plus(other: Fraction): Fraction {
    return new Fraction(this.over * other.under + other.over * this.under, this.under * other.under);
  }

  times(other: Fraction): Fraction {
    return new Fraction(this.over * other.over, this.under * other.under);
  }

  /** The largest whole number that isn't above it. */
  floor(): bigint {
    const cut = this.over / this.under;
    expect(cut * this.under <= this.over && (cut + 1n) * this.under > this.over).to.equal(true);
    return cut;
  }
}

/** The schedule by its definition: the cliff, and for each whole step its share of the rest. */
function exactlyVested(
  { amount, schedule: { start, duration, step, cliff } }: Vesting,
  time: bigint,
): bigint {
  if (time < start) return 0n;
  if (time >= start + duration) return amount;
  const steps = new Fraction(time - start, step).floor();
  const share = new Fraction(steps * step, duration);
  return new Fraction(cliff).plus(share.times(new Fraction(amount - cliff))).floor();
}

const most = (bits: bigint) => (1n << bits) - 1n;

/** Schedules that the contract takes, of all sizes. */
const vestings: fc.Arbitrary<Vesting> = fc
  .record({
    amountBits: fc.bigInt(1n, 112n),
    start: fc.bigInt(0n, most(39n)),
    durationBits: fc.bigInt(0n, 39n),
    seeds: fc.tuple(fc.bigInt(0n, most(112n)), fc.bigInt(0n, most(112n)), fc.bigInt(0n, most(112n))),
    random: fc.bigInt(0n, most(112n)),
  })
  .map(({ amountBits, start, durationBits, seeds: [a, b, c], random }) => {
    const amount = (random % most(amountBits)) + 1n;
    const duration = a % (1n << durationBits);
    const step = duration === 0n ? 0n : (b % duration) + 1n;
    return { amount, schedule: { start, duration, step, cliff: c % (amount + 1n) } };
  });

describe("a payment's schedule", () => {
  it("is exact rational arithmetic, rounded down", () => {
    fc.assert(
      fc.property(vestings, fc.bigInt(0n, most(41n)), (vesting, far) => {
        const { start, duration, step } = vesting.schedule;
        const within = start + (far % (duration + 2n));
        for (const time of [
          far,
          within,
          start - 1n,
          start,
          start + step,
          start + duration - 1n,
          start + duration,
        ]) {
          if (time >= 0n) expect(vestedAt(vesting, time)).to.equal(exactlyVested(vesting, time));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("says when an amount is vested first", () => {
    fc.assert(
      fc.property(vestings, fc.bigInt(0n, most(112n)), (vesting, random) => {
        const target = (random % vesting.amount) + 1n;
        const time = vestedFrom(vesting, target);
        expect(vestedAt(vesting, time) >= target, "then").to.equal(true);
        expect(
          time === vesting.schedule.start || vestedAt(vesting, time - 1n) < target,
          "not before",
        ).to.equal(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("says when more vests, second by second", () => {
    for (const [amount, start, duration, step, cliff] of [
      [10n, 5n, 100n, 1n, 0n],
      [7n, 5n, 20n, 3n, 2n],
      [100n, 5n, 40n, 40n, 0n],
      [100n, 5n, 40n, 11n, 100n],
      [5n, 5n, 0n, 0n, 0n],
      [1n, 5n, 30n, 7n, 0n],
    ] as const) {
      const vesting = { amount, schedule: { start, duration, step, cliff } };
      for (let time = 0n; time <= start + duration + 1n; ++time) {
        const now = exactlyVested(vesting, time);
        let next: bigint | undefined = time + 1n;
        while (next <= start + duration && exactlyVested(vesting, next) === now) ++next;
        if (now === amount) next = undefined;
        expect(nextVesting(vesting, time), `${amount} ${duration} ${step} ${cliff} at ${time}`).to.equal(
          next,
        );
      }
    }
  });

  it("agrees with the contract over a grid of times", async () => {
    const d = await networkHelpers.loadFixture(funded);
    const place = await placeOf(d);
    const now = await d.now();
    const from = now + 1_000n;
    const base = stream({
      ...{ payer: d.anna.address, payee: d.bert.address, asset: d.tokenId },
      ...{ amount: 1n, from, until: from + 1n },
    });
    const of = (
      amount: bigint,
      duration: bigint,
      step: bigint,
      cliff: bigint,
      salt: bigint,
    ): PaymentTerms => ({
      ...base,
      ...{ amount, salt, schedule: { start: from, duration, step, cliff } },
    });
    const all = [
      of(7n, 1_000n, 1n, 0n, 1n),
      of(100n * ONE + 1n, 1_000n, 1n, 0n, 2n),
      of(100n * ONE, 997n, 13n, 3n * ONE, 3n),
      of(31n, 700n, 700n, 30n, 4n),
      of(12n * ONE, 1_200n, 100n, 0n, 5n),
      of(5n * ONE, 0n, 0n, 5n, 6n),
    ];
    const { call } = createPayments(place, all, now);
    await d.anna.sendTransaction(vaultCallTransaction(place.vault, call));
    const seen = new Set<bigint>();
    for (let time = from - 60n; time < from + 1_300n; time += 37n) {
      await d.goTo(time);
      for (const terms of all) {
        const due = await d.payments.dueOf(terms);
        expect(due, `${terms.salt} at ${time - from}`).to.equal(vestedAt(terms, time));
        seen.add(due);
      }
    }
    expect(seen.size, "different amounts").to.be.greaterThan(70);
  });
});
