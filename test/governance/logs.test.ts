import { expect } from "chai";
import { type Filter, type Log, type Provider, ZeroAddress, ZeroHash } from "ethers";
import { LOG_SPAN, logsOf } from "../../src/governance/logs.ts";

/** A node with one log in each of some blocks, that answers at most `most` blocks a question. */
function nodeWith(blocks: readonly number[], most: number) {
  const asked: (readonly [number, number])[] = [];
  const provider = {
    async getLogs({ fromBlock, toBlock }: Filter): Promise<readonly Log[]> {
      const [from, to] = [Number(fromBlock), Number(toBlock)];
      if (to - from + 1 > most) throw new Error("query exceeds max block range");
      asked.push([from, to]);
      return blocks
        .filter((block) => block >= from && block <= to)
        .map((blockNumber) => ({ blockNumber, index: 0 }) as Log);
    },
  };
  return { provider: provider as unknown as Provider, asked };
}

function ask(provider: Provider, fromBlock: number, toBlock: number): Promise<readonly Log[]> {
  return logsOf(provider, { addresses: [ZeroAddress], topics: [ZeroHash], fromBlock, toBlock });
}

describe("questions for logs", () => {
  it("given a long range, asks in spans that touch and don't overlap, and sorts what it gets", async () => {
    const blocks = [5, LOG_SPAN + 4, LOG_SPAN + 5, 3 * LOG_SPAN];
    const { provider, asked } = nodeWith(blocks, LOG_SPAN);
    const logs = await ask(provider, 5, 3 * LOG_SPAN);
    expect(logs.map(({ blockNumber }) => blockNumber)).to.deep.equal(blocks);
    expect([...asked].sort(([a], [b]) => a - b)).to.deep.equal([
      [5, LOG_SPAN + 4],
      [LOG_SPAN + 5, 2 * LOG_SPAN + 4],
      [2 * LOG_SPAN + 5, 3 * LOG_SPAN],
    ]);
  });

  it("given a node that answers shorter spans only, asks for those, and misses nothing", async () => {
    const blocks = Array.from({ length: 40 }, (_, index) => index * 250);
    const { provider, asked } = nodeWith(blocks, 1_000);
    const logs = await ask(provider, 0, LOG_SPAN - 1);
    expect(logs.map(({ blockNumber }) => blockNumber)).to.deep.equal(blocks);
    const covered = asked.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    expect(covered).to.equal(LOG_SPAN);
  });

  it("given a node that answers nothing, says so", async () => {
    const { provider } = nodeWith([], 0);
    let error: unknown;
    try {
      await ask(provider, 0, LOG_SPAN);
    } catch (caught) {
      error = caught;
    }
    expect(error).to.include({ code: "LOGS_UNREADABLE", retryable: true });
  });

  it("given a range without blocks, asks nothing", async () => {
    const { provider, asked } = nodeWith([1], 10);
    expect(await ask(provider, 5, 4)).to.deep.equal([]);
    expect(asked).to.deep.equal([]);
  });
});
