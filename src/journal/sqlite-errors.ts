import { RetryableError, StrongroomError, TerminalError } from "../core/errors.ts";

/** Primary result codes of https://www.sqlite.org/rescode.html that are told apart here. */
const SQLITE = {
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
};

/** The primary result code of an error of `node:sqlite`; undefined for every other error. */
function sqliteCode(error: unknown): number | undefined {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === "ERR_SQLITE_ERROR" && typeof errcode === "number" ? errcode & 0xff : undefined;
}

/** Whether another connection has the lock that was asked for: nothing happened, and asking again is right. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE.BUSY || code === SQLITE.LOCKED;
}

/** Whether the disk failed, so that nobody knows what is on it. */
export function isDiskFailure(error: unknown): boolean {
  return sqliteCode(error) === SQLITE.IOERR;
}

/** What SQLite says, as errors of the journal. Others are passed through. */
export function sqliteFailure(error: unknown, file: string): unknown {
  if (error instanceof StrongroomError) return error;
  const code = sqliteCode(error);
  const details = { cause: error, facts: { file, sqlite: code ?? 0 } };
  switch (code) {
    case undefined:
      return error;
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return new RetryableError("STORE_UNAVAILABLE", "Another process keeps the journal locked", {
        ...details,
        facts: { ...details.facts, outcome: "not written" },
        advice: "Find who has the file open (lsof); only Strongroom may.",
      });
    case SQLITE.IOERR:
      return new RetryableError("STORE_UNAVAILABLE", "The disk with the journal fails", {
        ...details,
        facts: { ...details.facts, outcome: "unknown" },
        advice: "Look at the disk, then start this process again: what is written is read anew then.",
      });
    case SQLITE.FULL:
      return new RetryableError("STORE_FULL", "The disk with the journal is full", {
        ...details,
        advice: "Make room, then run it again: nothing was written.",
      });
    case SQLITE.CORRUPT:
    case SQLITE.NOTADB:
      return new TerminalError("STORE_DAMAGED", "The journal's file is damaged", {
        ...details,
        advice: "Keep the file, and restore the latest backup. See what it lacks before anything is sent.",
        docs: "docs/operations/journal.md",
      });
    case SQLITE.READONLY:
    case SQLITE.CANTOPEN:
      return new TerminalError("STORE_UNUSABLE", "The journal's file can't be written", {
        ...details,
        advice: "Check its folder, its owner and its permissions.",
      });
    default:
      return new TerminalError("STORE_REFUSED", "The store refuses what it was asked", {
        ...details,
        advice: "This is a mistake in Strongroom: report it with the lines above.",
      });
  }
}
