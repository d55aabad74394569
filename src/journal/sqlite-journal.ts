import { closeSync, openSync } from "node:fs";
import { backup, DatabaseSync as Database, type DatabaseSync } from "node:sqlite";
import { RetryableError, TerminalError } from "../core/errors.ts";
import { type CheckedCommit, checkedCommit, checkedName, checkedTerm } from "./checked-commit.ts";
import { CommitQueue, type Settled } from "./commit-queue.ts";
import { type FaultPoints, NO_FAULTS } from "./fault-points.ts";
import { follow, pause } from "./follow.ts";
import type { Commit, Lease, OutboxRow, StoredEvent } from "./journal.ts";
import type { JournalSnapshot, RestoredRows, StoredJournal } from "./journal-snapshot.ts";
import { leaseLost, planBatch } from "./plan-batch.ts";
import { isBusy, isDiskFailure, sqliteFailure } from "./sqlite-errors.ts";
import { MEMORY, openSqliteFile } from "./sqlite-file.ts";
import { eventRow, leaseRow, outboxEntry } from "./sqlite-rows.ts";
import { sqliteSnapshot } from "./sqlite-snapshot.ts";
import { SqliteWriter } from "./sqlite-writer.ts";
import { storeBehind, storeNotEmpty } from "./store-errors.ts";
import { type Head, storedEvent } from "./stored-rows.ts";

/** What a `SqliteJournal` is opened with. */
export interface SqliteOptions {
  /** Its path; `:memory:` for one that is gone when it is closed. */
  readonly file: string;
  /** Unix milliseconds: the store's clock, by which leases run, and the writer's. Default: the machine's. */
  readonly now?: () => number;
  /** When commits that came together are written. Default: at the end of the event loop's turn. `(run) => run()`: at once. */
  readonly defer?: (run: () => void) => void;
  /** Milliseconds that another process's lock is waited for. Default: 10,000. */
  readonly patience?: number;
  /** Bytes that the file may grow to: more is `STORE_FULL`. Default: as the disk allows. */
  readonly most?: number;
  readonly faults?: FaultPoints;
}

/** Milliseconds that a statement waits by itself: the process stands still meanwhile. */
const BUSY = 20;
/** Commits in one transaction. */
const BATCH = 200;
const ALL_PAGES = 0x7fff_ffff;
/** Milliseconds between two looks for what other processes wrote. */
const POLL = 50;

/**
 * The journal in one SQLite file, for any number of processes of one machine. What `commit` has answered is on the disk: each
 * transaction ends with an `fsync`. Commits that are asked for together share one.
 *
 * @example
 * const journal = SqliteJournal.open({ file: "relayer.journal" });
 * await journal.commit({ appends: [{ stream: "payout/1", expected: 0, events: [{ type: "Seen", data: {} }], open: true }] });
 */
export class SqliteJournal implements StoredJournal {
  readonly engine = "sqlite";
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #writer: SqliteWriter;
  readonly #queue: CommitQueue<readonly StoredEvent[]>;
  readonly #now: () => number;
  readonly #patience: number;
  readonly #faults: FaultPoints;
  readonly #closing = new AbortController();
  /** Wakes subscriptions of this process. */
  #woken = new Set<() => void>();
  /** The disk failed: what it holds is only known to who opens it anew. */
  #broken: unknown;

  /** @throws TerminalError `STORE_NEWER`, `STORE_DAMAGED`, `STORE_UNSAFE`, `STORE_UNUSABLE`; RetryableError `STORE_UNAVAILABLE` */
  static open(options: SqliteOptions): SqliteJournal {
    try {
      return new SqliteJournal(options, openSqliteFile(options.file, { busy: BUSY, most: options.most }));
    } catch (error) {
      throw sqliteFailure(error, options.file);
    }
  }

