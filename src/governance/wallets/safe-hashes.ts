import { type TypedDataDomain, TypedDataEncoder } from "ethers";
import type { SafeTransaction } from "../safe.ts";

/** keccak256("EIP712Domain(uint256 chainId,address verifyingContract)"): `DOMAIN_SEPARATOR_TYPEHASH` of Safe.sol 1.5. */
export const DOMAIN_TYPEHASH = "0x47e79534a245952e8b16893a336b85a3d9ea9fa8c573f3d803afb92a79469218";

/** keccak256 of `SafeTx(…)` below as EIP-712 spells it: `SAFE_TX_TYPEHASH` of Safe.sol 1.5. */
export const SAFE_TX_TYPEHASH = "0xbb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8";

/** The struct that a Safe's owners sign, as typed data (EIP-712). */
export const SAFE_TX_TYPES = {
  SafeTx: [
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "data", type: "bytes" },
    { name: "operation", type: "uint8" },
    { name: "safeTxGas", type: "uint256" },
    { name: "baseGas", type: "uint256" },
    { name: "gasPrice", type: "uint256" },
    { name: "gasToken", type: "address" },
    { name: "refundReceiver", type: "address" },
    { name: "nonce", type: "uint256" },
  ],
};

/** Which Safe: the same address can be another Safe on another chain. */
export interface SafeAccount {
  readonly chainId: bigint;
  readonly safe: string;
}

/** What a signer compares: each is 32 bytes of lower-case hex. */
export interface SafeHashes {
  /** Binds chain and Safe; a Ledger calls it "Domain hash". */
  readonly domain: string;
  /** Binds the transaction and its nonce; a Ledger calls it "Message hash". */
  readonly message: string;
  /** What is signed: keccak256(0x1901 ‖ domain ‖ message). */
  readonly safeTx: string;
}

/** The EIP-712 domain of a Safe: no name, no version. */
export function safeDomain({ chainId, safe }: SafeAccount): TypedDataDomain {
  return { chainId, verifyingContract: safe };
}

/**
 * The three hashes of a Safe transaction, computed here alone: no chain is asked.
 *
 * @example
 * const { domain, message, safeTx } = safeHashes(transaction, { chainId: 1n, safe });
 */
export function safeHashes(transaction: SafeTransaction, account: SafeAccount): SafeHashes {
  const domain = safeDomain(account);
  return {
    domain: TypedDataEncoder.hashDomain(domain),
    message: TypedDataEncoder.hashStruct("SafeTx", SAFE_TX_TYPES, transaction),
    safeTx: TypedDataEncoder.hash(domain, SAFE_TX_TYPES, transaction),
  };
}

/** A hash as a Ledger's screen spells it: upper-case digits after `0x`. */
export function asOnLedger(hash: string): string {
  return `0x${hash.slice(2).toUpperCase()}`;
}
