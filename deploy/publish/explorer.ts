import { RetryableError } from "../../src/core/errors.ts";
import type { PublishedSource } from "./sources.ts";

/** Where a contract's publication stands: `done` with what the explorer said, `pending`, or `refused` with its reason. */
export type PublicationState =
  | { readonly state: "done"; readonly answer: string }
  | { readonly state: "pending" }
  | { readonly state: "refused"; readonly answer: string };

/** An explorer that compiles sources again and compares. */
export interface Explorer {
  readonly name: "etherscan" | "sourcify";
  /** Gives it a contract's sources; the ticket under which it tells how far it is, or that it had them already. */
  submit(chainId: string, source: PublishedSource): Promise<{ readonly ticket: string } | PublicationState>;
  /** How far a ticket is. */
  look(chainId: string, ticket: string): Promise<PublicationState>;
}

/** How long an explorer may take for one answer, milliseconds. */
const ANSWER_WITHIN = 60_000;

/**
 * One question to an explorer. Neither its address, which may hold a key, nor what was sent appears in an error.
 *
 * @throws RetryableError `EXPLORER_FAILED` if it doesn't answer with JSON.
 */
export async function askExplorer(
  name: Explorer["name"],
  url: URL,
  request: RequestInit = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const advice = "Run the same command again later: what is done is not done again.";
  let answer: Response;
  try {
    answer = await fetch(url, { ...request, signal: AbortSignal.timeout(ANSWER_WITHIN) });
  } catch (error) {
    const why = error instanceof Error ? error.name : "unknown";
    throw new RetryableError("EXPLORER_FAILED", `${name} does not answer`, {
      facts: { host: url.host, why },
      advice,
    });
  }
  try {
    return { status: answer.status, body: await answer.json() };
  } catch {
    throw new RetryableError("EXPLORER_FAILED", `${name} answered something that is not JSON`, {
      facts: { host: url.host, status: answer.status },
      advice,
    });
  }
}
