import type { Lease } from "./journal.ts";
import type { CommitRow, EventRow, OutboxEntry, StreamRow } from "./stored-rows.ts";

/** A row as `pg` gives it: `bigint` columns are decimal text. */
export type PostgresRow = Readonly<Record<string, string | number | boolean | null>>;

const text = (row: PostgresRow, name: string): string => String(row[name]);
const whole = (row: PostgresRow, name: string): bigint => BigInt(row[name] ?? 0n);
const number = (row: PostgresRow, name: string): number => Number(row[name]);

export function eventRow(row: PostgresRow): EventRow {
  return {
    position: whole(row, "position"),
    stream: text(row, "stream"),
    version: number(row, "version"),
    type: text(row, "type"),
    text: text(row, "data"),
    at: number(row, "at"),
    open: typeof row.open === "boolean" ? row.open : undefined,
    digest: text(row, "digest"),
  };
}

export function streamRow(row: PostgresRow): StreamRow {
  return {
    stream: text(row, "stream"),
    version: number(row, "version"),
    position: whole(row, "position"),
    open: row.open === true,
  };
}

export function commitRow(row: PostgresRow): CommitRow {
  return {
    id: text(row, "id"),
    digest: text(row, "digest"),
    first: whole(row, "first"),
    count: number(row, "count"),
    at: number(row, "at"),
    own: row.own === true,
  };
}

export function outboxEntry(row: PostgresRow): OutboxEntry {
  return {
    seq: whole(row, "seq"),
    id: text(row, "id"),
    topic: text(row, "topic"),
    text: text(row, "payload"),
    done: row.done === true,
  };
}

export function leaseRow(row: PostgresRow): Lease {
  return {
    name: text(row, "name"),
    holder: text(row, "holder"),
    fence: whole(row, "fence"),
    until: number(row, "until"),
  };
}
