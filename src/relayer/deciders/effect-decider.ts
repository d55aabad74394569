import type { BroadcastResult, ConflictToken, Effect, EffectStatus } from "../../chains/chain.ts";
import type { NewEvent } from "../../journal/journal.ts";
import { type AttentionEvent, REJECTED, type Reason } from "./attention.ts";
import type { Command } from "./command.ts";
import type { Side } from "./decider.ts";
import type { Intention, Mode, Part } from "./intention.ts";
import type { StoredSigned, StoredUnsigned } from "./stored-tx.ts";

/** Where an effect's transactions are now, as far as was looked. */
export type Where = "nowhere" | "pool" | "block";

/**
 * The life of an effect: a token is its own for good; what is built is stored before it is signed, what is signed before it is
 * sent; what is sent is looked for until the token is finally spent, by whatever version.
 */
export type EffectEvent =
  | {
      readonly type: "EffectReserved";
      readonly data: {
        readonly part: Part;
        readonly side: Side;
        readonly effect: Effect;
        readonly token: ConflictToken;
      };
    }
  | {
      readonly type: "EffectBuilt";
      readonly data: { readonly part: Part; readonly mode: Mode; readonly unsigned: StoredUnsigned };
    }
  | { readonly type: "EffectRefused"; readonly data: { readonly part: Part } & Reason }
  | {
      readonly type: "EffectSigned";
      readonly data: { readonly part: Part; readonly mode: Mode; readonly signed: StoredSigned };
    }
  | {
      readonly type: "EffectSent";
      readonly data: {
        readonly part: Part;
        readonly txId: string;
        readonly result: BroadcastResult;
        /** Unix milliseconds. */
        readonly at: number;
      };
    }
  | {
      readonly type: "EffectSeen";
      readonly data: { readonly part: Part; readonly where: Where; readonly txId?: string };
    }
  | {
      readonly type: "EffectEnded";
      readonly data: { readonly part: Part; readonly is: "done" | "impossible"; readonly txId: string };
    }
  | {
      readonly type: "EffectVoiding" | "EffectAbandoned";
      readonly data: { readonly part: Part; readonly why: string };
    };

/** A transaction that was signed: it may happen at any time from then on, whatever is signed after it. */
export interface Version {
  readonly signed: StoredSigned;
  readonly mode: Mode;
  readonly sent?: { readonly result: BroadcastResult; readonly at: number };
}

export interface EffectState {
  readonly part: Part;
  readonly side: Side;
  readonly effect: Effect;
  readonly token: ConflictToken;
  readonly built?: { readonly mode: Mode; readonly unsigned: StoredUnsigned };
  readonly versions: readonly Version[];
  /** Why its token is to be spent on nothing. */
  readonly voiding?: string;
  readonly where: Where;
  /** In which transaction, where it is in a block. */
  readonly txId?: string;
  readonly end?: { readonly is: "done" | "impossible"; readonly txId: string };
}

/** The effects of one stream, by their names. */
export type Effects = Readonly<Partial<Record<Part, EffectState>>>;

/** More than so many versions of one transaction help nobody: from then on it is waited for. */
export const MOST_VERSIONS = 12;

function evolveOne(state: EffectState, event: EffectEvent): EffectState {
  switch (event.type) {
    case "EffectReserved":
      return { ...event.data, versions: [], where: "nowhere" };
    case "EffectBuilt":
      return { ...state, built: { mode: event.data.mode, unsigned: event.data.unsigned } };
    case "EffectRefused": {
      const { built: _dropped, ...rest } = state;
      return rest;
    }
    case "EffectSigned": {
      const { built: _done, ...rest } = state;
      const { signed, mode } = event.data;
      return { ...rest, versions: [...state.versions, { signed, mode }] };
    }
    case "EffectSent": {
      const { txId, result, at } = event.data;
      const versions = state.versions.map((version) =>
        version.signed.txId === txId ? { ...version, sent: { result, at } } : version,
      );
      return { ...state, versions };
    }
    case "EffectSeen": {
      const { txId: _before, ...rest } = state;
      const { where, txId } = event.data;
      return { ...rest, where, ...(txId === undefined ? {} : { txId }) };
    }
    case "EffectVoiding": {
      const { built, ...rest } = state;
      // What isn't signed yet is left; what is, may still happen.
      return { ...rest, ...(built?.mode === "void" ? { built } : {}), voiding: event.data.why };
    }
    case "EffectEnded":
      return { ...state, end: { is: event.data.is, txId: event.data.txId } };
    case "EffectAbandoned":
      return state;
  }
}

