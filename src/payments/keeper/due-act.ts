import type { StoredPayment } from "../payment-slot.ts";
import { paymentState } from "../payment-state.ts";
import { vestedFrom } from "../schedule.ts";
import type { PaymentTerms } from "../terms.ts";

/** What anyone may do for a payment. */
export type Act = "latch" | "release" | "rollback";

/** What can be done for a payment at a time. */
export interface Due {
  /** Undefined: nothing yet, or nothing more. A latch also wants a question and its witness. */
  readonly act: Act | undefined;
  /** Raw units that the act moves; of a latch, what it opens. */
  readonly amount: bigint;
  /** Unix seconds from which there is more to do, if nobody does anything but this; undefined: never. */
  readonly next: bigint | undefined;
}

const NOTHING: Due = { act: undefined, amount: 0n, next: undefined };

/** The part of a schedule that is worth a release of its own: at least `least`, or what ends the payment. */
function nextRelease(terms: PaymentTerms, paid: bigint, least: bigint): bigint | undefined {
  if (paid >= terms.amount) return undefined;
  const last = paid + least >= terms.amount;
  return vestedFrom(terms, last ? terms.amount : paid + least);
}

/**
 * What is due of a payment. Pure: the keeper's whole idea of when.
 *
 * @param stored as the contract has it, or had it last
 * @param time Unix seconds
 * @param least raw units: a payment of less is left alone, and less than that is released only as its last part
 */
export function dueAct(terms: PaymentTerms, stored: StoredPayment, time: bigint, least: bigint): Due {
  if (terms.amount < least) return NOTHING;
  const { phase, due, left, paid, vested } = paymentState(terms, stored, time);
  switch (phase) {
    case "waiting":
      return { act: "latch", amount: left, next: terms.expiry };
    case "missed":
    case "capturable":
    case "uncaptured":
      return { act: undefined, amount: 0n, next: terms.expiry };
    case "lapsed":
      return { act: "rollback", amount: left, next: undefined };
    case "vesting":
    case "due": {
      const worth = due > 0n && (due >= least || vested === terms.amount);
      if (!worth) return { act: undefined, amount: 0n, next: nextRelease(terms, paid, atLeastOne(least)) };
      return { act: "release", amount: due, next: nextRelease(terms, vested, atLeastOne(least)) };
    }
    default:
      return NOTHING;
  }
}

const atLeastOne = (amount: bigint) => (amount < 1n ? 1n : amount);
