import type { Lease } from "./journal.ts";
import type { CommitRow, EventRow, OutboxEntry, StreamRow } from "./stored-rows.ts";

/** A row as `node:sqlite` gives it with `setReadBigInts(true)`: whole numbers are bigints. */
export type SqliteRow = Readonly<Record<string, bigint | string | null>>;

const text = (row: SqliteRow, name: string): string => String(row[name]);
const whole = (row: SqliteRow, name: string): bigint => BigInt(row[name] ?? 0n);
const number = (row: SqliteRow, name: string): number => Number(row[name]);
const flag = (row: SqliteRow, name: string): boolean => number(row, name) === 1;

export function eventRow(row: SqliteRow): EventRow {
  return {
    position: whole(row, "position"),
    stream: text(row, "stream"),
    version: number(row, "version"),
    type: text(row, "type"),
    text: text(row, "data"),
    at: number(row, "at"),
    open: row.open === null ? undefined : flag(row, "open"),
    digest: text(row, "digest"),
  };
}

export function streamRow(row: SqliteRow): StreamRow {
  return {
    stream: text(row, "stream"),
    version: number(row, "version"),
    position: whole(row, "position"),
    open: flag(row, "open"),
  };
}

export function commitRow(row: SqliteRow): CommitRow {
  return {
    id: text(row, "id"),
    digest: text(row, "digest"),
    first: whole(row, "first"),
    count: number(row, "count"),
    at: number(row, "at"),
    own: flag(row, "own"),
  };
}

export function outboxEntry(row: SqliteRow): OutboxEntry {
  return {
    seq: whole(row, "seq"),
    id: text(row, "id"),
    topic: text(row, "topic"),
    text: text(row, "payload"),
    done: flag(row, "done"),
  };
}

export function leaseRow(row: SqliteRow): Lease {
  return {
    name: text(row, "name"),
    holder: text(row, "holder"),
    fence: whole(row, "fence"),
    until: number(row, "until"),
  };
}
