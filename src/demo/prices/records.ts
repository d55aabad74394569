import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import { HOUR } from "../parameters.ts";
import { parseRounds } from "../rounds.ts";

/** Decimals of every price in a record. */
export const RECORD_DECIMALS = 8;

/** What one source said from `at` on, Unix seconds. */
export interface Observation {
  readonly at: number;
  /** Dollars with 8 decimals; undefined where the record has a gap from here to the next row. */
  readonly answer: bigint | undefined;
}

const HEADER = "time,price";
const ROUNDS_HEADER = "roundId,answer,startedAt,updatedAt";
/** Rows further apart need a row without a price between them. */
const MOST_APART = 2 * HOUR;

const time = z
  .string()
  .regex(/^\d{9,11}$/, "Unix seconds")
  .transform((text) => Number(text));
const price = z
  .string()
  .regex(/^(\d{1,9}(\.\d{1,8})?)?$/, "a decimal price with at most 8 decimals, or nothing")
  .transform((text) => (text === "" ? undefined : answerOf(text)))
  .refine((answer) => answer === undefined || answer > 0n, "above zero");
const row = z.tuple([time, price]);

function answerOf(text: string): bigint {
  const [whole = "", fraction = ""] = text.split(".");
  return BigInt(`${whole}${fraction.padEnd(RECORD_DECIMALS, "0")}`);
}

function invalid(source: string, line: number, reason: string): TerminalError {
  return new TerminalError("RECORD_INVALID", `${source}, line ${line}: ${reason}`, {
    advice: "data/README.md describes the format.",
    facts: { source, line },
    docs: "data/README.md",
  });
}

/**
 * Parses a venue's record from CSV: the header, then rows of a time and a price whose times rise. A row without a price
 * marks a gap; rows more than two hours apart without one are an error: a hole must not pass for a steady price.
 *
 * @throws TerminalError `RECORD_INVALID` naming the line.
 */
export function parseRecord(csv: string, source: string): Observation[] {
  const [header, ...lines] = csv.trimEnd().split(/\r?\n/);
  if (header !== HEADER) throw invalid(source, 1, `the header must be ${HEADER}`);
  const record: Observation[] = [];
  for (const [index, line] of lines.entries()) {
    const parsed = row.safeParse(line.split(","));
    if (!parsed.success) {
      throw invalid(source, index + 2, parsed.error.issues.map(({ message }) => message).join("; "));
    }
    const [at, answer] = parsed.data;
    const before = record.at(-1);
    if (before !== undefined && at <= before.at) throw invalid(source, index + 2, "time does not rise");
    if (before?.answer !== undefined && at - before.at > MOST_APART)
      throw invalid(source, index + 2, "a gap that is not marked");
    if (before !== undefined && before.answer === undefined && answer === undefined)
      throw invalid(source, index + 2, "a gap is marked twice");
    record.push({ at, answer });
  }
  if (record.length === 0) throw invalid(source, 2, "there are no rows");
  if (record[0]?.answer === undefined) throw invalid(source, 2, "a record begins with a price");
  return record;
}

/** Chainlink rounds as a record: what each round says holds from its update on. */
export function recordOfRounds(csv: string, source: string): Observation[] {
  return parseRounds(csv, source).map(({ updatedAt, answer }) => ({ at: updatedAt, answer }));
}

/** Reads one file of data/prices, in whichever of the two formats its header says. */
export function loadRecord(file: string): Observation[] {
  const path = fileURLToPath(new URL(`../../../data/prices/${file}`, import.meta.url));
  let csv: string;
  try {
    csv = readFileSync(path, "utf8");
  } catch (cause) {
    throw new TerminalError("RECORD_UNREADABLE", `${file} can't be read`, { cause, facts: { file } });
  }
  return csv.startsWith(ROUNDS_HEADER) ? recordOfRounds(csv, file) : parseRecord(csv, file);
}

/** The observation in force at `at`: the last one made by then, if it is not the mark of a gap. */
export function observationAt(record: readonly Observation[], at: number): Observation | undefined {
  let low = 0;
  let high = record.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((record[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  // A gap leaves the feed at what it said last: only its age shows that it has fallen silent.
  const found = record[low - 1];
  return found?.answer === undefined ? record[low - 2] : found;
}
