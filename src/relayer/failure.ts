import { RetryableError, StrongroomError, TerminalError } from "../core/errors.ts";
import type { FailureKind, Reason } from "./deciders/attention.ts";

/**
 * What a failure asks for. Besides those that a stream is told of: `refused`: signers won't sign this, build it anew;
 * `proofEnded`: the committee's word counts no more, ask for it again; `again`: decide again, at once; `stop`: this worker must
 * not go on.
 */
export type FailureClass = FailureKind | "refused" | "proofEnded" | "again" | "stop";

export interface Failure {
  readonly class: FailureClass;
  readonly reason: Reason;
}

/** By code, never by text. Other retryable errors are tried again, other terminal ones are for good. */
const CLASSES: ReadonlyMap<string, FailureClass> = new Map([
  ["LEASE_LOST", "stop"],
  ["STORE_NEWER", "stop"],
  ["STORE_DAMAGED", "stop"],
  ["VERSION_CONFLICT", "again"],
  ["SIGNING_REFUSED", "refused"],
  ["SIGNER_CHEATED", "refused"],
  ["PROOF_ENDED", "proofEnded"],
]);

const LONGEST = 400;

function text(error: Error): string {
  const whole = error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
  return whole.length <= LONGEST ? whole : `${whole.slice(0, LONGEST)}…`;
}

/** What a failure is. One that nobody has foreseen may be a defect of ours: tried some times, then an operator's. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof StrongroomError)) {
    const why = error instanceof Error ? text(error) : String(error);
    return { class: "falter", reason: { code: "UNEXPECTED", why } };
  }
  const reason = { code: error.code, why: text(error) };
  const known = CLASSES.get(error.code);
  if (known !== undefined) return { class: known, reason };
  return { class: error instanceof TerminalError ? "permanent" : "retry", reason };
}

/** Whether a store says that somebody else wrote first. */
export function isConflict(error: unknown): boolean {
  return error instanceof RetryableError && error.code === "VERSION_CONFLICT";
}
