import type { Caip2, Point } from "../../chains/chain.ts";
import { TerminalError } from "../../core/errors.ts";
import type { NewEvent } from "../../journal/journal.ts";

/** A chain that went back behind what it had called final. */
export interface Break {
  readonly chain: Caip2;
  /** The last block that had been final. */
  readonly final: Point;
  /** Where its history is the same again; undefined where nodes know the former branch no more. */
  readonly ancestor?: Point;
}

/** A break that an operator has looked at. Reading goes on after the ancestor, or from the height that the operator has said. */
export type Accepted = { readonly final: Point } & ({ readonly ancestor: Point } | { readonly from: number });

/** What is decided about a route as a whole. */
export type RouteEvent =
  /** A chain took back what it had called final: nothing goes on until an operator has looked. */
  | { readonly type: "FinalityBroken"; readonly data: Break }
  | { readonly type: "Resumed"; readonly data: { readonly by: string; readonly from?: number } }
  /** The blocks of the chain of coins from a height on are to be read again: an account was named after they had been. */
  | {
      readonly type: "LookBackAsked";
      readonly data: { readonly since: number; readonly account: string; readonly by: string };
    };

export interface RouteState {
  readonly broken?: Break;
  /** For each chain the last break that an operator has accepted. */
  readonly accepted: Readonly<Record<Caip2, Accepted>>;
  /** The heights from which blocks are to be read again, in order. */
  readonly lookBacks: readonly number[];
}

export const NEW_ROUTE: RouteState = { accepted: {}, lookBacks: [] };

export function evolveRoute(state: RouteState, event: NewEvent): RouteState {
  const { type, data } = event as RouteEvent;
  if (type === "FinalityBroken") return { ...state, broken: data };
  if (type === "LookBackAsked") return { ...state, lookBacks: [...state.lookBacks, data.since] };
  if (type !== "Resumed") return state;
  const { broken, ...rest } = state;
  if (broken === undefined) return state;
  const { chain, final, ancestor } = broken;
  const { from } = data;
  const where = from !== undefined ? { from } : ancestor !== undefined ? { ancestor } : undefined;
  if (where === undefined) return state;
  return { ...rest, accepted: { ...rest.accepted, [chain]: { final, ...where } } };
}

/** A chain went back behind what it had called final. */
export function decideBroken({ broken }: RouteState, data: Break): readonly RouteEvent[] {
  return broken === undefined ? [{ type: "FinalityBroken", data }] : [];
}

/**
 * An operator has looked, and lets the route go on: from where the chain still agrees, or from a height of the operator's choice.
 *
 * @throws TerminalError `RESUME_FROM_UNKNOWN` where neither is known
 */
export function decideResumed({ broken }: RouteState, by: string, from?: number): readonly RouteEvent[] {
  if (broken === undefined) return [];
  if (broken.ancestor === undefined && from === undefined) {
    throw new TerminalError("RESUME_FROM_UNKNOWN", "Nobody knows up to which block the chain is as it was", {
      facts: { chain: broken.chain, final: broken.final.height },
      advice: "Find the last block that certainly counts, and say the height after it with --from.",
    });
  }
  return [{ type: "Resumed", data: { by, ...(from === undefined ? {} : { from }) } }];
}
