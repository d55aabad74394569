import { expect } from "chai";
import { depositContent } from "../../src/gateway/statement.ts";
import { MOST_FALTERS } from "../../src/relayer/deciders/attention.ts";
import type { Command } from "../../src/relayer/deciders/command.ts";
import { inboundDecider } from "../../src/relayer/deciders/inbound-decider.ts";
import { STATEMENT_FACTS } from "../../src/signing/statement-facts.ts";
import { brought, final, NONCE, sighting, TERMS, Told } from "./given-route.ts";

const ID = `0x${"d0".repeat(32)}`;
const ACCOUNT = `0x${"a1".repeat(20)}`;
const said = { depositId: ID, account: ACCOUNT, asset: "7", amount: "300" };
const DEPOSIT = sighting("deposit", said, 10, "foreign");
const deposit = () => new Told(inboundDecider(TERMS));
const proved: Command = { is: "proved", what: "deposit", proof: "proof" };
const proofEnded: Command = {
  ...{ is: "proofEnded", what: "deposit" },
  reason: { code: "PROOF_ENDED", why: "the committee's word doesn't count" },
};
const dead: Command = { is: "failed", kind: "permanent", reason: { code: "WHY", why: "a reason" } };
const stated = () => deposit().all(...final(DEPOSIT), proved);

