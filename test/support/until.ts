import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds: less than a test may take, so that what never comes is named. */
const ENOUGH = 240_000;

/** Waits until something holds, however slow the machine is. `what` is what is said where it never does. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + ENOUGH; !(await holds()); await sleep(5)) {
    if (performance.now() > end) throw new Error(`never came: ${what}`);
  }
}
