import { setTimeout as timeout } from "node:timers/promises";
import type { Clock } from "./clock.ts";

/** This machine's own time. */
export const machineClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) =>
    timeout(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};
