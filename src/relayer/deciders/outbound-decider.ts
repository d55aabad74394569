import { tokenWord } from "../../gateway/statement.ts";
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
  decideAbandoned,
  decideEffects,
  decideVoiding,
  type EffectEvent,
  type Effects,
  evolveEffects,
  isBegun,
  isMade,
} from "./effect-decider.ts";
import type { Part } from "./intention.ts";
import { nextOfPayout } from "./next-of-payout.ts";
import { decideInVain, type RouteTerms } from "./route-terms.ts";
import {
  decideSettled,
  decideSighted,
  evolveSightings,
  isAuthorisedWith,
  NO_SIGHTINGS,
  type Sighting,
  type SightingEvent,
  type Sightings,
} from "./sightings.ts";

/** How an attempt ends. A voided one goes on when its account asks for a refund or another attempt. */
export type OutboundEnd = "settled" | "voided" | "cancelled" | "refunded";

/** What the committee says of an attempt: which token it has, how it ended. */
export type OutboundProof = "token" | "outcome";

export type OutboundEvent =
  | SightingEvent
  | EffectEvent
  | AttentionEvent
  | { readonly type: "AttemptBegan"; readonly data: { readonly attempt: number } }
  | { readonly type: "Proved"; readonly data: { readonly what: string; readonly proof: string } }
  | { readonly type: "ProofEnded"; readonly data: { readonly what: string } }
  | { readonly type: "GivenUp"; readonly data: { readonly by: string; readonly why: string } }
  | { readonly type: "Ended"; readonly data: { readonly as: OutboundEnd } };

export interface OutboundState {
  readonly sightings: Sightings;
  readonly effects: Effects;
  readonly attention: Attention;
  /** 0 = the request isn't final. */
  readonly attempt: number;
  readonly proofs: Readonly<Record<string, string>>;
  readonly inVain: number;
  readonly givenUp?: string;
  readonly ended?: OutboundEnd;
}

/** What an operator or a chain has done to the whole of it. */
function evolveOwn(state: OutboundState, event: NewEvent): OutboundState {
  const { type, data } = event as OutboundEvent;
  switch (type) {
    case "AttemptBegan": {
      const { sightings, attention } = state;
      return { sightings, attention, effects: {}, attempt: data.attempt, proofs: {}, inVain: 0 };
    }
    case "Proved":
      return { ...state, proofs: { ...state.proofs, [data.what]: data.proof } };
    case "ProofEnded": {
      const { [data.what]: _ended, ...proofs } = state.proofs;
      return { ...state, proofs };
    }
    case "GivenUp":
      return { ...state, givenUp: data.why };
    case "EffectEnded":
      return data.is === "impossible" && data.part !== "payment"
        ? { ...state, inVain: state.inVain + 1 }
        : state;
    case "TakenBack":
      return { ...state, inVain: 0 };
    case "Ended":
      return { ...state, ended: data.as };
    default:
      return state;
  }
}

function evolve(state: OutboundState, event: NewEvent): OutboundState {
  return evolveOwn(
    {
      ...state,
      effects: evolveEffects(state.effects, event),
      sightings: evolveSightings(state.sightings, event),
      attention: evolveAttention(state.attention, event),
    },
    event,
  );
}

const PARTS = ["payment", "authorise", "report"] as const;

/** Leaves all effects that are under way. */
function leaveAll(effects: Effects, why: string): readonly OutboundEvent[] {
  return PARTS.flatMap((part) => decideAbandoned(effects, part, why));
}

/** What a final event of the gateway means for the attempt. */
function decideConfirmed(state: OutboundState, { kind, data }: Sighting): readonly OutboundEvent[] {
  const attempt = Number(data.attempt ?? "0");
  const end = (as: OutboundEnd): readonly OutboundEvent[] =>
    state.ended === as
      ? []
      : [...leaveAll(state.effects, `the payout is ${as}`), { type: "Ended", data: { as } }];
  switch (kind) {
    case "PayoutRequested":
    case "PayoutRetried":
      if (attempt <= state.attempt) return [];
      return [
        ...leaveAll(state.effects, "another attempt began"),
        { type: "AttemptBegan", data: { attempt } },
      ];
    case "PayoutAuthorised": {
      const own = state.effects.payment?.token;
      if (attempt !== state.attempt || own === undefined || tokenWord(own) === data.token) return [];
      const why = "the chain has another conflict token for it than this journal: look for a second relayer";
      return [{ type: "DeadLettered", data: { code: "OTHER_TOKEN", why } }];
    }
    case "PayoutSettled":
      return attempt === state.attempt ? end("settled") : [];
    case "PayoutVoided":
      return attempt === state.attempt ? end("voided") : [];
    case "PayoutCancelled":
      return end("cancelled");
    case "PayoutRefunded":
      return end("refunded");
    default:
      return [];
  }
}

