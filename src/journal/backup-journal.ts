import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { TerminalError } from "../core/errors.ts";
import { checkJournal, type JournalReport } from "./check-journal.ts";
import { copyJournal } from "./copy-journal.ts";
import type { StoredJournal } from "./journal-snapshot.ts";
import { syncFolder } from "./sqlite-file.ts";
import { SqliteJournal } from "./sqlite-journal.ts";

/**
 * Makes a backup of a journal that is in use: a file with a whole SQLite journal, whatever the engine of the original, checked
 * from its first event before it gets its name. SQLite's is a copy of its pages, PostgreSQL's a copy of its rows.
 *
 * @returns what the backup holds
 * @throws TerminalError `FILE_EXISTS`, `BACKUP_DAMAGED`, and what the store throws
 */
export async function backupJournal(journal: StoredJournal, file: string): Promise<JournalReport> {
  if (existsSync(file)) {
    throw new TerminalError("FILE_EXISTS", `${file} exists already`, {
      advice: "Name a new file: no backup is ever overwritten.",
    });
  }
  const partial = `${file}.partial`;
  const leftovers = [partial, `${partial}-wal`, `${partial}-shm`];
  for (const left of leftovers) rmSync(left, { force: true });
  try {
    if (journal instanceof SqliteJournal) await journal.copyPages(partial);
    const copy = SqliteJournal.open({ file: partial });
    let report: JournalReport;
    try {
      if (!(journal instanceof SqliteJournal)) await copyJournal(journal, copy);
      report = await checkJournal(copy);
    } finally {
      await copy.close();
    }
    if (report.findings.length > 0) {
      const [first] = report.findings;
      throw new TerminalError("BACKUP_DAMAGED", "The backup isn't whole, and was thrown away", {
        advice: "Check the journal: ./strongroom journal check.",
        facts: {
          findings: report.findings.length + report.more,
          first: `${first?.kind} ${first?.at}: ${first?.what}`,
        },
      });
    }
    const made = openSync(partial, "r+");
    fsyncSync(made);
    closeSync(made);
    renameSync(partial, file);
    syncFolder(file);
    return report;
  } finally {
    for (const left of leftovers) rmSync(left, { force: true });
  }
}
