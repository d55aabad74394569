import { expect } from "chai";
import { historyText, replayCommand } from "../../src/relayer/simulation/history-text.ts";
import { MUTANTS } from "../../src/relayer/simulation/mutants.ts";
import { simulate } from "../../src/relayer/simulation/simulate.ts";

const DEEP = process.env.STRONGROOM_DEEP === "1";
/** Simulations, each by a seed of its own. */
const SEEDS = DEEP ? 100_000 : 2_000;
/** In which each planted defect must be found. */
const ENOUGH = 800;
/** Lines of a failing history that are printed. */
const LINES = 120;

describe("A simulated route", function () {
  this.timeout(DEEP ? 6 * 3_600_000 : 15 * 60_000);

  it(`keeps what is promised by ${SEEDS} seeds: one effect at most, minted what arrived, nothing lost, everything ended`, async () => {
    const ends: Record<string, number> = {};
    for (let seed = 1; seed <= SEEDS; seed++) {
      const run = await simulate(seed);
      if (run.violation !== undefined) expect.fail(historyText(run, LINES));
      for (const [end, times] of Object.entries(run.ends)) ends[end] = (ends[end] ?? 0) + times;
    }
    // It would be no test if nothing were ever paid, voided, refunded or cancelled.
    expect(ends.SETTLED, JSON.stringify(ends)).to.be.greaterThan(SEEDS);
    expect(ends.CREDITED).to.be.greaterThan(SEEDS);
    for (const end of ["REFUNDED", "CANCELLED", "broken"])
      expect(ends[end], end).to.be.greaterThan(SEEDS / 200);
    const dead = Object.entries(ends).filter(([end]) => end.startsWith("dead"));
    const deadLetters = dead.reduce((sum, [, times]) => sum + times, 0);
    expect(deadLetters, JSON.stringify(dead)).to.be.lessThan(SEEDS / 10);
  });

  it("given the same seed, is the same, step by step", async () => {
    for (const seed of [3, 21, 77]) {
      const [first, second] = [await simulate(seed), await simulate(seed)];
      expect(second.history).to.deep.equal(first.history);
      expect(second.steps).to.equal(first.steps);
    }
  });

  for (const [name, mutant] of Object.entries(MUTANTS)) {
    it(`notices a relayer of which it is said: ${name}`, async () => {
      for (let seed = 1; seed <= ENOUGH; seed++) {
        const run = await simulate(seed, mutant);
        if (run.violation === undefined) continue;
        expect(historyText(run)).to.include(run.violation).and.to.include(replayCommand(seed));
        return;
      }
      expect.fail(`not noticed by ${ENOUGH} seeds`);
    });
  }
});
