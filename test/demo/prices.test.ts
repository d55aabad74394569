import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { cents } from "../../src/core/money.ts";
import { flowsByDay } from "../../src/demo/prices/days.ts";
import { countExits, formatPrice, secondsByMode } from "../../src/demo/prices/findings.ts";
import { decimalPrice, pricesJson } from "../../src/demo/prices/json.ts";
import { expectedOf, readingsAt } from "../../src/demo/prices/model.ts";
import { brokenPromises, mostInADay } from "../../src/demo/prices/promises.ts";
import { loadRecord, observationAt, parseRecord, recordOfRounds } from "../../src/demo/prices/records.ts";
import { replayPrices } from "../../src/demo/prices/replay-prices.ts";
import { loadReplays, type PriceReplay } from "../../src/demo/prices/replays.ts";
import type { ExitRecord, PriceReplayResult, PriceStep } from "../../src/demo/prices/result.ts";
import { openPriceStage } from "../../src/demo/prices/stage.ts";
import { samplePrices } from "./sample-prices.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(`${text}:00Z`) / 1000;

describe("Records of prices", () => {
  const START = 1_678_492_800;
  const csv = (...rows: string[]): string => ["time,price", ...rows].join("\n");

  it("are read to 8 decimals, and say nothing new over a marked gap", () => {
    const record = parseRecord(
      csv(`${START},0.9129`, `${START + 3_600},`, `${START + 86_400},1`, `${START + 90_000},0.00005`),
      "sample.csv",
    );
    expect(record.map(({ answer }) => answer)).to.deep.equal([91_290_000n, undefined, 100_000_000n, 5_000n]);
    // Within the gap the last word is still the one before it, growing old; it is never renewed.
    expect(observationAt(record, START - 1)).to.equal(undefined);
    expect(observationAt(record, START + 50_000)).to.deep.equal({ at: START, answer: 91_290_000n });
    expect(observationAt(record, START + 86_400)?.answer).to.equal(100_000_000n);
  });

  const faults: [string, string, RegExp][] = [
    ["another header", "t,p\n1,2", /line 1.*header/],
    ["no rows", "time,price", /no rows/],
    ["a price of zero", csv(`${START},0`), /line 2.*above zero/],
    ["a negative price", csv(`${START},-1`), /line 2.*decimal price/],
    ["an exponent", csv(`${START},5e-05`), /line 2.*decimal price/],
    ["more than 8 decimals", csv(`${START},0.000000001`), /line 2.*8 decimals/],
    ["milliseconds", csv(`${START}000,1`), /line 2.*Unix seconds/],
    ["time that stands still", csv(`${START},1`, `${START},1`), /line 3.*rise/],
    ["a hole that is not marked", csv(`${START},1`, `${START + 7_201},1`), /line 3.*not marked/],
    ["a gap marked twice", csv(`${START},1`, `${START + 60},`, `${START + 120},`), /line 4.*twice/],
    ["a gap before anything", csv(`${START},`), /begins with a price/],
    ["too many columns", csv(`${START},1,2`), /line 2/],
  ];
  for (const [given, text, says] of faults) {
    it(`are refused with ${given}`, () => {
      expect(() => parseRecord(text, "sample.csv"))
        .to.throw(says)
        .with.property("code", "RECORD_INVALID");
    });
  }

  it("may be rounds of a feed, which hold from their update on", () => {
    const rounds = "roundId,answer,startedAt,updatedAt\n7,100,10,12\n8,200,20,20";
    expect(recordOfRounds(rounds, "sample.csv")).to.deep.equal([
      { at: 12, answer: 100n },
      { at: 20, answer: 200n },
    ]);
  });

  it("are there, readable, small, and named with their source in data/README.md", () => {
    const folder = new URL("../../data/prices/", import.meta.url);
    const readme = readFileSync(new URL("../../data/README.md", import.meta.url), "utf8");
    const files = readdirSync(folder).filter((file) => file.endsWith(".csv"));
    expect(files).to.have.length.greaterThan(9);
    for (const file of files) {
      expect(loadRecord(file), file).to.have.length.greaterThan(50);
      expect(readFileSync(new URL(file, folder)).length, file).to.be.below(40_000);
      expect(readme, file).to.contain(`\`${file}\``);
    }
    expect(() => loadRecord("nothing.csv"))
      .to.throw()
      .with.property("code", "RECORD_UNREADABLE");
  });
});

