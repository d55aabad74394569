import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { TerminalError } from "../core/errors.ts";
import type { Lease } from "./journal.ts";
import type { RestoredRows } from "./journal-snapshot.ts";
import type { BatchFacts, BatchPlan, PlannedCommit } from "./plan-batch.ts";
import { commitRow, eventRow, leaseRow, type SqliteRow, streamRow } from "./sqlite-rows.ts";
import { SCHEMA, storeNewer } from "./sqlite-schema.ts";
import type { CommitRow, EventRow, Head, StreamRow } from "./stored-rows.ts";

/** A column's value: SQLite has no booleans. */
const bit = (flag: boolean | undefined): SQLInputValue => (flag === undefined ? null : flag ? 1 : 0);

/** The statements of one connection, prepared once. It begins and ends no transaction. */
export class SqliteWriter {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  #statement(sql: string): StatementSync {
    const prepared = this.#statements.get(sql);
    if (prepared !== undefined) return prepared;
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  all(sql: string, ...values: SQLInputValue[]): readonly SqliteRow[] {
    return this.#statement(sql).all(...values) as unknown as SqliteRow[];
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  /** The row that a statement on leases leaves, if it changes one. */
  lease(sql: string, given: Readonly<Record<string, SQLInputValue>>): SqliteRow | undefined {
    const names = new Set([...sql.matchAll(/:([a-z]+)/g)].map(([, name = ""]) => name));
    const values = Object.fromEntries([...names].map((name) => [name, given[name] ?? null]));
    return this.#statement(sql).get(values) as unknown as SqliteRow | undefined;
  }

  /** @throws TerminalError `STORE_NEWER` when another process has migrated the file meanwhile */
  head(): Head {
    const [row] = this.all("SELECT schema, position, digest FROM journal");
    if (row === undefined)
      throw new TerminalError("STORE_DAMAGED", "The journal has lost its head", {
        advice: "Restore a backup.",
      });
    if (Number(row.schema) !== SCHEMA) throw storeNewer(Number(row.schema));
    return { position: BigInt(row.position ?? 0n), digest: String(row.digest) };
  }

  events(first: bigint, count: number): readonly EventRow[] {
    const sql = "SELECT * FROM events WHERE position >= ? ORDER BY position LIMIT ?";
    return this.all(sql, first, count).map(eventRow);
  }

  facts(batch: readonly PlannedCommit[], now: number): BatchFacts {
    const streams = new Map<string, StreamRow>();
    const leases = new Map<string, Lease>();
    const commits = new Map<string, CommitRow>();
    const outbox = new Set<string>();
    for (const { commit, id } of batch) {
      for (const { stream } of commit.appends) {
        const [row] = this.all("SELECT * FROM streams WHERE stream = ?", stream);
        if (row !== undefined) streams.set(stream, streamRow(row));
      }
      if (commit.lease !== undefined) {
        const [row] = this.all("SELECT * FROM leases WHERE name = ?", commit.lease.name);
        if (row !== undefined) leases.set(commit.lease.name, leaseRow(row));
      }
      for (const row of commit.done) {
        if (this.all("SELECT 1 FROM outbox WHERE id = ?", row).length > 0) outbox.add(row);
      }
      if (id !== undefined) {
        const [row] = this.all("SELECT * FROM commits WHERE id = ?", id);
        if (row !== undefined) commits.set(id, commitRow(row));
      }
    }
    return { head: this.head(), streams, leases, commits, outbox, now };
  }

  write(plan: BatchPlan): void {
    this.rows({ ...plan, streams: [...plan.streams.values()], cursors: [...plan.cursors], outbox: [] });
    for (const { id, topic, text } of plan.outbox) {
      this.run(
        "INSERT INTO outbox (id, topic, payload) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        id,
        topic,
        text,
      );
    }
    for (const id of plan.done) this.run("UPDATE outbox SET done = 1 WHERE id = ?", id);
    this.setHead(plan.head);
  }

  setHead({ position, digest }: Head): void {
    this.run("UPDATE journal SET position = ?, digest = ?", position, digest);
  }

  /** Writes rows as they are. */
  rows(rows: RestoredRows): void {
    for (const { position, stream, version, type, text, at, open, digest } of rows.events ?? []) {
      this.run(
        "INSERT INTO events (position, stream, version, type, data, at, open, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ...[position, stream, version, type, text, at, bit(open), digest],
      );
    }
    for (const { stream, version, position, open } of rows.streams ?? []) {
      this.run(
        "INSERT OR REPLACE INTO streams (stream, version, position, open) VALUES (?, ?, ?, ?)",
        ...[stream, version, position, bit(open)],
      );
    }
    for (const [name, value] of rows.cursors ?? []) {
      this.run("INSERT OR REPLACE INTO cursors (name, value) VALUES (?, ?)", name, value);
    }
    for (const { id, digest, first, count, at, own } of rows.commits ?? []) {
      this.run(
        "INSERT INTO commits (id, digest, first, count, at, own) VALUES (?, ?, ?, ?, ?, ?)",
        ...[id, digest, first, count, at, bit(own)],
      );
    }
    for (const { seq, id, topic, text, done } of rows.outbox ?? []) {
      this.run(
        "INSERT INTO outbox (seq, id, topic, payload, done) VALUES (?, ?, ?, ?, ?)",
        ...[seq, id, topic, text, bit(done)],
      );
    }
    for (const { name, holder, fence, until } of rows.leases ?? []) {
      this.run(
        "INSERT INTO leases (name, holder, fence, until) VALUES (?, ?, ?, ?)",
        name,
        holder,
        fence,
        until,
      );
    }
  }
}
