import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { TerminalError } from "../../src/core/errors.ts";
import { inParallel } from "../../src/core/in-parallel.ts";
import { refusalOf } from "../support/refusal.ts";

describe("jobs side by side", () => {
  it("are never more than allowed, begin in order, and answer in order", async () => {
    const begun: number[] = [];
    let [running, most] = [0, 0];
    const work = async (name: number, index: number) => {
      expect(index).to.equal(name);
      begun.push(name);
      most = Math.max(most, ++running);
      // The first takes longest.
      await sleep(20 - 3 * name);
      running--;
      return name * 10;
    };
    const answers = await inParallel(2, [0, 1, 2, 3, 4], work);
    expect([answers, begun, most]).to.deep.equal([[0, 10, 20, 30, 40], [0, 1, 2, 3, 4], 2]);
    expect(await inParallel(3, [], work)).to.deep.equal([]);
  });

  it("say the first failure, after which none is begun", async () => {
    const begun: number[] = [];
    const work = async (name: number) => {
      begun.push(name);
      await sleep(5);
      if (name === 1) throw new TerminalError("NO", "no");
      await sleep(5);
    };
    expect(await refusalOf(inParallel(2, [0, 1, 2, 3, 4], work))).to.equal("NO");
    await sleep(30);
    expect(begun).to.deep.equal([0, 1]);
  });
});
