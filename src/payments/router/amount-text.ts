import { divUp } from "../../core/money.ts";

const SPANS = [
  { seconds: 86_400n, unit: "d" },
  { seconds: 3_600n, unit: "h" },
  { seconds: 60n, unit: "min" },
  { seconds: 1n, unit: "s" },
] as const;

/**
 * How long from now, rounded up: `at once`, `in 40 s`, `in 12 h`, `in 3 d`. The smallest unit that needs no more than two
 * digits.
 */
export function spanText(seconds: bigint): string {
  if (seconds <= 0n) return "at once";
  const fits = [...SPANS].reverse().find((span) => divUp(seconds, span.seconds) < 100n) ?? SPANS[0];
  return `in ${divUp(seconds, fits.seconds)} ${fits.unit}`;
}

const CENT = 10_000n;

/** Micro-USD in dollars, rounded up to cents; what is below a cent to two digits. `0.03 USD`, `0.00041 USD`. */
export function costText(microUsd: bigint): string {
  const step = microUsd >= CENT ? CENT : 10n ** BigInt(Math.max(0, microUsd.toString().length - 2));
  const rounded = divUp(microUsd, step) * step;
  const tail = (rounded % 1_000_000n).toString().padStart(6, "0").replace(/0+$/, "");
  const whole = rounded / 1_000_000n;
  return tail === "" ? `${whole} USD` : `${whole}.${tail.padEnd(2, "0")} USD`;
}
