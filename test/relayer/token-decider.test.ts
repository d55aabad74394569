import { expect } from "chai";
import { MOST_FALTERS } from "../../src/relayer/deciders/attention.ts";
import { tokenDecider } from "../../src/relayer/deciders/token-decider.ts";
import { EFFECT, NONCE, signed, TERMS, TOKEN, Told, tx, unsigned } from "./given-route.ts";

const taken = (token = NONCE) => {
  const decider = tokenDecider(TERMS.patience);
  const told = new Told(decider);
  const effect = { id: EFFECT, kind: "credit", data: {} };
  const side = token.kind === "nonce" ? "home" : "foreign";
  const event = { type: "TokenTaken", data: { side, token, effect, stream: "r/in/1" } };
  told.events.push(event);
  told.state = decider.evolve(told.state, event);
  return told;
};

describe("The token decider", () => {
  it("given a token that an effect has, wants nothing and stays taken", () => {
    expect(taken().next()).to.include({ do: "wait" });
    expect(taken().open).to.equal(true);
  });

  it("given that its effect has no use for it, spends it on nothing until that is final", () => {
    const told = taken();
    expect(told.tell({ is: "abandoned", why: "somebody else has done it" })[0]).to.equal("TokenAbandoned");
    const next = told.next();
    expect(next).to.deep.include({ do: "build", part: "void", mode: "void", token: NONCE });
    expect(
      next.do === "build" && next.effect.kind,
      "whether the effect is done says nothing of the nonce",
    ).to.equal("void");
    told.all(
      { is: "built", part: "void", mode: "void", unsigned: unsigned("other") },
      { is: "signed", part: "void", mode: "void", signed: signed("other") },
      { is: "sent", part: "void", txId: tx("1"), result: "accepted", at: 0 },
    );
    expect(
      told.tell({
        is: "looked",
        part: "void",
        status: { is: "impossible", txId: tx("1"), final: false },
        at: 0,
      }),
    ).to.deep.equal(["EffectSeen"]);
    expect(told.open).to.equal(true);
    expect(
      told.tell({
        is: "looked",
        part: "void",
        status: { is: "impossible", txId: tx("1"), final: true },
        at: 0,
      }),
    ).to.deep.equal([...["EffectEnded", "TokenSpent"]]);
    expect(told.open).to.equal(false);
  });

  it("given a dead letter whose void was sent, watches that until the token is spent", () => {
    const told = taken().all(
      { is: "abandoned", why: "somebody else has done it" },
      { is: "built", part: "void", mode: "void", unsigned: unsigned("other") },
      { is: "signed", part: "void", mode: "void", signed: signed("other") },
      { is: "failed", kind: "permanent", reason: { code: "WHY", why: "a reason" } },
    );
    const next = told.next();
    expect(next).to.deep.include({ do: "watch", part: "void", sent: [tx("1")] });
    expect(next.do === "watch" && next.effect.kind).to.equal("void");
    told.tell({ is: "looked", part: "void", status: { is: "done", txId: tx("1"), final: true }, at: 0 });
    expect(told.open).to.equal(false);
  });

  describe("given a void that never comes about", () => {
    const abandoned = () => taken().all({ is: "abandoned", why: "somebody else has done it" });
    const built = { is: "built", part: "void", mode: "void", unsigned: unsigned("other") } as const;
    const reason = { code: "SIGNING_REFUSED", why: "a reason" };
    const ways: Record<string, (told: ReturnType<typeof taken>, time: number) => unknown> = {
      "signers refuse": (told) => told.all(built, { is: "refused", part: "void", reason }),
      "nodes refuse": (told, time) =>
        told.all(
          { ...built, unsigned: unsigned("other", `${time}`) },
          { is: "signed", part: "void", mode: "void", signed: signed("other", `${time}`) },
          { is: "sent", part: "void", txId: tx(`${time}`), result: "rejected", at: 0 },
        ),
      "can't be built": (told) => told.tell({ is: "failed", kind: "falter", reason }),
    };
    for (const [title, fail] of Object.entries(ways)) {
      it(`is a dead letter after ${MOST_FALTERS} that ${title}, until an operator takes it up again`, () => {
        const told = abandoned();
        for (let time = 1; time < MOST_FALTERS; time++) fail(told, time);
        expect(told.state.attention).to.include({ faltered: MOST_FALTERS - 1 });
        expect(told.state.attention.dead).to.equal(undefined);
        fail(told, MOST_FALTERS);
        expect(told.state.attention.dead).to.be.an("object");
        expect(told.next().do).to.be.oneOf(["wait", "watch"]);
        expect(told.open).to.equal(true);
        told.tell({ is: "retry", by: "operator" });
        expect(told.state.attention.dead).to.equal(undefined);
        expect(told.next().do).to.be.oneOf(["build", "broadcast"]);
      });
    }
  });

  it("given an output, voids it in its effect's name, so that nobody takes it for a payment", () => {
    const told = taken(TOKEN).all({ is: "abandoned", why: "the payout is cancelled" });
    const next = told.next();
    expect(next.do === "build" && next.effect.kind).to.equal("credit");
  });
});
