import type { Effect } from "../../chains/chain.ts";
import { chainHash, depositContent } from "../../gateway/statement.ts";
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
import type { Decider, Now } from "./decider.ts";
import {
  decideAbandoned,
  decideEffects,
  type EffectEvent,
  type Effects,
  evolveEffects,
  isMade,
  nextOfEffect,
  watchOnly,
} from "./effect-decider.ts";
import type { Intention } from "./intention.ts";
import { decideInVain, type RouteTerms } from "./route-terms.ts";
import {
  confirmed,
  decideMoved,
  decideSettled,
  decideSighted,
  evolveSightings,
  NO_SIGHTINGS,
  ripe,
  type Sighting,
  type SightingEvent,
  type Sightings,
} from "./sightings.ts";

/** How a deposit's life ends: in the ledger, consumed by governance without credit, or left alone as less than is credited. */
export type InboundEnd = "credited" | "refused" | "tooSmall";

export type InboundEvent =
  | SightingEvent
  | EffectEvent
  | AttentionEvent
  | { readonly type: "Proved"; readonly data: { readonly what: string; readonly proof: string } }
  | { readonly type: "ProofEnded"; readonly data: { readonly what: string } }
  /** `least`: what it would have had to be. */
  | { readonly type: "Ended"; readonly data: { readonly as: InboundEnd; readonly least?: string } };

export interface InboundState {
  readonly sightings: Sightings;
  readonly effects: Effects;
  readonly attention: Attention;
  readonly proof?: string;
  /** How often each submission was mined without effect. */
  readonly inVain: number;
  /** Delays that count no more: the committee that stated the deposit was revoked, so it is stated again. */
  readonly delaysPast: number;
  readonly ended?: InboundEnd;
}

/** A deposit as its sighting has it. */
export interface DepositFacts {
  readonly depositId: string;
  readonly account: string;
  readonly asset: bigint;
  readonly amount: bigint;
  readonly sighting: Sighting;
}

/** What a confirmed deposit says; undefined while none is. */
export function depositOf(state: InboundState): DepositFacts | undefined {
  const sighting = confirmed(state.sightings, "deposit");
  if (sighting === undefined || unusable(sighting) !== undefined) return undefined;
  const { depositId = "", account = "", asset = "0", amount = "0" } = sighting.data;
  return { depositId, account, asset: BigInt(asset), amount: BigInt(amount), sighting };
}

const delays = ({ confirmed: list }: Sightings) => list.filter(({ kind }) => kind === "DepositDelayed");

/** Unix seconds from which a delayed deposit can be credited; undefined where it isn't delayed. */
function delayedUntil(state: InboundState): number | undefined {
  const delayed = delays(state.sightings).at(state.delaysPast);
  return delayed === undefined ? undefined : Number(delayed.data.from);
}

/** Why nothing can be stated of a deposit; undefined where something can. */
function unusable({ kind, data }: Sighting): string | undefined {
  if (kind !== "deposit") return undefined;
  const { asset = "", account = "", amount = "" } = data;
  if (!/^\d{1,78}$/.test(asset)) return `the ledger has no asset for ${asset}`;
  if (!/^0x[0-9a-fA-F]{40}$/.test(account)) return "it is for no account";
  return /^[1-9]\d{0,33}$/.test(amount) ? undefined : "its amount is none";
}

/** What signers are told, so that they look for themselves. */
function facts({ foreign }: RouteTerms, { txId, index, point, parent, data }: Sighting) {
  const { height, hash } = point;
  return {
    ...{ kind: "deposit", chain: foreign, txId, index: String(index) },
    ...{ height: String(height), block: hash, parent, account: (data.account ?? "").toLowerCase() },
  };
}

/** What the gateway is told. */
function submitted({ foreign }: RouteTerms, { depositId, account, asset, amount, sighting }: DepositFacts) {
  const { txId, index } = sighting;
  return {
    ...{ depositId, chain: foreign, txId, index: String(index), account },
    ...{ asset: asset.toString(), amount: amount.toString() },
  };
}

