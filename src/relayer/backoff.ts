import type { Random } from "./clock.ts";

/** Milliseconds. */
const FIRST = 1_000;
const MOST = 60_000;

/**
 * How long to wait after so many failures in a row: twice as long each time, up to a minute, of which up to half is left out by
 * chance, so that those who failed together don't come back together.
 *
 * @param failures 1 after the first one
 * @returns milliseconds
 */
export function backoff(failures: number, random: Random): number {
  const whole = Math.min(MOST, FIRST * 2 ** Math.min(failures - 1, 16));
  return Math.round(whole * (1 - random() / 2));
}
