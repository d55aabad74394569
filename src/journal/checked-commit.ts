import { createHash } from "node:crypto";
import { canonicalJson } from "../core/canonical-json.ts";
import { TerminalError } from "../core/errors.ts";
import type { Commit, Lease } from "./journal.ts";

/** Characters of a name: a stream, a cursor, an id, a topic, a holder, an event's type. */
const NAME_LENGTH = 512;
/** Characters of JSON that one event or one outbox row may have. */
const TEXT_LENGTH = 4 * 1024 * 1024;
const CURSOR_LENGTH = 64 * 1024;

/** An append whose data is text already. */
export interface CheckedAppend {
  readonly stream: string;
  readonly expected: number;
  readonly open: boolean | undefined;
  readonly events: readonly { readonly type: string; readonly text: string }[];
}

/** A commit that both engines can store as it is. */
export interface CheckedCommit {
  readonly id: string | undefined;
  /** Of its content, without id and lease. */
  readonly digest: string;
  readonly appends: readonly CheckedAppend[];
  readonly cursors: readonly (readonly [name: string, value: string])[];
  readonly outbox: readonly { readonly id: string; readonly topic: string; readonly text: string }[];
  readonly done: readonly string[];
  readonly lease: Lease | undefined;
}

function invalid(what: string, advice: string, cause?: unknown): TerminalError {
  return new TerminalError("COMMIT_INVALID", what, { advice, cause });
}

/**
 * A name that both engines keep and compare alike: text without control characters.
 *
 * @throws TerminalError `COMMIT_INVALID`
 */
export function checkedName(what: string, name: string): string {
  if (name.length > 0 && name.length <= NAME_LENGTH && name.isWellFormed() && !/\p{Cc}/u.test(name))
    return name;
  throw invalid(
    `${JSON.stringify(name.slice(0, 80))} can't be ${what}`,
    `Use 1 to ${NAME_LENGTH} characters, none of them a control character.`,
  );
}

/** @throws TerminalError `COMMIT_INVALID` for what is no term of a lease */
export function checkedTerm(milliseconds: number): void {
  if (Number.isSafeInteger(milliseconds) && milliseconds > 0) return;
  throw invalid(`${milliseconds} is no term of a lease`, "Say a whole number of milliseconds above 0.");
}

function checkedNumber(_key: string, value: unknown): unknown {
  if (typeof value !== "number") return value;
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no JSON`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new RangeError(`${value} is 2^53 or more`);
  return value;
}

function checkedText(what: string, value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, checkedNumber) as string | undefined;
  } catch (cause) {
    throw invalid(
      `The data of ${what} is no JSON`,
      "Write amounts as decimal digits, and nothing that JSON lacks.",
      cause,
    );
  }
  if (text === undefined)
    throw invalid(`${what} has no data`, "Give it data; null where there is nothing to say.");
  if (text.length > TEXT_LENGTH)
    throw invalid(`The data of ${what} is too long`, `Keep it below ${TEXT_LENGTH} characters of JSON.`);
  return text;
}

function checkedVersion(stream: string, expected: number): number {
  if (Number.isSafeInteger(expected) && expected >= 0) return expected;
  throw invalid(
    `${expected} is no version of ${stream}`,
    "Say the version that was read, 0 for a new stream.",
  );
}

/**
 * A commit with its data written out, or why it can't be stored.
 *
 * @throws TerminalError `COMMIT_INVALID`
 */
export function checkedCommit(commit: Commit): CheckedCommit {
  const appends = commit.appends.map(({ stream, expected, events, open }): CheckedAppend => {
    checkedName("a stream", stream);
    if (events.length === 0)
      throw invalid(`Nothing is appended to ${stream}`, "Append one event or more, or leave it out.");
    return {
      stream,
      expected: checkedVersion(stream, expected),
      open,
      events: events.map(({ type, data }) => ({
        type: checkedName("an event's type", type),
        text: checkedText(`${type} of ${stream}`, data),
      })),
    };
  });
  const cursors = Object.entries(commit.cursors ?? {}).map(([name, value]) => {
    checkedName("a cursor", name);
    if (value.length > CURSOR_LENGTH || !value.isWellFormed() || value.includes("\0"))
      throw invalid(
        `The cursor ${name} can't be kept`,
        `Use at most ${CURSOR_LENGTH} characters of text without NUL.`,
      );
    return [name, value] as const;
  });
  const outbox = (commit.outbox ?? []).map(({ id, topic, payload }) => ({
    id: checkedName("an outbox row's id", id),
    topic: checkedName("a topic", topic),
    text: checkedText(`outbox row ${id}`, payload),
  }));
  const done = (commit.done ?? []).map((id) => checkedName("an outbox row's id", id));
  if (appends.length + cursors.length + outbox.length + done.length === 0)
    throw invalid("The commit is empty", "Commit only where there is something to store.");
  const id = commit.id === undefined ? undefined : checkedName("a commit's id", commit.id);
  const content = canonicalJson({ appends, cursors, outbox, done });
  const digest = createHash("sha256").update(content).digest("hex");
  return { id, digest, appends, cursors, outbox, done, lease: commit.lease };
}
