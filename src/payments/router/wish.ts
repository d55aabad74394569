import type { PaymentTerms } from "../terms.ts";

/** Where a payee can have money: in a deployment's ledger, or in its own wallet on the chain. */
export interface Place {
  /** CAIP-2: `eip155:1`. */
  readonly chain: string;
  readonly in: "ledger" | "wallet";
}

/**
 * What stands between the payer's own transaction and the payee's money, from least to most: nothing; time alone, in which a
 * guardian may lengthen it; what others must do.
 */
export const RISKS = ["final", "time", "others"] as const;
export type Risk = (typeof RISKS)[number];

/** Terms that bind a payment, as its payer and payee have agreed on them. */
export type Bond = Pick<
  PaymentTerms,
  "schedule" | "capture" | "condition" | "latchBy" | "expiry" | "arbiter" | "feeBps" | "feeTo"
>;

/** What a payer wants done. */
export interface Wish {
  /** 32 bytes in hex that name this payment: wished again under the same id it is the same payment, and paid once. */
  readonly id: string;
  readonly payer: string;
  readonly payee: string;
  /** The asset's id in the ledger of the payer's own deployment. */
  readonly asset: bigint;
  /** Raw units. */
  readonly amount: bigint;
  /** Unix seconds by which the payee must be able to use it. */
  readonly deadline: bigint;
  /** The most that the payer lets it depend on. */
  readonly risk: Risk;
  /** Where the payee takes it. */
  readonly accepts: readonly Place[];
  /** What counts first among the routes that will do; cost unless given. */
  readonly prefer?: "cost" | "time";
  /** The most that it may cost, micro-USD. */
  readonly mostCost?: bigint;
  /** Binds the payment: only routes that can keep these terms will do. */
  readonly bond?: Bond;
}
