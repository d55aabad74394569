import type { StoredPayment } from "./payment-slot.ts";
import { UNCONDITIONAL } from "./question.ts";
import { vestedAt } from "./schedule.ts";
import type { PaymentTerms } from "./terms.ts";

/** Where a payment stands at a time. */
export type PaymentPhase =
  /** Never created. */
  | "none"
  /** Its condition may be met yet. */
  | "waiting"
  /** Its condition wasn't met in time; what it holds can't be rolled back yet. */
  | "missed"
  /** Anyone can roll back what is left. */
  | "lapsed"
  /** The payee may capture. */
  | "capturable"
  /** The payee may capture no more; what is left can't be rolled back yet. */
  | "uncaptured"
  /** Not all has vested; what has may be due. */
  | "vesting"
  /** All has vested, not all is paid. */
  | "due"
  /** All is paid. */
  | "paid"
  /** What wasn't paid went back. */
  | "returned";

/** A payment at a time. Amounts in raw units. */
export interface PaymentState extends StoredPayment {
  readonly phase: PaymentPhase;
  /** Unix seconds. */
  readonly time: bigint;
  /** By its schedule, whether or not its condition is met. */
  readonly vested: bigint;
  /** What `release` pays, or `capture` may take up to, as the contract's `dueOf`. */
  readonly due: bigint;
  /** What was neither paid nor given back. */
  readonly left: bigint;
}

function phaseOf(terms: PaymentTerms, stored: StoredPayment, vested: bigint, time: bigint): PaymentPhase {
  const { created, closed, latched, paid } = stored;
  if (!created) return "none";
  if (closed) return "returned";
  if (paid === terms.amount) return "paid";
  const waits = terms.condition !== UNCONDITIONAL && !latched;
  if (waits || terms.capture) {
    if (time >= terms.expiry) return "lapsed";
    if (time > terms.latchBy) return waits ? "missed" : "uncaptured";
    return waits ? "waiting" : "capturable";
  }
  return vested < terms.amount ? "vesting" : "due";
}

/**
 * A payment's state at a time, from what the contract keeps of it.
 *
 * @param stored `paymentOf`, or an event's slot by `unpackPayment`
 * @param time Unix seconds
 */
export function paymentState(terms: PaymentTerms, stored: StoredPayment, time: bigint): PaymentState {
  const { paid, refunded, created, latched, closed } = stored;
  const vested = vestedAt(terms, time);
  const phase = phaseOf(terms, stored, vested, time);
  const open = created && !closed;
  const waits = terms.condition !== UNCONDITIONAL && !latched;
  return {
    ...{ paid, refunded, created, latched, closed, phase, time, vested },
    due: open && !waits && vested > paid ? vested - paid : 0n,
    left: open ? terms.amount - paid : 0n,
  };
}
