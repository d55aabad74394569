import { expect } from "chai";
import type { Effect, TokenReport } from "../../src/chains/chain.ts";
import { RetryableError } from "../../src/core/errors.ts";
import { execute } from "../../src/journal/decider.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { upkeepDecider } from "../../src/relayer/deciders/upkeep-decider.ts";
import { machineClock } from "../../src/relayer/machine-clock.ts";
import { StreamNames } from "../../src/relayer/stream-names.ts";
import { Worker } from "../../src/relayer/worker.ts";
import { until } from "../../src/testing/until.ts";
import { deskOf, sideOf, still } from "./given-desk.ts";
import { FOREIGN, HOME, TERMS } from "./given-route.ts";

describe("A worker that counts what can be spent", () => {
  const journal = SqliteJournal.open({ file: ":memory:" });
  after(() => journal.close());

  it("given counts that don't end, has one of each chain at a time, and works its streams beside them", async () => {
    const stop = new AbortController();
    const counts = { home: 0, foreign: 0 };
    const endless: ((report: TokenReport) => void)[] = [];
    const reserved: string[] = [];
    const side = (name: "home" | "foreign") =>
      sideOf(still(name === "home" ? HOME : FOREIGN), {
        reconcile: () => {
          counts[name]++;
          return new Promise<TokenReport>((resolve) => endless.push(resolve));
        },
        reserve: (effect: Effect) => {
          reserved.push(effect.id);
          return Promise.reject(new RetryableError("NO_TOKEN_FREE", "There is none"));
        },
      });
    const desk = deskOf(
      journal,
      { home: side("home"), foreign: side("foreign") },
      { route: "ltc", pace: { poll: 5, look: 5, lease: 10_000, survey: 1, atOnce: 2 } },
    );
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
