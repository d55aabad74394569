import { TerminalError } from "../../core/errors.ts";
import type { EventCursor } from "../payment-events.ts";
import type { StoredPayment } from "../payment-slot.ts";
import type { Sent } from "../sending/sender.ts";
import type { PaymentTerms } from "../terms.ts";
import type { Act } from "./due-act.ts";

/** A payment that the keeper has seen. */
export interface KnownPayment {
  readonly terms: PaymentTerms;
  /** As its last event or reading had it: a hint, read anew before anything is sent. */
  readonly stored: StoredPayment;
  /** The blocks of its creation and of its last event. */
  readonly created: number;
  readonly touched: number;
}

/** A transaction that the keeper may have sent. */
export interface SentAct {
  readonly act: Act;
  readonly ids: readonly string[];
  readonly sent: Sent;
  /** The chain's time then, Unix seconds. */
  readonly time: bigint;
}

/** A payment that is left alone for a while, as nothing could be done for it. */
export interface Delay {
  readonly failures: number;
  /** Unix seconds. */
  readonly until: bigint;
  readonly why: string;
}

/** All that a keeper must not lose: with it a new process goes on where the old one was killed. */
export interface KeeperState {
  /** Of which contract on which chain. */
  readonly chainId: bigint;
  readonly payments: string;
  /** Ends of what was read, oldest first: the last is where to go on, the others where to go back to. */
  readonly points: readonly EventCursor[];
  readonly known: ReadonlyMap<string, KnownPayment>;
  readonly outbox: readonly SentAct[];
  readonly delays: ReadonlyMap<string, Delay>;
}

/** Where a keeper's state is kept. One keeper has it at a time; any number of keepers have one each. */
export interface KeeperStore {
  load(): Promise<KeeperState | undefined>;
  /** Once it has returned, the state outlives the process; before, the former one does. */
  save(state: KeeperState): Promise<void>;
}

const FORMAT = "strongroom/keeper@1";
const BIG = "n:";

/** A state as text: JSON with big numbers marked. */
export function writeState(state: KeeperState): string {
  const { known, delays, ...plain } = state;
  const content = { format: FORMAT, ...plain, known: [...known], delays: [...delays] };
  return `${JSON.stringify(content, (_key, value: unknown) => (typeof value === "bigint" ? `${BIG}${value}` : value))}\n`;
}

/**
 * A state from its text.
 *
 * @throws TerminalError `KEEPER_STATE_UNREADABLE`
 */
export function readState(text: string): KeeperState {
  try {
    const content = JSON.parse(text, (_key, value: unknown) =>
      typeof value === "string" && value.startsWith(BIG) ? BigInt(value.slice(BIG.length)) : value,
    ) as KeeperState & { format?: unknown; known: [string, KnownPayment][]; delays: [string, Delay][] };
    if (content.format === FORMAT) {
      const { chainId, payments, points, outbox, known, delays } = content;
      return { chainId, payments, points, outbox, known: new Map(known), delays: new Map(delays) };
    }
  } catch {
    // Told below.
  }
  throw new TerminalError("KEEPER_STATE_UNREADABLE", "The keeper's state can't be read", {
    advice:
      "Remove it: a keeper makes it anew from the chain. What it had sent and not seen mined may be sent again.",
  });
}

/** A store that ends with its process; as text, like those that don't. */
export class MemoryKeeperStore implements KeeperStore {
  #text: string | undefined;

  async load(): Promise<KeeperState | undefined> {
    return this.#text === undefined ? undefined : readState(this.#text);
  }

  async save(state: KeeperState): Promise<void> {
    this.#text = writeState(state);
  }
}
