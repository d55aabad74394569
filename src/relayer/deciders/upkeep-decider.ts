import type { Effect } from "../../chains/chain.ts";
import type { NewEvent } from "../../journal/journal.ts";
import {
  type Attention,
  type AttentionEvent,
  CALM,
  decideFailed,
  decideTakenBack,
  evolveAttention,
} from "./attention.ts";
import type { Command } from "./command.ts";
import { withDeadLetters } from "./dead-letters.ts";
import type { Decider } from "./decider.ts";
import {
  decideEffects,
  decideVoiding,
  type EffectEvent,
  type Effects,
  evolveEffects,
  nextOfEffect,
  watchOnly,
} from "./effect-decider.ts";
import type { RouteTerms } from "./route-terms.ts";

/** How it ends: it has happened; its token was spent otherwise, so that it can't any more; it was left before it had one. */
export type UpkeepEnd = "done" | "impossible" | "left";

export type UpkeepEvent =
  | EffectEvent
  | AttentionEvent
  | { readonly type: "UpkeepAsked"; readonly data: { readonly effect: Effect; readonly by: string } }
  | { readonly type: "GivenUp"; readonly data: { readonly by: string; readonly why: string } }
  | { readonly type: "Ended"; readonly data: { readonly as: UpkeepEnd } };

export interface UpkeepState {
  readonly asked?: Effect;
  readonly effects: Effects;
  readonly attention: Attention;
  readonly ended?: UpkeepEnd;
}

function evolve(state: UpkeepState, event: NewEvent): UpkeepState {
  const effects = evolveEffects(state.effects, event);
  const next = { ...state, effects, attention: evolveAttention(state.attention, event) };
  const { type, data } = event as UpkeepEvent;
  if (type === "UpkeepAsked") return { ...next, asked: data.effect };
  return type === "Ended" ? { ...next, ended: data.as } : next;
}

function decideOwn(state: UpkeepState, command: Command): readonly UpkeepEvent[] {
  const { asked, effects, attention } = state;
  if (command.is === "asked") {
    const { effect, by } = command;
    return asked === undefined ? [{ type: "UpkeepAsked", data: { effect, by } }] : [];
  }
  if (asked === undefined) return [];
  switch (command.is) {
    case "failed":
      return decideFailed(attention, command.reason, command.kind);
    case "retry":
      return decideTakenBack(attention, command.by);
    case "giveUp": {
      const { by, why } = command;
      const left: UpkeepEvent = { type: "Ended", data: { as: "left" } };
      const voiding = effects.upkeep === undefined ? [left] : decideVoiding(effects, "upkeep", why);
      if (voiding.length === 0) return [];
      return [...decideTakenBack(attention, by), { type: "GivenUp", data: { by, why } }, ...voiding];
    }
    default:
      return decideEffects(effects, command);
  }
}

function decide(state: UpkeepState, command: Command): readonly UpkeepEvent[] {
  if (state.ended !== undefined) return [];
  const events = decideOwn(state, command);
  const ended = events.find((event) => event.type === "EffectEnded");
  return ended === undefined ? events : [...events, { type: "Ended", data: { as: ended.data.is } }];
}

/**
 * What keeps the wallet on the chain of coins going and pays nobody: lanes, or one coin out of many. An
 * operator asks for it; then it is an effect as any other: it has a token of its own, is stored before it is signed and sent, and
 * can happen once at most.
 */
export function upkeepDecider({ patience }: RouteTerms): Decider<UpkeepState> {
  return withDeadLetters<UpkeepState>({
    initial: { effects: {}, attention: CALM },
    evolve,
    decide,
    next({ asked, ended, effects, attention }, { time }) {
      if (asked === undefined || ended !== undefined) return { do: "wait", for: "nothing: it has ended" };
      if (attention.dead !== undefined) return watchOnly(effects);
      const { upkeep } = effects;
      if (upkeep === undefined) return { do: "reserve", part: "upkeep", side: "foreign", effect: asked };
      const next = nextOfEffect(upkeep, asked, patience.foreign, time);
      return next ?? { do: "wait", for: "nothing: it has ended" };
    },
    isOpen: ({ asked, ended }) => asked !== undefined && ended === undefined,
  });
}
