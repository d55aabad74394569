import type { Payload, UnsignedTx } from "../chains/chain.ts";
import { type Statement, statementDigest } from "../gateway/statement.ts";
import type { Purpose } from "./signer.ts";
import { effectOf } from "./statement-facts.ts";

/** The contract that a committee's statements are for. */
export interface CommitteePlace {
  readonly chainId: bigint;
  readonly address: string;
}

/** What one signature is asked over for a statement. Never tweaked. */
export function statementPayload(
  statement: Statement,
  { chainId, address }: CommitteePlace,
  scheme: Payload["scheme"],
): Payload {
  return { scheme, digest: effectOf(statementDigest(statement, chainId, address)) };
}

/**
 * What must be signed for a purpose.
 *
 * @param payloadsOf reads a transaction itself: an executor's `signingPayloads`
 */
export function purposePayloads(
  committee: CommitteePlace,
  payloadsOf: (unsigned: UnsignedTx) => readonly Payload[],
): (purpose: Purpose, scheme: Payload["scheme"]) => readonly Payload[] {
  return (purpose, scheme) =>
    purpose.kind === "transaction"
      ? payloadsOf(purpose.unsigned)
      : [statementPayload(purpose.statement, committee, scheme)];
}