describe("The inbound decider", () => {
  it("given a deposit in a block, waits until that is final", () => {
    const told = deposit().all({ is: "sighted", sighting: DEPOSIT });
    expect(told.next(0, 9)).to.include({ do: "wait" });
    expect(told.next(0, 10)).to.deep.equal({ do: "confirm", sighting: DEPOSIT });
    told.tell({ is: "settled", sighting: DEPOSIT, as: "gone" });
    expect(told.open).to.equal(false);
  });

  it("given a final one, has the committee say exactly what it is, and tells signers where to look", () => {
    const next = deposit()
      .all(...final(DEPOSIT))
      .next();
    if (next.do !== "prove") expect.fail(next.do);
    expect(next.statement).to.include({ messageId: ID, content: depositContent(ACCOUNT, 7n, 300n) });
    expect(next.facts).to.include({
      kind: "deposit",
      txId: DEPOSIT.txId,
      height: "10",
      parent: DEPOSIT.parent,
    });
    expect(STATEMENT_FACTS.parse(next.facts)).to.include({ account: ACCOUNT.toLowerCase() });
  });

  it("given one that nothing can be stated of, makes it a dead letter with the reason", () => {
    const cases = [{ asset: "bip122:00/slip44:9" }, { account: "0x12" }, { amount: "0" }, { amount: "-5" }];
    for (const wrong of cases) {
      const told = deposit().all(...final(sighting("deposit", { ...said, ...wrong }, 10, "foreign")));
      expect(told.state.attention.dead?.code, JSON.stringify(wrong)).to.equal("DEPOSIT_UNUSABLE");
      expect(told.next()).to.include({ do: "wait" });
    }
  });

  it("given less than the least deposit, ends with that reason, costs nothing and is credited by nobody here", () => {
    const small = sighting("deposit", { ...said, amount: "99" }, 10, "foreign");
    const told = deposit().all({ is: "sighted", sighting: small });
    expect(told.tell({ is: "settled", sighting: small, as: "final" })).to.deep.equal(["Confirmed", "Ended"]);
    expect([told.state.ended, told.state.attention.dead]).to.deep.equal(["tooSmall", undefined]);
    expect(told.events.at(-1)?.data).to.deep.equal({ as: "tooSmall", least: "100" });
    expect(told.next()).to.deep.equal({ do: "wait", for: "nothing: it has ended" });
    expect(told.open).to.equal(false);
    expect(told.tell({ is: "retry", by: "ana" }), "it still is").to.deep.equal([]);
    const least = sighting("deposit", { ...said, amount: "100" }, 10, "foreign");
    expect(
      deposit()
        .all(...final(least))
        .next(),
    ).to.include({ do: "prove" });
  });

  it("given that the least deposit was lowered, is taken up by an operator, and credited", () => {
    const small = sighting("deposit", { ...said, amount: "99" }, 10, "foreign");
    const told = deposit().all(...final(small));
    const lower = new Told(inboundDecider({ ...TERMS, leastDeposit: 99n }));
    lower.state = told.events.reduce(inboundDecider(TERMS).evolve, lower.state);
    expect(lower.tell({ is: "retry", by: "ana" })).to.deep.equal(["TakenBack"]);
    expect(lower.open).to.equal(true);
    expect(lower.next()).to.include({ do: "prove", what: "deposit" });
  });

  it("given that the least deposit was raised while one is under way, brings that to its end", () => {
    const higher = new Told(inboundDecider({ ...TERMS, leastDeposit: 1_000n }));
    higher.state = stated().events.reduce(inboundDecider(TERMS).evolve, higher.state);
    higher.all(...brought("credit", NONCE));
    expect(higher.state.ended).to.equal(undefined);
    higher.all(...final(sighting("DepositCredited", { depositId: ID })));
    expect(higher.state.ended).to.equal("credited");
  });

  it("given that others had a small one credited, says so", () => {
    const small = sighting("deposit", { ...said, amount: "99" }, 10, "foreign");
    const told = deposit().all(...final(small), ...final(sighting("DepositCredited", { depositId: ID })));
    expect(told.state.ended).to.equal("credited");
  });

  it("given the committee's word, submits it, and ends when the ledger has it", () => {
    const told = stated();
    expect(told.next()).to.deep.include({ do: "reserve", part: "credit", side: "home" });
    told.all(...brought("credit", NONCE));
    expect(told.next()).to.include({ do: "wait" });
    told.all(...final(sighting("DepositCredited", { depositId: ID })));
    expect(told.state.ended).to.equal("credited");
    expect(told.open).to.equal(false);
  });

  it("given that somebody else has submitted it, leaves its own nonce to be spent", () => {
    const told = stated();
    const effect = { id: "d0", kind: "credit", data: {} };
    told.tell({ is: "reserved", part: "credit", side: "home", effect, token: NONCE });
    const credited = sighting("DepositCredited", { depositId: ID });
    told.tell({ is: "sighted", sighting: credited });
    expect(told.tell({ is: "settled", sighting: credited, as: "final" })).to.deep.equal([
      ...["Confirmed", "EffectAbandoned", "Ended"],
    ]);
  });

  it("given a dead letter whose submission was signed, watches that until it is final", () => {
    const told = stated().all(...brought("credit", NONCE).slice(0, -1));
    told.tell({ is: "failed", kind: "permanent", reason: { code: "WHY", why: "a reason" } });
    expect(told.next()).to.deep.include({ do: "watch", part: "credit", side: "home", token: NONCE });
    told.all(...brought("credit", NONCE).slice(-1));
    expect(told.state.effects.credit?.end?.is).to.equal("done");
    expect(told.next()).to.deep.equal({ do: "wait", for: "an operator" });
  });

  it("given a delay, waits until it is over, then matures it", () => {
    const told = stated().all(...brought("credit", NONCE));
    told.all(...final(sighting("DepositDelayed", { depositId: ID, from: "5000" })));
    expect(told.next(4_999_999)).to.deep.equal({ do: "wait", for: "the delay to end", until: 5_000_000 });
    expect(told.next(5_000_000)).to.deep.include({ do: "reserve", part: "mature" });
    told.all(...brought("mature", { ...NONCE, value: "0xabc:8" }));
    expect(told.state.ended).to.equal("credited");
  });

  it("given that governance refuses a delayed one, ends", () => {
    const told = stated().all(...final(sighting("DepositDelayed", { depositId: ID, from: "5000" })));
    told.all(...final(sighting("DepositRefused", { depositId: ID })));
    expect(told.state.ended).to.equal("refused");
  });

  it("given that the committee which stated a delayed one was revoked, has it stated and submitted again", () => {
    const told = stated().all(...brought("credit", NONCE));
    told.all(...final(sighting("DepositDelayed", { depositId: ID, from: "5000" })));
    expect(told.tell(proofEnded)).to.deep.equal(["ProofEnded", "Faltered"]);
    expect(told.next(6_000_000)).to.deep.include({ do: "prove", what: "deposit" });
    told.tell({ ...proved, proof: "another" });
    expect(told.next(6_000_000)).to.deep.include({ do: "reserve", part: "credit" });
  });

  it("given that the chain doesn't take the committee's word, asks for another, and not for ever", () => {
    const told = deposit().all(...final(DEPOSIT));
    for (let tries = 1; tries < MOST_FALTERS; tries++) {
      told.tell(proved);
      expect(told.tell(proofEnded), `after ${tries}`).to.deep.equal(["ProofEnded", "Faltered"]);
      expect(told.next()).to.deep.include({ do: "prove", what: "deposit" });
    }
    told.tell(proved);
    expect(told.tell(proofEnded)).to.deep.equal(["ProofEnded", "Faltered", "DeadLettered"]);
    expect(told.state.attention.dead?.code).to.equal("PROOF_ENDED");
  });

  it("given a dead letter whose proof the ledger hasn't taken, is stated anew when an operator takes it up", () => {
    const told = stated().all(brought("credit", NONCE)[0] as Command, dead);
    expect(told.tell({ is: "retry", by: "ana" })).to.deep.equal(["TakenBack", "ProofEnded"]);
    expect(told.next()).to.deep.include({ do: "prove", what: "deposit" });
    told.tell({ ...proved, proof: "another" });
    const next = told.next();
    // Nothing was made of its nonce, which others need.
    expect(next).to.deep.include({ do: "reserve", part: "credit" });
    expect(next.do === "reserve" && next.effect.data.proof).to.equal("another");
  });

  it("given one whose credit is on its way, or that waits in the ledger, keeps its proof when it is taken up", () => {
    const sent = stated().all(...brought("credit", NONCE).slice(0, -1), dead);
    expect(sent.tell({ is: "retry", by: "ana" })).to.deep.equal(["TakenBack"]);
    expect(sent.next()).to.deep.include({ do: "watch", part: "credit" });
    const delayed = stated().all(...final(sighting("DepositDelayed", { depositId: ID, from: "5000" })), dead);
    expect(delayed.tell({ is: "retry", by: "ana" })).to.deep.equal(["TakenBack"]);
    expect(delayed.next(5_000_000)).to.deep.include({ do: "reserve", part: "mature" });
  });

  describe("given that its chain took back what had been final, and has it again in another block", () => {
    const moved = { ...DEPOSIT, point: { height: 12, hash: "ab" }, parent: "aa" };

    it("waits for that block to be final, and tells signers to look there", () => {
      const told = deposit().all(...final(DEPOSIT));
      expect(
        told.tell({ is: "sighted", sighting: DEPOSIT }),
        "the same block says nothing new",
      ).to.deep.equal([]);
      expect(told.tell({ is: "sighted", sighting: moved })).to.deep.equal(["Sighted"]);
      expect(told.open).to.equal(true);
      expect(told.next(0, 11)).to.deep.equal({ do: "wait", for: "the deposit's block to be final" });
      expect(told.next(0, 12)).to.deep.equal({ do: "confirm", sighting: moved });
      told.tell({ is: "settled", sighting: moved, as: "final" });
      const next = told.next();
      if (next.do !== "prove") expect.fail(next.do);
      expect(next.facts).to.include({ height: "12", block: "ab", parent: "aa" });
      expect(told.replayed().state).to.deep.equal(told.state);
    });

    it("isn't stated while no block has it for good", () => {
      const told = deposit().all(...final(DEPOSIT), { is: "sighted", sighting: moved });
      told.tell({ is: "settled", sighting: moved, as: "gone" });
      expect(told.next()).to.include({ do: "wait" });
      expect(told.all(...final({ ...moved, point: { height: 14, hash: "ac" } })).next()).to.include({
        do: "prove",
      });
    });

    it("goes on by the committee's word where that was given before, and isn't too small by a number that was raised since", () => {
      const higher = new Told(inboundDecider({ ...TERMS, leastDeposit: 1_000n }));
      higher.state = stated().events.reduce(inboundDecider(TERMS).evolve, higher.state);
      higher.all(...final(moved));
      expect(higher.state.ended).to.equal(undefined);
      expect(higher.next()).to.deep.include({ do: "reserve", part: "credit", side: "home" });
    });

    it("is known where it is now too, where it is less than is credited and an operator takes it up later", () => {
      const small = { ...DEPOSIT, data: { ...said, amount: "99" } };
      const there = { ...moved, data: small.data };
      const told = deposit().all(...final(small), ...final(there));
      expect(told.state.ended).to.equal("tooSmall");
      const lower = new Told(inboundDecider({ ...TERMS, leastDeposit: 99n }));
      lower.state = told.events.reduce(inboundDecider(TERMS).evolve, lower.state);
      const next = lower.all({ is: "retry", by: "ana" }).next();
      expect(next.do === "prove" && next.facts.block).to.equal("ab");
    });

    it("is left as it is once the ledger has it", () => {
      const told = stated().all(...final(sighting("DepositCredited", { depositId: ID })));
      expect(told.tell({ is: "sighted", sighting: moved })).to.deep.equal([]);
      expect(told.open).to.equal(false);
    });
  });

  it("given its events only, is what it was", () => {
    const told = stated().all(...brought("credit", NONCE));
    expect(told.replayed().state).to.deep.equal(told.state);
  });
});
