import { formatUnits, type Units } from "../../core/money.ts";
import { HOUR } from "../parameters.ts";
import { MODES, type Mode, PRICE_DECIMALS } from "./model.ts";
import { mostInADay } from "./promises.ts";
import type { ExitRecord, PriceReplayResult, PriceStep } from "./result.ts";

type Played = Omit<PriceReplayResult, "broken" | "finding">;

const DOLLAR = 10n ** BigInt(PRICE_DECIMALS);

/** A price as people read it: `$27,183`, `$181.09`, `$0.9129`, `$0.00032`. */
export function formatPrice(price: bigint): string {
  const places = price >= 1_000n * DOLLAR ? 0 : price >= 10n * DOLLAR ? 2 : price >= DOLLAR / 100n ? 4 : 6;
  const unit = 10n ** BigInt(PRICE_DECIMALS - places);
  const rounded = (price + unit / 2n) / unit;
  const scale = 10n ** BigInt(places);
  const whole = (rounded / scale).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = (rounded % scale).toString().padStart(places, "0");
  // A whole number of cents needs no more than two decimals.
  const cut = places > 2 ? fraction.replace(/0{1,2}$/, "") : fraction;
  return places === 0 ? `$${whole}` : `$${whole}.${cut}`;
}

/** Units of the replay's asset as people read them, whole where there are many. */
export function formatAmount(amount: bigint, played: Pick<Played, "decimals" | "symbol">): string {
  const many = amount >= 1_000n * 10n ** BigInt(played.decimals);
  return formatUnits(amount as Units, played.decimals, played.symbol, many ? 0 : 2);
}

/** Seconds of the record in each mode: what a step said holds until the next. */
export function secondsByMode(played: Pick<Played, "steps" | "recordEnds">): Readonly<Record<Mode, number>> {
  const seconds: Record<Mode, number> = { HALT: 0, DEGRADED: 0, DISPUTED: 0, NORMAL: 0 };
  for (const [index, step] of played.steps.entries()) {
    const next = played.steps[index + 1]?.at ?? step.at;
    if (step.at < played.recordEnds) seconds[step.mode] += Math.min(next, played.recordEnds) - step.at;
  }
  return seconds;
}

/** Modes with the hours they lasted, those that lasted at all. */
export function formatModes(played: Pick<Played, "steps" | "recordEnds">): string {
  const seconds = secondsByMode(played);
  return [...MODES]
    .reverse()
    .filter((mode) => seconds[mode] > 0)
    .map((mode) => `${mode} ${Math.round(seconds[mode] / HOUR)} h`)
    .join(", ");
}

/** How many exits went which way. */
export interface Counts {
  readonly paid: number;
  readonly queued: number;
  readonly released: number;
  /** Released while the price was not NORMAL. */
  readonly releasedWithoutPrice: number;
}

export function countExits(exits: readonly ExitRecord[]): Counts {
  const of = (test: (exit: ExitRecord) => boolean): number => exits.filter(test).length;
  return {
    paid: of(({ outcome }) => outcome === "paid"),
    queued: of(({ outcome }) => outcome === "queued"),
    released: of(({ release }) => release !== undefined),
    releasedWithoutPrice: of(({ release }) => release !== undefined && release.mode !== "NORMAL"),
  };
}

function priced(steps: readonly PriceStep[]): PriceStep[] {
  return steps.filter(({ mid }) => mid > 0n);
}

/** The widest distance between bid and ask, in basis points of mid. */
export function widestBps(steps: readonly PriceStep[]): bigint {
  return priced(steps).reduce((most, { bid, mid, ask }) => {
    const width = ((ask - bid) * 10_000n) / mid;
    return width > most ? width : most;
  }, 0n);
}

function percent(bps: bigint): string {
  return `${bps / 100n}.${(bps % 100n).toString().padStart(2, "0").replace(/0$/, "")} %`;
}

function lowest(steps: readonly PriceStep[]): PriceStep | undefined {
  return priced(steps).reduce<PriceStep | undefined>(
    (least, step) => (least === undefined || step.mid < least.mid ? step : least),
    undefined,
  );
}

const SAYS: Readonly<Record<string, (played: Played) => string>> = {
  "chainlink-alone": (played) => {
    const { queued, released, paid } = countExits(played.exits);
    return `One source alone is never believed: ${paid} of ${queued + paid} exits were instant, ${released} of the ${queued} that queued were paid in full.`;
  },
  "chainlink-venue": (played) => {
    const { paid, queued } = countExits(played.exits);
    return `Round 0 is not taken for a price; then both sources stay within ${percent(widestBps(played.steps))} of each other, and ${paid} of ${paid + queued} exits are paid at once.`;
  },
  "march-2020": (played) => {
    const disputed = secondsByMode(played).DISPUTED / HOUR;
    return `Venues stood up to ${percent(widestBps(played.steps))} apart, one of them at a standstill; mid stayed between them, and the price was DISPUTED for ${disputed} h, in which nothing was instant.`;
  },
  luna: (played) => {
    const paid = played.exits.filter(({ outcome }) => outcome === "paid");
    const heldBack = played.exits
      .filter(({ reasons }) => reasons.length === 1 && reasons[0] === "ASSET_LIMIT")
      .reduce((sum, { amount }) => sum + amount, 0n);
    const [first] = priced(played.steps);
    const last = lowest(played.steps);
    return `LUNA fell from ${formatPrice(first?.mid ?? 0n)} to ${formatPrice(last?.mid ?? 0n)}, and at most ${formatAmount(mostInADay(paid), played)} left at once in any day, because the breaker counts units: limits in dollars alone would have paid ${formatAmount(heldBack, played)} more at once.`;
  },
  "usdc-depeg": (played) => {
    const low = lowest(played.steps);
    const seconds = secondsByMode(played);
    return `USDC fell to ${formatPrice(low?.mid ?? 0n)}. For ${(seconds.DISPUTED + seconds.DEGRADED) / HOUR} h its sources lay up to ${percent(widestBps(played.steps))} apart or one stood alone, and exits queued; once most agreed, exits were instant again, counted at the low price.`;
  },
  "two-venues": (played) => {
    const disputed = played.exits.filter(({ mode }) => mode === "DISPUTED");
    return `Two venues outvote nobody: whenever they differ by more than 0.2 % the price is DISPUTED (${secondsByMode(played).DISPUTED / HOUR} h), and all ${disputed.length} exits asked then queued.`;
  },
};

/** What a replay showed, in one sentence made of its own figures. */
export function findingOf(played: Played): string {
  const says = SAYS[played.id];
  return says === undefined ? formatModes(played) : says(played);
}