/** A stream's effects after one more event. */
export function evolveEffects(effects: Effects, event: NewEvent): Effects {
  if (!event.type.startsWith("Effect")) return effects;
  const { data } = event as EffectEvent;
  if (event.type === "EffectAbandoned") {
    const { [data.part]: _left, ...rest } = effects;
    return rest;
  }
  const before = effects[data.part];
  if (before === undefined && event.type !== "EffectReserved") return effects;
  return { ...effects, [data.part]: evolveOne(before as EffectState, event as EffectEvent) };
}

/** Where an effect stands, by a look at its chain. Only what is final ends it. */
function decideLooked(state: EffectState, status: EffectStatus): readonly EffectEvent[] {
  const { part } = state;
  if (status.is === "done" || status.is === "impossible") {
    const { is, txId, final } = status;
    if (final) return [{ type: "EffectEnded", data: { part, is, txId } }];
    if (state.where === "block" && state.txId === txId) return [];
    return [{ type: "EffectSeen", data: { part, where: "block", txId } }];
  }
  const where = status.is === "pending" ? "pool" : "nowhere";
  return state.where === where ? [] : [{ type: "EffectSeen", data: { part, where } }];
}

function decideSent(
  state: EffectState,
  { txId, result, at }: Extract<Command, { is: "sent" }>,
): readonly (EffectEvent | AttentionEvent)[] {
  const version = state.versions.find(({ signed }) => signed.txId === txId);
  if (version === undefined || version.sent?.result === result) return [];
  const sent: EffectEvent = { type: "EffectSent", data: { part: state.part, txId, result, at } };
  if (result !== "rejected") return [sent];
  // A node's no says nothing of what has happened: it is looked for, then replaced under the same token.
  return [sent, { type: "Faltered", data: { code: REJECTED, why: `A node refuses transaction ${txId}` } }];
}

/** What a command makes of a stream's effects. */
export function decideEffects(effects: Effects, command: Command): readonly (EffectEvent | AttentionEvent)[] {
  if (command.is === "reserved") {
    const { part, side, effect, token } = command;
    const before = effects[part];
    // A token is given once; only after it was finally spent on something else is there another one.
    if (before !== undefined && before.end?.is !== "impossible") return [];
    return [{ type: "EffectReserved", data: { part, side, effect, token } }];
  }
  if (!("part" in command)) return [];
  const state = effects[command.part];
  if (state === undefined || state.end !== undefined) return [];
  const { part } = state;
  switch (command.is) {
    case "built": {
      const { mode, unsigned } = command;
      const late = state.built !== undefined || (mode === "act" && state.voiding !== undefined);
      const other = unsigned.token.value !== state.token.value || unsigned.effect !== state.effect.id;
      return late || other ? [] : [{ type: "EffectBuilt", data: { part, mode, unsigned } }];
    }
    case "refused":
      if (state.built === undefined) return [];
      return [
        { type: "EffectRefused", data: { part, ...command.reason } },
        // What was sent is watched on, whoever refuses a better version of it.
        { type: state.versions.length > 0 ? "Waiting" : "Faltered", data: command.reason },
      ];
    case "signed": {
      const { mode, signed } = command;
      const late = state.built === undefined || state.built.mode !== mode;
      const known = state.versions.some((version) => version.signed.txId === signed.txId);
      return late || known ? [] : [{ type: "EffectSigned", data: { part, mode, signed } }];
    }
    case "sent":
      return decideSent(state, command);
    case "looked":
      return decideLooked(state, command.status);
    default:
      return [];
  }
}

