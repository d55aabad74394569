import type { Provider } from "ethers";
import { StrongroomError } from "../../core/errors.ts";
import { inParallel } from "../../core/in-parallel.ts";
import { type EventCursor, type PaymentEvent, paymentEvents } from "../payment-events.ts";
import { paymentsAt } from "../payments-contract.ts";
import type { KeeperState, KnownPayment } from "./keeper-state.ts";

/** How many ends of pages are kept to go back to. */
const POINTS = 64;
const AT_ONCE = 8;

/** What is followed. */
export interface Followed {
  readonly provider: Provider;
  /** The address of Payments. */
  readonly payments: string;
  /** The first block with its logs. */
  readonly fromBlock: number;
  readonly confirmations: number;
}

type Followable = Pick<KeeperState, "points" | "known">;

function applied(known: Map<string, KnownPayment>, event: PaymentEvent): void {
  const { id, stored, block: touched } = event;
  if (event.name === "PaymentCreated")
    known.set(id, { terms: event.terms, stored, created: touched, touched });
  else {
    const payment = known.get(id);
    if (payment !== undefined) known.set(id, { ...payment, stored, touched });
  }
}

/** Without those that are settled for good: before the oldest point that the keeper could go back to. */
function pruned(
  known: ReadonlyMap<string, KnownPayment>,
  points: readonly EventCursor[],
): Map<string, KnownPayment> {
  const [oldest] = points;
  const settled = ({ terms, stored, touched }: KnownPayment) =>
    (stored.closed || stored.paid === terms.amount) && oldest !== undefined && touched <= oldest.block;
  return new Map([...known].filter(([, payment]) => !settled(payment)));
}

/** Back to the last point that the chain still has; what was created since is forgotten, what was touched is as it was there. */
async function turnedBack({ provider, payments }: Followed, state: Followable): Promise<Followable> {
  const points = [...state.points];
  for (let last = points.at(-1); last !== undefined; last = points.at(-1)) {
    if ((await provider.getBlock(last.block))?.hash === last.hash) break;
    points.pop();
  }
  const block = points.at(-1)?.block;
  if (block === undefined) return { points: [], known: new Map() };
  const contract = paymentsAt(payments, provider);
  const kept = [...state.known].filter(([, { created }]) => created <= block);
  try {
    const known = await inParallel(AT_ONCE, kept, async ([id, payment]): Promise<[string, KnownPayment]> => {
      if (payment.touched <= block) return [id, payment];
      const { paid, refunded, created, latched, closed } = await contract.paymentOf(id, { blockTag: block });
      return [id, { ...payment, stored: { paid, refunded, created, latched, closed }, touched: block }];
    });
    return { points, known: new Map(known) };
  } catch {
    // A node that keeps no state of that block: all is read again, if it answers at all.
    await provider.getBlockNumber();
    return { points: [], known: new Map() };
  }
}

/**
 * Reads on to the last block with enough others on top. A chain that was turned back further than that is followed back.
 *
 * @param save keeps what was read so far; called after each page
 * @returns how often the chain had been turned back
 */
export async function followPayments(
  followed: Followed,
  begun: Followable,
  save: (state: Followable) => Promise<void>,
): Promise<number> {
  const { provider, payments, confirmations, fromBlock } = followed;
  let state = begun;
  for (let reorgs = 0; ; reorgs++) {
    const until = (await provider.getBlockNumber()) - confirmations;
    // Nothing is waited for: the next round reads on.
    const stop = new AbortController();
    const pause = async () => stop.abort();
    const from = state.points.at(-1) ?? fromBlock;
    try {
      const stream = { provider, payments, from, confirmations, until, pause, signal: stop.signal };
      for await (const { events, cursor } of paymentEvents(stream)) {
        const known = new Map(state.known);
        for (const event of events) applied(known, event);
        const points = [...state.points, cursor].slice(-POINTS);
        state = { points, known: pruned(known, points) };
        await save(state);
      }
      return reorgs;
    } catch (error) {
      if (!(error instanceof StrongroomError) || error.code !== "CURSOR_ORPHANED") throw error;
      state = await turnedBack(followed, state);
      await save(state);
    }
  }
}
