import { AbiCoder, getAddress, keccak256, toUtf8Bytes } from "ethers";
import type { Caip2, Hex } from "../chains/chain.ts";
import { chainHash } from "./statement.ts";

const coder = AbiCoder.defaultAbiCoder();
const DESTINATION = keccak256(toUtf8Bytes("strongroom.destination"));

/** Where a payout goes, and whose it is. */
export interface Destination {
  /** Who gets back what can't be paid, and may cancel and retry. */
  readonly account: string;
  readonly chain: Caip2;
  /** The script's bytes, 1 to 128. */
  readonly script: Hex;
}

/**
 * The handle of a destination: what an exit from the Vault names as its recipient. It commits to the whole text, so it can be
 * computed before anyone registers it, and whoever registers it can register nothing else.
 *
 * @example
 * const handle = handleOf({ account, chain: "bip122:12a765e31ffd4059bada1e25190f6e98", script: "5120…" });
 */
export function handleOf({ account, chain, script }: Destination): string {
  const text = coder.encode(
    ["bytes32", "address", "bytes32", "bytes"],
    [DESTINATION, account, chainHash(chain), `0x${script}`],
  );
  return getAddress(`0x${keccak256(text).slice(-40)}`);
}
