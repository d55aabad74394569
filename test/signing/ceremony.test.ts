import { randomBytes } from "node:crypto";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex } from "@noble/curves/utils.js";
import { expect } from "chai";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import {
  type CeremonyMember,
  ComplaintError,
  type FrostShare,
} from "../../src/signing/frost/ceremony-member.ts";
import { type Opening, readMessage, type SignedMessage } from "../../src/signing/frost/ceremony-messages.ts";
import { CeremonyTerms } from "../../src/signing/frost/ceremony-terms.ts";
import { lagrangeAtZero, pointText } from "../../src/signing/frost/dealing.ts";
import { identifierOf } from "../../src/signing/frost/group-key.ts";
import { judgeComplaint } from "../../src/signing/frost/judge-complaint.ts";
import { proveKnowledge } from "../../src/signing/frost/opening-faults.ts";
import { openKeyOf, sealShare } from "../../src/signing/frost/sealed-share.ts";
import { hasEvenY, tweakSecret, xOnly } from "../../src/signing/taproot-tweak.ts";
import { refuses } from "../support/refusal.ts";
import {
  dkgTerms,
  hold,
  type Person,
  participants,
  person,
  reshareTerms,
  seats,
  signedBy,
} from "./group-fixture.ts";

const { Fn } = secp256k1.Point;
const [anna, ben, cleo, dan, eve] = ["anna", "ben", "cleo", "dan", "eve"].map(person) as [
  Person,
  Person,
  Person,
  Person,
  Person,
];
const three = [anna, ben, cleo];

/** The secret that shares are of: what nobody ever has, but for this test. */
function secretOf(shares: readonly FrostShare[]): bigint {
  const indices = shares.map(({ index }) => index);
  return shares.reduce(
    (sum, { index, secret }) =>
      Fn.add(sum, Fn.mul(lagrangeAtZero(indices, index), Fn.fromBytes(secret.expose()))),
    0n,
  );
}

const body = <T>(message: SignedMessage) => JSON.parse(message.body) as T;
const forMember = (messages: readonly SignedMessage[], to: string) =>
  messages.filter((message) => body<{ to: string }>(message).to === to);

/** Rounds 1 and 2 of a ceremony, with somebody's messages bent on the way or by themselves. */
function upToDealing(
  members: ReadonlyMap<string, CeremonyMember>,
  bend: (openings: SignedMessage[]) => SignedMessage[] = (openings) => openings,
) {
  const openings = bend([...members.values()].map((member) => member.opening()));
  const shares = [...members.values()].flatMap((member) => member.deal(openings));
  return { openings, shares };
}

function complaintOf(work: () => unknown): ComplaintError {
  try {
    work();
  } catch (error) {
    if (error instanceof ComplaintError) return error;
    throw error;
  }
  throw new Error("nobody complained");
}

