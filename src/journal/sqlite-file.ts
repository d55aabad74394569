import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { TerminalError } from "../core/errors.ts";
import { migrateSqlite } from "./sqlite-schema.ts";

/** In memory: for tests and simulations, gone when it is closed. */
export const MEMORY = ":memory:";

/** `f_type` of file systems whose locks and shared memory don't hold between machines: see statfs(2). */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
]);

/** How long opening and migrating wait for another process that does the same, milliseconds. */
const OPENING = 30_000;

/** Makes a new file durable: its folder's entry, too. */
export function syncFolder(file: string): void {
  const folder = openSync(dirname(file), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const kind = NETWORK_FILE_SYSTEMS.get(statfsSync(dirname(file)).type);
  if (kind !== undefined) {
    throw new TerminalError("STORE_UNSAFE", `The journal can't live on ${kind}: its locks don't hold there`, {
      advice: "Put the file on a local disk, or use PostgreSQL for several machines.",
      facts: { file },
    });
  }
  if (existsSync(file)) return;
  // It holds signed transactions: nobody else reads it. SQLite gives its other files the same permissions.
  closeSync(openSync(file, "a", 0o600));
  syncFolder(file);
}

/** How a connection is set up. */
export interface SqliteSettings {
  /** Milliseconds that one statement waits for another process's lock, with this process standing still. */
  readonly busy: number;
  /** Bytes that the file may grow to; absent = as the disk allows. */
  readonly most?: number | undefined;
}

function set(database: DatabaseSync, pragma: string, wanted: string | number): void {
  const found = database.prepare(`PRAGMA ${pragma}`).get() ?? {};
  if (Object.values(found)[0] === wanted) return;
  throw new TerminalError("STORE_UNSAFE", `SQLite doesn't keep to ${pragma} = ${wanted} on this file`, {
    advice: "Put the file on a local disk with a file system that locks.",
    facts: { found: JSON.stringify(found) },
  });
}

/**
 * Opens a journal's file with everything that its promises rest on, makes it if there is none, and brings it to the present
 * schema. Every transaction ends with an `fsync` of the log (WAL, synchronous = FULL).
 *
 * @throws TerminalError `STORE_UNSAFE`, `STORE_NEWER`, `STORE_FOREIGN`, and what SQLite throws
 */
export function openSqliteFile(file: string, { busy, most }: SqliteSettings): DatabaseSync {
  if (file !== MEMORY) prepareFile(file);
  const database = new DatabaseSync(file, { timeout: OPENING });
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON");
    database.exec(
      "PRAGMA checkpoint_fullfsync = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON",
    );
    set(database, "journal_mode", file === MEMORY ? "memory" : "wal");
    set(database, "synchronous", 2);
    if (most !== undefined) {
      const size = Number(database.prepare("PRAGMA page_size").get()?.page_size);
      database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(most / size))}`);
    }
    migrateSqlite(database);
    database.exec(`PRAGMA busy_timeout = ${busy}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
