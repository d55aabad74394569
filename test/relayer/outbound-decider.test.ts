import { expect } from "chai";
import { tokenWord } from "../../src/gateway/statement.ts";
import { CALM, MOST_FALTERS } from "../../src/relayer/deciders/attention.ts";
import type { Command } from "../../src/relayer/deciders/command.ts";
import { outboundDecider } from "../../src/relayer/deciders/outbound-decider.ts";
import { STATEMENT_FACTS } from "../../src/signing/statement-facts.ts";
import {
  brought,
  EFFECT,
  final,
  NONCE,
  PAYOUT,
  sighting,
  signed,
  TERMS,
  TOKEN,
  Told,
  tx,
  unsigned,
} from "./given-route.ts";

const REQUEST = sighting("PayoutRequested", {
  ...{
    payoutId: PAYOUT,
    account: "0x01",
    handle: "0x02",
    asset: "7",
    amount: "500",
    script: "0x0014aa",
    attempt: "1",
  },
});
const payout = () => new Told(outboundDecider(TERMS));
const effect = { id: EFFECT, kind: "payout", data: {} };
const reserved: Command = { is: "reserved", part: "payment", side: "foreign", effect, token: TOKEN };
const proved = (what: string): Command => ({ is: "proved", what, proof: `proof of the ${what}` });
const requested = () => payout().all(...final(REQUEST));
const authorised = () => requested().all(reserved, proved("token"), ...brought("authorise", NONCE));
const built: Command = { is: "built", part: "payment", mode: "act", unsigned: unsigned("payment") };
const sign = (name = "1"): Command => ({
  is: "signed",
  part: "payment",
  mode: "act",
  signed: signed("payment", name),
});
const sent = (result: "accepted" | "ambiguous" | "rejected", at = 0, name = "1"): Command => ({
  ...{ is: "sent", part: "payment", txId: tx(name), result, at },
});
const looked = (status: Extract<Command, { is: "looked" }>["status"]): Command => ({
  ...{ is: "looked", part: "payment", status, at: 0 },
});

const ended = (what: string): Command => ({
  ...{ is: "proofEnded", what, reason: { code: "PROOF_ENDED", why: "the committee's word doesn't count" } },
});
/** Its conflict token is finally spent: how is to be said. */
const spent = () =>
  authorised().all(built, sign(), sent("accepted"), looked({ is: "done", txId: tx("1"), final: true }));

