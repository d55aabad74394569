import { expect } from "chai";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import { RetryableError } from "../../src/core/errors.ts";
import type { SignedMessage } from "../../src/signing/frost/ceremony-messages.ts";
import { finishCeremony, leadCeremony } from "../../src/signing/frost/lead-ceremony.ts";
import { FrostGroup } from "../../src/signing/frost-group.ts";
import type { Answer, Method } from "../../src/signing/wire-messages.ts";
import { refusal, refusalOf, refuses } from "../support/refusal.ts";
import { dkgTerms, type Person, participants, person, reshareTerms } from "./group-fixture.ts";
import { handsOn, NAMES, PEOPLE, REQUEST, type Stage, stage } from "./group-stage.ts";
import { stagedSigner, transaction, transactionRequest } from "./signing-stage.ts";

describe("ceremonies that a coordinator leads", () => {
  let the: Stage;
  beforeEach(async () => {
    the = await stage();
  });
  afterEach(async () => {
    await the.close();
  });
  const { signer, channels, ask, begun } = handsOn(() => the);
  const request = REQUEST;

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

  describe("given a reshare without anna that was given up, and another one with her that was held since", () => {
    it("leaves her new share where it is, whatever the leader has kept", async () => {
      const [anna, ben, cleo] = PEOPLE as [Person, Person, Person];
      const without = reshareTerms(the.coins, [anna, ben], participants([ben, cleo]), 2);
      const withHer = reshareTerms(the.coins, [anna, ben], participants(PEOPLE), 2);
      for (const one of the.signers) {
        one.approve(without);
        one.approve(withHer);
      }
      const confirmations: SignedMessage[] = [];
      const holdBack = channels().map((channel) => ({
        name: channel.name,
        async call(method: Method, params: unknown) {
          if (method === "activate") throw new RetryableError("SIGNER_UNREACHABLE", "the leader waits");
          const answer = await channel.call(method, params);
          if (method === "finish")
            confirmations.push((answer as Answer<"finish"> & { confirmation: SignedMessage }).confirmation);
          return answer;
        },
      }));
      await refusal(leadCeremony({ terms: without, channels: holdBack }));
      expect(confirmations).to.have.length(2);
      for (const name of ["ben", "cleo"]) signer(name).keystore.remove("pending-coins");
      const renewed = await leadCeremony({ terms: withHer, channels: channels() });
      const late = { ceremony: without.digest, confirmations };
      await refuses("GENERATION_OTHER", signer("anna").service.answer("relayer", "activate", late));
      expect(signer("anna").keystore.has("coins")).to.equal(true);
      expect(
        await new FrostGroup({ group: renewed, channels: channels().slice(0, 2) }).sign(request),
      ).to.have.length(2);
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

    it("counts for nobody before every member has said that it has stored the same", async () => {
      const terms = dkgTerms(PEOPLE, 2, { key: "more" });
      for (const one of the.signers) one.approve(terms);
      const confirmations: SignedMessage[] = [];
      for (const { channel } of the.signers) {
        channel.bend = (method, answer) => {
          if (method === "activate") throw new RetryableError("SIGNER_UNREACHABLE", "the leader is gone");
          if (method === "finish")
            confirmations.push((answer as { confirmation: SignedMessage }).confirmation);
          return answer;
        };
      }
      // What the leader sends at the end is held back: each signer is asked by hand.
      for (const name of NAMES) {
        const { channel } = signer(name);
        const { call } = channel;
        channel.call = async (method, params) => {
          if (method === "activate") throw new RetryableError("SIGNER_UNREACHABLE", "the leader is gone");
          return call.call(channel, method, params);
        };
      }
      await refusal(leadCeremony({ terms, channels: channels() }));
      expect(confirmations).to.have.length(3);
      const activate = (messages: readonly SignedMessage[]) =>
        signer("anna").service.answer("relayer", "activate", {
          ceremony: terms.digest,
          confirmations: messages,
        });
      const [first, second, third] = confirmations as [SignedMessage, SignedMessage, SignedMessage];
      await refuses("CEREMONY_UNCONFIRMED", activate([first, second]));
      await refuses(
        "CEREMONY_UNCONFIRMED",
        activate([first, second, { ...third, signature: second.signature }]),
      );
      const last = JSON.parse(third.body) as { from: string };
      const author = PEOPLE.find(({ name }) => name === last.from);
      const other = author?.sign(canonicalJson({ ...last, generation: "00".repeat(32) }));
      await refuses("CEREMONY_SPLIT", activate([first, second, other as SignedMessage]));
      expect(signer("anna").keystore.has("more")).to.equal(false);
      await activate(confirmations);
      expect(signer("anna").keystore.has("more")).to.equal(true);
      // Once more changes nothing, but for what a crash between two files may have left.
      const pending = { ...(await signer("anna").keystore.read("more")), name: "pending-more" };
      await signer("anna").keystore.write(pending);
      await activate(confirmations);
      expect(signer("anna").keystore.has("pending-more")).to.equal(false);
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
