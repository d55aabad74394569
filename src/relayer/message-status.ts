import type { Effect } from "../chains/chain.ts";
import type { NewEvent, StoredEvent } from "../journal/journal.ts";
import type { Reason } from "./deciders/attention.ts";
import type { Decider } from "./deciders/decider.ts";
import type { EffectEvent, Effects } from "./deciders/effect-decider.ts";
import type { InboundState } from "./deciders/inbound-decider.ts";
import type { Part } from "./deciders/intention.ts";
import type { OutboundState } from "./deciders/outbound-decider.ts";
import type { UpkeepState } from "./deciders/upkeep-decider.ts";
import { idOf, kindOf } from "./stream-names.ts";
import type { RouteDeciders } from "./stream-store.ts";

/** Where a message is, for everybody whom it concerns. */
export interface MessageStatus {
  readonly id: string;
  /** A deposit, a payout, or the wallet's own upkeep. */
  readonly direction: "in" | "out" | "up";
  /** One word, for machines. */
  readonly stage: Stage;
  /** A sentence for people. */
  readonly text: string;
  /** What happens next, or what it waits for. */
  readonly next: string;
  /** Unix milliseconds, by the writer's clock. */
  readonly since: number;
  readonly attempt?: number;
  readonly transactions: readonly StatusTransaction[];
  /** Why it doesn't go on by itself, or for now. */
  readonly waiting?: Reason;
  readonly dead?: Reason;
}

export interface StatusTransaction {
  readonly for: Part;
  readonly chain: string;
  readonly txId: string;
  /** `signed`, `sent`, `in a block`, `final`. */
  readonly is: "signed" | "sent" | "in a block" | "final";
}

export type Stage =
  | "seen"
  | "stating"
  | "crediting"
  | "delayed"
  | "requested"
  | "authorising"
  | "paying"
  | "voiding"
  | "reporting"
  | "credited"
  | "refused"
  | "tooSmall"
  | "settled"
  | "voided"
  | "refunded"
  | "cancelled"
  | "keepingUp"
  | "done"
  | "impossible"
  | "left"
  | "dead";

/** Each stage in a sentence. */
export const TEXTS: Readonly<Record<Stage, string>> = {
  seen: "It is in a block that isn't final yet",
  stating: "It is final; the committee is asked to say so",
  crediting: "It is being submitted to the ledger",
  delayed: "The ledger has it, and credits it after its delay",
  requested: "It is requested by a final block, and gets its conflict token",
  authorising: "Its authorisation is being submitted to the ledger's chain",
  paying: "It is authorised, and is being paid",
  voiding: "It is given up: its conflict token is being spent on nothing",
  reporting: "Its conflict token is finally spent, and the ledger is told how",
  credited: "It is credited",
  refused: "Governance has refused it",
  tooSmall: "It is less than the least deposit of this route, and isn't credited",
  settled: "It is paid, and the ledger knows",
  voided: "It can't be paid by this attempt any more: its account can take a refund or try again",
  refunded: "It is refunded",
  cancelled: "Its account has cancelled it",
  keepingUp: "An operator has asked for it, and it is being done",
  done: "It is done",
  impossible: "Its conflict token was spent otherwise: it can't happen any more",
  left: "It was given up before anything was built for it",
  dead: "It is a dead letter: an operator must look",
};

function inboundStage({ ended, sightings, proof }: InboundState): Stage {
  if (ended !== undefined) return ended;
  const said = (kind: string) => sightings.confirmed.some((one) => one.kind === kind);
  if (!said("deposit")) return "seen";
  if (said("DepositDelayed")) return "delayed";
  return proof === undefined ? "stating" : "crediting";
}

function outboundStage({ ended, attempt, effects }: OutboundState): Stage {
  if (ended !== undefined) return ended;
  if (attempt === 0) return "seen";
  const { payment, authorise } = effects;
  if (payment?.end !== undefined) return "reporting";
  if (payment === undefined) return "requested";
  if (authorise?.end?.is !== "done") return "authorising";
  return payment.voiding === undefined ? "paying" : "voiding";
}

function transactionsOf(effects: Effects): readonly StatusTransaction[] {
  return Object.values(effects).flatMap(({ part, token: { chain }, versions, txId, end }) => {
    const known = versions.map(({ signed, sent }) => {
      const is =
        end?.txId === signed.txId
          ? "final"
          : txId === signed.txId
            ? "in a block"
            : sent === undefined
              ? "signed"
              : "sent";
      return { for: part, chain, txId: signed.txId, is } as const;
    });
    const others = end !== undefined && !versions.some(({ signed }) => signed.txId === end.txId);
    return others ? [...known, { for: part, chain, txId: end.txId, is: "final" } as const] : known;
  });
}

/**
 * Where a message is.
 *
 * @param decider of the route, for what comes next
 */
export function statusOf<State extends InboundState | OutboundState | UpkeepState>(
  stream: string,
  events: readonly StoredEvent[],
  decider: Decider<State>,
  time: number,
): MessageStatus {
  const state = events.reduce<State>(
    (before, event) => decider.evolve(before, event as NewEvent),
    decider.initial,
  );
  const kind = kindOf(stream);
  const out = kind === "out";
  const own = out
    ? outboundStage(state as OutboundState)
    : kind === "up"
      ? ((state as UpkeepState).ended ?? "keepingUp")
      : inboundStage(state as InboundState);
  const { waiting, dead } = state.attention;
  const isDead = dead !== undefined && state.ended === undefined;
  const stage: Stage = isDead ? "dead" : own;
  return {
    id: idOf(stream),
    direction: kind === "token" ? "in" : kind,
    stage,
    text: isDead ? `${TEXTS.dead}: ${dead.why} (${dead.code}). ${TEXTS[own]}` : TEXTS[own],
    next: nextText(decider, state, time),
    since: events.findLast(({ type }) => type !== "Waiting" && type !== "Faltered")?.at ?? time,
    ...(out ? { attempt: (state as OutboundState).attempt } : {}),
    transactions: transactionsOf(state.effects),
    ...(waiting === undefined ? {} : { waiting }),
    ...(isDead ? { dead } : {}),
  };
}

