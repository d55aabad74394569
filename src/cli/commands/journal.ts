import { existsSync } from "node:fs";
import { TerminalError, UsageError } from "../../core/errors.ts";
import { backupJournal } from "../../journal/backup-journal.ts";
import { checkJournal, type JournalReport } from "../../journal/check-journal.ts";
import { copyJournal } from "../../journal/copy-journal.ts";
import type { StoredJournal } from "../../journal/journal-snapshot.ts";
import { journalPlace, openJournal } from "../../journal/open-journal.ts";
import type { Head } from "../../journal/stored-rows.ts";
import { ExitCode } from "../exit-code.ts";
import { print, say } from "../output.ts";

/** Which journal, by its file or its database. */
export interface JournalOptions {
  readonly json: boolean;
  readonly file?: string;
  readonly url?: string;
  readonly schema?: string;
}

/** Options of `./strongroom journal check`. */
export interface JournalCheckOptions extends JournalOptions {
  /** `POSITION:DIGEST` that was written down elsewhere. */
  readonly expect?: string;
}

/** Options of the commands that write a file. */
export interface JournalOutOptions extends JournalOptions {
  readonly out: string;
}

async function using<T>(
  { file, url, schema }: Omit<JournalOptions, "json">,
  isNew: boolean,
  work: (journal: StoredJournal) => Promise<T>,
): Promise<T> {
  const place = journalPlace({ file, url }, process.env);
  if ("file" in place && !isNew && !existsSync(place.file)) {
    throw new TerminalError("JOURNAL_MISSING", `There is no journal in ${place.file}`, {
      advice: "Name the file of one.",
    });
  }
  const journal = await openJournal("url" in place && schema !== undefined ? { ...place, schema } : place);
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}

function headOf(text: string | undefined): Head | undefined {
  if (text === undefined) return undefined;
  const [, position, digest] = /^(\d{1,18}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (position === undefined || digest === undefined)
    throw new UsageError(`${JSON.stringify(text)} names no end of a journal`, {
      advice: "Write POSITION:DIGEST as journal check printed it.",
    });
  return { position: BigInt(position), digest };
}

function summary({ events, streams, open, head }: JournalReport): string {
  return `${events} events, ${streams} streams, ${open} open\nEnd: ${head.position}:${head.digest}\n`;
}

/** `./strongroom journal check`. */
export async function journalCheck(options: JournalCheckOptions): Promise<number> {
  const expected = headOf(options.expect);
  const report = await using(options, false, (journal) => checkJournal(journal, expected));
  const { findings, more } = report;
  const wrong = findings.map(({ kind, at, what }) => `wrong: ${kind} ${at}: ${what}\n`).join("");
  const rest = more === 0 ? "" : `and ${more} more\n`;
  print(
    options.json,
    report,
    `${summary(report)}${wrong}${rest}${findings.length === 0 ? "Nothing is wrong.\n" : ""}`,
  );
  return findings.length === 0 ? ExitCode.done : ExitCode.failed;
}

/** `./strongroom journal backup`. */
export async function journalBackup(options: JournalOutOptions): Promise<number> {
  const report = await using(options, false, (journal) => backupJournal(journal, options.out));
  print(
    options.json,
    { file: options.out, ...report },
    `Backed up and checked: ${options.out}\n${summary(report)}`,
  );
  return ExitCode.done;
}

async function copy(
  options: JournalOptions,
  from: StoredJournal,
  to: StoredJournal,
  where: string,
): Promise<number> {
  say("Copying ...");
  const head = await copyJournal(from, to);
  const report = await checkJournal(to, head);
  if (report.findings.length > 0) {
    throw new TerminalError("COPY_DAMAGED", "The copy isn't what its events say", {
      advice: "The original isn't either: ./strongroom journal check. Don't use the copy.",
      facts: { findings: report.findings.length + report.more },
    });
  }
  print(options.json, { to: where, ...report }, `Copied and checked: ${where}\n${summary(report)}`);
  return ExitCode.done;
}

/** `./strongroom journal export`: rows into a new file, for another engine or to keep. */
export async function journalExport(options: JournalOutOptions): Promise<number> {
  return using(options, false, (from) =>
    using({ file: options.out }, true, (to) => copy(options, from, to, options.out)),
  );
}

/** `./strongroom journal import`: a backup or an export into an empty journal of either engine. */
export async function journalImport(options: JournalOptions & { readonly from: string }): Promise<number> {
  return using({ file: options.from }, false, (from) =>
    using(options, true, (to) => copy(options, from, to, options.file ?? "the database")),
  );
}
