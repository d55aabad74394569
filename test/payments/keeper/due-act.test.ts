import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import fc from "fast-check";
import { type Due, dueAct } from "../../../src/payments/keeper/due-act.ts";
import type { StoredPayment } from "../../../src/payments/payment-slot.ts";
import type { PaymentTerms } from "../../../src/payments/terms.ts";

const T = 1_800_000_000n;
const LUMP: PaymentTerms = {
  payer: `0x${"0a".repeat(20)}`,
  payee: `0x${"0b".repeat(20)}`,
  ...{ asset: 1n, amount: 100n, schedule: { start: T, duration: 0n, step: 0n, cliff: 0n } },
  ...{ capture: false, condition: ZeroHash, latchBy: 0n, expiry: 0n, arbiter: ZeroAddress },
  ...{ feeBps: 0n, feeTo: ZeroAddress, ref: ZeroHash, salt: 0n },
};
/** A unit each second for a hundred seconds. */
const STREAM = { ...LUMP, schedule: { start: T, duration: 100n, step: 1n, cliff: 0n } };
/** Ten at the start, thirty every thirty seconds. */
const PARTS = { ...LUMP, schedule: { start: T, duration: 90n, step: 30n, cliff: 10n } };
const CONDITIONAL = { ...LUMP, condition: `0x${"11".repeat(32)}`, latchBy: T + 50n, expiry: T + 60n };
const CAPTURE = { ...LUMP, capture: true, latchBy: T + 50n, expiry: T + 60n };
const OPEN: StoredPayment = { paid: 0n, refunded: 0n, created: true, latched: false, closed: false };
const LATCHED = { ...OPEN, latched: true };
const paid = (amount: bigint): StoredPayment => ({ ...OPEN, paid: amount });

function lesser(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

const due = (act: Due["act"], amount: bigint, next?: bigint): Due => ({ act, amount, next });
const NONE = due(undefined, 0n);

describe("what is due of a payment", () => {
  const table: readonly (readonly [string, PaymentTerms, StoredPayment, bigint, bigint, Due])[] = [
    ["of none nothing", LUMP, { ...OPEN, created: false }, T, 0n, NONE],
    ["of a closed one nothing", LUMP, { ...OPEN, closed: true }, T, 0n, NONE],
    ["of a paid one nothing", LUMP, paid(100n), T, 0n, NONE],
    ["a lump before its time: then", LUMP, OPEN, T - 1n, 0n, due(undefined, 0n, T)],
    ["a lump in its time: all", LUMP, OPEN, T, 0n, due("release", 100n)],
    ["a stream: what has vested, and the next unit", STREAM, OPEN, T + 30n, 0n, due("release", 30n, T + 31n)],
    ["a stream paid up to now", STREAM, paid(30n), T + 30n, 0n, due(undefined, 0n, T + 31n)],
    [
      "a stream below what is worth it: when it is",
      STREAM,
      paid(30n),
      T + 49n,
      20n,
      due(undefined, 0n, T + 50n),
    ],
    ["a stream at what is worth it", STREAM, paid(30n), T + 50n, 20n, due("release", 20n, T + 70n)],
    ["its last part, though less", STREAM, paid(95n), T + 100n, 20n, due("release", 5n)],
    [
      "its last part before the end: at the end",
      STREAM,
      paid(95n),
      T + 99n,
      20n,
      due(undefined, 0n, T + 100n),
    ],
    ["one that isn't worth anything in all", STREAM, OPEN, T + 100n, 101n, NONE],
    ["one that is worth exactly that", STREAM, OPEN, T + 100n, 100n, due("release", 100n)],
    ["instalments: the first", PARTS, OPEN, T, 0n, due("release", 10n, T + 30n)],
    ["instalments: two at once", PARTS, paid(10n), T + 61n, 0n, due("release", 60n, T + 90n)],
    ["accepted ahead of its time: later", STREAM, paid(60n), T + 30n, 0n, due(undefined, 0n, T + 61n)],
    ["conditional: to be latched, else back", CONDITIONAL, OPEN, T + 50n, 0n, due("latch", 100n, T + 60n)],
    ["missed: back at the expiry", CONDITIONAL, OPEN, T + 51n, 0n, due(undefined, 0n, T + 60n)],
    ["lapsed: back", CONDITIONAL, OPEN, T + 60n, 0n, due("rollback", 100n)],
    ["latched: as if unconditional", CONDITIONAL, LATCHED, T + 70n, 0n, due("release", 100n)],
    ["latched before its schedule", CONDITIONAL, LATCHED, T - 5n, 0n, due(undefined, 0n, T)],
    ["a conditional one not worth it: not even a latch", CONDITIONAL, OPEN, T, 101n, NONE],
    ["for capture: the payee's alone, until it expires", CAPTURE, OPEN, T, 0n, due(undefined, 0n, T + 60n)],
    ["partly captured: the rest goes back", CAPTURE, paid(40n), T + 60n, 0n, due("rollback", 60n)],
    [
      "conditional and for capture: latched first",
      { ...CAPTURE, condition: CONDITIONAL.condition },
      OPEN,
      T,
      0n,
      due("latch", 100n, T + 60n),
    ],
    [
      "latched and for capture: goes back nevertheless",
      { ...CAPTURE, condition: CONDITIONAL.condition },
      LATCHED,
      T + 60n,
      0n,
      due("rollback", 100n),
    ],
  ];
  for (const [what, terms, stored, time, least, expected] of table) {
    it(what, () => expect(dueAct(terms, stored, time, least)).to.deep.equal(expected));
  }

  it("whatever the schedule, whoever comes at each next time pays all in the end, each time what is worth it (seed 7)", () => {
    const schedules = fc
      .record({
        amount: fc.bigInt({ min: 1n, max: 500n }),
        duration: fc.bigInt({ min: 1n, max: 200n }),
        step: fc.bigInt({ min: 1n, max: 200n }),
        cliff: fc.bigInt({ min: 0n, max: 500n }),
        least: fc.bigInt({ min: 0n, max: 200n }),
      })
      .map(({ amount, duration, step, cliff, least }) => ({
        least: lesser(least, amount),
        terms: {
          ...{ ...LUMP, amount },
          schedule: {
            ...{ start: T, duration, step: lesser(step, duration) },
            cliff: lesser(cliff, amount),
          },
        },
      }));
    fc.assert(
      fc.property(schedules, ({ terms, least }) => {
        let total = 0n;
        let time: bigint | undefined = T;
        for (let rounds = 0; time !== undefined && rounds < 1_000; rounds++) {
          const found: Due = dueAct(terms, paid(total), time, least);
          expect(found.act ?? "release").to.equal("release");
          if (found.act !== undefined && total + found.amount < terms.amount) {
            expect(found.amount >= least).to.equal(true);
          }
          // Not only later: at that very second there is something to do.
          if (rounds > 0) expect(found.act).to.equal("release");
          total += found.amount;
          if (found.next !== undefined) expect(found.next > time).to.equal(true);
          time = found.next;
        }
        expect(total).to.equal(terms.amount);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
