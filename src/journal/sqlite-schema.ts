import type { DatabaseSync } from "node:sqlite";
import { TerminalError } from "../core/errors.ts";
import { eventDigest, GENESIS } from "./event-digest.ts";
import { eventRow, type SqliteRow } from "./sqlite-rows.ts";

/** The schema that this code reads and writes. */
export const SCHEMA = 2;

/** Version 1: streams, events, cursors, outbox, leases. */
export const SCHEMA_1 = `
CREATE TABLE journal (one INTEGER PRIMARY KEY CHECK (one = 1), schema INTEGER NOT NULL) STRICT;
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (stream, version)
) STRICT;
CREATE TABLE streams (
  stream TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  position INTEGER NOT NULL,
  open INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX streams_open ON streams (position) WHERE open = 1;
CREATE TABLE cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  topic TEXT NOT NULL,
  payload TEXT NOT NULL,
  done INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_left ON outbox (topic, seq) WHERE done = 0;
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  fence INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO journal VALUES (1, 1);
`;

/**
 * Version 2: each event is chained to the one before it and says whether its stream was open after it, the journal knows its end,
 * commits may have ids, and events can't be changed by mistake.
 */
const SCHEMA_2 = `
ALTER TABLE journal ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN digest TEXT NOT NULL DEFAULT '${GENESIS}';
ALTER TABLE events ADD COLUMN open INTEGER;
ALTER TABLE events ADD COLUMN digest TEXT NOT NULL DEFAULT '';
CREATE TABLE commits (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  at INTEGER NOT NULL,
  own INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

const EVENTS_STAY = `
CREATE TRIGGER events_unchanged BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
`;

/** Gives the events of version 1 what version 2 keeps of each: of a stream's openness only the present is known. */
function chain(database: DatabaseSync): void {
  database.exec(`UPDATE events SET open = streams.open FROM streams
    WHERE streams.stream = events.stream AND streams.version = events.version`);
  const page = database.prepare("SELECT * FROM events WHERE position > ? ORDER BY position LIMIT 1000");
  page.setReadBigInts(true);
  const write = database.prepare("UPDATE events SET digest = ? WHERE position = ?");
  let digest = GENESIS;
  let position = 0n;
  for (;;) {
    const rows = page.all(position) as unknown as SqliteRow[];
    if (rows.length === 0) break;
    for (const row of rows.map(eventRow)) {
      digest = eventDigest(digest, row);
      position = row.position;
      write.run(digest, position);
    }
  }
  database.prepare("UPDATE journal SET position = ?, digest = ?").run(position, digest);
}

const MIGRATIONS: readonly ((database: DatabaseSync) => void)[] = [
  (database) => database.exec(SCHEMA_1),
  (database) => {
    database.exec(SCHEMA_2);
    chain(database);
    database.exec(EVENTS_STAY);
  },
];

/** Written by a version of Strongroom that is newer than this one. */
export function storeNewer(found: number): TerminalError {
  return new TerminalError("STORE_NEWER", "The journal was written by a later version of Strongroom", {
    advice: "Run that version, or restore a backup that was made before the upgrade.",
    facts: { schema: found, known: SCHEMA },
  });
}

function schemaOf(database: DatabaseSync): number {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  if (tables.some(({ name }) => name === "journal"))
    return Number(database.prepare("SELECT schema FROM journal").get()?.schema ?? Number.NaN);
  if (tables.length === 0) return 0;
  throw new TerminalError("STORE_FOREIGN", "The file is a database of something else", {
    advice: "Name a file of Strongroom's, or one that doesn't exist yet.",
    facts: { tables: tables.length },
  });
}

/**
 * Brings a database to the present schema, in one transaction: an empty one from nothing, an older one step by step. Several
 * processes may do so at once; one does it, the others find it done.
 *
 * @throws TerminalError `STORE_NEWER`, `STORE_FOREIGN`, `STORE_DAMAGED`
 */
export function migrateSqlite(database: DatabaseSync): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const found = schemaOf(database);
    if (!Number.isSafeInteger(found))
      throw new TerminalError("STORE_DAMAGED", "The journal doesn't say its schema", {
        advice: "Restore a backup.",
      });
    if (found > SCHEMA) throw storeNewer(found);
    for (const migrate of MIGRATIONS.slice(found)) migrate(database);
    if (found < SCHEMA) database.prepare("UPDATE journal SET schema = ?").run(SCHEMA);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
