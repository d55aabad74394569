import type { ChainEvent, Hex } from "../chains/chain.ts";
import { chainHash, depositId } from "../gateway/statement.ts";
import type { Side } from "./deciders/decider.ts";
import type { RouteTerms } from "./deciders/route-terms.ts";
import { kindOf, type StreamNames } from "./stream-names.ts";
import type { RoutedSighting } from "./stream-store.ts";

/** The gateway's events about deposits, and those about payouts. */
const OF_DEPOSITS: ReadonlySet<string> = new Set([
  "DepositCredited",
  "DepositDelayed",
  "DepositMatured",
  "DepositRefused",
]);
const OF_PAYOUTS: ReadonlySet<string> = new Set([
  "PayoutRequested",
  "PayoutRetried",
  "PayoutAuthorised",
  "PayoutSettled",
  "PayoutVoided",
  "PayoutRefunded",
  "PayoutCancelled",
]);

/** What a payout's stream begins with. */
const OPENS = "PayoutRequested";

/** The observer's word for an output to a deposit address. */
const DEPOSIT = "deposit";

const ID = /^0x[0-9a-f]{64}$/;

/** Whether a stream that doesn't exist yet begins with this: what else is said of another route's payouts is left. */
export function begins({ stream, sighting: { kind } }: RoutedSighting): boolean {
  return kindOf(stream) !== "out" || kind === OPENS;
}

/** Which stream a chain's event belongs to, and what it says there; undefined where it isn't this route's. */
export function routed(
  terms: RouteTerms,
  names: StreamNames,
  side: Side,
  event: ChainEvent,
  parent: Hex,
): RoutedSighting | undefined {
  const { txId, index, kind, point, data } = event;
  const of = { side, kind, txId, index, point, parent, data };
  if (side === "foreign") {
    if (kind !== DEPOSIT) return undefined;
    const id = depositId({
      ...{ chain: terms.foreign, destination: terms.homeChainId, vault: terms.vault, txId, index },
    });
    const ledger = terms.assets[data.asset ?? ""];
    // An asset that the ledger doesn't know stays what it is called, which no statement can be about: a dead letter.
    const asset = ledger === undefined ? data.asset : ledger.toString();
    const said = { ...data, ...(asset === undefined ? {} : { asset }), depositId: id };
    return { stream: names.inbound(id), sighting: { ...of, key: DEPOSIT, data: said } };
  }
  if (OF_DEPOSITS.has(kind)) {
    const id = data.depositId?.toLowerCase();
    // A delayed deposit may be stated again after its epoch was revoked: the last word counts.
    const key = kind === "DepositDelayed" ? `${kind}#${txId}` : kind;
    return id !== undefined && ID.test(id)
      ? { stream: names.inbound(id), sighting: { ...of, key } }
      : undefined;
  }
  if (!OF_PAYOUTS.has(kind)) return undefined;
  const id = data.payoutId?.toLowerCase();
  if (id === undefined || !ID.test(id)) return undefined;
  // A gateway serves several chains: another one's payouts are another route's.
  if (kind === OPENS && data.chain !== chainHash(terms.foreign)) return undefined;
  const key = data.attempt === undefined ? kind : `${kind}#${data.attempt}`;
  return { stream: names.outbound(id), sighting: { ...of, key } };
}