describe("The rule that replays are checked against (INV-ORA-1)", () => {
  const cases: [string, (bigint | undefined)[], bigint, string, number][] = [
    ["no source", [undefined, undefined], 200n, "HALT", 0],
    ["one of two", [undefined, 100n], 200n, "DEGRADED", 2],
    ["two within delta", [1_000n, 1_040n], 200n, "NORMAL", 3],
    ["two beyond it", [1_000n, 1_050n], 200n, "DISPUTED", 3],
    ["one liar of three", [1_000n, 1_001n, 5_000n], 200n, "NORMAL", 7],
    ["three apart", [1_000n, 2_000n, 3_000n], 200n, "DISPUTED", 7],
  ];
  for (const [given, readings, delta, mode, mask] of cases) {
    it(`says ${mode} of ${given}`, () => {
      expect(expectedOf(readings, delta)).to.include({ mode, mask });
    });
  }
});

describe("Real prices on the chain (S7)", () => {
  const replays = loadReplays();
  const results = new Map<string, PriceReplayResult>();
  let clockMoved = 0;

  before(async () => {
    const { stage, close } = await openPriceStage(replays);
    const time = stage.chain.time;
    for (const replay of replays) results.set(replay.id, await replayPrices(stage, replay));
    clockMoved = stage.chain.time - time;
    await close();
  });

  const of = (id: string): { replay: PriceReplay; result: PriceReplayResult } => {
    const replay = replays.find((each) => each.id === id);
    const result = results.get(id);
    if (replay === undefined || result === undefined) throw new Error(`no replay ${id}`);
    return { replay, result };
  };
  const stepAt = (result: PriceReplayResult, time: number): PriceStep => {
    const step = result.steps.find((each) => each.at === time);
    if (step === undefined) throw new Error(`no step at ${time}`);
    return step;
  };

  it("leave the chain as it was", () => {
    expect(clockMoved).to.equal(0);
  });

  for (const { id } of replays) {
    describe(id, () => {
      it("keeps every promise", () => {
        expect(of(id).result.broken).to.deep.equal([]);
      });

      it("never clamps: mid, bid and ask lie within the sources' range (ANCHORS 3.11, INV-ORA-1)", () => {
        const { replay, result } = of(id);
        const priced = result.steps.filter(({ mid }) => mid > 0n);
        expect(priced).to.have.length.greaterThan(50);
        for (const step of priced) {
          const valid = readingsAt(replay, step.at).filter((reading) => reading !== undefined);
          expect(valid.some((reading) => reading <= step.bid)).to.equal(true);
          expect(valid.some((reading) => reading >= step.ask)).to.equal(true);
          expect(step.bid <= step.mid && step.mid <= step.ask).to.equal(true);
        }
      });

      it("has no price and HALT once its sources have fallen silent (INV-ORA-2)", () => {
        const { result } = of(id);
        const silent = result.steps.filter((step) => step.at > result.recordEnds);
        expect(silent).to.not.be.empty;
        for (const { mode, mid, ask, mask } of silent)
          expect([mode, mid, ask, mask]).to.deep.equal(["HALT", 0n, 0n, 0]);
      });

      it("queues at any other mode than NORMAL, and loses none of what queued (INV-CUS-8, INV-CUS-3)", () => {
        const { result } = of(id);
        const other = result.exits.filter(({ mode }) => mode !== "NORMAL");
        expect(other).to.not.be.empty;
        for (const { outcome, reasons } of other) {
          expect(outcome).to.equal("queued");
          expect(reasons).to.include("PRICE_NOT_NORMAL");
        }
        const queued = result.exits.filter(({ outcome }) => outcome === "queued");
        for (const { amount, late, release } of queued) {
          expect(release?.paid).to.equal(amount);
          expect((release?.at ?? 0) >= (late ?? Number.POSITIVE_INFINITY)).to.equal(true);
        }
        expect(queued.some(({ release }) => release?.mode === "HALT")).to.equal(true);
      });

      it("lets no more leave at once in a day than the breaker, in units, and the tier, in dollars (INV-POL-1)", () => {
        const { replay, result } = of(id);
        const paid = result.exits.filter(({ outcome }) => outcome === "paid");
        for (const { at: end } of paid) {
          const within = paid.filter((exit) => exit.at <= end && exit.at > end - DAY);
          expect(within.reduce((sum, { amount }) => sum + amount, 0n) <= result.breaker).to.equal(true);
          for (const { id: customer } of replay.customers) {
            const own = within.filter((exit) => exit.customer === customer);
            expect(own.reduce((sum, { charged }) => sum + charged, 0n) <= result.dollarLimit).to.equal(true);
          }
        }
      });

      it("charges no exit below ask", () => {
        const { result } = of(id);
        const scale = 10n ** BigInt(result.decimals + 10);
        for (const { outcome, charged, amount, ask } of result.exits) {
          if (outcome === "paid") expect(charged * scale >= amount * ask, `${charged}`).to.equal(true);
        }
      });

      it("releases what was asked before it began while it goes on, without a word from a price", () => {
        const { result } = of(id);
        const early = result.exits.find(({ customer }) => customer === "early");
        expect(early?.outcome).to.equal("queued");
        expect((early?.release?.at ?? 0) > (result.steps[0]?.at ?? 0)).to.equal(true);
        expect(early?.release?.at).to.be.at.most(result.recordEnds);
      });
    });
  }

  it("a single source, however good, makes nothing instant", () => {
    const { result } = of("chainlink-alone");
    expect(countExits(result.exits)).to.include({ paid: 0, queued: result.exits.length });
    expect(secondsByMode(result).DEGRADED).to.equal(result.recordEnds - (result.steps[0]?.at ?? 0));
  });

  it("the all-zero round of a new phase is no price; two sources that agree make exits instant", () => {
    const { result } = of("chainlink-venue");
    expect(result.steps[0]).to.include({ mode: "DEGRADED", mask: 2 });
    expect(countExits(result.exits).paid).to.be.greaterThan(60);
    expect(secondsByMode(result).DISPUTED).to.equal(0);
  });

  it("a venue at a standstill in March 2020 does not move mid, and stops what is instant", () => {
    const { replay, result } = of("march-2020");
    const frozen = at("2020-03-13T05:00");
    const [binance, bitstamp, gemini] = readingsAt(replay, frozen);
    expect(gemini).to.equal(readingsAt(replay, frozen - HOUR)[2]);
    expect([binance, bitstamp, gemini]).to.deep.equal([
      109_700_000_000_000n,
      112_210_000_000_000n,
      135_470_000_000_000n,
    ]);
    expect(stepAt(result, frozen)).to.include({ mode: "DISPUTED", mid: bitstamp, bid: binance, ask: gemini });
    expect(stepAt(result, frozen + HOUR).mode).to.equal("NORMAL");
  });

  it("LUNA: units are bounded where dollars bind nobody (REVIEW 11)", () => {
    const { result } = of("luna");
    const stopped = result.exits.filter(
      ({ reasons }) => reasons.length === 1 && reasons[0] === "ASSET_LIMIT",
    );
    expect(stopped.length).to.be.greaterThan(3);
    const [first] = result.steps;
    // Within one customer's limit in dollars, a fifth of all there is asked for at once.
    const asked = stopped.reduce((sum, { amount }) => sum + amount, 0n);
    expect(asked > 20n * result.breaker).to.equal(true);
    const paid = result.exits.filter(({ outcome }) => outcome === "paid");
    expect(mostInADay(paid) * 10n > result.breaker * 9n, "the breaker was never tried").to.equal(true);
    // From 68 dollars to below the sources' own bound, where nothing is clamped to it.
    expect((first?.mid ?? 0n) > 68n * 10n ** 12n).to.equal(true);
    expect(stepAt(result, at("2022-05-13T00:00"))).to.include({ mode: "NORMAL", mid: 320_000_000n });
    expect(stepAt(result, at("2022-05-13T01:00"))).to.include({ mode: "HALT", mid: 0n });
  });

  it("USDC: one source alone over a gap of the others is DEGRADED, and the low price is believed once they agree", () => {
    const { result } = of("usdc-depeg");
    expect(stepAt(result, at("2023-03-11T13:00")).mask & 2).to.equal(0);
    expect(secondsByMode(result).DEGRADED).to.be.greaterThan(0);
    expect(stepAt(result, at("2023-03-11T08:00")).mode).to.equal("DISPUTED");
    const low = result.exits.filter(({ outcome, ask }) => outcome === "paid" && ask < 95n * 10n ** 10n);
    expect(low.length).to.be.greaterThan(3);
  });

  it("two venues are DISPUTED exactly while both lie further than delta from their mean", () => {
    const { replay, result } = of("two-venues");
    const [uniswap, binance] = replay.sources.map(
      ({ record }) => new Map(record.map((row) => [row.at, row.answer])),
    );
    let disputed = 0;
    for (const step of result.steps.filter((each) => each.at <= result.recordEnds)) {
      const [a, b] = [uniswap?.get(step.at), binance?.get(step.at)];
      if (a === undefined || b === undefined) {
        expect(step.mode).to.equal("DEGRADED");
        expect(step.at).to.be.below(at("2023-03-11T15:00"));
        continue;
      }
      const apart = a > b ? a - b : b - a;
      // Each is half of it away from the mean, (a + b) / 2: by more than 10 of 10,000.
      const beyond = apart * 10_000n > (a + b) * 10n;
      if (beyond) disputed += 1;
      expect(step.mode, new Date(step.at * 1000).toISOString()).to.equal(beyond ? "DISPUTED" : "NORMAL");
    }
    expect(disputed).to.be.greaterThan(4);
  });

  describe("promises", () => {
    type Change = (result: PriceReplayResult) => Partial<PriceReplayResult>;
    const first = (
      result: PriceReplayResult,
      outcome: string,
      change: (exit: ExitRecord) => Partial<ExitRecord>,
    ) => {
      const index = result.exits.findIndex((exit) => exit.outcome === outcome);
      return {
        exits: result.exits.map((exit, each) => (each === index ? { ...exit, ...change(exit) } : exit)),
      };
    };
    const step = (result: PriceReplayResult, change: (step: PriceStep) => Partial<PriceStep>) => ({
      steps: result.steps.map((each, index) => (index === 10 ? { ...each, ...change(each) } : each)),
    });
    const tampered: [string, Change, RegExp][] = [
      ["a clamped mid", (r) => step(r, ({ ask }) => ({ mid: ask + 1n, ask: ask + 1n })), /mid lies outside/],
      ["an invented band", (r) => step(r, ({ bid }) => ({ bid: bid / 2n })), /bid or ask lies outside/],
      ["a band the wrong way round", (r) => step(r, ({ ask }) => ({ bid: ask + 1n })), /out of order/],
      ["another mode", (r) => step(r, () => ({ mode: "DISPUTED" })), /DISPUTED, not NORMAL/],
      ["another source", (r) => step(r, () => ({ mask: 1 })), /sources 1, not 7/],
      ["a payment at HALT", (r) => first(r, "paid", () => ({ mode: "HALT" })), /paid at HALT/],
      [
        "a charge below ask",
        (r) => first(r, "paid", ({ charged }) => ({ charged: cents(charged - 1n) })),
        /below ask/,
      ],
      [
        "a charge above the tier",
        (r) => ({ dollarLimit: cents(r.dollarLimit / 10n) }),
        /dollars left in a day/,
      ],
      ["more than the breaker", (r) => ({ breaker: r.breaker / 100n }), /units left in a day/],
      [
        "a queued exit that vanished",
        (r) => first(r, "queued", () => ({ release: undefined as never })),
        /never released/,
      ],
      ["an early release", (r) => first(r, "queued", () => ({ late: r.recordEnds * 2 })), /released early/],
      [
        "a short release",
        (r) =>
          first(r, "queued", ({ release }) =>
            release === undefined ? {} : { release: { ...release, paid: 1n } },
          ),
        /released short/,
      ],
      ["silence about the price", (r) => first(r, "queued", () => ({ mode: "HALT" })), /without saying so/],
      ["a refused exit", (r) => first(r, "paid", () => ({ outcome: "refused" })), /was refused/],
      ["a vault that owes more than it holds", (r) => ({ held: r.held - 1n }), /holds .* and owes/],
      ["money that left unseen", (r) => ({ held: r.held - 1n, owed: r.owed - 1n }), /brought less what left/],
    ];
    for (const [given, change, says] of tampered) {
      it(`are broken by ${given}`, () => {
        const { replay, result } = of("march-2020");
        expect(brokenPromises(replay, result)).to.deep.equal([]);
        expect(brokenPromises(replay, { ...result, ...change(result) }).join("\n")).to.match(says);
      });
    }
  });

  it("are told to machines without a number too large for JSON", () => {
    for (const result of results.values()) {
      const told = JSON.parse(JSON.stringify(pricesJson(result)));
      expect(told).to.include({ id: result.id, ok: true, breaker: result.breaker.toString() });
      expect(told.steps).to.have.length(result.steps.length);
      expect(told.exits).to.have.length(result.exits.length);
    }
  });
});

