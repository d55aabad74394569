import { bech32, bech32m, createBase58check, hex } from "@scure/base";
import { sha256 } from "@scure/btc-signer/utils.js";
import { TerminalError } from "../../core/errors.ts";
import type { Hex } from "../chain.ts";
import { UTXO_NETWORKS, type UtxoNetwork } from "./network.ts";
import { scriptKind } from "./script-kind.ts";

const base58check = createBase58check(sha256);

/** OP_1 less one: OP_n is 0x50 + n. */
const OP_N = 0x50;
/** Bytes of a hash in base58 addresses. */
const HASH = 20;

function invalid(address: string, why: string, advice: string): TerminalError {
  return new TerminalError("ADDRESS_INVALID", `${address} is no address that can be paid: ${why}`, {
    advice,
  });
}

/** A witness program's version and bytes; undefined: the text is no BIP-173 or BIP-350 address of that prefix. */
function witness(prefix: string, address: string): { version: number; program: Uint8Array } | undefined {
  for (const codec of [bech32, bech32m]) {
    const decoded = codec.decodeUnsafe(address, 90);
    if (decoded === undefined) continue;
    const [version, ...words] = decoded.words;
    const program = codec.fromWordsUnsafe(words);
    if (decoded.prefix !== prefix || version === undefined || version > 16 || program === undefined)
      return undefined;
    // BIP-350: version 0 has the old checksum, all others the new one.
    if ((codec === bech32) !== (version === 0) || program.length < 2 || program.length > 40) return undefined;
    if (version === 0 && program.length !== 20 && program.length !== 32) return undefined;
    return { version, program: Uint8Array.from(program) };
  }
  return undefined;
}

/** A witness program's output script (BIP-141). */
function witnessScript({ version, program }: { version: number; program: Uint8Array }): Hex {
  return hex.encode(Uint8Array.of(version === 0 ? 0 : OP_N + version, program.length, ...program));
}

function hashed(address: string): { version: number; hash: Hex } | undefined {
  try {
    const [version, ...hash] = base58check.decode(address);
    if (version === undefined || hash.length !== HASH) return undefined;
    return { version, hash: hex.encode(Uint8Array.from(hash)) };
  } catch {
    return undefined;
  }
}

/** The script that an address of a network stands for, whatever may be paid; undefined: it is none of this network's. */
function decoded(network: UtxoNetwork, address: string): Hex | undefined {
  const program = witness(network.bech32, address);
  if (program !== undefined) return witnessScript(program);
  const base58 = hashed(address);
  if (base58?.version === network.pubKeyHash) return `76a914${base58.hash}88ac`;
  if (base58?.version === network.scriptHash) return `a914${base58.hash}87`;
  return undefined;
}

/** The script of a segwit address of a human-readable part, whatever its version (BIP-350); undefined: it is none. */
export function segwitScript(prefix: string, address: string): Hex | undefined {
  const program = witness(prefix, address);
  return program === undefined ? undefined : witnessScript(program);
}

/**
 * The output script that an address stands for.
 *
 * @throws TerminalError `ADDRESS_INVALID`, or `ADDRESS_OF_OTHER_NETWORK` naming the network that it belongs to
 * @example
 * scriptOfAddress(UTXO_NETWORKS.litecoin, "ltc1q…"); // "0014…"
 */
export function scriptOfAddress(network: UtxoNetwork, address: string): Hex {
  const script = decoded(network, address);
  if (script !== undefined) {
    if (scriptKind(script) !== undefined) return script;
    throw invalid(
      address,
      "its witness version has no meaning yet, so anybody could take what is paid to it",
      "Ask the recipient for an address of a kind in use: P2TR, P2WPKH, P2WSH, P2SH or P2PKH.",
    );
  }
  if (network.formerScriptHash !== undefined && hashed(address)?.version === network.formerScriptHash) {
    throw invalid(
      address,
      `this form was ${network.name}'s once and is another coin's too`,
      "Ask the recipient for the address in its present form.",
    );
  }
  if (/^(ltc|t)mweb1/i.test(address)) {
    throw invalid(
      address,
      "it is of Litecoin's extension block, which isn't paid from here",
      "Ask the recipient for a transparent address: ltc1q, ltc1p, L or M.",
    );
  }
  const others = Object.values(UTXO_NETWORKS).filter((other) => decoded(other, address) !== undefined);
  if (others.length > 0) {
    const names = others.map(({ name }) => name).join(" or ");
    throw new TerminalError("ADDRESS_OF_OTHER_NETWORK", `${address} is of ${names}, not of ${network.name}`, {
      advice: `Ask the recipient for an address of ${network.name}.`,
      facts: { expected: network.name, found: names },
    });
  }
  throw invalid(address, "its form or its checksum is wrong", "Copy it again from where it came from.");
}

/** A script's address as people write it; undefined: the script is of no kind that has one. */
export function addressOfScript(network: UtxoNetwork, script: Hex): string | undefined {
  const bytes = hex.decode(script);
  switch (scriptKind(script)) {
    case "p2pkh":
      return base58check.encode(Uint8Array.of(network.pubKeyHash, ...bytes.subarray(3, 23)));
    case "p2sh":
      return base58check.encode(Uint8Array.of(network.scriptHash, ...bytes.subarray(2, 22)));
    case "p2wpkh":
    case "p2wsh":
      return bech32.encode(network.bech32, [0, ...bech32.toWords(bytes.subarray(2))]);
    case "p2tr":
      return bech32m.encode(network.bech32, [1, ...bech32m.toWords(bytes.subarray(2))]);
    default:
      return undefined;
  }
}
