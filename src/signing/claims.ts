import { createHash } from "node:crypto";
import type { Caip2, ConflictToken, Hex } from "../chains/chain.ts";
import { CHAIN_NAME } from "../core/chain-name.ts";
import { chainHash } from "../gateway/statement.ts";
import type { Purpose } from "./signer.ts";
import { effectOf, followsFrom, STATEMENT_FACTS } from "./statement-facts.ts";

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

const WRITTEN = {
  outpoint: /^[0-9a-f]{64}:(0|[1-9]\d{0,9})$/,
  nonce: /^0x[0-9a-f]{40}:(0|[1-9]\d{0,15})$/,
} as const;

/**
 * A token as there is one way to write it, so that nobody gets a second effect for it by another spelling; undefined where it is
 * none.
 */
export function canonicalToken({ chain, kind, value }: ConflictToken): ConflictToken | undefined {
  const lower = value.toLowerCase();
  return CHAIN_NAME.test(chain) && WRITTEN[kind].test(lower) ? { chain, kind, value: lower } : undefined;
}

const WORD = /^[0-9a-f]{64}$/;

/**
 * What a purpose claims; a sentence if it contradicts itself. A statement that gives a payout its token claims that token for
 * the payout, as the transaction would.
 *
 * @param chains those that the signer serves
 */
export function claimsOf(purpose: Purpose, chains: readonly Caip2[]): Claims | string {
  if (purpose.kind === "transaction") {
    const { body } = purpose.unsigned;
    const token = canonicalToken(purpose.unsigned.token);
    const effect = effectOf(purpose.unsigned.effect);
    if (!chains.includes(purpose.unsigned.chain)) return "this signer does not serve that chain";
    if (token === undefined || token.chain !== purpose.unsigned.chain) return "its conflict token is none";
    if (!WORD.test(effect)) return "its effect's id has not 32 bytes";
    return { token: { token, effect }, version: createHash("sha256").update(body).digest("hex") };
  }
  const { statement } = purpose;
  const message = { id: effectOf(statement.messageId), content: effectOf(statement.content) };
  if (!WORD.test(message.id) || !WORD.test(message.content)) return "the statement's words have not 32 bytes";
  const facts = STATEMENT_FACTS.safeParse(purpose.facts);
  if (!facts.success) return "the statement's facts are of no known kind";
  const chain = chains.find((known) => chainHash(known) === statement.chain);
  if (chain === undefined) return "this signer does not serve that chain";
  if (facts.data.kind === "deposit") return { message };
  if (!followsFrom(statement, facts.data)) return "the statement is not the one that its facts make";
  if (facts.data.kind === "outcome") return { message };
  const { tokenKind: kind, tokenValue: value } = facts.data;
  const token = canonicalToken({ chain, kind, value });
  if (token?.value !== value) return "its conflict token is none, or not written as it should be";
  return { message, token: { token, effect: effectOf(facts.data.payoutId) } };
}
