import { hexToBytes } from "@noble/curves/utils.js";
import { expect } from "chai";
import { FrostGroup } from "../../src/signing/frost-group.ts";
import { type Answer, wireText } from "../../src/signing/wire-messages.ts";
import { refusal, refusalOf, refuses } from "../support/refusal.ts";
import { handsOn, REQUEST, type Stage, stage } from "./group-stage.ts";
import { type StagedSigner, transaction, transactionRequest } from "./signing-stage.ts";

describe("a hostile coordinator of FROST signers", () => {
  let the: Stage;
  beforeEach(async () => {
    the = await stage();
  });
  afterEach(async () => {
    await the.close();
  });
  const { signer, channels, ask, begun } = handsOn(() => the);
  const request = REQUEST;

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

  describe("given a coordinator that asks more at once than the signer's nodes answer", () => {
    it("waits for its own, and others are answered", async () => {
      const { policy, service } = signer("anna");
      const judge = policy.judge.bind(policy);
      let go = () => {};
      const nodes = new Promise<void>((resolve) => {
        go = resolve;
      });
      policy.judge = async (asked) => {
        await nodes;
        return judge(asked);
      };
      const params = JSON.parse(wireText({ request, generation: the.coins.generation }));
      const waiting = Array.from({ length: 40 }, () =>
        refusalOf(service.answer("hostile", "commit", params)),
      );
      expect(await refusalOf(service.answer("hostile", "status", {}))).to.equal("SIGNER_BUSY");
      expect(await service.answer("honest", "status", {})).to.include({ name: "anna" });
      go();
      const answers = await Promise.all(waiting);
      expect(answers.filter((code) => code === "SIGNER_BUSY")).to.have.length(8);
      expect(answers.filter((code) => code === "accepted")).to.have.length(32);
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
});
