import type { StoredEvent } from "./journal.ts";

/** An event as both engines keep it. */
export interface EventRow {
  readonly position: bigint;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  /** JSON, kept as it was written: the digest is over this text. */
  readonly text: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** Whether its stream was open after it; undefined where it said nothing of that. */
  readonly open: boolean | undefined;
  /** Chains it to the event before it: see `eventDigest`. */
  readonly digest: string;
}

/** What is kept of a stream so that it needn't be read: derived from its events, and checked against them by `checkJournal`. */
export interface StreamRow {
  readonly stream: string;
  readonly version: number;
  /** Of its last event. */
  readonly position: bigint;
  readonly open: boolean;
}

/** A commit that had an id. Its events are those from `first` on, `count` of them. */
export interface CommitRow {
  readonly id: string;
  /** Of its content. */
  readonly digest: string;
  readonly first: bigint;
  readonly count: number;
  /** Unix milliseconds. */
  readonly at: number;
  /** Made by the journal for its own use; such rows are dropped after a while. */
  readonly own: boolean;
}

/** An outbox row as it is kept: for ever, as its id must stay known. */
export interface OutboxEntry {
  readonly seq: bigint;
  readonly id: string;
  readonly topic: string;
  /** JSON. */
  readonly text: string;
  readonly done: boolean;
}

/** The end of the journal. */
export interface Head {
  /** Of the last event; 0 = there is none. */
  readonly position: bigint;
  /** Of the last event; says all that came before it. */
  readonly digest: string;
}

/** An event as its readers get it. */
export function storedEvent(row: Omit<EventRow, "open" | "digest">): StoredEvent {
  const { position, stream, version, type, text, at } = row;
  return { position, stream, version, type, data: JSON.parse(text) as unknown, at };
}
