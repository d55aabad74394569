import type { CycleClock } from "./collect-cycle.ts";

/** The machine's clock; browsers have it too. */
export const SYSTEM_CLOCK: CycleClock = {
  now: () => BigInt(Math.floor(Date.now() / 1_000)),
  wait: (seconds, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        // The signal outlives many waits.
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, Number(seconds) * 1_000);
      signal.addEventListener("abort", done);
    }),
};
