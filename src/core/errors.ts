/** Facts that belong to an error: small, printable, never secret. */
export type Facts = Readonly<Record<string, string | number | bigint | boolean>>;

/** What an error carries besides its code and message. */
export interface ErrorDetails {
  /** What the user can do about it, as a sentence. */
  readonly advice?: string;
  readonly facts?: Facts;
  readonly cause?: unknown;
  /** A page of this repository, e.g. `docs/errors.md`. */
  readonly docs?: string;
}

/**
 * The one error of Strongroom. Code decides by class and `code`, never by message text.
 *
 * @example
 * throw new TerminalError("BUILD_FAILED", "The contracts do not compile", { advice: "Run npx hardhat build." });
 */
export abstract class StrongroomError extends Error {
  /** Whether the same action may succeed later without anything being changed. */
  abstract readonly retryable: boolean;
  readonly code: string;
  readonly facts: Facts;
  readonly advice: string | undefined;
  readonly docs: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.facts = details.facts ?? {};
    this.advice = details.advice;
    this.docs = details.docs;
  }
}

/** The same action may succeed later: a node that does not answer, a lock held by another process. */
export class RetryableError extends StrongroomError {
  readonly retryable = true;
}

/** Repeating changes nothing: the input, the configuration or the code must change. */
export class TerminalError extends StrongroomError {
  readonly retryable = false;
}

/** The command line is wrong: the process ends with exit code 2. */
export class UsageError extends TerminalError {
  constructor(message: string, details: ErrorDetails = {}) {
    super("USAGE", message, details);
  }
}

function causes(error: unknown): string[] {
  const chain: string[] = [];
  for (let next = error; next instanceof Error && chain.length < 5; next = next.cause)
    chain.push(next.message);
  return chain;
}

/** An error as people read it: what happened, why, what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof StrongroomError)) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const lines = [`${error.message} (${error.code})`];
  const facts = Object.entries(error.facts).map(([name, value]) => `${name} ${value}`);
  if (facts.length > 0) lines.push(`  facts: ${facts.join(", ")}`);
  for (const cause of causes(error.cause)) lines.push(`  why: ${cause}`);
  const advice = error.advice ?? (error.retryable ? "Run it again." : undefined);
  if (advice !== undefined) lines.push(`  do:  ${advice}`);
  if (error.docs !== undefined) lines.push(`  see: ${error.docs}`);
  return lines.join("\n");
}