  private constructor(options: SqliteOptions, database: DatabaseSync) {
    this.#file = options.file;
    this.#database = database;
    this.#writer = new SqliteWriter(database);
    const { now = Date.now } = options;
    this.#now = () => Math.floor(now());
    this.#patience = options.patience ?? 10_000;
    this.#faults = options.faults ?? NO_FAULTS;
    this.#queue = new CommitQueue({
      defer: options.defer ?? ((run) => void setImmediate(run)),
      most: BATCH,
      write: (batch) => this.#attempt(() => this.#write(batch)),
    });
  }

  async commit(commit: Commit): Promise<readonly StoredEvent[]> {
    return this.#queue.push(checkedCommit(commit));
  }

  #write(batch: readonly CheckedCommit[]): Settled<readonly StoredEvent[]> {
    const writer = this.#writer;
    return this.#transaction(() => {
      const planned = batch.map((commit) => ({ commit, id: commit.id, own: false }));
      const plan = planBatch(writer.facts(planned, this.#now()), planned, this.#now());
      const writes = plan.outcomes.some(({ is }) => is === "written");
      if (writes) writer.write(plan);
      const settled = plan.outcomes.map((outcome) => {
        if (outcome.is === "refused") return { error: outcome.error };
        if (outcome.is === "written") return { value: outcome.events.map(storedEvent) };
        return { value: writer.events(outcome.row.first, outcome.row.count).map(storedEvent) };
      });
      return { writes, answer: settled };
    });
  }

  /** One transaction, with this connection as the only writer; what writes nothing costs no `fsync`. */
  #transaction<T>(work: () => { readonly writes: boolean; readonly answer: T }): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const { writes, answer } = work();
      if (writes) {
        this.#faults.reach("journal.before-commit");
        this.#database.exec("COMMIT");
        this.#faults.reach("journal.after-commit");
        for (const wake of this.#woken) wake();
      } else {
        this.#database.exec("ROLLBACK");
      }
      return answer;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Runs something that another process's lock may hold up, and tells what SQLite says as an error of the journal. */
  #attempt<T>(work: () => T): T | Promise<T> {
    try {
      return this.#guarded(work);
    } catch (error) {
      if (isBusy(error)) return this.#again(work);
      throw sqliteFailure(error, this.#file);
    }
  }

  async #again<T>(work: () => T): Promise<T> {
    const until = performance.now() + this.#patience;
    for (let round = 1; ; round++) {
      await pause(Math.min(round, 10), this.#closing.signal);
      try {
        return this.#guarded(work);
      } catch (error) {
        if (isBusy(error) && performance.now() < until) continue;
        throw sqliteFailure(error, this.#file);
      }
    }
  }

  #guarded<T>(work: () => T): T {
    if (this.#closing.signal.aborted && !this.#database.isOpen)
      throw new TerminalError("STORE_CLOSED", "The journal is closed", { advice: "Open it again." });
    if (this.#broken !== undefined) {
      throw new RetryableError("STORE_UNAVAILABLE", "The disk with the journal has failed before", {
        cause: this.#broken,
        facts: { file: this.#file, outcome: "not written" },
        advice: "Look at the disk, then start this process again.",
      });
    }
    try {
      return work();
    } catch (error) {
      if (isDiskFailure(error)) this.#broken = error;
      throw error;
    }
  }

  async read(stream: string, after = 0): Promise<readonly StoredEvent[]> {
    const sql = "SELECT * FROM events WHERE stream = ? AND version > ? ORDER BY version";
    const rows = await this.#attempt(() => this.#writer.all(sql, stream, after));
    return rows.map((row) => storedEvent(eventRow(row)));
  }

  async readAll(after: bigint, limit: number): Promise<readonly StoredEvent[]> {
    const rows = await this.#attempt(() => this.#writer.events(after + 1n, limit));
    return rows.map(storedEvent);
  }

  subscribe(after: bigint, signal: AbortSignal): AsyncIterable<StoredEvent> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    return follow(
      { readAll: (from, limit) => this.readAll(from, limit), wait: (from) => this.#news(from, either) },
      after,
      either,
    );
  }

  /** Until something may have been written after a position: at once by this process, within a poll by another. */
  async #news(after: bigint, signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const wake = () => stop.abort();
    this.#woken.add(wake);
    try {
      const either = AbortSignal.any([signal, stop.signal]);
      while (!either.aborted) {
        const { position } = await this.head();
        if (position < after) throw storeBehind(after);
        if (position > after) return;
        await pause(POLL, either);
      }
    } finally {
      this.#woken.delete(wake);
    }
  }

  async open(prefix: string): Promise<readonly { readonly stream: string; readonly version: number }[]> {
    const sql = OPEN_STREAMS;
    const rows = await this.#attempt(() => this.#writer.all(sql, prefix, prefix));
    return rows.map(({ stream, version }) => ({ stream: String(stream), version: Number(version) }));
  }

  async cursor(name: string): Promise<string | undefined> {
    const [row] = await this.#attempt(() =>
      this.#writer.all("SELECT value FROM cursors WHERE name = ?", name),
    );
    return row === undefined ? undefined : String(row.value);
  }

  async outbox(topic: string, limit: number): Promise<readonly OutboxRow[]> {
    const sql = "SELECT * FROM outbox WHERE done = 0 AND topic = ? ORDER BY seq LIMIT ?";
    const rows = await this.#attempt(() => this.#writer.all(sql, topic, limit));
    return rows.map(outboxEntry).map(({ id, text }) => ({ id, topic, payload: JSON.parse(text) as unknown }));
  }

  async acquire(name: string, holder: string, milliseconds: number): Promise<Lease | undefined> {
    checkedName("a lease", name);
    checkedName("a holder", holder);
    checkedTerm(milliseconds);
    return this.#lease(
      `INSERT INTO leases (name, holder, fence, until) VALUES (:name, :holder, 1, :until)
       ON CONFLICT (name) DO UPDATE SET holder = :holder, fence = fence + 1, until = :until
       WHERE leases.until <= :now OR leases.holder = :holder RETURNING *`,
      { name, holder, milliseconds },
    );
  }

  async renew(lease: Lease, milliseconds: number): Promise<Lease> {
    checkedTerm(milliseconds);
    const renewed = await this.#lease(
      `UPDATE leases SET until = max(until, :until)
       WHERE name = :name AND holder = :holder AND fence = :fence AND until > :now RETURNING *`,
      { ...lease, milliseconds },
    );
    if (renewed === undefined) throw leaseLost(lease);
    return renewed;
  }

  async release(lease: Lease): Promise<void> {
    await this.#lease(
      "UPDATE leases SET until = :now WHERE name = :name AND holder = :holder AND fence = :fence RETURNING *",
      { ...lease, milliseconds: 0 },
    );
  }

  async #lease(
    sql: string,
    given: { name: string; holder: string; fence?: bigint; milliseconds: number },
  ): Promise<Lease | undefined> {
    return this.#attempt(() =>
      this.#transaction(() => {
        this.#writer.head();
        const now = this.#now();
        const row = this.#writer.lease(sql, { ...given, now, until: now + given.milliseconds });
        return { writes: row !== undefined, answer: row === undefined ? undefined : leaseRow(row) };
      }),
    );
  }

  async head(): Promise<Head> {
    return this.#attempt(() => this.#writer.head());
  }

  async snapshot<T>(read: (snapshot: JournalSnapshot) => Promise<T>): Promise<T> {
    const copy = new Database(this.#file, { timeout: this.#patience });
    try {
      if (this.#file === MEMORY) copy.deserialize(this.#database.serialize());
      copy.exec("BEGIN");
      return await read(sqliteSnapshot(copy));
    } catch (error) {
      throw sqliteFailure(error, this.#file);
    } finally {
      copy.close();
    }
  }

  /** Copies the file's pages as they are at one moment into a new file, beside all reading and writing. */
  async copyPages(file: string): Promise<void> {
    const source = new Database(this.#file, { readOnly: true, timeout: this.#patience });
    try {
      closeSync(openSync(file, "wx", 0o600));
      // In one step: one that is interrupted by a writer begins anew each time.
      await backup(source, file, { rate: ALL_PAGES });
    } catch (error) {
      throw sqliteFailure(error, this.#file);
    } finally {
      source.close();
    }
  }

  async restore(head: Head, rows: AsyncIterable<RestoredRows>): Promise<void> {
    await this.#queue.drained();
    const inMemory = this.#file === MEMORY;
    const database = inMemory ? this.#database : openSqliteFile(this.#file, { busy: this.#patience });
    const writer = new SqliteWriter(database);
    try {
      database.exec("BEGIN IMMEDIATE");
      const used = writer.all(
        "SELECT 1 FROM events UNION ALL SELECT 1 FROM cursors UNION ALL SELECT 1 FROM outbox LIMIT 1",
      );
      if (used.length > 0) throw storeNotEmpty();
      for await (const some of rows) writer.rows(some);
      writer.setHead(head);
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw sqliteFailure(error, this.#file);
    } finally {
      if (!inMemory) database.close();
    }
  }

  async close(): Promise<void> {
    await this.#queue.drained();
    this.#closing.abort();
    if (this.#database.isOpen) this.#database.close();
  }
}

/** Reads the index of the open streams, and nothing else of the history. */
export const OPEN_STREAMS = `SELECT stream, version FROM streams
  WHERE open = 1 AND substr(stream, 1, length(?)) = ? ORDER BY position`;
