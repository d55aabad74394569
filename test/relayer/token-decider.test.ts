import { expect } from "chai";
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

  it("given an output, voids it in its effect's name, so that nobody takes it for a payment", () => {
    const told = taken(TOKEN).all({ is: "abandoned", why: "the payout is cancelled" });
    const next = told.next();
    expect(next.do === "build" && next.effect.kind).to.equal("credit");
  });
});
