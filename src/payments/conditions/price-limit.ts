import { AbiCoder } from "ethers";
import type { Question } from "../question.ts";

/** Decimals of a `PriceLimitTerms.limit`. */
export const PRICE_DECIMALS = 12;

/** What a PriceLimit is asked. Its witness is `NO_WITNESS`; a stored price may have to be renewed first (`poke` of the router). */
export interface PriceLimitTerms {
  /** The asset's id in the ledger. */
  readonly asset: bigint;
  /** US dollars for one whole token, 12 decimals: `parseUnits("2000", PRICE_DECIMALS)`. */
  readonly limit: bigint;
  /** Whether it is met at the limit and above, or at the limit and below. */
  readonly above: boolean;
  /** A price that was read before counts for nothing, Unix seconds. */
  readonly from: bigint;
  /** Unix seconds, this second included. */
  readonly until: bigint;
}

const TYPES = ["uint256", "uint64", "bool", "uint40", "uint40"];
const coder = AbiCoder.defaultAbiCoder();

/** Whether a price that may be trusted is at a limit or beyond it. */
export function priceLimit(
  condition: string,
  { asset, limit, above, from, until }: PriceLimitTerms,
): Question {
  return { condition, terms: coder.encode(TYPES, [asset, limit, above, from, until]) };
}

export function readPriceLimit({ terms }: Question): PriceLimitTerms {
  const [asset, limit, above, from, until] = coder.decode(TYPES, terms);
  return { asset, limit, above, from, until };
}
