import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { hexToBytes } from "@noble/curves/utils.js";
import { hex } from "@scure/base";
import { p2tr, Transaction } from "@scure/btc-signer";
import { expect } from "chai";
import { computeAddress } from "ethers";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import { RetryableError } from "../../src/core/errors.ts";
import { Redacted } from "../../src/core/redacted.ts";
import type { GroupKey } from "../../src/signing/frost/group-key.ts";
import { finishCeremony, leadCeremony } from "../../src/signing/frost/lead-ceremony.ts";
import { shareEntry, storedShare } from "../../src/signing/frost/stored-share.ts";
import { FrostGroup } from "../../src/signing/frost-group.ts";
import { MultisigGroup, recoveredAddress } from "../../src/signing/multisig-group.ts";
import { type Answer, type Ask, wireText } from "../../src/signing/wire-messages.ts";
import { refusal, refusalOf, refuses } from "../support/refusal.ts";
import { dkgTerms, hold, participants, person, reshareTerms, signedBy } from "./group-fixture.ts";
import { signerBehavior } from "./signer.behavior.ts";
import {
  depositRequest,
  type StagedSigner,
  type StageOptions,
  stagedSigner,
  transaction,
  transactionRequest,
} from "./signing-stage.ts";

const NAMES = ["anna", "ben", "cleo"];

interface Stage {
  readonly signers: readonly StagedSigner[];
  readonly coins: GroupKey;
  readonly statements: GroupKey;
  close(): Promise<void>;
}

const PEOPLE = NAMES.map(person);
/** Two keys of the same three, 2 of 3: made once, as that takes most of the time. */
const MADE = (["transaction", "statement"] as const).map((use) => {
  const terms = dkgTerms(PEOPLE, 2, { key: use === "transaction" ? "coins" : "statements", use });
  return { terms, shares: hold(terms, PEOPLE) };
});

/** Three signers who share a key for coins and one for statements, 2 of 3. */
async function stage(options: StageOptions = {}): Promise<Stage> {
  const signers = await Promise.all(PEOPLE.map((who) => stagedSigner(who, options)));
  const groups: GroupKey[] = [];
  for (const { terms, shares } of MADE) {
    for (const { person: who, keystore } of signers) {
      const share = shares.get(who.name);
      if (share === undefined) throw new Error(`${who.name} has no share`);
      const confirmation = who.sign("{}");
      await keystore.write(shareEntry(share.group.name, { share, ceremony: terms.digest, confirmation }));
      groups.push(share.group);
    }
  }
  await Promise.all(signers.map((signer) => signer.restart()));
  const [coins, statements] = ["coins", "statements"].map((name) =>
    groups.find((group) => group.name === name),
  );
  if (coins === undefined || statements === undefined) throw new Error("a key is missing");
  const close = async () => {
    await Promise.all(signers.map((signer) => signer.close()));
  };
  return { signers, coins, statements, close };
}

signerBehavior("FrostGroup, 2 of 3", "bip340", async () => {
  const { signers, coins, statements, close } = await stage();
  const channels = signers.map(({ channel }) => channel);
  return {
    coins: new FrostGroup({ group: coins, channels }),
    statements: new FrostGroup({ group: statements, channels }),
    refuse: (why) => {
      for (const { policy } of signers) policy.why = why;
    },
    close,
  };
});

