import { setTimeout as timeout } from "node:timers/promises";
import type { CycleClock } from "./collect-cycle.ts";

/** The machine's clock. */
export const SYSTEM_CLOCK: CycleClock = {
  now: () => BigInt(Math.floor(Date.now() / 1_000)),
  wait: (seconds, signal) => timeout(Number(seconds) * 1_000, undefined, { signal }).catch(() => undefined),
};
