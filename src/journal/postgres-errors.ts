import { RetryableError, StrongroomError, TerminalError } from "../core/errors.ts";

/** What is known of what was asked when it failed. */
export type FailedOutcome = "not written" | "unknown";

/** SQLSTATE of an error that the server answered; undefined where there was no answer. */
function sqlState(error: unknown): string | undefined {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof code === "string" && severity !== undefined ? code : undefined;
}

/** SQLSTATEs, by their beginning, after which the same question may be answered: https://www.postgresql.org/docs/15/errcodes-appendix.html */
const PASSING = ["08", "57P", "57014", "53300", "53400", "25006", "25P03", "40", "55P03", "58"];
/** Beginnings of what an administrator must mend: who may connect, what exists. */
const UNUSABLE = ["28", "3D000", "3F000", "42501", "42P01"];
const CORRUPTED = ["XX001", "XX002"];
const DISK_FULL = "53100";

/** Errors of our own code: no server and no network throws them. */
const isMistake = (error: unknown) =>
  error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
const starts = (state: string, beginnings: readonly string[]) =>
  beginnings.some((begin) => state.startsWith(begin));

/** Nothing answers, or not well. */
export function storeUnavailable(cause: unknown, outcome: FailedOutcome): RetryableError {
  return new RetryableError("STORE_UNAVAILABLE", "PostgreSQL doesn't answer as it should", {
    cause,
    facts: { outcome },
    advice:
      outcome === "unknown"
        ? "Read before anything else, or repeat a commit that has an id as it was."
        : "Run it again; look at the database if that goes on.",
  });
}

/**
 * What PostgreSQL or the way to it says, as errors of the journal.
 *
 * @param outcome what is known of what was asked
 */
export function postgresFailure(error: unknown, outcome: FailedOutcome): StrongroomError {
  if (error instanceof StrongroomError) return error;
  const state = isMistake(error) ? "" : sqlState(error);
  if (state === undefined || starts(state, PASSING)) return storeUnavailable(error, outcome);
  const details = { cause: error, facts: { sqlstate: state } };
  if (state === DISK_FULL) {
    return new RetryableError("STORE_FULL", "PostgreSQL's disk is full", {
      ...details,
      advice: "Make room, then run it again: nothing was written.",
    });
  }
  if (starts(state, UNUSABLE)) {
    return new TerminalError("STORE_UNUSABLE", "PostgreSQL refuses this user or doesn't have this database", {
      ...details,
      advice: "Check the URL, and that its user may create a schema in that database.",
    });
  }
  if (starts(state, CORRUPTED)) {
    return new TerminalError("STORE_DAMAGED", "PostgreSQL finds its data damaged", {
      ...details,
      advice: "Stop writing, keep the data folder, and fail over or restore.",
      docs: "docs/operations/journal.md",
    });
  }
  return new TerminalError("STORE_REFUSED", "PostgreSQL refuses what it was asked", {
    ...details,
    advice: "This is a mistake in Strongroom: report it with the lines above.",
  });
}
