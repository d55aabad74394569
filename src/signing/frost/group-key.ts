import { createHash } from "node:crypto";
import type { FrostPublic, FrostSecret } from "@noble/curves/abstract/frost.js";
import { schnorr_FROST, secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex } from "@noble/curves/utils.js";
import { z } from "zod";
import type { Hex } from "../../chains/chain.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import { TerminalError } from "../../core/errors.ts";
import type { Redacted } from "../../core/redacted.ts";
import { KEY_NAME, STORE_NAME } from "../key-names.ts";
import { type CurvePoint, hasEvenY, outputKey, tweakScalar, xOnly } from "../taproot-tweak.ts";
import { committedShare, readPoint } from "./dealing.ts";

const { Point } = secp256k1;
const { Fn } = Point;

/** The most members of a group. */
export const MOST_MEMBERS = 32;

/** Who is in a group. The index is the place of the share on the polynomial. */
export const MEMBER = z.strictObject({
  name: z.string().regex(STORE_NAME),
  index: z.number().int().min(1).max(65_535),
});
export type Member = z.infer<typeof MEMBER>;

/** A group's key as it is stored and sent: all of it public. */
export const GROUP_KEY = z
  .strictObject({
    version: z.literal(1),
    /** Its name in `SigningRequest.key`. */
    key: KEY_NAME,
    use: z.enum(["transaction", "statement"]),
    threshold: z.number().int().min(2).max(MOST_MEMBERS),
    members: z.array(MEMBER).min(2).max(MOST_MEMBERS),
    /** Of the shared polynomial; the first is the group's key before any tweak. */
    commitments: z.array(z.string().refine((text) => readPoint(text) !== undefined, "must be a point")),
  })
  .refine(({ threshold, members }) => threshold <= members.length, "the threshold exceeds the members")
  .refine(({ threshold, commitments }) => commitments.length === threshold, "one commitment a coefficient")
  .refine(
    ({ members }) =>
      new Set(members.map(({ name }) => name)).size === members.length &&
      new Set(members.map(({ index }) => index)).size === members.length,
    "two members have the same name or index",
  );
export type GroupKeyText = z.infer<typeof GROUP_KEY>;

/**
 * The public side of a key that is shared by a group. Its point is the *untweaked* internal key: noble's own taproot suite tweaks
 * what its DKG makes, so keys are made by dealings of ours, and its suite is only signed with.
 */
export class GroupKey {
  readonly text: GroupKeyText;
  /** The internal key, of either parity. */
  readonly point: CurvePoint;
  /** SHA-256 of all of it: another set of shares of the same key has another one. */
  readonly generation: Hex;
  readonly #public: FrostPublic;

  /** @throws TerminalError `GROUP_KEY_INVALID` */
  constructor(text: unknown) {
    const parsed = GROUP_KEY.safeParse(text);
    if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
    this.text = parsed.data;
    const points = this.text.commitments.flatMap((commitment) => readPoint(commitment) ?? []);
    const [point] = points;
    if (point === undefined) throw invalid("it has no commitments");
    this.point = point;
    this.generation = createHash("sha256").update(canonicalJson(this.text)).digest("hex");
    const verifyingShares: Record<string, Uint8Array<ArrayBuffer>> = {};
    for (const { name, index } of this.text.members) {
      const share = committedShare(points, index);
      if (share.is0()) throw invalid(`${name} would have no share`);
      verifyingShares[identifierOf(index)] = share.toBytes(true) as Uint8Array<ArrayBuffer>;
    }
    this.#public = {
      signers: { min: this.text.threshold, max: this.text.members.length },
      commitments: points.map((commitment) => commitment.toBytes(true) as Uint8Array<ArrayBuffer>),
      verifyingShares,
    };
  }

  get name(): string {
    return this.text.key;
  }

  get threshold(): number {
    return this.text.threshold;
  }

  get members(): readonly Member[] {
    return this.text.members;
  }

  /** X only, before any tweak: `P` of deposit addresses. */
  get publicKey(): Hex {
    return bytesToHex(xOnly(this.point));
  }

  /** X only: what a payload's signature is under. */
  outputKey(merkleRoot: Hex | undefined): Uint8Array {
    return outputKey(xOnly(this.point), merkleRoot);
  }

  member(name: string): Member | undefined {
    return this.members.find((member) => member.name === name);
  }

  /** The point of one member's share. */
  verifyingShare(index: number): CurvePoint {
    const bytes = this.#public.verifyingShares[identifierOf(index)];
    if (bytes === undefined) throw invalid(`it has no member ${index}`);
    return Point.fromBytes(bytes);
  }

  /**
   * The package that shares are checked with. BIP-341 tweaks the even one of the two points that an x stands for, so a group with
   * the odd one is negated first; adding the tweak to every share then adds it to the shared secret. The parity of the result is
   * the suite's business.
   */
  publicPackage(merkleRoot: Hex | undefined): FrostPublic {
    if (merkleRoot === undefined) return this.#public;
    const tweak = Point.BASE.multiplyUnsafe(tweakScalar(xOnly(this.point), merkleRoot));
    const even = (bytes: Uint8Array) => {
      const point = Point.fromBytes(bytes);
      return hasEvenY(this.point) ? point : point.negate();
    };
    const bytesOf = (point: CurvePoint) => point.toBytes(true) as Uint8Array<ArrayBuffer>;
    const [first, ...rest] = this.#public.commitments.map(even);
    return {
      signers: this.#public.signers,
      commitments: [bytesOf((first ?? Point.ZERO).add(tweak)), ...rest.map(bytesOf)],
      verifyingShares: Object.fromEntries(
        Object.entries(this.#public.verifyingShares).map(([index, share]) => [
          index,
          bytesOf(even(share).add(tweak)),
        ]),
      ),
    };
  }

  /** A member's share as `publicPackage` of the same root expects it. */
  secretPackage(index: number, share: Redacted<Uint8Array>, merkleRoot: Hex | undefined): FrostSecret {
    let scalar = Fn.fromBytes(share.expose());
    if (merkleRoot !== undefined) {
      if (!hasEvenY(this.point)) scalar = Fn.neg(scalar);
      scalar = Fn.add(scalar, tweakScalar(xOnly(this.point), merkleRoot));
    }
    return {
      identifier: identifierOf(index),
      signingShare: Fn.toBytes(scalar) as Uint8Array<ArrayBuffer>,
    };
  }
}

/** A member's index as the suite names it. */
export function identifierOf(index: number): string {
  return schnorr_FROST.Identifier.fromNumber(index);
}

function invalid(why: string): TerminalError {
  return new TerminalError("GROUP_KEY_INVALID", "What is given is no group's key", {
    facts: { why: why.slice(0, 300) },
    advice: "Take the public file that the ceremony has written.",
  });
}