function endOf(state: InboundState): InboundEnd | undefined {
  const said = (key: string) => confirmed(state.sightings, key) !== undefined;
  if (said("DepositRefused")) return "refused";
  if (said("DepositCredited") || said("DepositMatured") || state.effects.mature?.end?.is === "done") {
    return "credited";
  }
  return undefined;
}

function evolve(state: InboundState, event: NewEvent): InboundState {
  const effects = evolveEffects(state.effects, event);
  const next: InboundState = {
    ...state,
    effects,
    sightings: evolveSightings(state.sightings, event),
    attention: evolveAttention(state.attention, event),
  };
  const { type, data } = event as InboundEvent;
  if (type === "Proved") return { ...next, proof: data.proof };
  if (type === "ProofEnded") {
    const { proof: _ended, ...rest } = next;
    const past = delays(next.sightings).length;
    if (past === state.delaysPast) return rest;
    const { credit: _credit, mature: _mature, ...others } = next.effects;
    return { ...rest, effects: others, delaysPast: past };
  }
  if (type === "EffectEnded" && data.is === "impossible") return { ...next, inVain: state.inVain + 1 };
  if (type === "TakenBack") {
    const { ended: _small, ...open } = next;
    return { ...(next.ended === "tooSmall" ? open : next), inVain: 0 };
  }
  return type === "Ended" ? { ...next, ended: data.as } : next;
}

/** Whether a confirmed deposit is less than is credited. */
function isSmall({ leastDeposit }: RouteTerms, state: InboundState): boolean {
  const deposit = depositOf(state);
  return deposit !== undefined && deposit.amount < leastDeposit;
}

/** The committee is asked anew for what the ledger hasn't taken: whatever is wrong with its word, the next one may be right. */
function decideRetried(state: InboundState, by: string): readonly InboundEvent[] {
  const taken = decideTakenBack(state.attention, by);
  const isTaken = delayedUntil(state) !== undefined || isMade(state.effects, "credit");
  if (taken.length === 0 || state.proof === undefined || isTaken) return taken;
  return [...taken, { type: "ProofEnded", data: { what: "deposit" } }];
}

/** Signers look for a deposit in the block that has it now. What the ledger has of it already, it has. */
function decideSeen({ sightings, ended }: InboundState, sighting: Sighting): readonly InboundEvent[] {
  const isOver = ended !== undefined && ended !== "tooSmall";
  const moved = sighting.side === "home" || isOver ? [] : decideMoved(sightings, sighting);
  return moved.length > 0 ? moved : decideSighted(sightings, sighting);
}

function decideOwn(terms: RouteTerms, state: InboundState, command: Command): readonly InboundEvent[] {
  switch (command.is) {
    case "sighted":
      return decideSeen(state, command.sighting);
    case "settled": {
      const events = decideSettled(state.sightings, command.sighting, command.as);
      const why = command.as === "final" && events.length > 0 ? unusable(command.sighting) : undefined;
      return why === undefined
        ? events
        : [...events, { type: "DeadLettered", data: { code: "DEPOSIT_UNUSABLE", why } }];
    }
    case "proved":
      return state.proof === undefined
        ? [{ type: "Proved", data: { what: "deposit", proof: command.proof } }]
        : [];
    case "proofEnded":
      if (state.proof === undefined) return [];
      return [
        ...decideAbandoned(state.effects, "mature", "the committee that stated the deposit was revoked"),
        { type: "ProofEnded", data: { what: "deposit" } },
        ...decideFailed(state.attention, command.reason, "falter"),
      ];
    case "failed":
      return decideFailed(state.attention, command.reason, command.kind);
    case "retry":
      if (state.ended !== "tooSmall") return decideRetried(state, command.by);
      return isSmall(terms, state) ? [] : [{ type: "TakenBack", data: { by: command.by } }];
    default:
      return decideEffects(state.effects, command);
  }
}

