import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { schnorr_FROST } from "@noble/curves/secp256k1.js";
import { CeremonyMember, type FrostShare } from "../../src/signing/frost/ceremony-member.ts";
import { type SignedMessage, signedBytes } from "../../src/signing/frost/ceremony-messages.ts";
import { CeremonyTerms, type Participant } from "../../src/signing/frost/ceremony-terms.ts";
import type { GroupKey } from "../../src/signing/frost/group-key.ts";
import type { Purpose } from "../../src/signing/signer.ts";

/** Somebody who takes part in ceremonies. */
export interface Person {
  readonly name: string;
  readonly identity: string;
  sign(body: string): SignedMessage;
}

/** Somebody with an identity key of its own. */
export function person(name: string): Person {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const identity = publicKey.export({ format: "der", type: "spki" }).toString("base64");
  return { name, identity, sign: (body) => messageBy(privateKey, body) };
}

function messageBy(key: KeyObject, body: string): SignedMessage {
  const signature = sign("sha256", signedBytes(body), { key, dsaEncoding: "ieee-p1363" });
  return { body, signature: signature.toString("base64") };
}

/** People with indices, as terms name them. */
export function participants(people: readonly Person[], first = 1): Participant[] {
  return people.map(({ name, identity }, place) => ({ name, identity, index: first + place }));
}

/** Terms of a first ceremony. */
export function dkgTerms(
  people: readonly Person[],
  threshold: number,
  { key = "coins", use = "transaction" as Purpose["kind"] } = {},
): CeremonyTerms {
  return new CeremonyTerms({
    version: 1,
    kind: "dkg",
    key,
    use,
    threshold,
    members: participants(people),
    attempt: 1,
  });
}

/** Terms by which some members of a group share its key anew. */
export function reshareTerms(
  group: GroupKey,
  dealers: readonly Person[],
  members: readonly Participant[],
  threshold: number,
): CeremonyTerms {
  return new CeremonyTerms({
    version: 1,
    kind: "reshare",
    key: group.name,
    use: group.text.use,
    threshold,
    members,
    attempt: 1,
    from: group.text,
    dealers: dealers.map(({ name, identity }) => ({ name, identity, index: group.member(name)?.index ?? 0 })),
  });
}

/** The participants of one run, ready for their first round. */
export function seats(
  terms: CeremonyTerms,
  people: readonly Person[],
  old: ReadonlyMap<string, FrostShare> = new Map(),
): Map<string, CeremonyMember> {
  const session = createHash("sha256").update(randomBytes(16)).digest("hex");
  return new Map(
    people.map((who) => [
      who.name,
      new CeremonyMember({
        terms,
        session,
        me: who.name,
        random: randomBytes,
        sign: (body) => who.sign(body),
        share: old.get(who.name),
      }),
    ]),
  );
}

/** A whole ceremony in which everybody is honest. */
export function hold(
  terms: CeremonyTerms,
  people: readonly Person[],
  old: ReadonlyMap<string, FrostShare> = new Map(),
): Map<string, FrostShare> {
  const members = seats(terms, people, old);
  const openings = [...members.values()].map((member) => member.opening());
  const shares = [...members.values()].flatMap((member) => member.deal(openings));
  const made = new Map<string, FrostShare>();
  for (const { name } of terms.members) {
    const own = shares.filter(({ body }) => (JSON.parse(body) as { to: string }).to === name);
    const share = members.get(name)?.finish(own).share;
    if (share !== undefined) made.set(name, share);
  }
  return made;
}

/** A signature by some shares, put together as a coordinator would. */
export function signedBy(
  shares: readonly FrostShare[],
  digest: Uint8Array<ArrayBuffer>,
  merkleRoot: string | undefined,
) {
  const [first] = shares;
  if (first === undefined) throw new Error("nobody signs");
  const pub = first.group.publicPackage(merkleRoot);
  const made = shares.map((share) => ({
    secret: share.group.secretPackage(share.index, share.secret, merkleRoot),
    ...schnorr_FROST.commit(share.group.secretPackage(share.index, share.secret, merkleRoot)),
  }));
  const list = made.map(({ commitments }) => commitments);
  const parts = made.map(({ secret, nonces }) => [
    secret.identifier,
    schnorr_FROST.signShare(secret, pub, nonces, list, digest),
  ]);
  return schnorr_FROST.aggregate(
    pub,
    list,
    digest,
    Object.fromEntries(parts) as Record<string, Uint8Array<ArrayBuffer>>,
  );
}
