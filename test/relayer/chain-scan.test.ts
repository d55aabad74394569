import { expect } from "chai";
import type { ChainObserver, Point } from "../../src/chains/chain.ts";
import { TerminalError } from "../../src/core/errors.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { ChainScan, FinalityBrokenError, keptPoints } from "../../src/relayer/chain-scan.ts";
import { LookBack } from "../../src/relayer/look-back.ts";
import { routeDeciders } from "../../src/relayer/route-deciders.ts";
import { StreamNames } from "../../src/relayer/stream-names.ts";
import { StreamStore } from "../../src/relayer/stream-store.ts";
import { Chain } from "./given-chain.ts";
import { at, FOREIGN, HOME, PAYOUT, TERMS } from "./given-route.ts";

async function reading(chain: Chain) {
  const journal = SqliteJournal.open({ file: ":memory:" });
  const names = new StreamNames("r");
  const lease = await journal.acquire("r", "test", 60_000);
  if (lease === undefined) throw new Error("nobody else has it");
  const desk = { journal, names, deciders: routeDeciders(TERMS), home: HOME, foreign: FOREIGN };
  const store = new StreamStore({ ...desk, lease: () => lease, now: () => 0 });
  const scan = new ChainScan({ side: "home", observer: chain, terms: TERMS, names, store, from: at(0) });
  return { journal, names, scan, store };
}

describe("Reading blocks again", () => {
  /** An account whose deposits, one a block, aren't looked for until it is named. */
  async function lookingBack() {
    const chain = new Chain();
    for (const name of "abcdefgh") chain.add(name, "deposit");
    chain.final = 6;
    const all = chain.blocks;
    chain.blocks = all.map((block) => ({ ...block, events: [] }));
    const { journal, names, store } = await reading(chain);
    const terms = { ...TERMS, foreign: HOME };
    const prepared: number[] = [];
    const desk = { side: "foreign", observer: chain, terms, names, store } as const;
    const lookBack = () =>
      new LookBack({ ...desk, prepare: async ({ height }) => void prepared.push(height) });
    const scan = async () => ({ head: await chain.head(), final: await chain.finalized() });
    return { chain, all, journal, names, lookBack, scan, prepared };
  }

  it("given a wish, reads final blocks from there on, then those that were unfinal once they are, then nothing", async () => {
    const { chain, all, journal, names, lookBack, scan, prepared } = await lookingBack();
    chain.blocks = all;
    const one = lookBack();
    expect(await one.step([], await scan())).to.deep.equal([]);
    expect(await one.step([3], await scan())).to.have.length(4);
    expect(prepared).to.deep.equal([2]);
    expect(await one.step([3], await scan()), "none that isn't final").to.deep.equal([]);
    // Another worker goes on where this one was.
    chain.final = 8;
    chain.add("i", "deposit").final = 9;
    const other = lookBack();
    other.restore(await journal.cursor(names.lookBack()));
    expect(await other.step([3], await scan()), "up to where the usual reading was").to.have.length(2);
    expect(await other.step([3], await scan())).to.deep.equal([]);
    expect(await other.step([3, 3], await scan()), "what was seen before is nothing new").to.have.length(1);
    expect(JSON.parse((await journal.cursor(names.lookBack())) ?? "")).to.deep.equal({ done: 2 });
    await journal.close();
  });

  it("given a fork below what it has read again, goes on from before it; given a wish for the future, is done", async () => {
    const { chain, all, journal, names, lookBack, scan } = await lookingBack();
    chain.blocks = all;
    const one = lookBack();
    await one.step([5], await scan());
    chain.blocks = all.slice(0, 5);
    for (const name of "FGH") chain.add(name, "deposit");
    chain.final = 8;
    expect(await one.step([5], await scan())).to.have.length(3);
    await one.step([5, 100], await scan());
    expect(JSON.parse((await journal.cursor(names.lookBack())) ?? "")).to.deep.equal({ done: 2 });
    await journal.close();
  });

  it("given a fork of which nodes know nothing any more, begins again where the wish does, and goes on to the next one", async () => {
    const { chain, all, journal, names, lookBack, scan } = await lookingBack();
    chain.blocks = all;
    const one = lookBack();
    expect(await one.step([3], await scan()), "as far as it was final").to.have.length(4);
    const other = lookBack();
    other.restore(await journal.cursor(names.lookBack()));
    chain.blocks = all.slice(0, 1);
    for (const name of "BCDEFGHI") chain.add(name, "deposit");
    chain.final = 9;
    chain.commonAncestor = () => Promise.reject(new TerminalError("REORGANISED_TOO_DEEP", "nobody knows"));
    expect(await other.step([3, 9], await scan())).to.have.length(6);
    expect(await other.step([3, 9], await scan())).to.have.length(1);
    expect(JSON.parse((await journal.cursor(names.lookBack())) ?? "")).to.deep.equal({ done: 2 });
    await journal.close();
  });
});

