import type { ConflictToken, Effect } from "../../chains/chain.ts";
import type { NewEvent } from "../../journal/journal.ts";
import {
  type Attention,
  type AttentionEvent,
  CALM,
  decideFailed,
  decideTakenBack,
  evolveAttention,
} from "./attention.ts";
import { withDeadLetters } from "./dead-letters.ts";
import type { Decider, Side } from "./decider.ts";
import {
  decideEffects,
  type EffectEvent,
  type Effects,
  evolveEffects,
  nextOfEffect,
  watchOnly,
} from "./effect-decider.ts";

/**
 * A token's own stream. Whoever stores its first event has the token, and nobody can store a second first event: this is what
 * keeps one token from two effects, however many workers run.
 *
 * `TokenTaken`: by an effect of a stream. `TokenSpent`: finally. `TokenAbandoned`: its effect has no use for it; then it is spent
 * here on nothing, so that no nonce is a gap and no lane of anchors ends.
 */
export type TokenEvent =
  | {
      readonly type: "TokenTaken";
      readonly data: {
        readonly side: Side;
        readonly token: ConflictToken;
        readonly effect: Effect;
        readonly stream: string;
      };
    }
  | { readonly type: "TokenSpent"; readonly data: { readonly txId: string } }
  | { readonly type: "TokenAbandoned"; readonly data: { readonly why: string } };

export interface TokenState {
  readonly taken?: Extract<TokenEvent, { type: "TokenTaken" }>["data"];
  readonly abandoned?: string;
  readonly spent?: string;
  readonly effects: Effects;
  readonly attention: Attention;
}

function evolveToken(state: TokenState, event: NewEvent): Pick<TokenState, "taken" | "abandoned" | "spent"> {
  const { type, data } = event as TokenEvent;
  switch (type) {
    case "TokenTaken":
      return { taken: data };
    case "TokenSpent":
      return { spent: data.txId };
    case "TokenAbandoned":
      return { abandoned: data.why };
    default:
      return state;
  }
}

/**
 * What a token is spent on that nobody has a use for. Whether what a nonce was for has been done by others says nothing of the
 * nonce, so it is asked about as one that is for nothing.
 */
function voidEffect({ token, effect }: NonNullable<TokenState["taken"]>): Effect {
  return token.kind === "nonce" ? { id: effect.id, kind: "void", data: {} } : effect;
}

/** @param patience milliseconds in a pool until a transaction is replaced for more, on each side */
export function tokenDecider(patience: Readonly<Record<Side, number>>): Decider<TokenState> {
  return withDeadLetters<TokenState>({
    initial: { effects: {}, attention: CALM },
    evolve: (state, event) => ({
      ...state,
      ...evolveToken(state, event),
      effects: evolveEffects(state.effects, event),
      attention: evolveAttention(state.attention, event),
    }),
    decide(state, command): readonly (TokenEvent | EffectEvent | AttentionEvent)[] {
      const { taken, spent, abandoned, effects, attention } = state;
      if (taken === undefined || spent !== undefined) return [];
      if (command.is === "failed") return decideFailed(attention, command.reason, command.kind);
      if (command.is === "retry") return decideTakenBack(attention, command.by);
      if (command.is === "abandoned") {
        if (abandoned !== undefined) return [];
        const { side, effect, token } = taken;
        return [
          { type: "TokenAbandoned", data: { why: command.why } },
          { type: "EffectReserved", data: { part: "void", side, effect, token } },
          { type: "EffectVoiding", data: { part: "void", why: command.why } },
        ];
      }
      if (command.is === "reserved") return [];
      const events = decideEffects(effects, command);
      const ended = events.find((event) => event.type === "EffectEnded");
      return ended === undefined
        ? events
        : [...events, { type: "TokenSpent", data: { txId: ended.data.txId } }];
    },
    next({ taken, spent, abandoned, effects, attention }, { time }) {
      if (taken === undefined || spent !== undefined)
        return { do: "wait", for: "nothing: the token is spent" };
      if (attention.dead !== undefined) return watchOnly(effects, () => voidEffect(taken));
      const state = effects.void;
      if (abandoned === undefined || state === undefined) {
        return { do: "wait", for: `${taken.stream}, which has this token` };
      }
      return (
        nextOfEffect(state, voidEffect(taken), patience[state.side], time) ?? {
          do: "wait",
          for: "nothing: the token is spent",
        }
      );
    },
    isOpen: ({ taken, spent }) => taken !== undefined && spent === undefined,
  });
}
