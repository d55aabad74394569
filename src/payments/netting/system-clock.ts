import type { CycleClock } from "./collect-cycle.ts";

/** The machine's clock. */
export const SYSTEM_CLOCK: CycleClock = {
  now: () => BigInt(Math.floor(Date.now() / 1_000)),
  wait: (seconds, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, Number(seconds) * 1_000);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};
