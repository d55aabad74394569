import { createHash, randomUUID } from "node:crypto";
import type { ClientBase } from "pg";
import { TerminalError, UsageError } from "../core/errors.ts";
import { type CheckedCommit, checkedCommit, checkedName, checkedTerm } from "./checked-commit.ts";
import { commitFirmly } from "./commit-firmly.ts";
import { CommitQueue, type Settled } from "./commit-queue.ts";
import { type FaultPoints, NO_FAULTS } from "./fault-points.ts";
import { follow, pause } from "./follow.ts";
import type { Commit, Lease, OutboxRow, StoredEvent } from "./journal.ts";
import type { JournalSnapshot, RestoredRows, StoredJournal } from "./journal-snapshot.ts";
import { type BatchPlan, leaseLost, type PlannedCommit, planBatch } from "./plan-batch.ts";
import { PostgresConnections } from "./postgres-connections.ts";
import { postgresFailure, storeUnavailable } from "./postgres-errors.ts";
import { PostgresNews } from "./postgres-news.ts";
import { eventRow, leaseRow, outboxEntry, type PostgresRow } from "./postgres-rows.ts";
import { migratePostgres } from "./postgres-schema.ts";
import { postgresSnapshot } from "./postgres-snapshot.ts";
import { LEASES, OPEN_STREAMS } from "./postgres-statements.ts";
import { PostgresWriter } from "./postgres-writer.ts";
import { storeBehind, storeNotEmpty } from "./store-errors.ts";
import { type Head, storedEvent } from "./stored-rows.ts";

/** What a `PostgresJournal` is opened with. */
export interface PostgresOptions {
  /** `postgres://USER@HOST:PORT/DATABASE`; several hosts with commas, of which the primary is found. */
  readonly url: string;
  /** Where its tables are; one database can hold several journals. Default: `strongroom`. */
  readonly schema?: string;
  /** Refuse to work unless a standby is synchronous, so that no failover loses what was acknowledged. Default: false. */
  readonly replicated?: boolean;
  /** Milliseconds that a primary, a lock or an answer is waited for. Default: 10,000. */
  readonly patience?: number;
  /** Connections at once. Default: 8. */
  readonly connections?: number;
  /** Unix milliseconds by the writer's clock, for `at`. Leases run by the server's. */
  readonly now?: () => number;
  /** Makes ids of commits that have none: unique, unguessable. */
  readonly newId?: () => string;
  readonly faults?: FaultPoints;
}

/** Commits in one transaction. */
const BATCH = 200;
/** Milliseconds that one step of a migration may take. */
const OPENING = 600_000;
/** Milliseconds after which nobody asks any more about a commit without an id of the caller's. */
const OWN_COMMITS_KEPT = 24 * 3_600_000;
/** Batches between two times that such commits are dropped. */
const TIDY = 5_000;

/**
 * The journal in PostgreSQL, for any number of processes on any number of machines. Writers take turns by an advisory lock, so that
 * positions are in order of commit; those of one process share a transaction where they can.
 *
 * A connection that is lost while it commits leaves the outcome open. Each commit has an id that is stored with it, so the journal
 * asks afterwards, under the same lock, what became of it, and answers accordingly; only when nobody can be asked in time is the
 * answer `STORE_UNAVAILABLE` with `outcome` `unknown`.
 *
 * @example
 * const journal = await PostgresJournal.open({ url: "postgres://relayer@a:5432,b:5432/strongroom", replicated: true });
 */
export class PostgresJournal implements StoredJournal {
  readonly engine = "postgres";
  readonly #schema: string;
  readonly #lock: bigint;
  readonly #connections: PostgresConnections;
  readonly #queue: CommitQueue<readonly StoredEvent[]>;
  readonly #news: PostgresNews;
  readonly #patience: number;
  readonly #now: () => number;
  readonly #newId: () => string;
  readonly #faults: FaultPoints;
  readonly #closing = new AbortController();
  /** The furthest end that this process knows to be stored: a server that lacks it has lost acknowledged events. */
  #seen: Head = { position: 0n, digest: "" };
  #batches = 0;

