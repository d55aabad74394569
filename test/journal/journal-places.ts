import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StoredJournal } from "../../src/journal/journal-snapshot.ts";
import { PostgresJournal } from "../../src/journal/postgres-journal.ts";
import { inSchema } from "../../src/journal/postgres-schema.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import type { PostgresServer } from "../support/postgres.ts";

/** Where a suite's journal is: a place that nobody has used. */
export interface JournalPlace {
  /** As another process is told it. */
  readonly where: { readonly file: string } | { readonly url: string; readonly schema: string };
  /** Opens it: the same place each time. */
  open(): Promise<StoredJournal>;
  /** Runs SQL behind the journal's back; `@` stands before each table's name. Gives the last statement's rows. */
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
  /** SQL that takes away what keeps events from being changed. */
  readonly unlock: string;
  /** Closes what `open` gave, and takes the place away. */
  end(): Promise<void>;
}

/** A file in a folder of its own. */
export function sqlitePlace(): JournalPlace & { readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-journal-"));
  const file = join(folder, "a.journal");
  const opened: SqliteJournal[] = [];
  return {
    file,
    where: { file },
    unlock: "DROP TRIGGER events_unchanged; DROP TRIGGER events_kept",
    async open() {
      const journal = SqliteJournal.open({ file });
      opened.push(journal);
      return journal;
    },
    async sql(text) {
      const database = new DatabaseSync(file, { timeout: 5_000 });
      try {
        const bare = text.replaceAll("@", "");
        if (/^\s*SELECT/i.test(bare)) return database.prepare(bare).all();
        database.exec(bare);
        return [];
      } finally {
        database.close();
      }
    },
    async end() {
      for (const journal of opened) await journal.close();
      rmSync(folder, { recursive: true });
    },
  };
}

let schemas = 0;

/** A schema of its own on a server. */
export function postgresPlace(server: PostgresServer): JournalPlace {
  schemas += 1;
  const schema = `journal_${schemas}`;
  const opened: PostgresJournal[] = [];
  return {
    where: { url: server.url, schema },
    unlock: "DROP TRIGGER events_stay ON @events",
    async open() {
      const journal = await PostgresJournal.open({ url: server.url, schema });
      opened.push(journal);
      return journal;
    },
    sql: (text) => server.sql(inSchema(text, schema)),
    async end() {
      for (const journal of opened) await journal.close();
    },
  };
}
