import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { hexToBytes } from "@noble/curves/utils.js";
import type { Hex } from "../chains/chain.ts";
import { TerminalError } from "../core/errors.ts";

const { Fn } = secp256k1.Point;

/** A point of secp256k1. */
export type CurvePoint = InstanceType<typeof secp256k1.Point>;

/** Whether a point's y is even: x-only keys stand for that one. */
export const hasEvenY = (point: CurvePoint): boolean => point.toBytes(true)[0] === 2;

/** A point's x: 32 bytes. */
export const xOnly = (point: CurvePoint): Uint8Array => point.toBytes(true).subarray(1);

/**
 * The scalar that tweaks an internal key: `hash_TapTweak(x ‖ merkleRoot)`.
 *
 * @param merkleRoot empty (BIP-86: there is no script) or 32 bytes
 * @throws TerminalError `TWEAK_INVALID`
 * @see https://github.com/bitcoin/bips/blob/master/bip-0341.mediawiki
 */
export function tweakScalar(internalKey: Uint8Array, merkleRoot: Hex): bigint {
  if (merkleRoot !== "" && !/^[0-9a-f]{64}$/.test(merkleRoot)) {
    throw new TerminalError("TWEAK_INVALID", "A Merkle root is empty or has 32 bytes in lower-case hex", {
      facts: { digits: merkleRoot.length },
      advice: "Leave it away where nothing is tweaked.",
    });
  }
  const hash = schnorr.utils.taggedHash("TapTweak", internalKey, hexToBytes(merkleRoot));
  try {
    // Rejects what is not below the order, as BIP-341 asks: it is never reduced.
    return Fn.fromBytes(hash);
  } catch (cause) {
    throw new TerminalError("TWEAK_INVALID", "This key can't be tweaked by this Merkle root", {
      cause,
      advice: "Use another root: this happens once in 2^128 times.",
    });
  }
}

/** The output key of an internal key, x only: what signatures are under. Untweaked where there is no root. */
export function outputKey(internalKey: Uint8Array, merkleRoot: Hex | undefined): Uint8Array {
  if (merkleRoot === undefined) return internalKey;
  const inner = schnorr.utils.lift_x(BigInt(`0x${Buffer.from(internalKey).toString("hex")}`));
  return xOnly(
    secp256k1.Point.fromAffine(inner.toAffine()).add(
      secp256k1.Point.BASE.multiply(tweakScalar(internalKey, merkleRoot)),
    ),
  );
}

/** The secret of the output key, whichever parity the internal key has. */
export function tweakSecret(secret: Uint8Array, merkleRoot: Hex | undefined): Uint8Array {
  if (merkleRoot === undefined) return secret;
  const scalar = Fn.fromBytes(secret);
  const point = secp256k1.Point.BASE.multiply(scalar);
  const even = hasEvenY(point) ? scalar : Fn.neg(scalar);
  return Fn.toBytes(Fn.add(even, tweakScalar(xOnly(point), merkleRoot)));
}
