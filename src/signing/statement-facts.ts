import { z } from "zod";
import type { Hex } from "../chains/chain.ts";
import {
  OUTCOMES,
  outcomeContent,
  outcomeMessage,
  type Statement,
  tokenMessage,
  tokenWord,
} from "../gateway/statement.ts";

const WORD = z.string().regex(/^0x[0-9a-f]{64}$/);
const HASH = z.string().regex(/^[0-9a-f]{64}$/);
const DIGITS = z.string().regex(/^(0|[1-9]\d{0,77})$/);
const HEIGHT = z.string().regex(/^(0|[1-9]\d{0,14})$/);
const CHAIN = z.string().max(80).optional();
const TOKEN = {
  tokenKind: z.enum(["outpoint", "nonce"]),
  tokenValue: z.string().min(1).max(120),
};

/**
 * What a coordinator tells signers with a statement: where to look. Nothing of it is believed. All are strings, as in
 * `Purpose.facts`. The chain is the statement's own.
 */
export const STATEMENT_FACTS = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("deposit"),
    chain: CHAIN,
    txId: HASH,
    index: HEIGHT,
    /** Whom it is for: where this signer doesn't know the account's address yet. 0x-prefixed, lower case. */
    account: z
      .string()
      .regex(/^0x[0-9a-f]{40}$/)
      .optional(),
    /** The block that has it, and that block's parent. */
    height: HEIGHT,
    block: HASH,
    parent: HASH,
  }),
  z.strictObject({ kind: z.literal("token"), chain: CHAIN, payoutId: WORD, attempt: DIGITS, ...TOKEN }),
  z.strictObject({
    kind: z.literal("outcome"),
    chain: CHAIN,
    payoutId: WORD,
    attempt: DIGITS,
    /** The attempt's token: for a signer that didn't take part when the payout got it. */
    tokenKind: TOKEN.tokenKind.optional(),
    tokenValue: TOKEN.tokenValue.optional(),
    outcome: z.enum(Object.keys(OUTCOMES) as ["PAID", "VOIDED"]),
    txId: HASH,
  }),
]);
export type StatementFacts = z.infer<typeof STATEMENT_FACTS>;
export type DepositFacts = Extract<StatementFacts, { kind: "deposit" }>;
export type TokenFacts = Extract<StatementFacts, { kind: "token" }>;
export type OutcomeFacts = Extract<StatementFacts, { kind: "outcome" }>;

/** A payout's id as effects are named: without the prefix. */
export function effectOf(payoutId: string): Hex {
  return payoutId.replace(/^0x/, "").toLowerCase();
}

/** Whether a statement is the one that these facts make, as far as they make it. Deposits need a look at the chain. */
export function followsFrom(statement: Statement, facts: TokenFacts | OutcomeFacts): boolean {
  const attempt = BigInt(facts.attempt);
  if (facts.kind === "token") {
    return (
      statement.messageId === tokenMessage(facts.payoutId, attempt) &&
      statement.content === tokenWord({ kind: facts.tokenKind, value: facts.tokenValue })
    );
  }
  return (
    statement.messageId === outcomeMessage(facts.payoutId, attempt) &&
    statement.content === outcomeContent(facts.outcome, facts.txId)
  );
}
