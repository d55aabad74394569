import { schnorr } from "@noble/curves/secp256k1.js";
import { hex } from "@scure/base";
import { OutScript } from "@scure/btc-signer";
import { sha256, tagSchnorr, taprootTweakPubkey } from "@scure/btc-signer/utils.js";
import { TerminalError } from "../../core/errors.ts";
import type { Caip2, Hex } from "../chain.ts";

/** Whose deposit address: anyone who knows these five knows the address. */
export interface DepositTerms {
  /** The wallet's key: 32 bytes, x only, before any tweak. */
  readonly groupKey: Hex;
  /** The chain that the coins are on. */
  readonly chain: Caip2;
  /** The chain that the Vault is on: a suite has the same addresses on every chain. */
  readonly home: Caip2;
  /** The Vault's address: 20 bytes, 0x-prefixed. */
  readonly vault: string;
  /** The account that is credited: 20 bytes, 0x-prefixed. */
  readonly account: string;
}

/** The Merkle root of BIP-86: none. */
export const OWN_ROOT: Hex = "";

const TAG = "strongroom/deposit";

function address(what: string, text: string): Uint8Array {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return hex.decode(text.slice(2).toLowerCase());
  throw new TerminalError("ADDRESS_INVALID", `The ${what} is no address of 20 bytes: ${text}`, {
    advice: "Give 0x and 40 hexadecimal digits.",
  });
}

/** A group's key as bytes, checked to be on the curve. Throws `TerminalError` `KEY_INVALID`. */
function key(groupKey: Hex): Uint8Array {
  try {
    if (/^[0-9a-f]{64}$/.test(groupKey)) {
      schnorr.utils.lift_x(BigInt(`0x${groupKey}`));
      return hex.decode(groupKey);
    }
  } catch {
    // Not the x of a point: said below.
  }
  throw new TerminalError("KEY_INVALID", `No x-only key of secp256k1: ${groupKey}`, {
    advice: "Give the group's key as 64 lower-case hexadecimal digits, before any tweak.",
  });
}

/**
 * The Merkle root that an account's deposit address commits to. It is no root of a tree that anybody has: a script that hashes to
 * it would be a collision between BIP-341's tags and ours, so these coins move by the group's key only.
 */
export function depositRoot({ groupKey, chain, home, vault, account }: DepositTerms): Hex {
  const name = (of: Caip2) => sha256(new TextEncoder().encode(of));
  return hex.encode(
    tagSchnorr(
      TAG,
      key(groupKey),
      name(chain),
      name(home),
      address("Vault", vault),
      address("account", account),
    ),
  );
}

/** The key that an output pays: the group's, tweaked with a Merkle root (BIP-341), x only. */
export function tweakedKey(groupKey: Hex, root: Hex): Hex {
  return hex.encode(taprootTweakPubkey(key(groupKey), hex.decode(root))[0]);
}

/** The output script that pays a group's key under a Merkle root. */
export function taprootScript(groupKey: Hex, root: Hex): Hex {
  return hex.encode(OutScript.encode({ type: "tr", pubkey: hex.decode(tweakedKey(groupKey, root)) }));
}

/**
 * The script of an account's deposit address: pay-to-taproot of the group's key, tweaked for the account. Computable by anyone,
 * beforehand, without asking.
 *
 * @example
 * addressOfScript(network, depositScript({ groupKey, chain: network.chain, home: "eip155:1", vault, account }));
 */
export function depositScript(terms: DepositTerms): Hex {
  return taprootScript(terms.groupKey, depositRoot(terms));
}

/** The wallet's own script, for anchors, change and float: BIP-86. */
export function ownScript(groupKey: Hex): Hex {
  return taprootScript(groupKey, OWN_ROOT);
}
