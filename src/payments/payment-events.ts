import { EventFragment, Interface, type Log, type Provider } from "ethers";
import { RetryableError, TerminalError } from "../core/errors.ts";
import { LOG_SPAN, logsOf } from "../governance/logs.ts";
import { PAYMENT_EVENTS } from "./abi.ts";
import { type StoredPayment, unpackPayment } from "./payment-slot.ts";
import { type PaymentTerms, plainTerms } from "./terms.ts";

/** Why what wasn't paid went back: `Cause` of IPayments, in its order. */
export const RETURN_CAUSES = ["VOIDED", "ROLLED_BACK", "SPLIT"] as const;
export type ReturnCause = (typeof RETURN_CAUSES)[number];

/** What every event of a payment says, and where it stands on the chain. */
interface Said {
  /** The payment's. */
  readonly id: string;
  /** The payment as it was afterwards. */
  readonly stored: StoredPayment;
  readonly block: number;
  readonly blockHash: string;
  readonly transaction: string;
  /** The log's place in its block. */
  readonly index: number;
}

/** What Payments has said. Amounts in raw units. */
export type PaymentEvent = Said &
  (
    | { readonly name: "PaymentCreated"; readonly terms: PaymentTerms }
    | { readonly name: "PaymentLatched" }
    /** `amount` includes `fee`. */
    | { readonly name: "PaymentPaid"; readonly amount: bigint; readonly fee: bigint }
    | { readonly name: "PaymentReturned"; readonly cause: ReturnCause; readonly amount: bigint }
    | { readonly name: "PaymentRefunded"; readonly amount: bigint }
  );

/** A block up to which events were seen. */
export interface EventCursor {
  readonly block: number;
  readonly hash: string;
}

/** Events of a span of blocks, oldest first, and where to go on. */
export interface EventPage {
  readonly events: readonly PaymentEvent[];
  /** To be kept together with what was made of the events. */
  readonly cursor: EventCursor;
}

/** Which events, and how long to go on. */
export interface EventStream {
  readonly provider: Provider;
  /** The address of Payments. */
  readonly payments: string;
  /** The first block, or where an earlier stream has ended. */
  readonly from: number | EventCursor;
  /** How many blocks must stand on top of a block; 0: the latest counts. */
  readonly confirmations: number;
  /** Goes on for ever unless given: the last block, which is waited for. */
  readonly until?: number;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
  /** Waits for new blocks; four seconds unless given. */
  readonly pause?: () => Promise<void>;
}

const face = new Interface(PAYMENT_EVENTS);
const TOPICS = PAYMENT_EVENTS.map((fragment) => EventFragment.from(fragment).topicHash);

/** A log of Payments as its event; undefined if it is none. */
export function decodePaymentEvent(log: Log): PaymentEvent | undefined {
  const parsed = face.parseLog(log);
  if (parsed === null) return undefined;
  const { id, slot, terms, amount, fee, cause } = parsed.args;
  const said: Said = {
    ...{ id, stored: unpackPayment(slot), block: log.blockNumber, blockHash: log.blockHash },
    ...{ transaction: log.transactionHash, index: log.index },
  };
  switch (parsed.name) {
    case "PaymentCreated":
      return { ...said, name: "PaymentCreated", terms: plainTerms(terms) };
    case "PaymentLatched":
      return { ...said, name: "PaymentLatched" };
    case "PaymentPaid":
      return { ...said, name: "PaymentPaid", amount, fee };
    case "PaymentReturned": {
      const name = RETURN_CAUSES[Number(cause)];
      if (name === undefined) throw new RangeError(`There is no cause ${cause}`);
      return { ...said, name: "PaymentReturned", cause: name, amount };
    }
    case "PaymentRefunded":
      return { ...said, name: "PaymentRefunded", amount };
    default:
      return undefined;
  }
}

/** The hash that the chain has for a block; undefined if it has none. */
async function hashAt(provider: Provider, block: number): Promise<string | undefined> {
  return (await provider.getBlock(block))?.hash ?? undefined;
}

/** Refuses a cursor whose block the chain has replaced, or doesn't have yet. */
async function demandKept(provider: Provider, cursor: EventCursor): Promise<void> {
  const hash = await hashAt(provider, cursor.block);
  if (hash === cursor.hash) return;
  const facts = { block: cursor.block, seen: cursor.hash };
  if (hash === undefined) {
    throw new RetryableError("CURSOR_AHEAD", "The node doesn't have the block that was read last", {
      facts,
      advice: "Go on from the same cursor once it has caught up, or with another node of the same chain.",
    });
  }
  throw new TerminalError("CURSOR_ORPHANED", "The chain has replaced the block that was read last", {
    facts: { ...facts, now: hash },
    advice:
      "Undo what was made of events after the last cursor that still stands, go on from that, and ask for more confirmations.",
  });
}

async function pageOf(
  { provider, payments }: EventStream,
  fromBlock: number,
  toBlock: number,
): Promise<EventPage | undefined> {
  const before = await hashAt(provider, toBlock);
  if (before === undefined) return undefined;
  const logs = await logsOf(provider, { addresses: [payments], topics: TOPICS, fromBlock, toBlock });
  // The hash of a block holds those of all before it: unchanged, the logs are all of one chain.
  if ((await hashAt(provider, toBlock)) !== before) return undefined;
  const events = logs.map(decodePaymentEvent).filter((event) => event !== undefined);
  return { events, cursor: { block: toBlock, hash: before } };
}

/**
 * What Payments says, page by page, from blocks that have enough others on top of them; a page may be empty, its cursor is worth
 * keeping. A stream that begins at a kept cursor says nothing twice and leaves nothing out, as long as the cursor's block stands.
 *
 * @throws TerminalError `CURSOR_ORPHANED` if the chain has replaced the cursor's block: the chain was turned back by more than
 * the confirmations
 * @throws RetryableError `CURSOR_AHEAD` if the node lags behind the cursor, `LOGS_UNREADABLE`; begin again at the last cursor
 * @example
 * for await (const { events, cursor } of paymentEvents({ provider, payments, from, confirmations: 12 })) await keep(events, cursor);
 */
export async function* paymentEvents(stream: EventStream): AsyncGenerator<EventPage, void, undefined> {
  const { provider, from, confirmations, until = Number.POSITIVE_INFINITY, signal } = stream;
  const pause = stream.pause ?? (() => new Promise<void>((done) => setTimeout(done, 4_000)));
  let cursor = typeof from === "number" ? undefined : from;
  let next = typeof from === "number" ? from : from.block + 1;
  while (signal?.aborted !== true) {
    if (cursor !== undefined) await demandKept(provider, cursor);
    if (next > until) return;
    const safe = (await provider.getBlockNumber()) - confirmations;
    const last = Math.min(safe, until, next + LOG_SPAN - 1);
    const page = next <= last ? await pageOf(stream, next, last) : undefined;
    if (page === undefined) {
      await pause();
      continue;
    }
    // Again: a chain that was turned back in between would have another block there.
    if (cursor !== undefined) await demandKept(provider, cursor);
    yield page;
    cursor = page.cursor;
    next = page.cursor.block + 1;
  }
}
