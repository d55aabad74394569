import { expect } from "chai";
import {
  FEEDS,
  type FeedName,
  loadRounds,
  parseRounds,
  priceOf,
  replayRounds,
  roundAt,
} from "../../src/demo/rounds.ts";

const HEADER = "roundId,answer,startedAt,updatedAt";

describe("Price rounds", () => {
  for (const feed of Object.keys(FEEDS) as FeedName[]) {
    it(`of ${feed} are consecutive, positive and never older than the heartbeat allows`, () => {
      const rounds = loadRounds(feed);
      expect(rounds.length).to.be.greaterThan(400);
      const gaps = rounds.slice(1).map((round, index) => round.updatedAt - (rounds[index]?.updatedAt ?? 0));
      // Heartbeats land up to a few blocks late.
      expect(Math.max(...gaps)).to.be.at.most(FEEDS[feed].heartbeatSeconds + 120);
      expect(rounds.every((round) => round.answer > 0n)).to.equal(true);
      expect((rounds.at(-1)?.updatedAt ?? 0) - (rounds[0]?.updatedAt ?? 0)).to.be.greaterThan(7 * 86_400);
    });
  }

  const faults: [string, string, RegExp][] = [
    ["another header", "id,price\n1,2", /line 1.*header/],
    ["no rounds", HEADER, /no rounds/],
    ["the all-zero round", `${HEADER}\n1,0,0,0`, /line 2.*above zero/],
    ["a negative answer", `${HEADER}\n1,-5,9,9`, /line 2.*whole number/],
    ["a missing round", `${HEADER}\n1,5,9,9\n3,5,10,10`, /line 3.*missing/],
    ["time going backwards", `${HEADER}\n1,5,9,9\n2,5,8,8`, /line 3.*backwards/],
    ["an update before its start", `${HEADER}\n1,5,10,9`, /line 2.*precede/],
    ["too few columns", `${HEADER}\n1,5,9`, /line 2/],
  ];
  for (const [given, csv, says] of faults) {
    it(`are refused with ${given}`, () => {
      expect(() => parseRounds(csv, "sample.csv"))
        .to.throw(says)
        .with.property("code", "ROUNDS_INVALID");
    });
  }

  it("are replayed with their own spacing, then mirrored, without a jump", () => {
    const rounds = parseRounds(`${HEADER}\n7,100,10,10\n8,200,30,40\n9,300,50,50`, "sample.csv");
    const played = [...replayRounds(rounds, 1_000, 1_090)];
    expect(played.map((round) => [round.updatedAt, round.answer, round.mirrored])).to.deep.equal([
      [1_000, 100n, false],
      [1_030, 200n, false],
      [1_040, 300n, false],
      [1_050, 200n, true],
      [1_080, 100n, true],
    ]);
    expect(played.map((round) => round.roundId)).to.deep.equal([7n, 8n, 9n, 10n, 11n]);
    expect(played[1]?.startedAt).to.equal(1_020);
  });

  it("answer the one in force", () => {
    const rounds = parseRounds(`${HEADER}\n7,100,10,10\n8,200,40,40`, "sample.csv");
    expect([0, 10, 39, 40, 99].map((at) => roundAt(rounds, at)?.answer)).to.deep.equal([
      100n,
      100n,
      100n,
      200n,
      200n,
    ]);
    expect(roundAt([], 5)).to.equal(undefined);
    const first = rounds[0];
    if (first === undefined) throw new Error("no round");
    expect(priceOf("eth-usd", first)).to.deep.equal({ answer: 100n, decimals: 8 });
  });
});
