import type { Cents } from "../../core/money.ts";
import type { ReasonName } from "../../custody/reasons.ts";
import type { Mode } from "./model.ts";
import type { CustomerId } from "./replays.ts";

/** What the router said at one moment. Prices have 12 decimals and are zero at HALT. */
export interface PriceStep {
  /** Unix seconds. */
  readonly at: number;
  readonly mode: Mode;
  readonly bid: bigint;
  readonly mid: bigint;
  readonly ask: bigint;
  /** Bit i: source i was valid. */
  readonly mask: number;
}

/** One request for an exit, and what became of it. */
export interface ExitRecord {
  readonly customer: CustomerId;
  readonly at: number;
  /** Raw units. */
  readonly amount: bigint;
  readonly mode: Mode;
  /** The ask at the request, 12 decimals; zero at HALT. */
  readonly ask: bigint;
  readonly outcome: "paid" | "queued" | "refused";
  readonly reasons: readonly ReasonName[];
  /** What the customer's window was charged; zero unless paid at once. */
  readonly charged: Cents;
  /** When a queued exit may leave without anyone's consent. */
  readonly late?: number;
  readonly release?: {
    readonly at: number;
    /** The mode of the price then, which a release does not look at. */
    readonly mode: Mode;
    readonly paid: bigint;
  };
}

/** Everything that one replay did on the chain. */
export interface PriceReplayResult {
  readonly id: string;
  readonly title: string;
  /** One sentence from the figures. */
  readonly finding: string;
  readonly symbol: string;
  readonly decimals: number;
  readonly sources: readonly string[];
  readonly deltaBps: number;
  readonly scale: "linear" | "log";
  readonly caveats: readonly string[];
  /** Until here prices were played; afterwards the feeds are silent. */
  readonly recordEnds: number;
  readonly steps: readonly PriceStep[];
  readonly exits: readonly ExitRecord[];
  /** Raw units that may leave at once in any trailing day. */
  readonly breaker: bigint;
  /** What one customer may take at once in any trailing day. */
  readonly dollarLimit: Cents;
  /** At the end: what the vault holds of the asset and owes, raw units. */
  readonly held: bigint;
  readonly owed: bigint;
  /** Promises that were not kept. */
  readonly broken: readonly string[];
}
