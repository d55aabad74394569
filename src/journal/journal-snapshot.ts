import type { Journal, Lease } from "./journal.ts";
import type { CommitRow, EventRow, Head, OutboxEntry, StreamRow } from "./stored-rows.ts";

/** Everything that a journal held at one moment, page by page, whatever is written meanwhile. */
export interface JournalSnapshot {
  head(): Promise<Head>;
  /** After a position, in order. */
  events(after: bigint, limit: number): Promise<readonly EventRow[]>;
  /** After a name, in order of their bytes. */
  streams(after: string, limit: number): Promise<readonly StreamRow[]>;
  commits(after: string, limit: number): Promise<readonly CommitRow[]>;
  outbox(after: bigint, limit: number): Promise<readonly OutboxEntry[]>;
  cursors(): Promise<readonly (readonly [name: string, value: string])[]>;
  leases(): Promise<readonly Lease[]>;
  /** What the engine itself finds wrong with its pages; empty where it finds nothing or doesn't look. */
  flaws(): Promise<readonly string[]>;
}

/** Rows that one step of a restore writes. */
export interface RestoredRows {
  readonly events?: readonly EventRow[];
  readonly streams?: readonly StreamRow[];
  readonly commits?: readonly CommitRow[];
  readonly outbox?: readonly OutboxEntry[];
  readonly cursors?: readonly (readonly [name: string, value: string])[];
  readonly leases?: readonly Lease[];
}

/** A journal with what its operators need: workers see a `Journal`. */
export interface StoredJournal extends Journal {
  readonly engine: "sqlite" | "postgres";
  /** Where it ends: one row is read. */
  head(): Promise<Head>;
  snapshot<T>(read: (snapshot: JournalSnapshot) => Promise<T>): Promise<T>;
  /**
   * Writes rows as they are into a journal that holds nothing, in one transaction: what `rows` yields, or nothing of it.
   *
   * @param head that of the journal that the rows are from
   * @throws TerminalError `STORE_NOT_EMPTY`
   */
  restore(head: Head, rows: AsyncIterable<RestoredRows>): Promise<void>;
}
