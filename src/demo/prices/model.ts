import { observationAt, RECORD_DECIMALS } from "./records.ts";
import type { PriceReplay } from "./replays.ts";

/** Names of `Mode` in contracts/oracle/interfaces/IPriceRouter.sol, in its order. */
export const MODES = ["HALT", "DEGRADED", "DISPUTED", "NORMAL"] as const;
export type Mode = (typeof MODES)[number];

/** Decimals of a price on the chain. */
export const PRICE_DECIMALS = 12;
const SCALE = 10n ** BigInt(PRICE_DECIMALS - RECORD_DECIMALS);
const BPS = 10_000n;

/** What must come out of the sources at one moment, by their records alone. */
export interface Expected {
  readonly mode: Mode;
  readonly mask: number;
  /** Lowest and highest of the valid readings, 12 decimals; zero without any. */
  readonly low: bigint;
  readonly high: bigint;
}

/** Each source's reading at `at`, 12 decimals; undefined where it is silent, too old or out of its bounds. */
export function readingsAt(replay: PriceReplay, at: number): (bigint | undefined)[] {
  return replay.sources.map(({ record, maxAgeSeconds }) => {
    const seen = observationAt(record, at);
    if (seen?.answer === undefined || at - seen.at > maxAgeSeconds) return undefined;
    const price = seen.answer * SCALE;
    return price < replay.minPrice || price > replay.maxPrice ? undefined : price;
  });
}

/**
 * The mode by the rule in words, written without a look at the contract's code: none HALT, one DEGRADED, else NORMAL if
 * more than half (of two: both) lie within delta of the median.
 */
export function expectedOf(readings: readonly (bigint | undefined)[], deltaBps: bigint): Expected {
  const valid = readings.filter((reading) => reading !== undefined).sort((a, b) => (a < b ? -1 : 1));
  const mask = readings.reduce((bits, reading, index) => bits | (reading === undefined ? 0 : 1 << index), 0);
  const [low = 0n] = valid;
  const high = valid.at(-1) ?? 0n;
  if (valid.length < 2) return { mode: valid.length === 0 ? "HALT" : "DEGRADED", mask, low, high };
  const middle = [valid[(valid.length - 1) >> 1] ?? 0n, valid[valid.length >> 1] ?? 0n] as const;
  const median = (middle[0] + middle[1]) / 2n;
  const near = valid.filter((reading) => {
    const apart = reading > median ? reading - median : median - reading;
    return apart * BPS <= median * deltaBps;
  });
  return { mode: near.length * 2 > valid.length ? "NORMAL" : "DISPUTED", mask, low, high };
}
