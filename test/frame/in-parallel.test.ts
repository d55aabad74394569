import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { TerminalError } from "../../src/core/errors.ts";
import { inParallel } from "../../src/core/in-parallel.ts";
import { refusalOf } from "../support/refusal.ts";

describe("jobs side by side", () => {
  it("are never more than allowed, begin in order, and answer in order", async () => {
    const begun: number[] = [];
    let [running, most] = [0, 0];
    const job = (name: number) => async () => {
      begun.push(name);
      most = Math.max(most, ++running);
      // The first takes longest.
      await sleep(20 - 3 * name);
      running--;
      return name * 10;
    };
    const answers = await inParallel(2, [0, 1, 2, 3, 4].map(job));
    expect([answers, begun, most]).to.deep.equal([[0, 10, 20, 30, 40], [0, 1, 2, 3, 4], 2]);
    expect(await inParallel(3, [])).to.deep.equal([]);
  });

  it("say the first failure", async () => {
    const jobs = [async () => 1, async () => Promise.reject(new TerminalError("NO", "no"))];
    expect(await refusalOf(inParallel(2, jobs))).to.equal("NO");
  });
});
