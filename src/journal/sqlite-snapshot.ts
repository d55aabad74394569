import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { JournalSnapshot } from "./journal-snapshot.ts";
import { commitRow, eventRow, leaseRow, outboxEntry, type SqliteRow, streamRow } from "./sqlite-rows.ts";

/** Pages of damage that are named. */
const FLAWS = 20;

/** Reads a database that nobody changes meanwhile: in a read transaction, or a copy in memory. */
export function sqliteSnapshot(database: DatabaseSync): JournalSnapshot {
  const rows = (sql: string, ...values: SQLInputValue[]): readonly SqliteRow[] => {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    return statement.all(...values) as unknown as SqliteRow[];
  };
  const pages = {
    events: "SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?",
    streams: "SELECT * FROM streams WHERE stream > ? ORDER BY stream LIMIT ?",
    commits: "SELECT * FROM commits WHERE id > ? ORDER BY id LIMIT ?",
    outbox: "SELECT * FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?",
  };
  return {
    async head() {
      const [row] = rows("SELECT position, digest FROM journal");
      return { position: BigInt(row?.position ?? 0n), digest: String(row?.digest) };
    },
    events: async (after, limit) => rows(pages.events, after, limit).map(eventRow),
    streams: async (after, limit) => rows(pages.streams, after, limit).map(streamRow),
    commits: async (after, limit) => rows(pages.commits, after, limit).map(commitRow),
    outbox: async (after, limit) => rows(pages.outbox, after, limit).map(outboxEntry),
    cursors: async () =>
      rows("SELECT name, value FROM cursors ORDER BY name").map(
        ({ name, value }) => [String(name), String(value)] as const,
      ),
    leases: async () => rows("SELECT * FROM leases ORDER BY name").map(leaseRow),
    flaws: async () =>
      rows(`PRAGMA integrity_check(${FLAWS})`)
        .map(({ integrity_check: flaw }) => String(flaw))
        .filter((flaw) => flaw !== "ok"),
  };
}
