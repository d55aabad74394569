import { secp256k1, secp256k1_FROST } from "@noble/curves/secp256k1.js";
import type { CurvePoint } from "../taproot-tweak.ts";

const { Point } = secp256k1;
const { Fn } = Point;

/** A source of random bytes. */
export type Random = (bytes: number) => Uint8Array;

/** The same as noble's functions call it. */
export function asRng(random: Random): (bytes?: number) => Uint8Array<ArrayBuffer> {
  return (bytes = 32) => Uint8Array.from(random(bytes));
}

/** A secret polynomial and what is published of it. */
export interface Dealing {
  /** The first is the secret that is shared. */
  readonly coefficients: readonly bigint[];
  readonly commitments: readonly CurvePoint[];
}

/** A scalar that is not zero. */
export function randomScalar(random: Random): bigint {
  return Fn.fromBytes(secp256k1_FROST.utils.randomScalar(asRng(random)));
}

/**
 * Shares a secret: a polynomial of degree threshold - 1 (Shamir), committed to coefficient by coefficient (Feldman).
 *
 * @param secret a random one where absent
 * @see https://www.rfc-editor.org/rfc/rfc9591#appendix-C
 */
export function deal(threshold: number, random: Random, secret = randomScalar(random)): Dealing {
  const rest = Array.from({ length: threshold - 1 }, () => randomScalar(random));
  const coefficients = [secret, ...rest];
  return { coefficients, commitments: coefficients.map((coefficient) => Point.BASE.multiply(coefficient)) };
}

/** The share of a member: the polynomial at its index. */
export function shareOf({ coefficients }: Dealing, index: number): bigint {
  return coefficients.reduceRight((sum, coefficient) => Fn.add(Fn.mul(sum, BigInt(index)), coefficient), 0n);
}

/** The point of the share that commitments stand for, at an index: public values only. */
export function committedShare(commitments: readonly CurvePoint[], index: number): CurvePoint {
  return commitments.reduceRight(
    (sum, commitment) => sum.multiplyUnsafe(BigInt(index)).add(commitment),
    Point.ZERO,
  );
}

/** Whether a share is the one that its dealer has committed to. */
export function shareFits(share: bigint, commitments: readonly CurvePoint[], index: number): boolean {
  return Fn.isValidNot0(share) && Point.BASE.multiply(share).equals(committedShare(commitments, index));
}

/** What an index weighs among others when their shares are put together at zero. */
export function lagrangeAtZero(indices: readonly number[], index: number): bigint {
  let above = 1n;
  let below = 1n;
  for (const other of indices) {
    if (other === index) continue;
    above = Fn.mul(above, BigInt(other));
    below = Fn.mul(below, Fn.sub(BigInt(other), BigInt(index)));
  }
  return Fn.div(above, below);
}

/** Commitments of several dealings, added up: those of the sum of their polynomials. */
export function addCommitments(all: readonly (readonly CurvePoint[])[]): CurvePoint[] {
  const [first = []] = all;
  return first.map((_, place) =>
    all.reduce((sum, commitments) => sum.add(commitments[place] ?? Point.ZERO), Point.ZERO),
  );
}

/** A point as it is published: 33 bytes in hex. */
export const pointText = (point: CurvePoint): string => point.toHex(true);

/** A published point; undefined where it is none, or the one at infinity. */
export function readPoint(text: string): CurvePoint | undefined {
  if (!/^0[23][0-9a-f]{64}$/.test(text)) return undefined;
  try {
    return Point.fromHex(text);
  } catch {
    return undefined;
  }
}