describe("FrostGroup", () => {
  let the: Stage;
  beforeEach(async () => {
    the = await stage();
  });
  afterEach(async () => {
    await the.close();
  });
  const signer = (name: string) => the.signers.find(({ person: who }) => who.name === name) as StagedSigner;
  const channels = () => the.signers.map(({ channel }) => channel);
  const request = transactionRequest(transaction("p", { roots: ["empty", "-"] }));
  const ask = <M extends "commit" | "share">(name: string, method: M, params: Ask<M> | unknown) =>
    signer(name).channel.call(method, params) as Promise<Answer<M>>;
  /** Round 1 with two signers. */
  const begun = async (names = ["anna", "ben"], of = request) => {
    const params = { request: of, generation: the.coins.generation };
    const made = await Promise.all(names.map((name) => ask(name, "commit", params)));
    const commitments = of.payloads.map((_, place) => made.flatMap((one) => one.commitments[place] ?? []));
    return { sessions: made.map(({ session }) => session), commitments };
  };

  describe("given a P2TR output of its BIP-86 key", () => {
    it("spends it in a transaction that @scure/btc-signer finalises", async () => {
      const internal = hexToBytes(the.coins.publicKey);
      const output = p2tr(internal);
      expect(hex.encode(output.tweakedPubkey)).to.equal(hex.encode(the.coins.outputKey("")));
      const spend = new Transaction();
      const script = output.script;
      spend.addInput({
        txid: "11".repeat(32),
        index: 0,
        witnessUtxo: { script, amount: 50_000n },
        tapInternalKey: internal,
      });
      spend.addOutput({ script, amount: 49_000n });
      const digest = hex.encode(spend.preimageWitnessV1(0, [script], 0, [50_000n]));
      const shares = await Promise.all(
        the.signers.slice(1).map(async ({ keystore }) => storedShare(await keystore.read("coins")).share),
      );
      const signature = signedBy(shares, hexToBytes(digest) as Uint8Array<ArrayBuffer>, "");
      spend.updateInput(0, { tapKeySig: signature });
      spend.finalize();
      expect(spend.isFinal).to.equal(true);
      expect(hex.encode(spend.getInput(0).finalScriptWitness?.[0] ?? new Uint8Array())).to.equal(
        hex.encode(signature),
      );
      expect(schnorr.verify(signature, hexToBytes(digest), output.tweakedPubkey)).to.equal(true);
    });
  });

  describe("given one signer that is down", () => {
    it("signs with the others", async () => {
      signer("anna").channel.down = true;
      const absent: string[] = [];
      const group = new FrostGroup({
        group: the.coins,
        channels: channels(),
        notices: { absent: (name) => absent.push(name) },
      });
      expect(await group.sign(request)).to.have.length(2);
      expect(absent).to.deep.equal(["anna"]);
    });
  });

  describe("given two signers that are down", () => {
    it("says so, and that it is worth another try", async () => {
      for (const name of ["anna", "ben"]) signer(name).channel.down = true;
      const group = new FrostGroup({ group: the.coins, channels: channels() });
      const error = await refuses("SIGNERS_UNAVAILABLE", group.sign(request));
      expect(error).to.be.instanceOf(RetryableError);
      expect(error.facts).to.include.keys("anna", "ben");
    });
  });

  describe("given a signer that refuses", () => {
    it("signs with the others, and gives the reasons when too few are left", async () => {
      signer("anna").policy.why = "the payout is not authorised here";
      const group = new FrostGroup({ group: the.coins, channels: channels() });
      expect(await group.sign(request)).to.have.length(2);
      signer("ben").policy.why = "the fee is above the cap";
      const { facts } = await refuses("SIGNING_REFUSED", group.sign(request));
      expect(String(facts.anna)).to.include("the payout is not authorised here");
      expect(String(facts.ben)).to.include("the fee is above the cap");
    });
  });

  describe("given a signer that can't tell now", () => {
    it("is no refusal: it is worth another try", async () => {
      for (const name of ["anna", "ben"]) {
        signer(name).policy.fault = new RetryableError("NODES_DISAGREE", "its nodes disagree");
      }
      const group = new FrostGroup({ group: the.coins, channels: channels() });
      const { facts } = await refuses("SIGNERS_UNAVAILABLE", group.sign(request));
      expect(String(facts.anna)).to.include("NODES_DISAGREE");
    });
  });

  describe("given a signer that cheats", () => {
    const bent: Record<string, (method: string, answer: unknown) => unknown> = {
      "gives a share of something else": (method, answer) =>
        method === "share"
          ? { shares: (answer as Answer<"share">).shares.map(() => "07".repeat(32)) }
          : answer,
      "gives a share that is no scalar": (method, answer) =>
        method === "share"
          ? { shares: (answer as Answer<"share">).shares.map(() => "ff".repeat(32)) }
          : answer,
      "gives too few shares": (method, answer) =>
        method === "share" ? { shares: (answer as Answer<"share">).shares.slice(1) } : answer,
      "commits to points that are none": (method, answer) =>
        method === "commit"
          ? {
              ...(answer as Answer<"commit">),
              commitments: (answer as Answer<"commit">).commitments.map((one) => ({
                ...one,
                hiding: `02${"00".repeat(32)}`,
              })),
            }
          : answer,
      "commits in another's name": (method, answer) =>
        method === "commit"
          ? {
              ...(answer as Answer<"commit">),
              commitments: (answer as Answer<"commit">).commitments.map((one) => ({ ...one, index: 3 })),
            }
          : answer,
    };
    for (const [title, bend] of Object.entries(bent)) {
      it(`names who ${title}, and signs with the others from then on`, async () => {
        signer("anna").channel.bend = bend;
        const named: string[] = [];
        const group = new FrostGroup({
          group: the.coins,
          channels: channels(),
          notices: { cheated: (name) => named.push(name) },
        });
        expect(await group.sign(request)).to.have.length(2);
        expect(await group.sign(request)).to.have.length(2);
        expect(named).to.deep.equal(["anna"]);
        signer("ben").channel.bend = bend;
        const error = await refuses("SIGNER_CHEATED", group.sign(request));
        expect(error.facts.cheaters).to.equal("anna, ben");
      });
    }

    it("does not take an answer that can't be read for a cheat", async () => {
      signer("anna").channel.bend = () => ({ nonsense: true });
      const group = new FrostGroup({ group: the.coins, channels: channels() });
      expect(await group.sign(request)).to.have.length(2);
      expect([...group.cheaters.keys()]).to.deep.equal([]);
    });
  });

  describe("given a coordinator that asks twice for one session", () => {
    it("gets one answer, and none after an answer that failed", async () => {
      const { sessions, commitments } = await begun();
      const round2 = { session: sessions[0], commitments };
      expect((await ask("anna", "share", round2)).shares).to.have.length(2);
      await refuses("SESSION_UNKNOWN", ask("anna", "share", round2));
      const again = await begun();
      const short = { session: again.sessions[0], commitments: again.commitments.slice(1) };
      await refuses("SESSION_WRONG", ask("anna", "share", short));
      await refuses(
        "SESSION_UNKNOWN",
        ask("anna", "share", { session: again.sessions[0], commitments: again.commitments }),
      );
    });

    it("gets one answer where it asks at the same moment", async () => {
      const { sessions, commitments } = await begun();
      const round2 = { session: sessions[0], commitments };
      const codes = await Promise.all([1, 2, 3, 4].map(() => refusalOf(ask("anna", "share", round2))));
      expect(codes.sort()).to.deep.equal([
        "SESSION_UNKNOWN",
        "SESSION_UNKNOWN",
        "SESSION_UNKNOWN",
        "accepted",
      ]);
    });
  });

  describe("given a coordinator that lies in round 2", () => {
    it("gets no share for a signer set that is none, or commitments that are not this signer's", async () => {
      const other = await begun(["anna", "cleo"]);
      const bend = async (
        change: (lists: Answer<"commit">["commitments"][]) => Answer<"commit">["commitments"][],
      ) => {
        const { sessions, commitments } = await begun();
        return ask("anna", "share", { session: sessions[0], commitments: change(commitments) });
      };
      type Lists = Answer<"commit">["commitments"][];
      const wrong: Record<string, (lists: Lists) => Lists> = {
        "fewer than the threshold": (lists) => lists.map((list) => list.slice(0, 1)),
        "a signer twice": (lists) => lists.map((list) => [...list, ...list.slice(0, 1)]),
        "without this signer": (lists) =>
          lists.map((list) => list.map((one) => ({ ...one, index: one.index + 1 }))),
        "somebody who is no member": (lists) =>
          lists.map((list) => list.map((one) => (one.index === 2 ? { ...one, index: 9 } : one))),
        "this signer's commitments of another session": (lists) =>
          lists.map((list, place) => [...(other.commitments[place] ?? []).slice(0, 1), ...list.slice(1)]),
        "two payloads' commitments swapped": (lists) => [...lists].reverse(),
        "a point that is none": (lists) =>
          lists.map((list) =>
            list.map((one) => (one.index === 2 ? { ...one, hiding: `02${"00".repeat(32)}` } : one)),
          ),
      };
      for (const [title, change] of Object.entries(wrong)) {
        expect(await refusalOf(bend(change)), title).to.equal("SESSION_WRONG");
      }
    });

    it("gets shares that fit nothing when it shows signers different commitments", async () => {
      const first = await begun();
      const second = await begun();
      // anna is shown ben's commitments of the one session, ben is asked in the other.
      const mixed = first.commitments.map((list, place) => [
        ...list.slice(0, 1),
        ...(second.commitments[place] ?? []).slice(1),
      ]);
      const annas = await ask("anna", "share", { session: first.sessions[0], commitments: mixed });
      const bens = await ask("ben", "share", { session: first.sessions[1], commitments: first.commitments });
      const { schnorr_FROST } = await import("@noble/curves/secp256k1.js");
      const { suiteCommitments } = await import("../../src/signing/frost/share-desk.ts");
      const { identifierOf } = await import("../../src/signing/frost/group-key.ts");
      const bytes = (text = "") => hexToBytes(text) as Uint8Array<ArrayBuffer>;
      for (const lists of [mixed, first.commitments]) {
        expect(() =>
          schnorr_FROST.aggregate(
            the.coins.publicPackage(""),
            suiteCommitments(lists[0] ?? []),
            bytes(request.payloads[0]?.digest),
            { [identifierOf(1)]: bytes(annas.shares[0]), [identifierOf(2)]: bytes(bens.shares[0]) },
          ),
        ).to.throw("aggregation failed");
      }
    });

    it("can't use another coordinator's session", async () => {
      const { sessions, commitments } = await begun();
      const params = { session: sessions[0], commitments };
      await refuses("SESSION_UNKNOWN", signer("anna").service.answer("somebody else", "share", params));
      expect((await ask("anna", "share", params)).shares).to.have.length(2);
    });

    it("gets nothing once the policy has changed its mind between the rounds", async () => {
      const { sessions, commitments } = await begun();
      signer("anna").policy.why = "the block is gone";
      await refuses("SIGNING_REFUSED", ask("anna", "share", { session: sessions[0], commitments }));
      signer("anna").policy.why = undefined;
      await refuses("SESSION_UNKNOWN", ask("anna", "share", { session: sessions[0], commitments }));
    });

    it("gets one of two effects whose rounds it interleaves for one token", async () => {
      const one = await begun(["anna", "ben"], request);
      const otherRequest = transactionRequest(transaction("q", { roots: ["empty", "-"] }));
      const two = await begun(["anna", "ben"], otherRequest);
      const codes = await Promise.all(
        [one, two].map(({ sessions, commitments }) =>
          refusalOf(ask("anna", "share", { session: sessions[0], commitments })),
        ),
      );
      expect(codes.filter((code) => code === "accepted").length).to.equal(1);
    });
  });

  describe("given a signer that is restarted between the rounds", () => {
    it("has forgotten its nonces, and not what it has signed", async () => {
      const { sessions, commitments } = await begun();
      await signer("anna").restart();
      await refuses("SESSION_UNKNOWN", ask("anna", "share", { session: sessions[0], commitments }));
      const group = new FrostGroup({ group: the.coins, channels: channels() });
      await group.sign(request);
      await Promise.all(the.signers.map((one) => one.restart()));
      await refuses("SIGNING_REFUSED", group.sign(transactionRequest(transaction("q"))));
    });
  });

  describe("given a coordinator that opens sessions without end", () => {
    it("is stopped at its own limit, others go on, and sessions expire", async () => {
      let now = 0;
      const limits = { lifetime: 1_000, most: 12, mostEach: 6 };
      const small = await stage({ limits, now: () => now });
      const params = { request, generation: small.coins.generation };
      const [anna] = small.signers as [StagedSigner];
      const commit = (peer: string) => anna.service.answer(peer, "commit", JSON.parse(wireText(params)));
      for (let count = 0; count < 3; count++) await commit("hostile");
      expect((await refusal(commit("hostile"))).code).to.equal("SIGNER_BUSY");
      const session = (await commit("honest")) as Answer<"commit">;
      now = 1_000;
      await refuses(
        "SESSION_UNKNOWN",
        anna.service.answer("honest", "share", {
          session: session.session,
          commitments: [session.commitments, session.commitments],
        }),
      );
      expect(await refusalOf(commit("hostile"))).to.equal("accepted");
      await small.close();
    });
  });

  describe("given a group that was shared anew, 2 of 3 to 2 of 4 without anna", () => {
    it("signs with the new shares, refuses the old generation, and anna has none", async () => {
      const old = new FrostGroup({ group: the.coins, channels: channels() });
      const { sessions, commitments } = await begun(["ben", "cleo"]);
      const joining = await Promise.all(["dan", "eve"].map((name) => stagedSigner(person(name))));
      const all = [...the.signers, ...joining];
      const members = all.map(({ person: who }) => who).filter(({ name }) => name !== "anna");
      const dealers = the.signers.map(({ person: who }) => who).filter(({ name }) => name !== "cleo");
      const terms = reshareTerms(the.coins, dealers, participants(members, 1), 2);
      const lead = { terms, channels: all.map(({ channel }) => channel) };
      await refuses("CEREMONY_NOT_APPROVED", leadCeremony(lead));
      for (const one of all) one.approve(terms);
      const renewed = await leadCeremony(lead);
      expect(renewed.publicKey).to.equal(the.coins.publicKey);
      expect(await new FrostGroup({ group: renewed, channels: lead.channels }).sign(request)).to.have.length(
        2,
      );
      // Sessions of before have ended, and nothing is signed by the old generation any more.
      const late = refusalOf(ask("ben", "share", { session: sessions[0], commitments }));
      expect(await late).to.equal("SESSION_UNKNOWN");
      const error = await refuses("SIGNING_REFUSED", old.sign(request));
      expect(String(error.facts.ben)).to.include("GENERATION_OTHER");
      expect(signer("anna").keystore.has("coins")).to.equal(false);
      // Also after a restart.
      await signer("ben").restart();
      await refuses("SIGNING_REFUSED", old.sign(request));
      await Promise.all(joining.map((one) => one.close()));
    });

    it("keeps the old shares, and can be finished, when its leader is lost before all have confirmed it", async () => {
      const people = the.signers.map(({ person: who }) => who);
      const terms = reshareTerms(the.coins, people.slice(0, 2), participants(people, 1), 3);
      for (const one of the.signers) one.approve(terms);
      signer("cleo").channel.bend = (method, answer) => {
        if (method === "finish")
          throw new RetryableError("SIGNER_UNREACHABLE", "the leader lost its connection");
        return answer;
      };
      await refusal(leadCeremony({ terms, channels: channels() }));
      expect(await new FrostGroup({ group: the.coins, channels: channels() }).sign(request)).to.have.length(
        2,
      );
      signer("cleo").channel.bend = undefined;
      await Promise.all(the.signers.map((one) => one.restart()));
      // A second run of what was confirmed could end in two results.
      await refuses("CEREMONY_CONFIRMED", leadCeremony({ terms, channels: channels() }));
      const renewed = await finishCeremony({ terms, channels: channels() });
      expect(renewed.threshold).to.equal(3);
      expect(await new FrostGroup({ group: renewed, channels: channels() }).sign(request)).to.have.length(2);
      const status = (await signer("anna").channel.call("status", {})) as Answer<"status">;
      expect(status.pending).to.deep.equal([]);
    });
  });

  describe("given a DKG that is led by a coordinator", () => {
    it("makes a key that all have, which signs, and which is not made twice", async () => {
      const terms = dkgTerms(PEOPLE, 2, { key: "more" });
      for (const one of the.signers) one.approve(terms);
      const group = await leadCeremony({ terms, channels: channels() });
      const signed = await new FrostGroup({ group, channels: channels() }).sign(
        transactionRequest(transaction("p"), "more"),
      );
      expect(signed).to.have.length(1);
      await refuses("KEY_EXISTS", leadCeremony({ terms, channels: channels() }));
    });

    it("names a dealer whose messages don't add up", async () => {
      const terms = dkgTerms(PEOPLE, 2, { key: "more" });
      for (const one of the.signers) one.approve(terms);
      const ben = signer("ben");
      ben.channel.bend = (method, answer) => {
        if (method !== "deal") return answer;
        const { shares } = answer as { shares: { body: string }[] };
        return {
          shares: shares.map(({ body }) =>
            ben.person.sign(
              canonicalJson({ ...JSON.parse(body), sealed: Buffer.alloc(60).toString("base64") }),
            ),
          ),
        };
      };
      const { facts } = await refuses("CEREMONY_COMPLAINT", leadCeremony({ terms, channels: channels() }));
      expect(facts.guilty).to.equal("ben");
      expect(signer("anna").keystore.has("more")).to.equal(false);
    });
  });

  describe("given a ceremony that is led with the same run twice", () => {
    it("opens once, also across a restart", async () => {
      const terms = dkgTerms(
        the.signers.map(({ person: who }) => who),
        2,
        { key: "more" },
      );
      for (const one of the.signers) one.approve(terms);
      const run = { ceremony: terms.digest, session: "ab".repeat(32) };
      await signer("anna").channel.call("open", run);
      await refuses("SESSION_USED", signer("anna").channel.call("open", run));
      await signer("anna").restart();
      await refuses("SESSION_USED", signer("anna").channel.call("open", run));
    });
  });
});