/** The submission by which the ledger is told what the committee has said. */
const SUBMISSIONS: Readonly<Record<OutboundProof, Part>> = { token: "authorise", outcome: "report" };

/** The committee is asked anew for what the ledger hasn't taken: whatever is wrong with its word, the next one may be right. */
function decideRetried({ attention, proofs, effects }: OutboundState, by: string): readonly OutboundEvent[] {
  const taken = decideTakenBack(attention, by);
  if (taken.length === 0) return [];
  const dropped = (["token", "outcome"] as const).filter(
    (what) => proofs[what] !== undefined && !isMade(effects, SUBMISSIONS[what]),
  );
  return [...taken, ...dropped.map((what) => ({ type: "ProofEnded", data: { what } }) as const)];
}

function decideGivenUp(state: OutboundState, by: string, why: string): readonly OutboundEvent[] {
  if (state.attempt === 0 || state.ended !== undefined || state.givenUp !== undefined) return [];
  return [
    ...decideTakenBack(state.attention, by),
    { type: "GivenUp", data: { by, why } },
    ...decideVoiding(state.effects, "payment", why),
  ];
}

/** The ledger has its token for another payout: it gets another one, if nothing was done by this one yet. */
function decideDisplaced(state: OutboundState, by: string): readonly OutboundEvent[] {
  const { effects, proofs, sightings, attention } = state;
  const { payment, authorise } = effects;
  if (payment === undefined || isBegun(payment)) return [];
  if (authorise !== undefined || isAuthorisedWith(sightings, tokenWord(payment.token))) return [];
  return [
    ...decideAbandoned(effects, "payment", `the ledger has its token for ${by}`),
    ...(proofs.token === undefined ? [] : [{ type: "ProofEnded", data: { what: "token" } } as const]),
    ...decideTakenBack(attention, by),
  ];
}

function decideOwn(state: OutboundState, command: Command): readonly OutboundEvent[] {
  switch (command.is) {
    case "sighted":
      return decideSighted(state.sightings, command.sighting);
    case "settled": {
      const events = decideSettled(state.sightings, command.sighting, command.as);
      if (events.length === 0 || command.as === "gone") return events;
      return [...events, ...decideConfirmed(state, command.sighting)];
    }
    case "proved":
      if (state.proofs[command.what] !== undefined) return [];
      return [{ type: "Proved", data: { what: command.what, proof: command.proof } }];
    case "proofEnded":
      if (state.proofs[command.what] === undefined) return [];
      return [
        { type: "ProofEnded", data: { what: command.what } },
        ...decideFailed(state.attention, command.reason, "falter"),
      ];
    case "failed":
      return decideFailed(state.attention, command.reason, command.kind);
    case "retry":
      return decideRetried(state, command.by);
    case "displaced":
      return decideDisplaced(state, command.by);
    case "giveUp":
      return decideGivenUp(state, command.by, command.why);
    case "reserved": {
      // A payment's token is for its attempt: spent on something else, the attempt is over and not begun again.
      if (command.part === "payment" && state.effects.payment !== undefined) return [];
      const events = decideEffects(state.effects, command);
      const { givenUp } = state;
      if (command.part !== "payment" || events.length === 0 || givenUp === undefined) return events;
      return [...events, { type: "EffectVoiding", data: { part: "payment", why: givenUp } }];
    }
    default:
      return decideEffects(state.effects, command);
  }
}

function decide(state: OutboundState, command: Command): readonly OutboundEvent[] {
  const events = decideOwn(state, command);
  if (events.length === 0 || state.ended !== undefined) return events;
  const after = events.reduce(evolve, state);
  const { report, payment } = after.effects;
  if (after.ended === undefined && report?.end?.is === "done" && state.effects.report?.end === undefined) {
    return [...events, { type: "Ended", data: { as: payment?.end?.is === "done" ? "settled" : "voided" } }];
  }
  return [...events, ...decideInVain(after.inVain, after.attention)];
}

/**
 * A payout's life: requested by a final block; a token is its own; the committee says so; the chain records it; once that is
 * final the payment is built, stored, signed, stored, sent, replaced for more where it is stuck, and watched until its token is
 * finally spent, whatever by; the committee says how; the chain records that. No clock ends any of it.
 */
export function outboundDecider(terms: RouteTerms): Decider<OutboundState> {
  return withDeadLetters<OutboundState>({
    initial: { sightings: NO_SIGHTINGS, effects: {}, attention: CALM, attempt: 0, proofs: {}, inVain: 0 },
    evolve,
    decide,
    next: (state, now) => nextOfPayout(terms, state, now),
    isOpen: ({ ended, attempt, sightings }) =>
      sightings.pending.length > 0 || (ended === undefined && attempt > 0),
  });
}
