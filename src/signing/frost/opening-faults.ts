import { createHash } from "node:crypto";
import { schnorr } from "@noble/curves/secp256k1.js";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import { canonicalJson } from "../../core/canonical-json.ts";
import { type CurvePoint, xOnly } from "../taproot-tweak.ts";
import type { Opening } from "./ceremony-messages.ts";
import type { CeremonyTerms } from "./ceremony-terms.ts";
import { lagrangeAtZero, readPoint } from "./dealing.ts";
import { GroupKey } from "./group-key.ts";

/** What a proof of knowledge is over: all of the opening, so that it fits no other ceremony, run, author or polynomial. */
export function proofMessage({ proof: _, ...opening }: Opening): Uint8Array {
  return createHash("sha256")
    .update(`strongroom ceremony proof 1\n${canonicalJson(opening)}`)
    .digest();
}

/** The points that an opening commits to. */
export function openingPoints(opening: Opening): readonly CurvePoint[] {
  return (opening.commitments ?? []).flatMap((text) => readPoint(text) ?? []);
}

/** The point that a dealer of a reshare must begin with: its share of the old key, weighed among those who deal. */
export function weighedShare(terms: CeremonyTerms, index: number): CurvePoint | undefined {
  if (terms.text.kind !== "reshare") return undefined;
  const weight = lagrangeAtZero(
    terms.dealers.map((dealer) => dealer.index),
    index,
  );
  return new GroupKey(terms.text.from).verifyingShare(index).multiplyUnsafe(weight);
}

/**
 * What is wrong with an opening of round 1, as anybody can see; undefined where nothing is.
 *
 * A dealer of a DKG proves by a BIP-340 signature that it knows its secret, so that nobody chooses its own part in dependence on
 * the others' (rogue keys). A dealer of a reshare can only share what it has.
 */
export function openingFault(terms: CeremonyTerms, opening: Opening): string | undefined {
  const dealer = terms.dealer(opening.from);
  const receives = terms.member(opening.from) !== undefined;
  const senders = receives ? terms.dealers.map(({ name }) => name) : [];
  const keys = Object.keys(opening.receiveKeys ?? {});
  if (keys.length !== senders.length || senders.some((name) => !keys.includes(name))) {
    return "it has not one receiving key for each dealer";
  }
  if (dealer === undefined) {
    if (!receives) return "its author takes no part";
    return opening.commitments === undefined ? undefined : "its author does not deal";
  }
  if (opening.sealKey === undefined) return "it has no key to seal shares by";
  const points = openingPoints(opening);
  const [first] = points;
  if (first === undefined || points.length !== opening.commitments?.length) return "its points are none";
  if (points.length !== terms.text.threshold) return "it commits to a polynomial of another degree";
  const due = weighedShare(terms, dealer.index);
  if (due !== undefined) return first.equals(due) ? undefined : "it shares another secret than its old share";
  if (opening.proof === undefined) return "it has no proof of knowledge";
  const good = schnorr.verify(hexToBytes(opening.proof), proofMessage(opening), xOnly(first));
  return good ? undefined : "its proof of knowledge is false";
}

/** A proof that the author knows what it shares. */
export function proveKnowledge(opening: Opening, secret: Uint8Array, aux: Uint8Array): string {
  return bytesToHex(schnorr.sign(proofMessage(opening), secret, aux));
}
