import { usdDecimal } from "../../core/money.ts";
import { flowsByDay } from "./days.ts";
import { countExits, secondsByMode } from "./findings.ts";
import { type Mode, PRICE_DECIMALS } from "./model.ts";
import { mostInADay } from "./promises.ts";
import type { ExitRecord, PriceReplayResult } from "./result.ts";

/** One replay for machines: prices and dollars as decimals in strings, units raw, times Unix seconds. */
export interface PriceReplayJson {
  readonly id: string;
  readonly title: string;
  readonly ok: boolean;
  readonly finding: string;
  readonly symbol: string;
  readonly decimals: number;
  readonly sources: readonly string[];
  readonly caveats: readonly string[];
  readonly deltaBps: number;
  readonly recordEnds: number;
  readonly secondsByMode: Readonly<Record<Mode, number>>;
  readonly paid: number;
  readonly queued: number;
  readonly released: number;
  readonly breaker: string;
  readonly mostInADay: string;
  readonly broken: readonly string[];
  readonly days: readonly {
    readonly day: number;
    readonly asked: number;
    readonly instant: string;
    readonly charged: string;
    readonly released: string;
  }[];
  readonly steps: readonly {
    readonly at: number;
    readonly mode: Mode;
    readonly bid: string;
    readonly mid: string;
    readonly ask: string;
    readonly mask: number;
  }[];
  readonly exits: readonly {
    readonly customer: string;
    readonly at: number;
    readonly amount: string;
    readonly mode: Mode;
    readonly outcome: ExitRecord["outcome"];
    readonly reasons: readonly string[];
    readonly charged: string;
    readonly releasedAt: number | null;
  }[];
}

/** A price of the chain as decimal dollars: `27183.98`. */
export function decimalPrice(price: bigint): string {
  const digits = price.toString().padStart(PRICE_DECIMALS + 1, "0");
  const fraction = digits.slice(-PRICE_DECIMALS).replace(/0+$/, "");
  const whole = digits.slice(0, -PRICE_DECIMALS);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** Safe for `JSON.stringify`. */
export function pricesJson(result: PriceReplayResult): PriceReplayJson {
  const { paid, queued, released } = countExits(result.exits);
  const most = mostInADay(result.exits.filter(({ outcome }) => outcome === "paid"));
  return {
    id: result.id,
    title: result.title,
    ok: result.broken.length === 0,
    finding: result.finding,
    symbol: result.symbol,
    decimals: result.decimals,
    sources: result.sources,
    caveats: result.caveats,
    deltaBps: result.deltaBps,
    recordEnds: result.recordEnds,
    secondsByMode: secondsByMode(result),
    paid,
    queued,
    released,
    breaker: result.breaker.toString(),
    mostInADay: most.toString(),
    broken: result.broken,
    days: flowsByDay(result).map((flow) => ({
      day: flow.day,
      asked: flow.asked,
      instant: flow.instant.toString(),
      charged: usdDecimal(flow.charged),
      released: flow.released.toString(),
    })),
    steps: result.steps.map(({ at, mode, bid, mid, ask, mask }) => ({
      at,
      mode,
      bid: decimalPrice(bid),
      mid: decimalPrice(mid),
      ask: decimalPrice(ask),
      mask,
    })),
    exits: result.exits.map(({ customer, at, amount, mode, outcome, reasons, charged, release }) => ({
      customer,
      at,
      amount: amount.toString(),
      mode,
      outcome,
      reasons,
      charged: usdDecimal(charged),
      releasedAt: release?.at ?? null,
    })),
  };
}