describe("MultisigGroup", () => {
  const address = (secret: Uint8Array) => computeAddress(`0x${hex.encode(secret)}`);
  let signers: StagedSigner[];
  const secrets = NAMES.map(() => secp256k1.utils.randomSecretKey());
  beforeEach(async () => {
    signers = await Promise.all(NAMES.map((name) => stagedSigner(person(name))));
    for (const [place, signer] of signers.entries()) {
      const secret = new Redacted(secrets[place] as Uint8Array);
      await signer.keystore.write({ name: "statements", kind: "ecdsa", open: { use: "statement" }, secret });
      await signer.restart();
    }
  });
  afterEach(async () => {
    await Promise.all(signers.map((signer) => signer.close()));
  });
  const group = () =>
    new MultisigGroup({
      key: "statements",
      threshold: 2,
      members: signers.map(({ channel }, place) => ({
        channel,
        address: address(secrets[place] as Uint8Array),
      })),
    });
  const request = depositRequest("a", { scheme: "ecdsa" });

  describe("given a statement", () => {
    it("gives as many signatures as are wanted, in ascending order of their addresses", async () => {
      for (const down of NAMES) {
        for (const { channel } of signers) channel.down = channel.name === down;
        const [signatures = ""] = await group().sign(request);
        expect(signatures).to.have.length(260);
        const digest = request.payloads[0]?.digest ?? "";
        const by = [0, 130].map((at) => recoveredAddress(digest, signatures.slice(at, at + 130)) ?? "");
        const expected = NAMES.flatMap((name, place) =>
          name === down ? [] : [address(secrets[place] as Uint8Array)],
        );
        expect(by).to.deep.equal(expected.map((text) => text.toLowerCase()).sort());
      }
    });
  });

  describe("given a member that signs by another key", () => {
    it("names it, and signs with the others", async () => {
      const other = secp256k1.utils.randomSecretKey();
      const secret = new Redacted(other as Uint8Array);
      const [anna] = signers as [StagedSigner];
      await anna.keystore.write(
        { name: "statements", kind: "ecdsa", open: { use: "statement" }, secret },
        { replaces: true },
      );
      await anna.restart();
      const committee = group();
      expect((await committee.sign(request))[0]).to.have.length(260);
      expect([...committee.cheaters.keys()]).to.deep.equal(["anna"]);
    });
  });

  describe("given too few members", () => {
    it("refuses with reasons, or asks for another try", async () => {
      for (const { policy } of signers.slice(0, 2)) policy.why = "not final";
      const { facts } = await refuses("SIGNING_REFUSED", group().sign(request));
      expect(String(facts.anna)).to.include("not final");
      for (const { policy, channel } of signers) {
        policy.why = undefined;
        channel.down = channel.name !== "cleo";
      }
      await refuses("SIGNERS_UNAVAILABLE", group().sign(request));
    });
  });

  describe("given members that could not be a committee", () => {
    it("is not made", async () => {
      const [anna] = signers as [StagedSigner];
      const member = { channel: anna.channel, address: address(secrets[0] as Uint8Array) };
      const make = (threshold: number, members: (typeof member)[]) => () =>
        new MultisigGroup({ key: "statements", threshold, members });
      await refuses("MULTISIG_INVALID", make(1, [member, member]));
      await refuses("MULTISIG_INVALID", make(2, [member]));
      await refuses("MULTISIG_INVALID", make(0, [member]));
    });
  });
});
