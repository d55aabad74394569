import { schnorr } from "@noble/curves/secp256k1.js";
import { hexToBytes } from "@noble/curves/utils.js";
import { hex } from "@scure/base";
import { p2tr, Transaction } from "@scure/btc-signer";
import { expect } from "chai";
import { RetryableError } from "../../src/core/errors.ts";
import { storedShare } from "../../src/signing/frost/stored-share.ts";
import { FrostGroup } from "../../src/signing/frost-group.ts";
import type { Answer, Method } from "../../src/signing/wire-messages.ts";
import { refuses } from "../support/refusal.ts";
import { signedBy } from "./group-fixture.ts";
import { handsOn, REQUEST, type Stage, stage } from "./group-stage.ts";
import { signerBehavior } from "./signer.behavior.ts";

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
  const { signer, channels } = handsOn(() => the);
  const request = REQUEST;

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

  describe("given two signers that are restarted between the rounds", () => {
    it("is no refusal either, though their sessions are gone", async () => {
      const restarting = channels().map((channel) => ({
        name: channel.name,
        async call(method: Method, params: unknown) {
          if (method === "share") await signer(channel.name).restart();
          return channel.call(method, params);
        },
      }));
      const { facts } = await refuses(
        "SIGNERS_UNAVAILABLE",
        new FrostGroup({ group: the.coins, channels: restarting }).sign(request),
      );
      expect(String(facts.anna)).to.include("SESSION_UNKNOWN");
      expect(await new FrostGroup({ group: the.coins, channels: channels() }).sign(request)).to.have.length(
        2,
      );
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
});
