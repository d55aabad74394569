import { createHash } from "node:crypto";
import type { ConflictToken, Hex } from "../chains/chain.ts";
import type { Purpose } from "./signer.ts";
import { effectOf, factsToken, followsFrom, STATEMENT_FACTS } from "./statement-facts.ts";

/** What a signature would bind its signer to, for ever. */
export interface Claims {
  /** A message has one content. */
  readonly message?: { readonly id: Hex; readonly content: Hex };
  /** A token has one effect. */
  readonly token?: { readonly token: ConflictToken; readonly effect: Hex };
  /** SHA-256 of a transaction's unsigned text: which versions were signed. */
  readonly version?: Hex;
}

/** A token as one string: chain, kind and value. */
export function tokenName({ chain, kind, value }: ConflictToken): string {
  return `${chain}/${kind}:${value}`;
}

/**
 * What a purpose claims; a sentence if it contradicts itself. A statement that gives a payout its token claims that token for
 * the payout, as the transaction would.
 */
export function claimsOf(purpose: Purpose): Claims | string {
  if (purpose.kind === "transaction") {
    const { token, effect, body } = purpose.unsigned;
    const version = createHash("sha256").update(body).digest("hex");
    return { token: { token, effect: effectOf(effect) }, version };
  }
  const { statement } = purpose;
  const message = { id: effectOf(statement.messageId), content: effectOf(statement.content) };
  const facts = STATEMENT_FACTS.safeParse(purpose.facts);
  if (!facts.success) return "the statement's facts are of no known kind";
  if (facts.data.kind === "deposit") return { message };
  if (!followsFrom(statement, facts.data)) return "the statement is not the one that its facts make";
  if (facts.data.kind === "outcome") return { message };
  return { message, token: { token: factsToken(facts.data), effect: effectOf(facts.data.payoutId) } };
}
