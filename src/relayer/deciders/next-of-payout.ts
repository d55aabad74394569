import type { Effect } from "../../chains/chain.ts";
import {
  chainHash,
  outcomeContent,
  outcomeMessage,
  tokenMessage,
  tokenWord,
} from "../../gateway/statement.ts";
import type { Now } from "./decider.ts";
import { nextOfEffect, watchOnly } from "./effect-decider.ts";
import type { Intention, Part } from "./intention.ts";
import type { OutboundState } from "./outbound-decider.ts";
import type { RouteTerms } from "./route-terms.ts";
import { ripe, type Sighting } from "./sightings.ts";

const bare = (id: string) => id.replace(/^0x/, "");

/** The request that a payout began with; undefined while none is final. */
export function requestOf({ sightings }: OutboundState): Sighting | undefined {
  return sightings.confirmed.find(({ kind }) => kind === "PayoutRequested");
}

/** What the ledger has said of this attempt's token; undefined while it isn't final. */
function authorisationOf({ sightings, attempt }: OutboundState): Sighting | undefined {
  return sightings.confirmed.find(
    ({ kind, data }) => kind === "PayoutAuthorised" && data.attempt === String(attempt),
  );
}

/** What is to be paid on the foreign chain: exactly this amount to exactly this script. */
export function paymentOf(request: Sighting, attempt: number): Effect {
  const { payoutId = "", account = "", handle = "", asset = "", amount = "", script = "" } = request.data;
  const data = { payoutId, attempt: String(attempt), account, handle, asset, amount, script: bare(script) };
  return { id: bare(payoutId), kind: "payout", data };
}

/** How the payment's token was finally spent. */
function outcomeOf({ effects }: OutboundState) {
  const end = effects.payment?.end;
  if (end === undefined) return undefined;
  return { outcome: end.is === "done" ? ("PAID" as const) : ("VOIDED" as const), txId: end.txId };
}

/** Runs a submission to the ledger's chain: mined without effect, it is submitted again by another nonce. */
function submission(
  terms: RouteTerms,
  { effects }: OutboundState,
  part: Part,
  effect: () => Effect,
  proof: string,
  { time }: Now,
): Intention | undefined {
  const known = effects[part];
  if (known === undefined || known.end?.is === "impossible") {
    return { do: "reserve", part, side: "home", effect: effect() };
  }
  const { id, kind, data } = known.effect;
  // The proof may be another one since: of a later epoch.
  return nextOfEffect(known, { id, kind, data: { ...data, proof } }, terms.patience.home, time);
}

function nextOfAuthorising(terms: RouteTerms, state: OutboundState, payoutId: string, now: Now): Intention {
  const { attempt, proofs, effects } = state;
  const token = effects.payment?.token;
  if (token === undefined) return { do: "wait", for: "a conflict token" };
  const content = () => tokenWord(token);
  const messageId = () => tokenMessage(payoutId, BigInt(attempt));
  // What the ledger says already the committee doesn't say again: how the own submission ends is all that is left to be seen.
  const isSaid = authorisationOf(state)?.data.token === content();
  const proof = proofs.token ?? (isSaid ? effects.authorise?.effect.data.proof : undefined);
  if (proof === undefined) {
    const facts = {
      ...{ kind: "token", chain: terms.foreign, payoutId, attempt: String(attempt) },
      ...{ tokenKind: token.kind, tokenValue: token.value },
    };
    const statement = { chain: chainHash(terms.foreign), messageId: messageId(), content: content() };
    return { do: "prove", what: "token", statement, facts };
  }
  const effect = (): Effect => ({
    id: bare(messageId()),
    kind: "authorise",
    data: { payoutId, attempt: String(attempt), token: content(), proof },
  });
  const next = submission(terms, state, "authorise", effect, proof, now);
  return next ?? { do: "wait", for: "its authorisation to be final" };
}

function nextOfReport(terms: RouteTerms, state: OutboundState, payoutId: string, now: Now): Intention {
  const { attempt, proofs, effects } = state;
  const ended = outcomeOf(state);
  const token = effects.payment?.token;
  if (ended === undefined || token === undefined) return { do: "wait", for: "the payment to be final" };
  const { outcome, txId } = ended;
  const messageId = () => outcomeMessage(payoutId, BigInt(attempt));
  if (proofs.outcome === undefined) {
    const facts = {
      ...{ kind: "outcome", chain: terms.foreign, payoutId, attempt: String(attempt) },
      ...{ tokenKind: token.kind, tokenValue: token.value, outcome, txId },
    };
    const content = outcomeContent(outcome, txId);
    const statement = { chain: chainHash(terms.foreign), messageId: messageId(), content };
    return { do: "prove", what: "outcome", statement, facts };
  }
  const proof = proofs.outcome;
  const effect = (): Effect => ({
    id: bare(messageId()),
    kind: outcome === "PAID" ? "settle" : "voided",
    data: { payoutId, attempt: String(attempt), outcome, txId, proof },
  });
  const next = submission(terms, state, "report", effect, proof, now);
  return next ?? { do: "wait", for: "the block that says so to be final" };
}

/** What a payout wants done now. */
export function nextOfPayout(terms: RouteTerms, state: OutboundState, now: Now): Intention {
  const { sightings, effects, attention, attempt, ended } = state;
  const sighting = ripe(sightings, now.final);
  if (sighting !== undefined) return { do: "confirm", sighting };
  if (ended !== undefined) return { do: "wait", for: "nothing: it has ended" };
  if (attention.dead !== undefined) return watchOnly(effects);
  const request = requestOf(state);
  if (request === undefined || attempt === 0) return { do: "wait", for: "the request's block to be final" };
  const known = effects.payment;
  const word = authorisationOf(state)?.data.token;
  // By a journal that was lost, of which this one has nothing.
  const before = effects.authorise === undefined && known !== undefined && word === tokenWord(known.token);
  const authorised = effects.authorise?.end?.is === "done" || before;
  if (!authorised && sightings.pending.some(({ kind }) => kind === "PayoutCancelled")) {
    return { do: "wait", for: "its cancellation to be final" };
  }
  const payment = paymentOf(request, attempt);
  const { payoutId = "" } = request.data;
  if (known === undefined) {
    const lost = word === undefined ? {} : { word };
    return { do: "reserve", part: "payment", side: "foreign", effect: payment, ...lost };
  }
  if (!authorised) return nextOfAuthorising(terms, state, payoutId, now);
  return (
    nextOfEffect(known, payment, terms.patience.foreign, now.time) ??
    nextOfReport(terms, state, payoutId, now)
  );
}
