import { AbiCoder, Contract, type ContractRunner, hexlify, Interface, keccak256 } from "ethers";
import { type Intent, VERB } from "../custody/intent.ts";
import { PAYING_VAULT_ABI } from "./abi.ts";

/** The arguments of `Vault.callWith`: a push of amounts to an app, and what it is told. */
export interface VaultCall {
  /** The app's address. */
  readonly app: string;
  /** Ids of the ledger. */
  readonly assets: readonly bigint[];
  /** Raw units of each. */
  readonly amounts: readonly bigint[];
  readonly data: string;
}

/** A transaction without its sender. */
export interface Transaction {
  readonly to: string;
  readonly data: string;
}

/** A call as its owner signs it. */
export interface CallIntent {
  readonly intent: Intent<typeof VERB.CALL>;
  /** What `intent.ref` is the hash of. */
  readonly data: string;
}

const vaultFace = new Interface(PAYING_VAULT_ABI);

/** The transaction by which the owner itself makes a call. */
export function vaultCallTransaction(vault: string, { app, assets, amounts, data }: VaultCall): Transaction {
  return { to: vault, data: vaultFace.encodeFunctionData("callWith", [app, assets, amounts, data]) };
}

/**
 * A call as an intent of its owner, for anyone to bring; `signIntent` signs it.
 *
 * @param owner whose balance is pushed
 * @param nonce `unusedNonce()`, or `nextNonce` where intents must be carried out in their order
 * @param deadline the last second in which it counts, Unix seconds
 */
export function vaultCallIntent(
  owner: string,
  { app, assets, amounts, data: payload }: VaultCall,
  nonce: bigint,
  deadline: bigint,
): CallIntent {
  const coder = AbiCoder.defaultAbiCoder();
  const data = coder.encode(["uint256[]", "uint112[]", "bytes"], [assets, amounts, payload]);
  const unused = { asset: 0n, amount: 0n };
  const intent = { owner, verb: VERB.CALL, ...unused, to: app, ref: keccak256(data), nonce, deadline };
  return { intent, data };
}

/** The transaction by which anyone brings a signed call. */
export function signedCallTransaction(
  vault: string,
  { intent, data }: CallIntent,
  signature: string,
): Transaction {
  return { to: vault, data: vaultFace.encodeFunctionData("bySig", [intent, data, signature]) };
}

/** A nonce under a key that nobody has used: the intent waits for no other. Each costs its owner's first use of a key. */
export function unusedNonce(): bigint {
  return BigInt(hexlify(globalThis.crypto.getRandomValues(new Uint8Array(24)))) << 64n;
}

/**
 * The owner's next nonce under a key: intents of one key are carried out in their order.
 *
 * @param key 192 bits
 */
export function nextNonce(runner: ContractRunner, vault: string, owner: string, key = 0n): Promise<bigint> {
  return new Contract(vault, PAYING_VAULT_ABI, runner).getFunction("nonces")(owner, key);
}