describe("Reading a chain", () => {
  it("given blocks, stores what they say with where it has come to, and goes on there", async () => {
    const chain = new Chain().add("a").add("b", "PayoutRequested").add("c");
    const { journal, names, scan, store } = await reading(chain);
    const round = await scan.round();
    expect(round.touched).to.deep.equal([names.outbound(PAYOUT)]);
    expect((await journal.read(names.outbound(PAYOUT))).map(({ type }) => type)).to.deep.equal(["Sighted"]);
    const again = new ChainScan({ side: "home", observer: chain, terms: TERMS, names, store, from: at(0) });
    await again.restore(await journal.cursor(names.cursor(HOME)), undefined);
    expect(again.head.hash).to.equal("c");
    expect((await again.round()).touched).to.deep.equal([]);
    expect(chain.scans).to.equal(1);
    await journal.close();
  });

  it("given something to prepare, does it after the head is known and before the blocks up to it are read", async () => {
    const chain = new Chain().add("a");
    const { journal, names, store } = await reading(chain);
    const order: string[] = [];
    const observer: ChainObserver = {
      chain: HOME,
      head: async () => {
        order.push("head");
        return chain.head();
      },
      finalized: () => chain.finalized(),
      at: (height) => chain.at(height),
      commonAncestor: (saved) => chain.commonAncestor(saved),
      finality: () => chain.finality(),
      scan: (after, to) => {
        order.push("scan");
        return chain.scan(after, to);
      },
    };
    const prepare = async ({ height }: Point) => {
      order.push(`prepare ${height}`);
    };
    const scan = new ChainScan({ side: "home", observer, terms: TERMS, names, store, from: at(0), prepare });
    await scan.round();
    await scan.round();
    chain.add("b");
    await scan.round();
    expect(order).to.deep.equal(["head", "prepare 0", "scan", "head", "head", "prepare 1", "scan"]);
    await journal.close();
  });

  it("given many final blocks, catches up with an observer that passes over those without events", async () => {
    const chain = new Chain();
    chain.passesOver = true;
    for (let height = 1; height <= 100; height++) {
      chain.add(`b${height}`, ...(height === 10 ? ["PayoutRequested"] : []));
    }
    chain.final = 90;
    const { journal, names, scan } = await reading(chain);
    const round = await scan.round();
    expect([round.head.hash, round.final.hash]).to.deep.equal(["b100", "b90"]);
    expect(round.touched).to.deep.equal([names.outbound(PAYOUT)]);
    // A fork above the final block is found by the points that were kept.
    chain.blocks.splice(95);
    for (let height = 96; height <= 101; height++) chain.add(`c${height}`);
    expect((await scan.round()).turnedBack).to.equal(5);
    await journal.close();
  });

  it("given a branch without the final block, counts nothing of it as final, whatever is passed over", async () => {
    const chain = new Chain();
    chain.passesOver = true;
    for (let height = 1; height <= 100; height++) {
      chain.add(`b${height}`, ...(height === 10 ? ["PayoutRequested"] : []));
    }
    const { journal, names, scan } = await reading(chain);
    chain.finalized = async () => ({ height: 90, hash: "of another branch" });
    chain.final = 95;
    const error = await scan.round().catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: "REORGANISED" });
    const cursor = await journal.cursor(names.cursor(HOME));
    expect(scan.final.height).to.be.lessThan(90);
    expect(cursor === undefined || !cursor.includes('"height":90')).to.equal(true);
    await journal.close();
  });

  it("given a fork, goes on from the last point that both have, and takes what moved where it is now", async () => {
    const chain = new Chain().add("a").add("b", "PayoutRequested").add("c");
    const { journal, names, scan } = await reading(chain);
    await scan.round();
    chain.blocks.splice(1);
    chain.add("b2").add("c2", "PayoutRequested").add("d2");
    const round = await scan.round();
    expect(round.turnedBack).to.equal(2);
    const points = (await journal.read(names.outbound(PAYOUT))).map(
      ({ data }) => (data as { point: Point }).point.hash,
    );
    expect(points).to.deep.equal(["b", "c2"]);
    await journal.close();
  });

  it("given a fork behind what was final, says so and reads nothing", async () => {
    const chain = new Chain().add("a").add("b").add("c");
    const { journal, scan } = await reading(chain);
    chain.final = 2;
    await scan.round();
    expect(scan.final.hash).to.equal("b");
    chain.blocks.splice(1);
    chain.add("b2", "PayoutRequested").add("c2");
    const error = await scan.round().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(FinalityBrokenError);
    expect((error as FinalityBrokenError).ancestor?.height).to.be.lessThan(2);
    // An operator has looked: it goes on from the ancestor.
    const { final, ancestor } = error as FinalityBrokenError;
    await scan.restore(JSON.stringify({ points: [final] }), { final, ancestor: ancestor ?? at(0) });
    expect((await scan.round()).touched).to.have.length(1);
    await journal.close();
  });

  it("given a fork of which nodes know nothing any more, stands still too, until an operator says from where to read", async () => {
    const chain = new Chain().add("a").add("b").add("c");
    const { journal, scan } = await reading(chain);
    chain.final = 2;
    await scan.round();
    chain.blocks.splice(0);
    chain.add("a2", "PayoutRequested").add("b2").add("c2");
    chain.commonAncestor = () => Promise.reject(new TerminalError("REORGANISED_TOO_DEEP", "nobody knows"));
    const error = await scan.round().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(FinalityBrokenError);
    const { final, ancestor } = error as FinalityBrokenError;
    expect([final.hash, ancestor]).to.deep.equal(["b", undefined]);
    await scan.restore(JSON.stringify({ points: [final] }), { final, from: 1 });
    chain.commonAncestor = async ([oldest]) => oldest ?? at(0);
    expect((await scan.round()).touched).to.have.length(1);
    await journal.close();
  });

  it("given a beginning that the chain doesn't have, blames the configuration and not the chain", async () => {
    const chain = new Chain().add("a");
    const { journal, scan } = await reading(chain);
    chain.commonAncestor = () => Promise.reject(new TerminalError("REORGANISED_TOO_DEEP", "nobody knows"));
    const error = await scan.round().catch((thrown: unknown) => thrown);
    expect(error).to.not.be.instanceOf(FinalityBrokenError);
    expect((error as TerminalError).code).to.equal("REORGANISED_TOO_DEEP");
    await journal.close();
  });

  it("given that the store fails, reads the same blocks again", async () => {
    const chain = new Chain().add("a", "PayoutRequested");
    const { journal, names, scan, store } = await reading(chain);
    const sight = store.sight.bind(store);
    let fails = true;
    store.sight = async (...given) => {
      if (fails) throw new Error("the disk is full");
      return sight(...given);
    };
    await scan.round().catch(() => undefined);
    expect(scan.head.height).to.equal(0);
    fails = false;
    expect((await scan.round()).touched).to.deep.equal([names.outbound(PAYOUT)]);
    await journal.close();
  });

  it("keeps the last final point, the last of the others, and some between", () => {
    const points = Array.from({ length: 100 }, (_, height) => at(height));
    const kept = keptPoints(points, at(40));
    expect(kept[0]?.height).to.equal(40);
    expect(kept.slice(-16).map(({ height }) => height)).to.deep.equal(
      Array.from({ length: 16 }, (_, k) => 84 + k),
    );
    expect(kept.length).to.be.lessThan(30);
  });
});
