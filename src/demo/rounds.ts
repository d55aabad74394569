import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { TerminalError } from "../core/errors.ts";
import type { Price } from "../core/money.ts";

/** One round of a Chainlink feed, as `getRoundData` answers it. */
export interface Round {
  readonly roundId: bigint;
  readonly answer: bigint;
  /** Unix seconds. */
  readonly startedAt: number;
  readonly updatedAt: number;
}

/** The feeds whose rounds come with the project; both have 8 decimals and a heartbeat of one hour. */
export const FEEDS = {
  "eth-usd": { decimals: 8, heartbeatSeconds: 3_600, file: "chainlink-eth-usd.csv" },
  "btc-usd": { decimals: 8, heartbeatSeconds: 3_600, file: "chainlink-btc-usd.csv" },
} as const;
export type FeedName = keyof typeof FEEDS;

const HEADER = "roundId,answer,startedAt,updatedAt";
const whole = z.string().regex(/^\d+$/, "a whole number");
const positive = whole.transform((value) => BigInt(value)).refine((value) => value > 0n, "above zero");
const time = whole
  .transform((value) => Number(value))
  .refine((value) => value > 0 && Number.isSafeInteger(value), "Unix seconds");
const row = z
  .tuple([positive, positive, time, time])
  .refine(([, , startedAt, updatedAt]) => updatedAt >= startedAt, "updatedAt must not precede startedAt");

function invalid(source: string, line: number, reason: string): TerminalError {
  return new TerminalError("ROUNDS_INVALID", `${source}, line ${line}: ${reason}`, {
    advice: "data/README.md describes the format.",
    facts: { source, line },
    docs: "data/README.md",
  });
}

/**
 * Parses rounds from CSV: the header, then rows whose ids rise by one and whose times never fall.
 *
 * @throws TerminalError `ROUNDS_INVALID` naming the line.
 */
export function parseRounds(csv: string, source: string): Round[] {
  const [header, ...lines] = csv.trimEnd().split(/\r?\n/);
  if (header !== HEADER) throw invalid(source, 1, `the header must be ${HEADER}`);
  const rounds: Round[] = [];
  for (const [index, line] of lines.entries()) {
    const parsed = row.safeParse(line.split(","));
    if (!parsed.success) {
      throw invalid(source, index + 2, parsed.error.issues.map((issue) => issue.message).join("; "));
    }
    const [roundId, answer, startedAt, updatedAt] = parsed.data;
    const before = rounds.at(-1);
    if (before !== undefined && roundId !== before.roundId + 1n)
      throw invalid(source, index + 2, "a round is missing");
    if (before !== undefined && updatedAt < before.updatedAt)
      throw invalid(source, index + 2, "time goes backwards");
    rounds.push({ roundId, answer, startedAt, updatedAt });
  }
  if (rounds.length === 0) throw invalid(source, 2, "there are no rounds");
  return rounds;
}

/** Reads the rounds of one feed that come with the project. */
export function loadRounds(feed: FeedName): Round[] {
  const { file } = FEEDS[feed];
  const path = fileURLToPath(new URL(`../../data/prices/${file}`, import.meta.url));
  let csv: string;
  try {
    csv = readFileSync(path, "utf8");
  } catch (cause) {
    throw new TerminalError("ROUNDS_UNREADABLE", `${file} can't be read`, { cause, facts: { file } });
  }
  return parseRounds(csv, file);
}

/** A round moved to the clock of another chain. */
export interface ReplayedRound extends Round {
  /** True beyond the recorded slice, which then runs backwards and forwards in turn. */
  readonly mirrored: boolean;
}

/**
 * The rounds in time order, moved so that the first is updated at `from`, up to and including `until`. The steps
 * between updates stay as recorded. Where the slice ends before `until` it is walked backwards, then forwards again, so
 * that the price stays continuous; those rounds say so, and their ids go on rising.
 *
 * @example
 * for (const round of replayRounds(loadRounds("eth-usd"), now, now + 86_400)) await feed.push(round);
 */
export function* replayRounds(
  rounds: readonly Round[],
  from: number,
  until: number,
): Generator<ReplayedRound> {
  const first = rounds[0];
  if (first === undefined) return;
  let index = 0;
  let step = 1;
  let updatedAt = from;
  let lastTime = first.updatedAt;
  for (let played = 0n; updatedAt <= until; played += 1n) {
    const round = rounds[index];
    if (round === undefined) return;
    const lag = round.updatedAt - round.startedAt;
    yield {
      roundId: first.roundId + played,
      answer: round.answer,
      startedAt: updatedAt - lag,
      updatedAt,
      mirrored: played >= BigInt(rounds.length),
    };
    if (rounds.length === 1) return;
    if (index + step < 0 || index + step >= rounds.length) step = -step;
    index += step;
    const next = rounds[index]?.updatedAt ?? lastTime;
    updatedAt += Math.max(1, Math.abs(next - lastTime));
    lastTime = next;
  }
}

/** The round in force at `at`: the last one updated by then, the first before any was. */
export function roundAt(rounds: readonly Round[], at: number): Round | undefined {
  let low = 0;
  let high = rounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rounds[middle]?.updatedAt ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return rounds[Math.max(0, low - 1)];
}

/** The price that a round of `feed` states. */
export function priceOf(feed: FeedName, round: Round): Price {
  return { answer: round.answer, decimals: FEEDS[feed].decimals };
}
