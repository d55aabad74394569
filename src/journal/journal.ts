/** An event before it is stored. `data` is JSON: numbers only below 2^53, amounts as decimal digits. */
export interface NewEvent {
  readonly type: string;
  readonly data: unknown;
}

/** An event as it is stored, for ever. */
export interface StoredEvent extends NewEvent {
  /** Its place among all events: rises without gaps that could still be filled, so a cursor never misses one. */
  readonly position: bigint;
  readonly stream: string;
  /** Its place in its stream: 1, 2, 3 … */
  readonly version: number;
  /** Unix milliseconds by the writer's clock: for people, never for decisions. */
  readonly at: number;
}

/** Something to be done outside once its events are stored: at least once, by whoever holds the lease. */
export interface OutboxRow {
  /** Idempotency key: a second row with it changes nothing. */
  readonly id: string;
  readonly topic: string;
  readonly payload: unknown;
}

/** Work that one worker has for a time. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** Rises with each holder: what is written under an older one is refused. */
  readonly fence: bigint;
  /** Unix milliseconds by the store's clock. */
  readonly until: number;
}

/** What is written together: all of it or nothing. */
export interface Append {
  readonly stream: string;
  /** The stream's version that the decision was made on; 0 = the stream doesn't exist yet. */
  readonly expected: number;
  readonly events: readonly NewEvent[];
  /** Whether the stream still wants attention after these events; `open()` lists those that do. Unchanged where absent. */
  readonly open?: boolean;
}

/** One unit of work. */
export interface Commit {
  /**
   * Idempotency key of the caller's choosing. A commit whose id is stored already isn't written again: it answers what it stored
   * then, whoever holds the lease now. Say one where an unknown outcome (`STORE_UNAVAILABLE`) shall be ended by the same commit again.
   */
  readonly id?: string;
  readonly appends: readonly Append[];
  /** Where readers of elsewhere have come to. */
  readonly cursors?: Readonly<Record<string, string>>;
  readonly outbox?: readonly OutboxRow[];
  /** Outbox rows that are done with. */
  readonly done?: readonly string[];
  /** Must still be held, by the store's word, at the moment of writing. */
  readonly lease?: Lease;
}

/**
 * The append-only store that is the system of record: events, cursors and outbox commit together.
 *
 * Errors: `RetryableError` `VERSION_CONFLICT` (somebody else appended: read again and decide again), `LEASE_LOST` (stop: another
 * worker has it), `STORE_UNAVAILABLE` (fact `outcome`: `not written`, or `unknown`: read, or repeat a commit that has an id),
 * `STORE_FULL` (nothing is written). `TerminalError` `COMMIT_INVALID`, `COMMIT_REUSED` (its id belongs to another content),
 * `STORE_NEWER` (written by a later version), `STORE_DAMAGED`, `STORE_BEHIND` (it lacks what it has acknowledged), `STORE_CLOSED`.
 */
export interface Journal {
  /** What is stored when this returns survives every crash. */
  commit(commit: Commit): Promise<readonly StoredEvent[]>;
  /** A stream's events after a version, in order; empty where there is none. */
  read(stream: string, after?: number): Promise<readonly StoredEvent[]>;
  /** All events after a position, in order. */
  readAll(after: bigint, limit: number): Promise<readonly StoredEvent[]>;
  /** All events after a position and then each new one, until the signal aborts. */
  subscribe(after: bigint, signal: AbortSignal): AsyncIterable<StoredEvent>;
  /** The streams with this prefix that still want attention, in order of their last event. */
  open(prefix: string): Promise<readonly { readonly stream: string; readonly version: number }[]>;
  cursor(name: string): Promise<string | undefined>;
  /** Outbox rows that aren't done with, oldest first. */
  outbox(topic: string, limit: number): Promise<readonly OutboxRow[]>;
  /** Undefined while another holder has it. Its own holder gets it anew, with a higher fence: name holders uniquely. */
  acquire(name: string, holder: string, milliseconds: number): Promise<Lease | undefined>;
  /** Throws `LEASE_LOST`. */
  renew(lease: Lease, milliseconds: number): Promise<Lease>;
  /** Does nothing to a lease that is lost. */
  release(lease: Lease): Promise<void>;
  close(): Promise<void>;
}