/** Once the chain says how it ended, or that it waits, whatever is still under way here for it is left. */
function decide(terms: RouteTerms, state: InboundState, command: Command): readonly InboundEvent[] {
  const events = decideOwn(terms, state, command);
  const left = state.ended === "tooSmall";
  if (events.length === 0 || (state.ended !== undefined && !left)) return events;
  const after = events.reduce(evolve, state);
  const end = endOf(after);
  if (end !== undefined) {
    const why = `the deposit is ${end}`;
    return [
      ...events,
      ...decideAbandoned(after.effects, "credit", why),
      ...decideAbandoned(after.effects, "mature", why),
      { type: "Ended", data: { as: end } },
    ];
  }
  if (left) return events;
  // Decided once: what is under way when the number rises is brought to its end.
  if (depositOf(state) === undefined && state.proof === undefined && isSmall(terms, after)) {
    return [...events, { type: "Ended", data: { as: "tooSmall", least: terms.leastDeposit.toString() } }];
  }
  if (delayedUntil(after) !== undefined && delayedUntil(state) === undefined) {
    return [...events, ...decideAbandoned(after.effects, "credit", "the deposit is delayed")];
  }
  return [...events, ...decideInVain(after.inVain, after.attention)];
}

function next(terms: RouteTerms, state: InboundState, now: Now): Intention {
  const { sightings, effects, attention, proof } = state;
  const sighting = ripe(sightings, now.final);
  if (sighting !== undefined) return { do: "confirm", sighting };
  if (state.ended !== undefined) return { do: "wait", for: "nothing: it has ended" };
  if (attention.dead !== undefined) return watchOnly(effects);
  const deposit = depositOf(state);
  if (deposit === undefined) return { do: "wait", for: "the deposit's block to be final" };
  const data = submitted(terms, deposit);
  const run = (part: "credit" | "mature", effect: Effect): Intention | undefined => {
    const known = effects[part];
    if (known === undefined || known.end?.is === "impossible") {
      return { do: "reserve", part, side: "home", effect };
    }
    return nextOfEffect(known, effect, terms.patience.home, now.time);
  };
  const id = deposit.depositId.replace(/^0x/, "");
  const from = delayedUntil(state);
  if (from !== undefined) {
    if (now.time < from * 1_000) return { do: "wait", for: "the delay to end", until: from * 1_000 };
    return run("mature", { id, kind: "mature", data }) ?? { do: "wait", for: "the ledger's word on it" };
  }
  if (proof === undefined) {
    const content = depositContent(deposit.account, deposit.asset, deposit.amount);
    const statement = { chain: chainHash(terms.foreign), messageId: deposit.depositId, content };
    return { do: "prove", what: "deposit", statement, facts: facts(terms, deposit.sighting) };
  }
  return (
    run("credit", { id, kind: "credit", data: { ...data, proof } }) ?? {
      do: "wait",
      for: "the block that credits it to be final",
    }
  );
}

/**
 * A deposit's life: seen in a block, final, stated by the committee, submitted, credited; or delayed, waited for, matured.
 * A deposit that isn't in a final block of its chain is never stated.
 */
export function inboundDecider(terms: RouteTerms): Decider<InboundState> {
  return withDeadLetters<InboundState>({
    initial: { sightings: NO_SIGHTINGS, effects: {}, attention: CALM, inVain: 0, delaysPast: 0 },
    evolve,
    decide: (state, command) => decide(terms, state, command),
    next: (state, now) => next(terms, state, now),
    // What the ledger says of a deposit that this route hasn't seen is kept, and wants nothing.
    isOpen: (state) =>
      state.sightings.pending.length > 0 ||
      (state.ended === undefined && confirmed(state.sightings, "deposit") !== undefined),
  });
}
