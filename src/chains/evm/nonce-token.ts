import { getAddress } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import type { Caip2, ConflictToken } from "../chain.ts";

/** An account's nonce: only one of all transactions that have it ever counts. */
export function nonceToken(chain: Caip2, account: string, nonce: number): ConflictToken {
  return { chain, kind: "nonce", value: `${getAddress(account)}:${nonce}` };
}

/**
 * The nonce that a token of this account is.
 *
 * @throws TerminalError `TOKEN_FOREIGN` for anybody else's
 */
export function nonceOf(chain: Caip2, account: string, token: ConflictToken): number {
  const [owner = "", digits = ""] = token.value.split(":");
  const nonce = /^\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
  if (token.chain === chain && token.kind === "nonce" && owner === getAddress(account) && nonce >= 0)
    return nonce;
  throw new TerminalError("TOKEN_FOREIGN", "This token is not a nonce of this account on this chain", {
    facts: { chain, account, token: `${token.chain} ${token.kind} ${token.value}` },
    advice: "Give the effect to the executor that reserved its token.",
  });
}