/** Has an effect's token spent on nothing instead, unless it is over. */
export function decideVoiding(effects: Effects, part: Part, why: string): readonly EffectEvent[] {
  const state = effects[part];
  if (state === undefined || state.end !== undefined || state.voiding !== undefined) return [];
  return [{ type: "EffectVoiding", data: { part, why } }];
}

/** Leaves an effect that nobody wants any more: its token's own stream sees to it that the token is spent. */
export function decideAbandoned(effects: Effects, part: Part, why: string): readonly EffectEvent[] {
  const state = effects[part];
  if (state === undefined || state.end !== undefined) return [];
  return [{ type: "EffectAbandoned", data: { part, why } }];
}

/** Whether anything was made for an effect: it may happen, then. */
export function isBegun({ built, versions }: EffectState): boolean {
  return built !== undefined || versions.length > 0;
}

/** Whether a transaction brings an effect about, or may: its chain took the call when that was built. */
export function isMade(effects: Effects, part: Part): boolean {
  const state = effects[part];
  if (state === undefined) return false;
  return state.end === undefined ? isBegun(state) : state.end.is === "done";
}

/** Looks for any version; the last one's bytes are there to be sent again. */
function watchOf({ part, side, token, versions }: EffectState, effect: Effect, last: Version): Intention {
  const sent = versions.map(({ signed }) => signed.txId);
  return { do: "watch", part, side, effect, token, last: last.signed, sent };
}

/**
 * What is done for a dead letter: what was signed for it may still happen, so it is looked for, and nothing new is made.
 *
 * @param effectOf an effect as its stream has it now
 */
export function watchOnly(
  effects: Effects,
  effectOf = ({ effect }: EffectState): Effect => effect,
): Intention {
  for (const state of Object.values(effects)) {
    const last = state.versions.at(-1);
    if (last !== undefined && state.end === undefined) return watchOf(state, effectOf(state), last);
  }
  return { do: "wait", for: "an operator" };
}

/**
 * What an effect wants done; undefined once its token is finally spent.
 *
 * @param effect as its message has it now
 * @param patience milliseconds in a pool, or nowhere, until it is replaced for more
 */
export function nextOfEffect(
  state: EffectState,
  effect: Effect,
  patience: number,
  time: number,
): Intention | undefined {
  if (state.end !== undefined) return undefined;
  const { part, side, token, versions, built, voiding, where } = state;
  const of = { part, side, effect };
  if (built !== undefined) return { do: "sign", ...of, ...built };
  const last = versions.at(-1);
  const mode: Mode = voiding === undefined ? "act" : "void";
  const build: Intention = {
    do: "build",
    ...of,
    token,
    mode,
    previous: versions.map(({ signed }) => signed),
  };
  if (last === undefined) return build;
  // A void competes with what is signed already; what is in a block is left to become final.
  if (mode === "void" && where !== "block" && !versions.some((one) => one.mode === "void")) return build;
  if (last.sent === undefined) return { do: "broadcast", ...of, signed: last.signed };
  const more = versions.length < MOST_VERSIONS;
  if (last.sent.result === "rejected" && where === "nowhere" && more) return build;
  const waited = more && time >= last.sent.at + patience;
  if (where === "pool" && waited) return build;
  // Another output that it spends may have vanished with a fork: then it never happens, and its token is still unspent.
  const maybeDead = where === "nowhere" && last.sent.result === "ambiguous" && token.kind === "outpoint";
  if (maybeDead && waited) return { ...build, again: last.signed };
  return watchOf(state, effect, last);
}
