import { UsageError } from "../core/errors.ts";
import type { StoredJournal } from "./journal-snapshot.ts";
import { PostgresJournal, type PostgresOptions } from "./postgres-journal.ts";
import { SqliteJournal, type SqliteOptions } from "./sqlite-journal.ts";

/** Where a journal is, and how it is opened. */
export type JournalPlace = SqliteOptions | PostgresOptions;

/**
 * Opens a journal: in a file by `file`, in PostgreSQL by `url`.
 *
 * @example
 * const journal = await openJournal({ file: "relayer.journal" });
 * @throws as `SqliteJournal.open` and `PostgresJournal.open`
 */
export async function openJournal(place: JournalPlace): Promise<StoredJournal> {
  return "url" in place ? PostgresJournal.open(place) : SqliteJournal.open(place);
}

/**
 * Where a journal is by what its user said: a file, or a URL, or the environment's `DATABASE_URL`.
 *
 * @throws UsageError when nothing or too much is said
 */
export function journalPlace(
  said: { readonly file?: string | undefined; readonly url?: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): { readonly file: string } | { readonly url: string } {
  const { file, url } = said;
  if (file !== undefined && url !== undefined)
    throw new UsageError("The journal is in a file or in a database, not in both", {
      advice: "Say one of them.",
    });
  if (file !== undefined) return { file };
  const named = url ?? environment.DATABASE_URL;
  if (named !== undefined && named !== "") return { url: named };
  throw new UsageError("Which journal?", { advice: "Name a file, a URL, or set DATABASE_URL." });
}
