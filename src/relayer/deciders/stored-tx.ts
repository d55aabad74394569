import type { SignedTx, UnsignedTx } from "../../chains/chain.ts";

/** A transaction as a journal keeps it: amounts are decimal digits. */
export type Stored<T> = { readonly [K in keyof T]: T[K] extends bigint ? string : T[K] };

export type StoredUnsigned = Stored<UnsignedTx>;
export type StoredSigned = Stored<SignedTx>;

/** For the journal. */
export function stored<T extends { readonly fee: bigint; readonly rate: bigint }>(tx: T): Stored<T> {
  return { ...tx, fee: tx.fee.toString(), rate: tx.rate.toString() } as Stored<T>;
}

/** From the journal. */
export function restored<T extends UnsignedTx | SignedTx>(tx: Stored<T>): T {
  const { fee, rate } = tx as { readonly fee: string; readonly rate: string };
  return { ...tx, fee: BigInt(fee), rate: BigInt(rate) } as unknown as T;
}