describe("key ceremonies", () => {
  describe("given a DKG of three with threshold two", () => {
    it("makes one key, whose shares sign under it with every kind of tweak, as the whole secret would", () => {
      const parities = new Set<boolean>();
      // Until keys of both parities were made.
      for (let run = 0; parities.size < 2 && run < 64; run++) {
        const shares = [...hold(dkgTerms(three, 2), three).values()];
        expect(new Set(shares.map(({ group }) => group.generation)).size).to.equal(1);
        const [first, second, third] = shares as [FrostShare, FrostShare, FrostShare];
        if (parities.has(hasEvenY(first.group.point))) continue;
        parities.add(hasEvenY(first.group.point));
        const secret = secretOf([first, third]);
        expect(secret).to.equal(secretOf([second, third]));
        expect(secp256k1.Point.BASE.multiply(secret).toHex(true)).to.equal(pointText(first.group.point));
        const digest = randomBytes(32) as unknown as Uint8Array<ArrayBuffer>;
        for (const merkleRoot of [undefined, "", "5b".repeat(32)]) {
          const signature = signedBy([second, third], Uint8Array.from(digest), merkleRoot);
          const key = first.group.outputKey(merkleRoot);
          expect(schnorr.verify(signature, digest, key)).to.equal(true);
          const whole = tweakSecret(Fn.toBytes(secret), merkleRoot);
          expect(bytesToHex(schnorr.getPublicKey(whole))).to.equal(bytesToHex(key));
        }
      }
      expect(parities.size).to.equal(2);
    });

    it("has an internal key that noble's own DKG would have tweaked already", () => {
      const { group } = [...hold(dkgTerms(three, 2), three).values()][0] as FrostShare;
      expect(group.publicKey).to.equal(bytesToHex(xOnly(group.point)));
      expect(bytesToHex(group.outputKey(""))).not.to.equal(group.publicKey);
    });

    it("makes nothing that one share alone could sign with", () => {
      const [first] = [...hold(dkgTerms(three, 2), three).values()] as [FrostShare];
      const { secret } = first;
      expect(bytesToHex(schnorr.getPublicKey(secret.expose()))).not.to.equal(first.group.publicKey);
      expect(() => signedBy([first], new Uint8Array(32), undefined)).to.throw();
    });
  });

  describe("given a dealer that cheats in a DKG", () => {
    it("is named by a false proof of knowledge, and by a proof that was made for another run", () => {
      const terms = dkgTerms(three, 2);
      const old = seats(terms, three).get("ben")?.opening();
      const members = seats(terms, three);
      const falsely = (openings: SignedMessage[], change: (opening: Opening) => Opening) =>
        openings.map((message) =>
          body<Opening>(message).from === "ben"
            ? ben.sign(canonicalJson(change(body<Opening>(message))))
            : message,
        );
      const openings = [...members.values()].map((member) => member.opening());
      const replayed = old === undefined ? "" : (body<Opening>(old).proof ?? "");
      for (const change of [
        (opening: Opening) => ({ ...opening, proof: "11".repeat(64) }),
        (opening: Opening) => ({ ...opening, proof: replayed }),
        (opening: Opening) => ({ ...opening, commitments: opening.commitments?.slice(0, 1) }),
        ({ proof: _, ...opening }: Opening) => opening,
      ]) {
        const bent = falsely(openings, change as (opening: Opening) => Opening);
        const { complaint } = complaintOf(() => seatOf(members, "anna").deal(bent));
        expect(complaint.accused).to.equal("ben");
        expect(judgeComplaint(terms, complaint)).to.include({ guilty: "ben" });
      }
    });

    it("can't choose its key in dependence on the others' (a rogue key)", () => {
      const terms = dkgTerms(three, 2);
      const members = seats(terms, three);
      const openings = [...members.values()].map((member) => member.opening());
      const target = secp256k1.utils.randomSecretKey();
      // ben wants the sum to be a key of his own: his commitment takes the others' away.
      const others = openings
        .filter((message) => body<Opening>(message).from !== "ben")
        .map((message) => secp256k1.Point.fromHex(body<Opening>(message).commitments?.[0] ?? ""));
      const rogue = others.reduce(
        (sum, point) => sum.subtract(point),
        secp256k1.Point.BASE.multiply(Fn.fromBytes(target)),
      );
      const bent = openings.map((message) => {
        const opening = body<Opening>(message);
        if (opening.from !== "ben") return message;
        const claim = {
          ...opening,
          commitments: [pointText(rogue), ...(opening.commitments ?? []).slice(1)],
        };
        return ben.sign(canonicalJson({ ...claim, proof: proveKnowledge(claim, target, randomBytes(32)) }));
      });
      const { complaint } = complaintOf(() => seatOf(members, "anna").deal(bent));
      expect(judgeComplaint(terms, complaint).guilty).to.equal("ben");
    });

    it("is named by a share that does not fit, with evidence that shows nothing of the others' shares", () => {
      const terms = dkgTerms(three, 2);
      // ben seals a wrong share to anna: he signs it, so that it convicts him.
      const members = seats(terms, three);
      const { openings, shares } = upToDealing(members);
      const honest = forMember(shares, "anna");
      const bent = honest.map((message) => {
        const share = body<{ from: string; sealed: string }>(message);
        if (share.from !== "ben") return message;
        return ben.sign(canonicalJson({ ...share, sealed: Buffer.alloc(60, 7).toString("base64") }));
      });
      const { complaint } = complaintOf(() => members.get("anna")?.finish(bent));
      expect(complaint).to.include({ by: "anna", accused: "ben", reason: "share" });
      expect(judgeComplaint(terms, complaint)).to.deep.equal({
        guilty: "ben",
        why: "its share can't be opened",
      });
      // The key that anna shows is for ben's share only: cleo's to anna stays shut.
      const opening = openings.map((message) => body<Opening>(message)).find(({ from }) => from === "anna");
      const keys = Object.values(opening?.receiveKeys ?? {});
      expect(new Set(keys).size).to.equal(3);
    });

    it("is named by a share that opens and does not fit", () => {
      const terms = dkgTerms(three, 2);
      const fresh = seats(terms, three);
      const [annas, bens, cleos] = [...fresh.values()].map((member) => member.opening()) as SignedMessage[];
      // What a cheating ben would run: an opening of his own making, and a share that is not on its polynomial.
      const again = cheatingOpening(ben, body<Opening>(bens as SignedMessage));
      const all = [annas as SignedMessage, again.message, cleos as SignedMessage];
      const dealt = fresh.get("anna")?.deal(all) ?? [];
      const fromCleo = fresh.get("cleo")?.deal(all) ?? [];
      const transcriptNow = body<{ transcript: string }>(dealt[0] as SignedMessage).transcript;
      const { receiveKeys, session } = body<Opening>(annas as SignedMessage);
      const seal = { transcript: transcriptNow, from: "ben", to: "anna" };
      const sealed = sealShare(Fn.toBytes(123n), again.secret, receiveKeys?.ben ?? "", seal, randomBytes);
      const share = ben.sign(
        canonicalJson({ step: "share", ceremony: terms.digest, session, ...seal, sealed }),
      );
      const { complaint } = complaintOf(() =>
        fresh.get("anna")?.finish([...forMember(dealt, "anna"), ...forMember(fromCleo, "anna"), share]),
      );
      expect(judgeComplaint(terms, complaint)).to.deep.equal({
        guilty: "ben",
        why: "its share does not fit its commitments",
      });
    });
  });

  describe("given a member that complains falsely", () => {
    it("is the one that the evidence convicts", () => {
      const terms = dkgTerms(three, 2);
      const members = seats(terms, three);
      const { openings, shares } = upToDealing(members);
      const [annas, bens] = openings as [SignedMessage, SignedMessage];
      const share = forMember(shares, "anna").find((message) => body<Opening>(message).from === "ben");
      if (share === undefined) throw new Error("ben dealt nothing");
      const claims = [
        { reason: "opening" as const, evidence: [bens] },
        { reason: "share" as const, evidence: [share], openings, unseal: "22".repeat(32) },
        { reason: "share" as const, evidence: [share], openings },
        { reason: "share" as const, evidence: [share], openings: [annas, bens] },
        { reason: "share" as const, evidence: [share] },
        { reason: "share" as const, evidence: [annas, share] },
        { reason: "openings-differ" as const, evidence: [bens, bens] },
      ];
      for (const claim of claims) {
        expect(judgeComplaint(terms, { by: "anna", accused: "ben", ...claim }).guilty).to.equal("anna");
      }
    });
  });

  describe("given a member that signs another opening afterwards, with another key to receive by", () => {
    it("doesn't make an honest dealer's share look like one that can't be opened", () => {
      const terms = dkgTerms(three, 2);
      const members = seats(terms, three);
      const { openings, shares } = upToDealing(members);
      const [annas, bens, cleos] = openings as [SignedMessage, SignedMessage, SignedMessage];
      const share = forMember(shares, "anna").find((message) => body<Opening>(message).from === "ben");
      const unseal = "22".repeat(32);
      const { receiveKeys, ...rest } = body<Opening>(annas);
      const made = anna.sign(
        canonicalJson({ ...rest, receiveKeys: { ...receiveKeys, ben: openKeyOf(unseal) } }),
      );
      const evidence = [share as SignedMessage];
      const complaint = { by: "anna", accused: "ben", reason: "share" as const, evidence, unseal };
      expect(judgeComplaint(terms, { ...complaint, openings: [made, bens, cleos] }).guilty).to.equal("anna");
    });
  });

  describe("given a coordinator that lies", () => {
    it("is found out when it changes, drops, doubles or swaps messages", async () => {
      const terms = dkgTerms(three, 2);
      const other = dkgTerms(three, 2, { key: "another" });
      const members = seats(terms, three);
      const openings = [...members.values()].map((member) => member.opening());
      const foreign = seats(other, three).get("ben")?.opening() as SignedMessage;
      const [annas, bens, cleos] = openings as [SignedMessage, SignedMessage, SignedMessage];
      const changed = { ...bens, body: bens.body.replace(/"sealKey":"../, '"sealKey":"00') };
      for (const bent of [
        [annas, bens],
        [annas, bens, bens, cleos],
        [annas, changed, cleos],
        [annas, foreign, cleos],
        [annas, { ...bens, signature: cleos.signature }, cleos],
      ]) {
        await refuses("CEREMONY_MESSAGES", () => seatOf(members, "anna").deal(bent));
      }
    });

    it("can't show members different openings without a dealer's help, and is found out with it", () => {
      const terms = dkgTerms(three, 2);
      const members = seats(terms, three);
      const openings = [...members.values()].map((member) => member.opening());
      const twice = cheatingOpening(ben, body<Opening>(openings[1] as SignedMessage)).message;
      const bent = openings.map((message, place) => (place === 1 ? twice : message));
      const annas = members.get("anna")?.deal(openings) ?? [];
      const cleos = members.get("cleo")?.deal(bent) ?? [];
      const bens = members.get("ben")?.deal(openings) ?? [];
      const forCleo = [annas, bens, cleos].flatMap((messages) => forMember(messages, "cleo"));
      const { complaint } = complaintOf(() => members.get("cleo")?.finish(forCleo));
      expect(complaint.reason).to.equal("openings-differ");
      // Both openings side by side convict who signed them.
      const evidence = [openings[1], twice] as [SignedMessage, SignedMessage];
      const shown = { by: "cleo", accused: "ben", reason: "openings-differ" as const, evidence };
      expect(judgeComplaint(terms, shown).guilty).to.equal("ben");
    });
  });

  describe("given a reshare from 2 of 3 to 3 of 5", () => {
    const shares = hold(dkgTerms(three, 2), three);
    const { group } = shares.get("anna") as FrostShare;
    const five = [ben, cleo, dan, eve, anna];
    const terms = reshareTerms(group, [anna, cleo], participants(five, 1), 3);
    const renewed = hold(terms, five, shares);

    it("keeps the key, under a new threshold and generation", () => {
      const made = [...renewed.values()];
      expect(made).to.have.length(5);
      for (const share of made) {
        expect(share.group.publicKey).to.equal(group.publicKey);
        expect(share.group.threshold).to.equal(3);
        expect(share.group.generation).not.to.equal(group.generation);
      }
      const digest = Uint8Array.from(randomBytes(32));
      const signature = signedBy(made.slice(1, 4), digest, "");
      expect(schnorr.verify(signature, digest, group.outputKey(""))).to.equal(true);
    });

    it("makes old shares useless together with new ones", () => {
      const old = shares.get("anna") as FrostShare;
      const [first, second] = [...renewed.values()] as [FrostShare, FrostShare];
      const key = secretOf([...shares.values()].slice(0, 2));
      expect(secretOf([first, second, { ...old, index: 9 }])).not.to.equal(key);
      const mixed = [first, second, { ...old, group: first.group, index: 5 }];
      const digest = Uint8Array.from(randomBytes(32));
      expect(() => signedBy(mixed, digest, ""))
        .to.throw()
        .with.property("cheaters")
        .that.deep.equals([identifierOf(5)]);
    });

    it("names a dealer that shares something else than its old share", () => {
      const members = seats(terms, five, shares);
      const openings = [...members.values()].map((member) => member.opening());
      const bent = openings.map((message) => {
        const opening = body<Opening>(message);
        if (opening.from !== "cleo") return message;
        const [, ...rest] = opening.commitments ?? [];
        const other = pointText(secp256k1.Point.BASE.multiply(77n));
        return cleo.sign(canonicalJson({ ...opening, commitments: [other, ...rest] }));
      });
      const { complaint } = complaintOf(() => seatOf(members, "dan").deal(bent));
      expect(judgeComplaint(terms, complaint)).to.deep.equal({
        guilty: "cleo",
        why: "it shares another secret than its old share",
      });
    });

    it("lets nobody deal who has no share of that generation", async () => {
      await refuses("CEREMONY_OTHER_SHARE", () => seats(terms, [anna], renewed));
      await refuses("CEREMONY_OTHER_SHARE", () => seats(terms, [anna]));
      await refuses("CEREMONY_NOT_MINE", () => seats(terms, [person("mallory")]));
    });
  });

  describe("given terms that could not be held", () => {
    const base = dkgTerms(three, 2).text;
    const [first, second] = base.members as [(typeof base.members)[0], (typeof base.members)[0]];
    const wrong: Record<string, unknown> = {
      "a threshold above the members": { ...base, threshold: 4 },
      "a threshold of one": { ...base, threshold: 1 },
      "a committee of which two halves could be told different things": {
        ...dkgTerms([...three, person("dora")], 2).text,
        use: "statement",
      },
      "one name twice": { ...base, members: [first, { ...second, name: first.name }] },
      "one index twice": { ...base, members: [first, { ...second, index: first.index }] },
      "one identity twice": { ...base, members: [first, { ...second, identity: first.identity }] },
      "an index of zero": { ...base, members: [first, { ...second, index: 0 }] },
      "an identity that is none": { ...base, members: [first, { ...second, identity: "AAAA" }] },
      "a name that is kept": { ...base, key: "identity" },
      "something unknown": { ...base, more: 1 },
    };
    for (const [title, json] of Object.entries(wrong)) {
      it(`refuses ${title}`, async () => {
        await refuses("CEREMONY_INVALID", () => new CeremonyTerms(json));
      });
    }
  });

  describe("given messages of other programs", () => {
    it("reads none of them as a ceremony's", () => {
      const terms = dkgTerms(three, 2);
      for (const text of ["", "null", "[]", "{}", '{"step":"opening"}', "\u0000", "1e999"]) {
        expect(readMessage(terms, anna.sign(text))).to.equal(undefined);
      }
    });
  });
});

/** A participant that is still to deal, in the run of others' openings. */
function seatOf(members: ReadonlyMap<string, CeremonyMember>, name: string): CeremonyMember {
  const member = members.get(name);
  if (member === undefined) throw new Error(`${name} takes no part`);
  return member;
}

/** An opening of somebody's own making, whose secrets this test knows. */
function cheatingOpening(who: Person, opening: Opening) {
  const secret = bytesToHex(randomBytes(32));
  const constant = secp256k1.utils.randomSecretKey();
  const points = [constant, secp256k1.utils.randomSecretKey()].map((scalar) =>
    pointText(secp256k1.Point.BASE.multiply(Fn.fromBytes(scalar))),
  );
  const { proof: _, ...rest } = opening;
  const claim = { ...rest, sealKey: openKeyOf(secret), commitments: points };
  const proof = proveKnowledge(claim, constant, randomBytes(32));
  return { secret, message: who.sign(canonicalJson({ ...claim, proof })) };
}
