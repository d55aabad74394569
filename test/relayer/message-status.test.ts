import { expect } from "chai";
import type { NewEvent, StoredEvent } from "../../src/journal/journal.ts";
import type { Command } from "../../src/relayer/deciders/command.ts";
import { inboundDecider } from "../../src/relayer/deciders/inbound-decider.ts";
import { outboundDecider } from "../../src/relayer/deciders/outbound-decider.ts";
import { historyOf, statusOf } from "../../src/relayer/message-status.ts";
import {
  brought,
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
const effect = { id: "ab".repeat(32), kind: "payout", data: {} };
const out = outboundDecider(TERMS);

function stored(events: readonly NewEvent[]): readonly StoredEvent[] {
  return events.map((event, index) => ({
    ...{
      ...event,
      position: BigInt(index + 1),
      stream: `r/out/${PAYOUT}`,
      version: index + 1,
      at: 1_000 * index,
    },
  }));
}
const status = (told: Told<ReturnType<typeof out.evolve>>) =>
  statusOf(`r/out/${PAYOUT}`, stored(told.events), out, 0);

describe("A message's status", () => {
  const payout = () => new Told(out);

  it("given each step of a payout's life, says where it is and what is next", () => {
    const told = payout().all({ is: "sighted", sighting: REQUEST });
    const stages = [status(told).stage];
    const then = (...commands: readonly Command[]) => {
      told.all(...commands);
      stages.push(status(told).stage);
    };
    then({ is: "settled", sighting: REQUEST, as: "final" });
    then({ is: "reserved", part: "payment", side: "foreign", effect, token: TOKEN });
    then({ is: "proved", what: "token", proof: "p" }, ...brought("authorise", NONCE));
    then(
      { is: "built", part: "payment", mode: "act", unsigned: unsigned("payment") },
      {
        ...{ is: "signed", part: "payment", mode: "act", signed: signed("payment") },
      },
    );
    expect(status(told).next).to.equal("next: to send a transaction (payment)");
    expect(status(told).transactions.find((one) => one.for === "payment")).to.include({
      for: "payment",
      txId: tx("1"),
      is: "signed",
    });
    then({ is: "sent", part: "payment", txId: tx("1"), result: "accepted", at: 0 });
    then({ is: "looked", part: "payment", status: { is: "done", txId: tx("1"), final: true }, at: 0 });
    then({ is: "proved", what: "outcome", proof: "p" }, ...brought("report", { ...NONCE, value: "0xabc:8" }));
    expect(stages).to.deep.equal([
      ...["seen", "requested", "authorising", "paying", "paying", "paying", "reporting", "settled"],
    ]);
    expect(status(told).next).to.equal("nothing");
    const payment = status(told).transactions.find((one) => one.for === "payment");
    expect(payment).to.include({ is: "final" });
  });

  it("given a dead letter, says why and where it was", () => {
    const told = payout().all(...final(REQUEST), {
      ...{
        is: "failed",
        kind: "permanent",
        reason: { code: "AMOUNT_DUST", why: "it is less than nodes relay" },
      },
    });
    const { stage, text, dead } = status(told);
    expect(stage).to.equal("dead");
    expect(text).to.include("it is less than nodes relay (AMOUNT_DUST)");
    expect(dead).to.deep.equal({ code: "AMOUNT_DUST", why: "it is less than nodes relay" });
  });

  it("given what waits, says for what", () => {
    const told = payout().all({ is: "sighted", sighting: REQUEST });
    expect(status(told).next).to.equal("waits for the request's block to be final");
    const inbound = inboundDecider(TERMS);
    const deposit = new Told(inbound).all({ is: "sighted", sighting: sighting("deposit", {}, 3, "foreign") });
    const said = statusOf("r/in/0x1", stored(deposit.events), inbound, 0);
    expect(said).to.include({
      direction: "in",
      stage: "seen",
      next: "waits for the deposit's block to be final",
    });
  });

  it("tells a history in sentences, one for each event, and none that only a machine reads", () => {
    const told = payout().all(...final(REQUEST), {
      is: "reserved",
      part: "payment",
      side: "foreign",
      effect,
      token: TOKEN,
    });
    told.all(
      { is: "proved", what: "token", proof: "p" },
      ...brought("authorise", NONCE),
      ...brought("payment", TOKEN).slice(1, 3),
    );
    told.all({ is: "sent", part: "payment", txId: tx("payment"), result: "ambiguous", at: 0 });
    told.all({ is: "failed", kind: "retry", reason: { code: "NODES_DISAGREE", why: "two nodes differ" } });
    told.all({ is: "giveUp", by: "ana", why: "by hand" });
    const history = historyOf(stored(told.events));
    expect(history).to.have.length(told.events.length);
    const text = history.map((line) => line.text).join("\n");
    expect(text).to.include("nobody knows whether it arrived: the same bytes go again");
    expect(text).to.include("It waits, and is tried again: two nodes differ (NODES_DISAGREE).");
    expect(text).to.include("ana has given it up: by hand.");
    expect(text).to.not.match(/undefined|\[object|^\w+\.$/m);
  });
});
