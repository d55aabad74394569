import { expect } from "chai";
import type { ChainObserver, Effect, EffectExecutor, TokenReport } from "../../src/chains/chain.ts";
import { RetryableError } from "../../src/core/errors.ts";
import { execute } from "../../src/journal/decider.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { upkeepDecider } from "../../src/relayer/deciders/upkeep-decider.ts";
import { machineClock } from "../../src/relayer/machine-clock.ts";
import { routeDeciders } from "../../src/relayer/route-deciders.ts";
import type { RouteDesk } from "../../src/relayer/route-desk.ts";
import { StreamNames } from "../../src/relayer/stream-names.ts";
import { Worker } from "../../src/relayer/worker.ts";
import type { Signer } from "../../src/signing/signer.ts";
import { until } from "../support/until.ts";
import { at, FOREIGN, HOME, TERMS } from "./given-route.ts";

/** A chain on which nothing happens. */
const still = (chain: string): ChainObserver => ({
  chain,
  head: async () => at(1),
  finalized: async () => at(1),
  at: async () => at(1),
  commonAncestor: async () => at(1),
  finality: async () => "unseen",
  async *scan() {},
});

describe("A worker that counts what can be spent", () => {
  const journal = SqliteJournal.open({ file: ":memory:" });
  after(() => journal.close());

  it("given counts that don't end, has one of each chain at a time, and works its streams beside them", async () => {
    const stop = new AbortController();
    const counts = { home: 0, foreign: 0 };
    const endless: ((report: TokenReport) => void)[] = [];
    const reserved: string[] = [];
    const executor = (side: "home" | "foreign"): EffectExecutor =>
      ({
        chain: side === "home" ? HOME : FOREIGN,
        reconcile: () => {
          counts[side]++;
          return new Promise<TokenReport>((resolve) => endless.push(resolve));
        },
        reserve: (effect: Effect) => {
          reserved.push(effect.id);
          return Promise.reject(new RetryableError("NO_TOKEN_FREE", "There is none"));
        },
      }) as unknown as EffectExecutor;
    const nobody: Signer = {
      ...{ key: "coins", scheme: "bip340", publicKey: async () => "" },
      sign: () => Promise.reject(new Error("nothing is to be signed here")),
    };
    const side = (name: "home" | "foreign") => ({
      ...{ observer: still(name === "home" ? HOME : FOREIGN), executor: executor(name), signer: nobody },
      ...{ inputsOf: () => [], from: at(1) },
    });
    const desk: RouteDesk = {
      ...{ route: "ltc", terms: TERMS, deciders: routeDeciders(TERMS), journal, clock: machineClock },
      ...{ random: () => 0.5, sides: { home: side("home"), foreign: side("foreign") } },
      committee: { prove: () => Promise.reject(new Error("nothing is to be stated")) },
      pace: { poll: 5, look: 5, lease: 10_000, survey: 1, atOnce: 2 },
      ...{ holder: "one", log: () => {} },
    };
    const worker = new Worker(desk);
    const ends = worker.run(stop.signal);
    try {
      await until("coins are counted", () => counts.foreign > 0);
      // As many rounds as there would be counts, if each began another one.
      for (let rounds = 0; rounds < 10; rounds++) {
        const { beatAt } = worker.survey;
        await until("another round", () => worker.survey.beatAt > beatAt);
      }
      expect(counts).to.deep.equal({ home: 1, foreign: 1 });
      const effect: Effect = { id: "ab".repeat(32), kind: "anchors", data: { count: "1" } };
      const stream = new StreamNames("ltc").upkeep(`0x${effect.id}`);
      await execute(journal, upkeepDecider(TERMS), stream, { is: "asked", effect, by: "ana" });
      await until("a token is reserved", () => reserved.length > 0);
      expect(reserved[0]).to.equal(effect.id);
      for (const end of endless.splice(0)) end({ free: [], balance: 7n });
      await until("coins are counted again", () => counts.foreign > 1);
      expect(counts.foreign).to.equal(2);
      expect(worker.survey.sides.foreign.balance).to.equal(7n);
    } finally {
      stop.abort();
      for (let left = 0; left < 3; left++) {
        for (const end of endless.splice(0)) end({ free: [], balance: 7n });
        await machineClock.sleep(5);
      }
      await ends;
    }
  });
});