describe("The outbound decider", () => {
  describe("given that the ledger has a token for it of which this journal knows nothing", () => {
    const said = sighting(
      "PayoutAuthorised",
      { payoutId: PAYOUT, attempt: "1", token: tokenWord(TOKEN) },
      11,
    );

    it("takes that one, and pays by it without asking for another authorisation", () => {
      const told = requested().all(...final(said));
      expect(told.next()).to.deep.include({ do: "reserve", part: "payment", word: tokenWord(TOKEN) });
      told.all(reserved);
      expect(told.next()).to.deep.include({ do: "build", part: "payment", mode: "act", token: TOKEN });
      told.all(looked({ is: "done", txId: tx("before"), final: true }));
      expect(told.next()).to.deep.include({ do: "prove", what: "outcome" });
    });

    it("is a dead letter where this journal has another one for it already", () => {
      const told = requested().all({
        ...reserved,
        token: { ...TOKEN, value: `${"ef".repeat(32)}:0` },
      } as Command);
      told.all(...final(said));
      expect(told.state.attention.dead?.code).to.equal("OTHER_TOKEN");
    });
  });

  describe("given a request in a block", () => {
    it("wants nothing until the block is final, and then asks whether it is", () => {
      const told = payout().all({ is: "sighted", sighting: REQUEST });
      expect(told.next(0, 9)).to.include({ do: "wait" });
      expect(told.next(0, 10)).to.deep.equal({ do: "confirm", sighting: REQUEST });
      expect(told.open).to.equal(true);
    });

    it("forgets it when the block is taken back, and takes it up where it comes again", () => {
      const told = payout().all({ is: "sighted", sighting: REQUEST });
      expect(told.tell({ is: "settled", sighting: REQUEST, as: "gone" })).to.deep.equal(["Withdrawn"]);
      expect(told.open).to.equal(false);
      const moved = { ...REQUEST, point: { height: 12, hash: "12" } };
      expect(told.tell({ is: "sighted", sighting: moved })).to.deep.equal(["Sighted"]);
      expect(told.tell({ is: "settled", sighting: REQUEST, as: "final" }), "the former block").to.deep.equal(
        [],
      );
      expect(told.tell({ is: "settled", sighting: moved, as: "final" })).to.deep.equal([
        "Confirmed",
        "AttemptBegan",
      ]);
    });
  });

  describe("given a final request", () => {
    it("goes from the token by the committee's word to the authorisation, each once it is stored", () => {
      const told = requested();
      expect(told.next()).to.deep.include({ do: "reserve", part: "payment", side: "foreign" });
      told.tell(reserved);
      const prove = told.next();
      expect(prove).to.deep.include({ do: "prove", what: "token" });
      expect(prove.do === "prove" && prove.statement.content).to.equal(tokenWord(TOKEN));
      expect(STATEMENT_FACTS.parse(prove.do === "prove" && prove.facts)).to.include({ kind: "token" });
      told.tell(proved("token"));
      expect(told.next()).to.deep.include({ do: "reserve", part: "authorise", side: "home" });
      told.all(...brought("authorise", NONCE));
      expect(told.next()).to.deep.include({ do: "build", part: "payment", mode: "act", token: TOKEN });
    });

    it("pays exactly what is asked for", () => {
      const next = authorised().next();
      expect(next.do === "build" && next.effect.data).to.include({ amount: "500", script: "0014aa" });
    });

    it("never gets a second token for its attempt", () => {
      const other = { ...TOKEN, value: "other:0" };
      expect(
        requested()
          .all(reserved)
          .tell({ ...reserved, token: other }),
      ).to.deep.equal([]);
      const spent = authorised().all(
        built,
        sign(),
        sent("accepted"),
        looked({ is: "impossible", txId: tx("x"), final: true }),
      );
      expect(spent.tell({ ...reserved, token: other })).to.deep.equal([]);
    });

    it("waits for a cancellation to be final, then leaves its token to be voided", () => {
      const told = requested().all(reserved);
      const cancelled = sighting("PayoutCancelled", { payoutId: PAYOUT }, 20);
      told.tell({ is: "sighted", sighting: cancelled });
      expect(told.next(0, 19)).to.include({ do: "wait", for: "its cancellation to be final" });
      expect(told.tell({ is: "settled", sighting: cancelled, as: "final" })).to.deep.equal([
        ...["Confirmed", "EffectAbandoned", "Ended"],
      ]);
      expect(told.open).to.equal(false);
    });
  });

  describe("given a payment", () => {
    it("is stored before it is signed, and signed bytes are stored before they are sent", () => {
      const told = authorised();
      expect(told.next()).to.include({ do: "build" });
      expect(told.all(built).next()).to.include({ do: "sign" });
      expect(told.all(sign()).next()).to.deep.include({ do: "broadcast", signed: signed("payment") });
      expect(told.replayed().next(), "after a crash").to.deep.equal(told.next());
    });

    it("answers an ambiguous answer with the same bytes", () => {
      const told = authorised().all(built, sign(), sent("ambiguous"));
      expect(told.next()).to.deep.include({ do: "watch", last: signed("payment"), token: TOKEN });
      expect(told.tell(built), "nothing is built beside it").to.deep.equal(["EffectBuilt"]);
    });

    it("is built of other coins when nobody has it and nobody knows why, under the same token, once patience has passed", () => {
      const told = authorised().all(built, sign(), sent("accepted", 1_000), looked({ is: "pending" }));
      told.all(looked({ is: "absent" }), sent("ambiguous", 7_000));
      expect(told.next(11_999), "the same bytes until then").to.deep.include({
        do: "watch",
        last: signed("payment"),
      });
      const next = told.next(12_000);
      expect(next).to.deep.include({ do: "build", token: TOKEN, mode: "act", again: signed("payment") });
      expect(next.do === "build" && next.previous).to.deep.equal([signed("payment")]);
      told.tell(sent("accepted", 12_000));
      expect(told.next(12_000), "a node has it again").to.include({ do: "watch" });
    });

    it("is watched where nobody knows of a submission: a nonce needs no coins that could vanish", () => {
      const told = requested().all(reserved, proved("token"), ...brought("authorise", NONCE).slice(0, -2));
      told.tell({ is: "sent", part: "authorise", txId: tx("authorise"), result: "ambiguous", at: 0 });
      expect(told.next(100_000)).to.deep.include({ do: "watch", part: "authorise" });
    });

    it("is replaced for more when it is stuck, under the same token, and every version is looked for", () => {
      const told = authorised().all(built, sign(), sent("accepted", 1_000), looked({ is: "pending" }));
      expect(told.next(5_999)).to.include({ do: "watch" });
      const more = told.next(6_000);
      expect(more).to.deep.include({ do: "build", token: TOKEN, mode: "act" });
      expect(more.do === "build" && more.previous).to.deep.equal([signed("payment")]);
      told.all(
        { ...built, unsigned: unsigned("payment", "2") } as Command,
        sign("2"),
        sent("accepted", 6_000, "2"),
      );
      expect(told.next(6_001)).to.deep.include({ do: "watch", sent: [tx("1"), tx("2")] });
      told.tell(looked({ is: "done", txId: tx("1"), final: true }));
      const outcome = told.next();
      expect(outcome.do === "prove" && outcome.facts).to.include({ outcome: "PAID", txId: tx("1") });
      expect(STATEMENT_FACTS.parse(outcome.do === "prove" && outcome.facts)).to.include({ kind: "outcome" });
    });

    it("refuses what was built for another token or another effect", () => {
      const told = authorised();
      const other = { ...unsigned("payment"), token: NONCE };
      expect(told.tell({ is: "built", part: "payment", mode: "act", unsigned: other })).to.deep.equal([]);
      const another = { ...unsigned("payment"), effect: "00" };
      expect(told.tell({ is: "built", part: "payment", mode: "act", unsigned: another })).to.deep.equal([]);
    });

    it("says nothing of what isn't final, and moves back when a block is taken back", () => {
      const told = authorised().all(built, sign(), sent("accepted"));
      expect(told.tell(looked({ is: "done", txId: tx("1"), final: false }))).to.deep.equal(["EffectSeen"]);
      expect(told.next()).to.include({ do: "watch" });
      expect(told.tell(looked({ is: "absent" }))).to.deep.equal(["EffectSeen"]);
      expect(told.next()).to.deep.include({ do: "watch", last: signed("payment") });
      expect(told.tell(looked({ is: "done", txId: tx("1"), final: true }))).to.deep.equal(["EffectEnded"]);
      expect(told.next()).to.deep.include({ do: "prove", what: "outcome" });
    });

    it("takes a node's no for no answer: it looks, then pays more by the same token", () => {
      const told = authorised().all(built, sign());
      expect(told.tell(sent("rejected"))).to.deep.equal(["EffectSent", "Faltered"]);
      expect(told.next()).to.deep.include({ do: "build", token: TOKEN });
      told.tell(looked({ is: "done", txId: tx("1"), final: true }));
      expect(told.next()).to.deep.include({ do: "prove", what: "outcome" });
    });

    it("becomes a dead letter where nodes refuse version after version, and is watched on", () => {
      const told = authorised();
      for (let tries = 1; tries <= MOST_FALTERS; tries++) {
        expect(told.state.attention.dead, `after ${tries - 1} refusals`).to.equal(undefined);
        const version = unsigned("payment", String(tries));
        told.all({ ...built, unsigned: version } as Command, sign(String(tries)));
        told.tell(sent("rejected", 0, String(tries)));
      }
      expect(told.state.attention.dead?.code).to.equal("TX_REJECTED");
      const versions = Array.from({ length: MOST_FALTERS }, (_, index) => tx(String(index + 1)));
      expect(told.next()).to.deep.include({ do: "watch", part: "payment", sent: versions });
      told.tell(looked({ is: "done", txId: tx("1"), final: true }));
      expect(told.state.attention.dead, "it happened after all").to.equal(undefined);
      expect(told.next()).to.deep.include({ do: "prove", what: "outcome" });
    });

    it("counts refusals across answers that say nothing, and begins anew where a node takes it", () => {
      const told = authorised().all(built, sign(), sent("rejected"));
      told.all({ ...built, unsigned: unsigned("payment", "2") } as Command, sign("2"));
      expect(told.tell(sent("ambiguous", 0, "2"))).to.deep.equal(["EffectSent"]);
      expect(told.state.attention.faltered).to.equal(1);
      told.tell(sent("accepted", 0, "2"));
      expect(told.state.attention.faltered).to.equal(0);
    });

    it("is seen when it confirms as a dead letter, whatever was to be done about it next", () => {
      const dead: Command = { is: "failed", kind: "permanent", reason: { code: "WHY", why: "a reason" } };
      const ways: readonly (readonly [string, readonly Command[]])[] = [
        ["sent", [sent("accepted")]],
        ["refused", [sent("rejected")]],
        ["long in a pool", [sent("accepted", -10_000), looked({ is: "pending" })]],
        ["signed, and nobody knows whether it was sent", []],
        ["being replaced", [sent("accepted"), { ...built, unsigned: unsigned("payment", "2") } as Command]],
      ];
      for (const [name, commands] of ways) {
        const told = authorised().all(built, sign(), ...commands, dead);
        expect(told.next(), name).to.deep.include({ do: "watch", part: "payment", sent: [tx("1")] });
        told.tell(looked({ is: "done", txId: tx("1"), final: true }));
        expect(told.state.effects.payment?.end, name).to.deep.equal({ is: "done", txId: tx("1") });
        expect(told.next(), name).to.deep.equal({ do: "wait", for: "an operator" });
        told.tell({ is: "retry", by: "operator" });
        expect(told.next(), name).to.deep.include({ do: "prove", what: "outcome" });
      }
    });

    it("ends as settled once the chain says so, and as voided where its token was spent otherwise", () => {
      const ways = [
        ["done", "PAID", "settle", "settled"],
        ["impossible", "VOIDED", "voided", "voided"],
      ] as const;
      for (const [is, outcome, kind, as] of ways) {
        const told = authorised().all(
          built,
          sign(),
          sent("accepted"),
          looked({ is, txId: tx("9"), final: true }),
        );
        const prove = told.next();
        expect(prove.do === "prove" && prove.facts.outcome).to.equal(outcome);
        told.tell(proved("outcome"));
        const next = told.next();
        expect(next.do === "reserve" && next.effect.kind).to.equal(kind);
        told.all(...brought("report", { ...NONCE, value: "0xabc:8" }));
        expect(told.state.ended).to.equal(as);
        expect(told.open).to.equal(false);
      }
    });
  });

  describe("given that an operator gives it up", () => {
    it("is voided instead of built, and the outcome is whatever spends the token", () => {
      const told = authorised();
      const given: Command = { is: "giveUp", by: "operator", why: "the recipient can't be paid" };
      expect(told.tell(given)).to.deep.equal(["GivenUp", "EffectVoiding"]);
      expect(told.next()).to.include({ do: "build", mode: "void" });
      expect(told.tell(given), "once").to.deep.equal([]);
    });

    it("lets a void compete with bytes that are signed already, and drops those that aren't", () => {
      const told = authorised().all(built, { is: "giveUp", by: "operator", why: "by hand" });
      expect(told.next()).to.include({ do: "build", mode: "void" });
      const late = authorised().all(built, sign(), sent("accepted"), {
        is: "giveUp",
        by: "operator",
        why: "by hand",
      });
      const next = late.next();
      expect(next).to.include({ do: "build", mode: "void" });
      expect(next.do === "build" && next.previous).to.have.length(1);
      late.tell(looked({ is: "done", txId: tx("1"), final: true }));
      expect(late.next(), "it was paid after all").to.deep.include({ do: "prove", what: "outcome" });
    });

    it("is voided from the beginning where it has no token yet", () => {
      const told = requested().all({ is: "giveUp", by: "operator", why: "by hand" });
      expect(told.tell(reserved)).to.deep.equal(["EffectReserved", "EffectVoiding"]);
    });
  });

  describe("given that it can't go on", () => {
    const failed = (kind: "retry" | "falter" | "permanent", code = "WHY"): Command => ({
      ...{ is: "failed", kind, reason: { code, why: "a reason" } },
    });

    it("stores a reason to wait once", () => {
      const told = requested();
      expect(told.tell(failed("retry"))).to.deep.equal(["Waiting"]);
      expect(told.tell(failed("retry"))).to.deep.equal([]);
      expect(told.tell(failed("retry", "ANOTHER"))).to.deep.equal(["Waiting"]);
    });

    it("becomes a dead letter at once by what is permanent, and after some tries by what may be", () => {
      expect(requested().tell(failed("permanent"))).to.deep.equal(["DeadLettered"]);
      const told = requested();
      for (let tries = 1; tries < MOST_FALTERS; tries++)
        expect(told.tell(failed("falter"))).to.deep.equal(["Faltered"]);
      expect(told.tell(failed("falter"))).to.deep.equal(["Faltered", "DeadLettered"]);
      expect(told.next()).to.deep.equal({ do: "wait", for: "an operator" });
      expect(told.open).to.equal(true);
    });

    it("counts refusals through every new build", () => {
      const told = authorised();
      const reason = { code: "SIGNING_REFUSED", why: "the fee is above the cap" };
      for (let tries = 1; tries < MOST_FALTERS; tries++) {
        told.all(built);
        expect(told.tell({ is: "refused", part: "payment", reason })).to.deep.equal([
          "EffectRefused",
          "Faltered",
        ]);
        expect(told.next(), "built anew").to.include({ do: "build" });
      }
      told.all(built, { is: "refused", part: "payment", reason });
      expect(told.state.attention.dead).to.deep.equal(reason);
    });

    it("is taken back by an operator and goes on where it was", () => {
      const told = authorised().all(failed("permanent"));
      expect(told.tell({ is: "retry", by: "operator" })).to.deep.equal(["TakenBack"]);
      expect(told.next()).to.deep.include({ do: "build", part: "payment" });
    });

    it("has its authorisation watched as a dead letter, once that is signed", () => {
      const told = requested().all(reserved, proved("token"), ...brought("authorise", NONCE).slice(0, -1));
      told.tell(failed("permanent"));
      expect(told.next()).to.deep.include({ do: "watch", part: "authorise", side: "home" });
      told.all(...brought("authorise", NONCE).slice(-1));
      expect(told.state.effects.authorise?.end?.is).to.equal("done");
    });

    it("still takes what its chain says as a dead letter", () => {
      const told = authorised().all(failed("permanent"));
      told.all(...final(sighting("PayoutVoided", { payoutId: PAYOUT, attempt: "1" })));
      expect(told.state.ended).to.equal("voided");
    });

    it("asks the committee again when its word counts no more", () => {
      const told = requested().all(reserved, proved("token"));
      expect(told.tell(ended("token"))).to.deep.equal(["ProofEnded", "Faltered"]);
      expect(told.next()).to.deep.include({ do: "prove", what: "token" });
      told.tell(proved("token"));
      expect(told.next()).to.deep.include({ do: "reserve", part: "authorise" });
      const reporting = spent();
      reporting.tell(proved("outcome"));
      expect(reporting.tell(ended("outcome"))).to.deep.equal(["ProofEnded", "Faltered"]);
      expect(reporting.next()).to.deep.include({ do: "prove", what: "outcome" });
    });

    it("becomes a dead letter where the chain takes none of one proof after another", () => {
      const told = requested().all(reserved);
      for (let tries = 1; tries < MOST_FALTERS; tries++) {
        told.tell(proved("token"));
        expect(told.tell(ended("token")), `after ${tries}`).to.deep.equal(["ProofEnded", "Faltered"]);
      }
      told.tell(proved("token"));
      expect(told.tell(ended("token"))).to.deep.equal(["ProofEnded", "Faltered", "DeadLettered"]);
      expect(told.state.attention.dead?.code).to.equal("PROOF_ENDED");
    });

    it("waits for its committee as long as that takes, and forgets it when a node has the submission", () => {
      const told = requested().all(reserved, proved("token"), ended("token"));
      for (let tries = 0; tries < 3 * MOST_FALTERS; tries++) told.tell(failed("retry", "KEY_NOT_IN_OFFICE"));
      const { faltered, waiting, dead } = told.state.attention;
      expect([faltered, waiting?.code, dead]).to.deep.equal([1, "KEY_NOT_IN_OFFICE", undefined]);
      told.all(proved("token"), ...brought("authorise", NONCE).slice(0, -1));
      expect(told.state.attention).to.deep.equal(CALM);
    });

    it("leaves a nonce of which nothing was made where its contract refuses it: later ones would wait behind that", () => {
      const told = requested().all(reserved, proved("token"));
      const nonce = { is: "reserved", part: "authorise", side: "home", effect, token: NONCE } as const;
      told.all(nonce);
      expect(told.tell(failed("retry", "NODES_UNAVAILABLE"))).to.deep.equal(["Waiting"]);
      expect(told.next()).to.deep.include({ do: "build", part: "authorise" });
      expect(told.tell(failed("retry", "CALL_WAITS"))).to.deep.equal(["Waiting", "EffectAbandoned"]);
      expect(told.state.attention.waiting?.code).to.equal("CALL_WAITS");
      expect(told.next()).to.deep.include({ do: "reserve", part: "authorise" });
      // The payment's token is the payout's for good.
      expect(told.state.effects.payment?.token).to.deep.equal(TOKEN);
      told.all(...brought("authorise", NONCE).slice(0, -1));
      expect(told.tell(failed("retry", "CALL_WAITS")), "what is made may happen").to.not.include(
        "EffectAbandoned",
      );
    });

    it("taken up by an operator, asks anew for what the ledger hasn't taken, and for nothing else", () => {
      const token = requested().all(reserved, proved("token"));
      const effectOf = { is: "reserved", part: "authorise", side: "home", effect, token: NONCE } as const;
      token.all(effectOf, failed("permanent"));
      expect(token.tell({ is: "retry", by: "operator" })).to.deep.equal(["TakenBack", "ProofEnded"]);
      expect(token.next()).to.deep.include({ do: "prove", what: "token" });
      expect(token.state.attention).to.deep.equal(CALM);
      token.tell({ ...proved("token"), proof: "another" } as Command);
      const next = token.next();
      expect(next).to.deep.include({ do: "reserve", part: "authorise" });
      expect(next.do === "reserve" && next.effect.data.proof, "by the next nonce").to.equal("another");

      const outcome = spent().all(proved("outcome"), failed("permanent"));
      expect(outcome.tell({ is: "retry", by: "operator" })).to.deep.equal(["TakenBack", "ProofEnded"]);
      expect(outcome.state.proofs).to.have.all.keys("token");
      expect(outcome.next()).to.deep.include({ do: "prove", what: "outcome" });
    });

    it("taken up while a submission is on its way, keeps the proof that it carries, and watches on", () => {
      const told = requested().all(reserved, proved("token"), ...brought("authorise", NONCE).slice(0, -1));
      told.tell(failed("permanent"));
      expect(told.tell({ is: "retry", by: "operator" })).to.deep.equal(["TakenBack"]);
      expect(told.next()).to.deep.include({ do: "watch", part: "authorise" });
    });

    it("asks the committee nothing that the ledger says already: others have authorised it meanwhile", () => {
      const own = { ...effect, kind: "authorise", data: { proof: "proof of the token" } };
      const told = requested().all(reserved, proved("token"));
      told.all({ is: "reserved", part: "authorise", side: "home", effect: own, token: NONCE });
      told.all(...brought("authorise", NONCE).slice(1, -1), ended("token"));
      expect(told.next()).to.deep.include({ do: "prove", what: "token" });
      const said = { payoutId: PAYOUT, attempt: "1", token: tokenWord(TOKEN) };
      told.all(...final(sighting("PayoutAuthorised", said, 11)));
      expect(told.next()).to.deep.include({ do: "watch", part: "authorise", token: NONCE });
      told.all(...brought("authorise", NONCE).slice(-1));
      expect(told.next()).to.deep.include({ do: "build", part: "payment" });
    });

    it("stops for good when submissions are mined in vain", () => {
      const told = requested().all(reserved, proved("token"));
      for (let tries = 0; tries < 6; tries++) {
        told.all(...brought("authorise", { ...NONCE, value: `0xabc:${tries}` }, "impossible"));
      }
      expect(told.state.attention.dead?.code).to.equal("IN_VAIN");
    });
  });

  describe("given another attempt", () => {
    it("begins anew, with another token, and nothing of the former one", () => {
      const told = authorised().all(
        built,
        sign(),
        sent("accepted"),
        looked({ is: "impossible", txId: tx("v"), final: true }),
      );
      told.all(proved("outcome"), ...brought("report", { ...NONCE, value: "0xabc:8" }));
      told.all(...final(sighting("PayoutRetried", { payoutId: PAYOUT, attempt: "2" }, 30)));
      expect(told.open).to.equal(true);
      const next = told.next();
      expect(next).to.deep.include({ do: "reserve", part: "payment" });
      expect(next.do === "reserve" && next.effect.data.attempt).to.equal("2");
    });

    it("is none of an older attempt's", () => {
      const told = authorised();
      expect(
        told.all(...final(sighting("PayoutRetried", { payoutId: PAYOUT, attempt: "1" }))).state.attempt,
      ).to.equal(1);
    });
  });

  it("given that the chain has another token for it, becomes a dead letter", () => {
    const told = requested().all(reserved);
    told.all(
      ...final(sighting("PayoutAuthorised", { payoutId: PAYOUT, attempt: "1", token: tokenWord(NONCE) })),
    );
    expect(told.state.attention.dead?.code).to.equal("OTHER_TOKEN");
  });
});
