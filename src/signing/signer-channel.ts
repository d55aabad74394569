import { z } from "zod";
import { RetryableError, StrongroomError, TerminalError } from "../core/errors.ts";
import { type Answer, METHODS, type Method } from "./wire-messages.ts";

/** The way to one signer. */
export interface SignerChannel {
  /** The signer's name. */
  readonly name: string;
  /**
   * Asks; what comes back is not looked at yet.
   *
   * @throws StrongroomError in the signer's words, or RetryableError `SIGNER_UNREACHABLE`
   */
  call(method: Method, params: unknown): Promise<unknown>;
}

/**
 * Asks a signer and reads its answer.
 *
 * @throws TerminalError `SIGNER_UNREADABLE`, and what the channel throws
 */
export async function ask<M extends Method>(
  channel: SignerChannel,
  method: M,
  params: unknown,
): Promise<Answer<M>> {
  const answer = METHODS[method].answer.safeParse(await channel.call(method, params));
  if (answer.success) return answer.data as Answer<M>;
  throw new TerminalError(
    "SIGNER_UNREADABLE",
    `${channel.name} answers ${method} otherwise than a signer does`,
    {
      facts: { signer: channel.name, why: z.prettifyError(answer.error).slice(0, 300) },
      advice: "Compare the versions; if they are the same, don't trust that signer.",
    },
  );
}

/** Why a signer took no part, for people. What it says itself is cut short. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof StrongroomError)) return "it failed in an unknown way";
  return `${error.message} (${error.code})`.slice(0, 300);
}

/** Reasons by signer, as facts of an error. */
export function reasonFacts(reasons: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...reasons].map(([name, reason]) => [name, reason]));
}

/** The error of a group of which too few have signed. */
export function tooFew(
  key: string,
  needed: number,
  outcome: {
    readonly refused: ReadonlyMap<string, string>;
    readonly unavailable: ReadonlyMap<string, string>;
    readonly cheaters: ReadonlyMap<string, string>;
    readonly members: number;
  },
): StrongroomError {
  const { refused, unavailable, cheaters, members } = outcome;
  const facts = {
    key,
    needed,
    ...reasonFacts(refused),
    ...reasonFacts(unavailable),
    ...reasonFacts(cheaters),
  };
  if (members - refused.size - cheaters.size >= needed) {
    return new RetryableError("SIGNERS_UNAVAILABLE", `Fewer than ${needed} signers of ${key} answered`, {
      facts,
      advice: "See which are down by signer status.",
      docs: "docs/operations/signer.md",
    });
  }
  if (cheaters.size > 0) {
    const names = [...cheaters.keys()].join(", ");
    return new TerminalError(
      "SIGNER_CHEATED",
      `${names} gave what is no share, and too few others sign for ${key}`,
      {
        facts: { ...facts, cheaters: names },
        advice: "Take the named signers out of the group by resharing, and find out who runs them.",
        docs: "docs/operations/key-ceremony.md",
      },
    );
  }
  return new TerminalError("SIGNING_REFUSED", `Too few signers of ${key} agree`, {
    facts,
    advice: "Each reason says which check it failed; docs/operations/signer.md says what to do.",
    docs: "docs/operations/signer.md",
  });
}