/** The same by the stream's own decider. */
export function statusIn(
  { deciders }: { readonly deciders: RouteDeciders },
  stream: string,
  events: readonly StoredEvent[],
  time: number,
): MessageStatus {
  const decider = deciders[kindOf(stream)] as unknown as Decider<InboundState | OutboundState>;
  return statusOf(stream, events, decider, time);
}

const DOES = {
  confirm: "to see whether a block is final",
  reserve: "to take a conflict token",
  build: "to build a transaction",
  sign: "to have a transaction signed",
  broadcast: "to send a transaction",
  watch: "to see its transaction become final",
} as const;

/** What comes next for a stream, or what it waits for: after "Since …; ". */
export function nextText<State>(decider: Decider<State>, state: State, time: number): string {
  // As if nothing more were final: what waits for a block then says so.
  const next = decider.next(state, { time, final: { home: -1, foreign: -1 } });
  if (next.do === "wait") return next.for === "nothing: it has ended" ? "nothing" : `waits for ${next.for}`;
  if (next.do === "prove") return `next: to have the committee state the ${next.what}`;
  return `next: ${DOES[next.do]}${"part" in next ? ` (${next.part})` : ""}`;
}

/** A stream's history in sentences, one for each event. */
export function historyOf(
  events: readonly StoredEvent[],
): readonly { readonly at: number; readonly text: string }[] {
  return events.map((event) => ({ at: event.at, text: sentence(event) }));
}

function sentence({ type, data }: StoredEvent): string {
  const said = data as Record<string, unknown>;
  const word = (name: string) => String(said[name] ?? "");
  if (type.startsWith("Effect")) return effectSentence({ type, data } as EffectEvent);
  switch (type) {
    case "Sighted": {
      const { height } = said.point as { height: number };
      return `${word("kind")} is in block ${height} of the ${word("side")} chain, transaction ${word("txId")}.`;
    }
    case "Confirmed":
      return `${word("key")} is final.`;
    case "Withdrawn":
      return `${word("key")} is in no block any more.`;
    case "UpkeepAsked": {
      const { kind, data: asked } = said.effect as Effect;
      return `${word("by")} has asked for ${kind}: ${Object.values(asked).join(" ")}.`;
    }
    case "AttemptBegan":
      return `Attempt ${word("attempt")} begins.`;
    case "Proved":
      return `The committee has stated the ${word("what")}.`;
    case "ProofEnded":
      return `The committee's statement of the ${word("what")} isn't used any more: it is asked for another.`;
    case "GivenUp":
      return `${word("by")} has given it up: ${word("why")}.`;
    case "Waiting":
      return `It waits, and is tried again: ${word("why")} (${word("code")}).`;
    case "Faltered":
      return `It failed, and is tried again: ${word("why")} (${word("code")}).`;
    case "DeadLettered":
      return `It is a dead letter: ${word("why")} (${word("code")}).`;
    case "TakenBack":
      return `${word("by")} has had it taken up again.`;
    case "Ended":
      return said.least === undefined
        ? `It has ended: ${word("as")}.`
        : `It has ended: it is less than ${word("least")}, the least that is credited.`;
    default:
      return `${type}.`;
  }
}

const NAMES: Readonly<Record<Part, string>> = {
  payment: "payment",
  authorise: "authorisation",
  report: "report of the outcome",
  credit: "credit",
  mature: "maturing",
  void: "void",
  upkeep: "upkeep",
};

function effectSentence(event: EffectEvent): string {
  const { part } = event.data;
  const name = NAMES[part];
  switch (event.type) {
    case "EffectReserved":
      return `The ${name} has the conflict token ${event.data.token.kind} ${event.data.token.value}.`;
    case "EffectBuilt":
      return `A transaction ${event.data.mode === "void" ? "that voids" : "for"} the ${name} is built; it pays ${event.data.unsigned.fee} at most.`;
    case "EffectRefused":
      return `Signers don't sign the ${name}: ${event.data.why} (${event.data.code}). It is built anew.`;
    case "EffectSigned":
      return `Transaction ${event.data.signed.txId} ${event.data.mode === "void" ? "that voids" : "for"} the ${name} is signed and stored.`;
    case "EffectSent":
      return event.data.result === "ambiguous"
        ? `Transaction ${event.data.txId} was sent, and nobody knows whether it arrived: the same bytes go again.`
        : `Transaction ${event.data.txId} was sent: ${event.data.result}.`;
    case "EffectSeen": {
      const { where, txId = "" } = event.data;
      if (where === "block")
        return `Transaction ${txId}, which spends the token of the ${name}, is in a block that isn't final yet.`;
      return where === "pool"
        ? `The ${name} waits for a block.`
        : `No node has the ${name} any more: the same bytes go again.`;
    }
    case "EffectEnded":
      return event.data.is === "done"
        ? `The ${name} is final, by transaction ${event.data.txId}.`
        : `The token of the ${name} is finally spent otherwise, by transaction ${event.data.txId}.`;
    case "EffectVoiding":
      return `The token of the ${name} is to be spent on nothing: ${event.data.why}.`;
    case "EffectAbandoned":
      return `The ${name} isn't needed any more: ${event.data.why}. Its token is spent on nothing.`;
  }
}
