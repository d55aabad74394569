import type { Caip2, Point } from "../../chains/chain.ts";
import type { NewEvent } from "../../journal/journal.ts";

/** What is decided about a route as a whole. */
export type RouteEvent =
  /** A chain took back what it had called final: nothing goes on until an operator has looked. */
  | {
      readonly type: "FinalityBroken";
      readonly data: { readonly chain: Caip2; readonly final: Point; readonly ancestor: Point };
    }
  | { readonly type: "Resumed"; readonly data: { readonly by: string } }
  /** The blocks of the chain of coins from a height on are to be read again: an account was named after they had been. */
  | {
      readonly type: "LookBackAsked";
      readonly data: { readonly since: number; readonly account: string; readonly by: string };
    };

export interface RouteState {
  readonly broken?: Extract<RouteEvent, { type: "FinalityBroken" }>["data"];
  /** For each chain the last break that an operator has accepted: reading goes on after its ancestor. */
  readonly accepted: Readonly<Record<Caip2, { readonly final: Point; readonly ancestor: Point }>>;
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
  return broken === undefined ? state : { ...rest, accepted: { ...rest.accepted, [broken.chain]: broken } };
}

/** A chain went back behind what it had called final. */
export function decideBroken(
  { broken }: RouteState,
  data: { readonly chain: Caip2; readonly final: Point; readonly ancestor: Point },
): readonly RouteEvent[] {
  return broken === undefined ? [{ type: "FinalityBroken", data }] : [];
}

/** An operator has looked, and lets the route go on from where the chain still agrees. */
export function decideResumed({ broken }: RouteState, by: string): readonly RouteEvent[] {
  return broken === undefined ? [] : [{ type: "Resumed", data: { by } }];
}
