import { divUp } from "../core/money.ts";
import type { PaymentSchedule } from "./terms.ts";

/** A payment's amount, raw units, and when it vests. */
export interface Vesting {
  readonly amount: bigint;
  readonly schedule: PaymentSchedule;
}

/**
 * What is vested at a time, raw units, rounded down, as the contract computes it.
 *
 * @param time Unix seconds
 */
export function vestedAt(
  { amount, schedule: { start, duration, step, cliff } }: Vesting,
  time: bigint,
): bigint {
  if (time < start) return 0n;
  const elapsed = time - start;
  if (elapsed >= duration) return amount;
  return cliff + ((elapsed / step) * step * (amount - cliff)) / duration;
}

/**
 * The first second at which at least `target` is vested, Unix seconds.
 *
 * @param target raw units, at most the amount
 */
export function vestedFrom({ amount, schedule }: Vesting, target: bigint): bigint {
  const { start, duration, step, cliff } = schedule;
  const missing = target - cliff;
  if (duration === 0n || missing <= 0n) return start;
  // The smallest k of which k * step * (amount - cliff) / duration, rounded down, is all that is missing.
  const perStep = step * (amount - cliff);
  const steps = divUp(missing * duration, perStep);
  const elapsed = steps * step;
  // The last step may be a shorter one.
  return elapsed < duration ? start + elapsed : start + duration;
}

/** When more vests than has at `time`, Unix seconds; undefined once all has. */
export function nextVesting(vesting: Vesting, time: bigint): bigint | undefined {
  const vested = vestedAt(vesting, time);
  return vested < vesting.amount ? vestedFrom(vesting, vested + 1n) : undefined;
}
