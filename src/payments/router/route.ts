import type { TypedText } from "../../custody/typed-text.ts";
import type { Call, MinedLog } from "../sending/call.ts";
import type { Reason } from "../sending/reason.ts";
import type { Place, Risk, Wish } from "./wish.ts";

/** One thing that the payer does for a route. */
export type Step = {
  /** As a clause: `transferring in the ledger`. */
  readonly what: string;
  /** Whether the payment is made with it: from then on no other route may be taken. Before it the money is still the payer's. */
  readonly commits: boolean;
} & ({ readonly call: Call } | { readonly sign: TypedText });

/** A route that is open. */
export interface Leg {
  readonly state: "open";
  readonly route: string;
  readonly place: Place;
  /** What it costs the payer beyond the amount, micro-USD. */
  readonly cost: bigint;
  /** Unix seconds from which the payee can use it, if nothing else changes. */
  readonly arrives: bigint;
  readonly risk: Risk;
  /** Whether it keeps the wish's bond. */
  readonly binds: boolean;
  /** Why it isn't better: what queues an exit, say. */
  readonly notes: readonly Reason[];
  /** In their order; one of them commits, or more. */
  readonly steps: readonly Step[];
}

/** A route that isn't open, with every reason. */
export interface Closed {
  readonly state: "closed";
  readonly route: string;
  readonly reasons: readonly Reason[];
}

export type Quote = Leg | Closed;

/** What a mined step came to. `otherwise`: not what was wished, with the call that takes it back. */
export type Landing =
  | { readonly as: "wished" }
  | { readonly as: "otherwise"; readonly reason: Reason; readonly undo: Call };

/**
 * One kind of route. Whoever has another (a channel, a chain of another kind) implements this; nothing else knows kinds.
 *
 * `quote` reads and refuses with all reasons that it can tell; what it throws closes this route alone.
 */
export interface RouteSource {
  /** Its own; breaks ties, and names it in a journal. */
  readonly route: string;
  quote(wish: Wish): Promise<Quote>;
  /** Hands a signature over to whom it is for; again is harmless. Throws a TerminalError only where it is surely not taken. */
  deliver?(wish: Wish, text: TypedText, signature: string): Promise<void>;
  /** What a committing call came to, by its logs; absent: what was wished. */
  landed?(wish: Wish, logs: readonly MinedLog[]): Promise<Landing>;
}

/** A closed route. */
export function closed(route: string, reasons: readonly Reason[]): Closed {
  return { state: "closed", route, reasons };
}
