import { id, ZeroHash } from "ethers";
import { TerminalError } from "../core/errors.ts";

/** `PaymentTerms.ref` of a payment without a reference. */
export const NO_REFERENCE = ZeroHash;

/**
 * `PaymentTerms.ref` for an ISO 20022 end-to-end id: the keccak256 hash of its text, by which both sides find the payment
 * without its id being public.
 *
 * @param endToEndId 1 to 35 characters of the set that all banks take (`Max35Text`, SWIFT's set x)
 * @throws TerminalError `REFERENCE_INVALID`
 * @example
 * const ref = referenceHash("INVOICE-2026-0042");
 */
export function referenceHash(endToEndId: string): string {
  if (!/^[A-Za-z0-9/\-?:().,'+ ]{1,35}$/.test(endToEndId)) {
    throw new TerminalError("REFERENCE_INVALID", "This is no end-to-end id of ISO 20022", {
      facts: { endToEndId: endToEndId.slice(0, 60) },
      advice: "Use 1 to 35 characters: letters, digits, spaces and / - ? : ( ) . , ' +",
    });
  }
  return id(endToEndId);
}
