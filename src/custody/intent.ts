import { type Signer, type TypedDataDomain, TypedDataEncoder } from "ethers";
import { signText, type TypedText } from "./typed-text.ts";

/** `Verb` of contracts/custody/interfaces/IVaultTypes.sol, those that programs of ours sign for. */
export const VERB = { CALL: 1, WITHDRAW: 2 } as const;
export type Verb = (typeof VERB)[keyof typeof VERB];

/** The text that owners sign, as contracts/custody/libraries/Intents.sol has it. */
export const INTENT_TYPES = {
  Intent: [
    { name: "owner", type: "address" },
    { name: "verb", type: "uint8" },
    { name: "asset", type: "uint256" },
    { name: "amount", type: "uint112" },
    { name: "to", type: "address" },
    { name: "ref", type: "bytes32" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
};

/** What an owner asks of the Vault by signature. Fields that its verb doesn't use are zero. */
export interface Intent<V extends Verb = Verb> {
  readonly owner: string;
  readonly verb: V;
  readonly asset: bigint;
  /** Raw units. */
  readonly amount: bigint;
  readonly to: string;
  readonly ref: string;
  /** 192 bits of key, 64 of sequence; each key counts on its own. */
  readonly nonce: bigint;
  /** The last second in which it counts, Unix seconds. */
  readonly deadline: bigint;
}

/** The Vault's EIP-712 domain. */
export function vaultDomain(chainId: bigint, vault: string): TypedDataDomain {
  return { name: "Strongroom Vault", version: "1", chainId, verifyingContract: vault };
}

/** An intent as its owner's wallet signs it. */
export function intentText(chainId: bigint, vault: string, intent: Intent): TypedText {
  return { domain: vaultDomain(chainId, vault), types: INTENT_TYPES, message: { ...intent } };
}

/** What the owner's key signs. */
export function intentDigest(chainId: bigint, vault: string, intent: Intent): string {
  return TypedDataEncoder.hash(vaultDomain(chainId, vault), INTENT_TYPES, intent);
}

/** The owner's signature of an intent. */
export function signIntent(signer: Signer, chainId: bigint, vault: string, intent: Intent): Promise<string> {
  return signText(signer, intentText(chainId, vault, intent));
}
