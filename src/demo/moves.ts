import { type Cents, cents } from "../core/money.ts";
import type { Holdings, PerAsset, SuiteAsset } from "./assets.ts";
import type { Power } from "./causes.ts";
import type { Incident } from "./incidents.ts";
import type { ReplayParameters } from "./parameters.ts";

/** Who takes part; `outside` is the thief's wallet beyond the door, `rest` everyone else's money. */
export type Party =
  | "operator"
  | "victim"
  | "app"
  | "thief"
  | "bought"
  | `mule-${number}`
  | "outside"
  | "rest"
  | "everyone"
  | "safe"
  | "guardian"
  | "canceller"
  | "timelock";

/**
 * What a move does on the chain.
 *
 * - `exit`, `queue`: withdraw; the first hopes to be paid at once, the second expects to wait.
 * - `transfer`, `payout`: inside the ledger, by an account or by an app to an account.
 * - `book`: enter a destination into the book. `release`: release every matured exit of `from`.
 * - `bypass`: call a restricted function without the timelock. `schedule`, `execute`: with it.
 * - `hold`, `extend`, `veto`: the defence.
 */
export type MoveKind =
  | "exit"
  | "queue"
  | "transfer"
  | "payout"
  | "book"
  | "release"
  | "bypass"
  | "schedule"
  | "execute"
  | "hold"
  | "extend"
  | "veto";

/** One attempt, by the thief or by the defence. */
export interface Move {
  /** Seconds after the first event of the record. */
  readonly at: number;
  readonly kind: MoveKind;
  readonly from: Party;
  readonly to: Party;
  readonly asset: SuiteAsset | undefined;
  /** Zero where the kind moves no stated amount. */
  readonly cents: Cents;
  /**
   * At which price cents become units: `start` for parts of the stake, so that they add up to the balance; `now` for
   * amounts measured against a limit.
   */
  readonly valuedAt: "start" | "now";
  /** Which proposal, for schedule, execute, veto and bypass. */
  readonly proposal: number | undefined;
  /** Index into the incident's outflows, where the move replays one. */
  readonly record: number | undefined;
  readonly why: string;
}

/** One way of stealing, run from the same opening state; what counts is the worst of all. */
export interface Strategy {
  readonly id: "record" | "split" | "mules" | "wait" | "queue" | "both" | "bypass" | "timelock" | "flood";
  readonly title: string;
  /** In order of time. */
  readonly moves: readonly Move[];
}

type Draft = Omit<Move, "proposal" | "record" | "valuedAt" | "why" | "asset" | "cents"> & Partial<Move>;

/** Nothing of any asset. */
export const NOTHING: PerAsset = { eth: cents(0n), btc: cents(0n), usd: cents(0n) };

/** A move with everything that it does not say left empty. */
export function move(draft: Draft & { readonly why: string }): Move {
  return {
    asset: undefined,
    cents: cents(0n),
    valuedAt: "start",
    proposal: undefined,
    record: undefined,
    ...draft,
  };
}

/** Moves in order of time; moves at the same time keep theirs. */
export function inOrder(moves: readonly Move[]): Move[] {
  return [...moves].sort((a, b) => a.at - b.at);
}

/** What the strategies start from. */
export interface Scene {
  readonly incident: Incident;
  readonly power: Power;
  readonly deadlineSeconds: number;
  readonly stake: PerAsset;
  readonly holdings: Holdings;
}

/** The account that the power acts as. */
export function sourceOf(power: Power): Party {
  if (power === "user-key") return "victim";
  return power === "app" ? "app" : "operator";
}

/** The fresh accounts that shares are sent through. */
export function muleNames(parameters: ReplayParameters): Party[] {
  return Array.from({ length: parameters.thief.mules }, (_, index): Party => `mule-${index + 1}`);
}