  /**
   * @throws TerminalError `STORE_UNSAFE`, `STORE_NEWER`, `STORE_UNUSABLE`, `STORE_FOREIGN`; RetryableError `STORE_UNAVAILABLE`;
   *   UsageError
   */
  static async open(options: PostgresOptions): Promise<PostgresJournal> {
    const journal = new PostgresJournal(options);
    try {
      await journal.#prepare();
      return journal;
    } catch (error) {
      await journal.close();
      throw postgresFailure(error, "not written");
    }
  }

  async #prepare(): Promise<void> {
    // Finds the primary and sees that it is safe; what follows may take longer than any other question.
    (await this.#connections.take()).release();
    const client = await this.#connections.own(OPENING);
    try {
      await migratePostgres(client, this.#schema, this.#lock);
      this.#saw(await new PostgresWriter(client, this.#schema).head());
    } finally {
      await client.end();
    }
    await this.#tidy();
  }

  private constructor(options: PostgresOptions) {
    const { schema = "strongroom", patience = 10_000 } = options;
    if (!/^[a-z_][a-z0-9_]{0,39}$/.test(schema)) {
      throw new UsageError(`${JSON.stringify(schema)} is no name of a schema`, {
        advice: "Use up to 40 of a-z, 0-9 and _, not beginning with a digit.",
      });
    }
    this.#schema = schema;
    this.#lock = createHash("sha256").update(`strongroom journal ${schema}`).digest().readBigInt64BE();
    this.#patience = patience;
    this.#now = options.now ?? Date.now;
    this.#newId = options.newId ?? randomUUID;
    this.#faults = options.faults ?? NO_FAULTS;
    this.#connections = new PostgresConnections({
      url: options.url,
      replicated: options.replicated ?? false,
      patience,
      most: options.connections ?? 8,
      greet: (client) => this.#greet(client),
    });
    this.#news = new PostgresNews(`strongroom_${schema}`, () => this.#connections.own());
    this.#queue = new CommitQueue({
      defer: (run) => void setImmediate(run),
      most: BATCH,
      write: (batch) => this.#write(batch),
    });
  }

  /** @throws TerminalError `STORE_BEHIND` when this server lacks what another acknowledged */
  async #greet(client: ClientBase): Promise<void> {
    const { position, digest } = this.#seen;
    if (position === 0n) return;
    const [row] = await new PostgresWriter(client, this.#schema).events(position, 1);
    if (row?.position !== position || row.digest !== digest) throw storeBehind(position);
  }

  #saw(head: Head): void {
    if (head.position > this.#seen.position) this.#seen = head;
  }

  async commit(commit: Commit): Promise<readonly StoredEvent[]> {
    return this.#queue.push(checkedCommit(commit));
  }

  async #write(batch: readonly CheckedCommit[]): Promise<Settled<readonly StoredEvent[]>> {
    const planned = batch.map((commit) => ({
      commit,
      id: commit.id ?? this.#newId(),
      own: commit.id === undefined,
    }));
    const client = await this.#connections.take();
    const writer = new PostgresWriter(client, this.#schema);
    let plan: BatchPlan;
    let settled: Settled<readonly StoredEvent[]>;
    try {
      await this.#begin(client);
      plan = planBatch(await writer.facts(planned), planned, Math.floor(this.#now()));
      if (plan.outcomes.some(({ is }) => is === "written")) {
        await writer.write(plan);
        await client.query(`NOTIFY "strongroom_${this.#schema}"`);
      }
      settled = await this.#settled(writer, plan);
      this.#faults.reach("journal.before-commit");
    } catch (error) {
      // Without COMMIT the server takes it all back, whenever it notices that the connection is gone.
      client.release(true);
      throw postgresFailure(error, "not written");
    }
    try {
      await commitFirmly(client);
      client.release();
    } catch (error) {
      client.release(true);
      return this.#ask(planned, settled, error);
    }
    this.#saw(plan.head);
    this.#faults.reach("journal.after-commit");
    this.#batches += 1;
    if (this.#batches % TIDY === 0) await this.#tidy();
    return settled;
  }

  async #begin(client: ClientBase): Promise<void> {
    // Two statements, so that what is read under the lock is read after it was taken.
    await client.query(`BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(${this.#lock})`);
  }

  async #settled(writer: PostgresWriter, plan: BatchPlan): Promise<Settled<readonly StoredEvent[]>> {
    const settled: Settled<readonly StoredEvent[]>[number][] = [];
    for (const outcome of plan.outcomes) {
      if (outcome.is === "refused") settled.push({ error: outcome.error });
      else if (outcome.is === "written") settled.push({ value: outcome.events.map(storedEvent) });
      else
        settled.push({ value: (await writer.events(outcome.row.first, outcome.row.count)).map(storedEvent) });
    }
    return settled;
  }

  /**
   * What became of a batch whose COMMIT wasn't answered. The one that was lost holds the writers' lock for as long as it lives: who
   * has the lock sees its end.
   */
  async #ask(
    planned: readonly PlannedCommit[],
    settled: Settled<readonly StoredEvent[]>,
    cause: unknown,
  ): Promise<Settled<readonly StoredEvent[]>> {
    const until = performance.now() + this.#patience;
    const ids = planned.flatMap(({ id }) => (id === undefined ? [] : [id]));
    for (;;) {
      try {
        const client = await this.#connections.take(Math.max(0, until - performance.now()));
        try {
          const writer = new PostgresWriter(client, this.#schema);
          await this.#begin(client);
          const stored = await writer.commits(ids);
          // A write, so that its acknowledgement covers whatever came before it, on the standby too.
          const head = await writer.head();
          await writer.setHead(head);
          await commitFirmly(client);
          client.release();
          this.#saw(head);
          const refused = { error: storeUnavailable(cause, "not written") };
          return planned.map(({ id }, index) => {
            const answer = settled[index] ?? refused;
            return "error" in answer || stored.has(id ?? "") ? answer : refused;
          });
        } catch (error) {
          client.release(true);
          throw postgresFailure(error, "unknown");
        }
      } catch (error) {
        if (error instanceof TerminalError) throw error;
        if (performance.now() >= until) throw storeUnavailable(error, "unknown");
        await pause(50, this.#closing.signal);
      }
    }
  }

  /** Drops the ids of commits that nobody asks about any more; the callers' own stay for ever. */
  async #tidy(): Promise<void> {
    const sql = "DELETE FROM @commits WHERE own AND at < $1";
    await this.#query(sql, this.#now() - OWN_COMMITS_KEPT).catch((error: unknown) => {
      // Nobody waits for it: the next time is as good.
      if (error instanceof TerminalError) throw error;
    });
  }

  /** One statement of its own transaction that may be asked again: it reads, or it writes the same once more. */
  async #query(sql: string, ...values: readonly unknown[]): Promise<readonly PostgresRow[]> {
    const until = performance.now() + this.#patience;
    for (;;) {
      const client = await this.#connections.take(Math.max(0, until - performance.now()));
      try {
        const rows = await new PostgresWriter(client, this.#schema).all(sql, ...values);
        client.release();
        return rows;
      } catch (error) {
        client.release(true);
        const failure = postgresFailure(error, "unknown");
        if (!failure.retryable || failure.code === "STORE_FULL" || performance.now() >= until) throw failure;
        await pause(20, this.#closing.signal);
      }
    }
  }

  async read(stream: string, after = 0): Promise<readonly StoredEvent[]> {
    const sql = "SELECT * FROM @events WHERE stream = $1 AND version > $2 ORDER BY version";
    return (await this.#query(sql, stream, after)).map(eventRow).map(storedEvent);
  }

  async readAll(after: bigint, limit: number): Promise<readonly StoredEvent[]> {
    const sql = "SELECT * FROM @events WHERE position > $1 ORDER BY position LIMIT $2";
    return (await this.#query(sql, after, limit)).map(eventRow).map(storedEvent);
  }

  subscribe(after: bigint, signal: AbortSignal): AsyncIterable<StoredEvent> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const isNew = async (from: bigint) => {
      const { position } = await this.head();
      if (position < from) throw storeBehind(from);
      return position > from;
    };
    return follow(
      {
        readAll: (from, limit) => this.readAll(from, limit),
        wait: (from) => this.#news.wait(() => isNew(from), either),
      },
      after,
      either,
    );
  }

  async open(prefix: string): Promise<readonly { readonly stream: string; readonly version: number }[]> {
    const rows = await this.#query(OPEN_STREAMS, prefix);
    return rows.map(({ stream, version }) => ({ stream: String(stream), version: Number(version) }));
  }

  async cursor(name: string): Promise<string | undefined> {
    const [row] = await this.#query("SELECT value FROM @cursors WHERE name = $1", name);
    return row === undefined ? undefined : String(row.value);
  }

  async outbox(topic: string, limit: number): Promise<readonly OutboxRow[]> {
    const sql = "SELECT * FROM @outbox WHERE NOT done AND topic = $1 ORDER BY seq LIMIT $2";
    const rows = (await this.#query(sql, topic, limit)).map(outboxEntry);
    return rows.map(({ id, text }) => ({ id, topic, payload: JSON.parse(text) as unknown }));
  }

  async acquire(name: string, holder: string, milliseconds: number): Promise<Lease | undefined> {
    checkedName("a lease", name);
    checkedName("a holder", holder);
    checkedTerm(milliseconds);
    const [row] = await this.#query(LEASES.acquire, name, holder, milliseconds);
    return row === undefined ? undefined : leaseRow(row);
  }

  async renew(lease: Lease, milliseconds: number): Promise<Lease> {
    checkedTerm(milliseconds);
    const [row] = await this.#query(LEASES.renew, lease.name, lease.holder, lease.fence, milliseconds);
    if (row === undefined) throw leaseLost(lease);
    return leaseRow(row);
  }

  async release({ name, holder, fence }: Lease): Promise<void> {
    await this.#query(LEASES.release, name, holder, fence);
  }

  async head(): Promise<Head> {
    const [row] = await this.#query("SELECT position, digest FROM @journal");
    const head = { position: BigInt(row?.position ?? 0n), digest: String(row?.digest) };
    this.#saw(head);
    return head;
  }

  async snapshot<T>(read: (snapshot: JournalSnapshot) => Promise<T>): Promise<T> {
    return this.#apart("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", (writer) =>
      read(postgresSnapshot(writer)),
    );
  }

  async restore(head: Head, rows: AsyncIterable<RestoredRows>): Promise<void> {
    await this.#apart(`BEGIN; SELECT pg_advisory_xact_lock(${this.#lock})`, async (writer) => {
      const used = await writer.all(
        "SELECT 1 AS used WHERE EXISTS (SELECT FROM @events) OR EXISTS (SELECT FROM @cursors) OR EXISTS (SELECT FROM @outbox)",
      );
      if (used.length > 0) throw storeNotEmpty();
      for await (const some of rows) await writer.rows(some);
      await writer.all(
        `SELECT setval(pg_get_serial_sequence('@outbox', 'seq'), greatest(1, (SELECT max(seq) FROM @outbox)))`,
      );
      await writer.setHead(head);
    });
  }

  /** A long transaction: whoever feeds it may be slow. */
  async #apart<T>(begin: string, work: (writer: PostgresWriter) => Promise<T>): Promise<T> {
    const client = await this.#connections.take();
    try {
      await client.query(begin);
      await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
      const answer = await work(new PostgresWriter(client, this.#schema));
      await commitFirmly(client);
      client.release();
      return answer;
    } catch (error) {
      client.release(true);
      throw postgresFailure(error, "unknown");
    }
  }

  async close(): Promise<void> {
    await this.#queue.drained();
    this.#closing.abort();
    await this.#news.close();
    await this.#connections.close();
  }
}