describe("Words and sums of price replays", () => {
  it("say prices as people do, and as machines want them", () => {
    const dollar = 10n ** 12n;
    expect(
      [43_210n * dollar + dollar / 2n, (13_547n * dollar) / 100n, (9_129n * dollar) / 10_000n].map(
        formatPrice,
      ),
    ).to.deep.equal(["$43,211", "$135.47", "$0.9129"]);
    expect(formatPrice(320_000_000n)).to.equal("$0.00032");
    expect(decimalPrice(320_000_000n)).to.equal("0.00032");
    expect(decimalPrice(5n * dollar)).to.equal("5");
    expect(decimalPrice(0n)).to.equal("0");
  });

  it("sum each UTC day, and the worst trailing one", () => {
    const result = samplePrices();
    const flows = flowsByDay(result);
    expect(
      flows.map(({ asked, instant, charged, released }) => [asked, instant, charged, released]),
    ).to.deep.equal([
      [2, 1_000_000n, 101n, 0n],
      [0, 0n, 0n, 5_000_000n],
    ]);
    const day = [0, DAY - 1, DAY, 3 * DAY].map((time) => ({ at: time, amount: 10n }));
    // A day is open at its far end: what left exactly a day ago no longer counts.
    expect(mostInADay(day)).to.equal(20n);
    expect(mostInADay([])).to.equal(0n);
  });
});
