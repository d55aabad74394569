import { Interface } from "ethers";
import { explainRevert } from "../custody/explain-revert.ts";
import { APP_RELEASE_ABI, PAYING_VAULT_ABI, PAYMENT_RULES_ABI, PAYMENTS_ABI } from "./abi.ts";

/** All errors that a payment can meet, the Vault's included. */
const ERRORS = new Interface([
  ...PAYMENTS_ABI,
  ...PAYMENT_RULES_ABI,
  ...APP_RELEASE_ABI,
  ...PAYING_VAULT_ABI,
]);

/**
 * Why a call about a payment was refused, in words, with the error's values; what isn't a contract's refusal, by its own message.
 *
 * @param error what ethers, viem or a node has thrown
 * @example
 * await payments.release(terms).catch((error) => say(explainPaymentRefusal(error))); // "nothing is due (0x…)"
 */
export function explainPaymentRefusal(error: unknown): string {
  return explainRevert(ERRORS, error);
}
