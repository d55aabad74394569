import type { Call, SafeTransaction } from "../safe.ts";
import type { Proposal } from "./proposal.ts";

/** Between the numbers that contracts take and the digits that proposal files are written in. */

type WrittenTransaction = NonNullable<Proposal["safe"]>["transaction"];

/** A Safe transaction as proposal files write it. */
export function writtenTransaction(transaction: SafeTransaction): WrittenTransaction {
  return {
    ...transaction,
    value: transaction.value.toString(),
    safeTxGas: "0",
    baseGas: "0",
    gasPrice: "0",
    nonce: transaction.nonce.toString(),
  };
}

/** A Safe transaction of a proposal file. */
export function transactionOf({ safe }: Pick<Proposal, "safe">): SafeTransaction | undefined {
  if (safe === undefined) return undefined;
  const { transaction } = safe;
  return {
    ...transaction,
    value: BigInt(transaction.value),
    safeTxGas: 0n,
    baseGas: 0n,
    gasPrice: 0n,
    nonce: BigInt(transaction.nonce),
  };
}

/** Calls of a proposal file or of a timelock's queue. */
export function callsOf(
  written: readonly { readonly to: string; readonly value: string; readonly data: string }[],
): readonly (Call & { readonly value: bigint })[] {
  return written.map(({ to, data, value }) => ({ to, data, value: BigInt(value) }));
}
