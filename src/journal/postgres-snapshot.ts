import type { JournalSnapshot } from "./journal-snapshot.ts";
import { commitRow, leaseRow, outboxEntry, streamRow } from "./postgres-rows.ts";
import type { PostgresWriter } from "./postgres-writer.ts";

/** Reads through a connection in a transaction that sees one moment. */
export function postgresSnapshot(reader: PostgresWriter): JournalSnapshot {
  const pages = {
    streams: "SELECT * FROM @streams WHERE stream > $1 ORDER BY stream LIMIT $2",
    commits: "SELECT * FROM @commits WHERE id > $1 ORDER BY id LIMIT $2",
    outbox: "SELECT * FROM @outbox WHERE seq > $1 ORDER BY seq LIMIT $2",
  };
  return {
    head: () => reader.head(),
    events: (after, limit) => reader.events(after + 1n, limit),
    streams: async (after, limit) => (await reader.all(pages.streams, after, limit)).map(streamRow),
    commits: async (after, limit) => (await reader.all(pages.commits, after, limit)).map(commitRow),
    outbox: async (after, limit) => (await reader.all(pages.outbox, after, limit)).map(outboxEntry),
    cursors: async () =>
      (await reader.all("SELECT name, value FROM @cursors ORDER BY name")).map(
        ({ name, value }) => [String(name), String(value)] as const,
      ),
    leases: async () => (await reader.all("SELECT * FROM @leases ORDER BY name")).map(leaseRow),
    async flaws() {
      const sql = "SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()";
      const failures = Number((await reader.all(sql))[0]?.checksum_failures ?? 0);
      return failures === 0 ? [] : [`PostgreSQL counted ${failures} pages with wrong checksums`];
    },
  };
}
