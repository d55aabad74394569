import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds: less than a test may take, so that what never comes is named. */
const ENOUGH = 240_000;

/**
 * Waits until something holds, however slow the machine is.
 *
 * @param what what is said where it never does
 * @param every milliseconds between two looks
 */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  every = 5,
): Promise<void> {
  for (const end = performance.now() + ENOUGH; !(await holds()); await sleep(every)) {
    if (performance.now() > end) throw new Error(`never came: ${typeof what === "string" ? what : what()}`);
  }
}
