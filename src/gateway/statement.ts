import { AbiCoder, keccak256, TypedDataEncoder, toUtf8Bytes, zeroPadValue } from "ethers";
import type { Caip2, ConflictToken, Hex } from "../chains/chain.ts";

/**
 * What a committee says of one message. There is one statement for a message, ever: two with different contents, both signed,
 * are proof that the committee cheats, and halt the chain that they are about.
 */
export interface Statement {
  /** keccak256 of the chain's CAIP-2 name, 0x-prefixed like the others. */
  readonly chain: string;
  readonly messageId: string;
  readonly content: string;
}

/** EIP-712 types of `Statement`; the domain is the Committee's: name "Strongroom Committee", version "1". */
export const STATEMENT_TYPES = {
  Statement: [
    { name: "chain", type: "bytes32" },
    { name: "messageId", type: "bytes32" },
    { name: "content", type: "bytes32" },
  ],
};

const coder = AbiCoder.defaultAbiCoder();
const hash = (types: readonly string[], values: readonly unknown[]) => keccak256(coder.encode(types, values));
const tag = (text: string) => keccak256(toUtf8Bytes(text));
const DEPOSIT = tag("strongroom.deposit");
const TOKEN = tag("strongroom.token");
const OUTCOME = tag("strongroom.outcome");

/** A conflict token as contracts record it, and what a committee says of a payout's attempt when it gets one. */
export function tokenWord({ kind, value }: Pick<ConflictToken, "kind" | "value">): string {
  return tag(`${kind}:${value}`);
}

/** How a payout's token was spent. */
export const OUTCOMES = { PAID: 1, VOIDED: 2 } as const;
export type Outcome = keyof typeof OUTCOMES;

/** A chain as contracts name it. */
export function chainHash(chain: Caip2): string {
  return tag(chain);
}

/** A foreign transaction's id as a word: 32 bytes as explorers show them. */
export function txWord(txId: Hex): string {
  return zeroPadValue(`0x${txId}`, 32);
}

/**
 * The id of a deposit: where it came from, where it goes, which transaction, which output. Not what it says, so that two accounts
 * of one deposit collide, and no block height, so that a reorganisation changes nothing.
 */
export function depositId(deposit: {
  readonly chain: Caip2;
  /** Of the chain that the Vault is on. */
  readonly destination: bigint;
  readonly vault: string;
  readonly txId: Hex;
  readonly index: number;
}): string {
  return hash(
    ["bytes32", "bytes32", "uint256", "address", "bytes32", "uint256"],
    [
      DEPOSIT,
      chainHash(deposit.chain),
      deposit.destination,
      deposit.vault,
      txWord(deposit.txId),
      deposit.index,
    ],
  );
}

/** What a committee says of a deposit: whom it credits with what. */
export function depositContent(account: string, asset: bigint, amount: bigint): string {
  return hash(["address", "uint256", "uint256"], [account, asset, amount]);
}

/** The message by which a payout's attempt gets its conflict token. */
export function tokenMessage(payoutId: string, attempt: bigint): string {
  return hash(["bytes32", "bytes32", "uint256"], [TOKEN, payoutId, attempt]);
}

/** The message that says how a payout's attempt ended. */
export function outcomeMessage(payoutId: string, attempt: bigint): string {
  return hash(["bytes32", "bytes32", "uint256"], [OUTCOME, payoutId, attempt]);
}

/** What a committee says of a payout's end. */
export function outcomeContent(outcome: Outcome, txId: Hex): string {
  return hash(["uint8", "bytes32"], [OUTCOMES[outcome], txWord(txId)]);
}

/** What the committee's members sign. */
export function statementDigest(statement: Statement, chainId: bigint, committee: string): string {
  const domain = { name: "Strongroom Committee", version: "1", chainId, verifyingContract: committee };
  return TypedDataEncoder.hash(domain, STATEMENT_TYPES, statement);
}
