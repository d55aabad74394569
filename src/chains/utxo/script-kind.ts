import type { Hex } from "../chain.ts";
import type { UtxoNetwork } from "./network.ts";

/** Kinds of output scripts that a payout may pay. Later versions of witnesses are anyone's to spend until they mean something. */
export type ScriptKind = "p2pkh" | "p2sh" | "p2wpkh" | "p2wsh" | "p2tr";

const SHAPES: readonly (readonly [ScriptKind, RegExp])[] = [
  ["p2pkh", /^76a914[0-9a-f]{40}88ac$/],
  ["p2sh", /^a914[0-9a-f]{40}87$/],
  ["p2wpkh", /^0014[0-9a-f]{40}$/],
  ["p2wsh", /^0020[0-9a-f]{64}$/],
  ["p2tr", /^5120[0-9a-f]{64}$/],
];

/** What kind of script that is; undefined: none that is paid here. */
export function scriptKind(script: Hex): ScriptKind | undefined {
  return SHAPES.find(([, shape]) => shape.test(script))?.[0];
}

/** Bytes of a number as Bitcoin writes lengths. */
export function compactSize(value: number): number {
  if (value < 0xfd) return 1;
  return value <= 0xffff ? 3 : 5;
}

/** Bytes of an output with that script. */
export function outputSize(script: Hex): number {
  const length = script.length / 2;
  return 8 + compactSize(length) + length;
}

/** Virtual bytes that nodes reckon it costs to spend an output (Core's `GetDustThreshold`). */
const SPENDING_WITNESS = 67n;
const SPENDING_OTHER = 148n;

/**
 * The least that an output with that script may hold to be relayed, in smallest units: what it costs at the dust rate to make and
 * to spend it. An OP_RETURN costs nobody anything later, so it may hold nothing.
 */
export function dustLimit(network: UtxoNetwork, script: Hex): bigint {
  if (script.startsWith("6a")) return 0n;
  const kind = scriptKind(script);
  const spending = kind === "p2pkh" || kind === "p2sh" ? SPENDING_OTHER : SPENDING_WITNESS;
  return ((BigInt(outputSize(script)) + spending) * network.dustRate) / 1_000n;
}
