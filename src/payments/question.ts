import { AbiCoder, keccak256, ZeroHash } from "ethers";

/** What a payment depends on: a condition's address, and what it is asked, ABI-encoded as it wants it. */
export interface Question {
  readonly condition: string;
  readonly terms: string;
}

/** `PaymentTerms.condition` of a payment that depends on nothing. */
export const UNCONDITIONAL = ZeroHash;

/** A question's hash, which is `PaymentTerms.condition`, as `Questions.hash` computes it. */
export function hashOf({ condition, terms }: Question): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["address", "bytes32"], [condition, keccak256(terms)]));
}
