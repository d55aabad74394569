import { expect } from "chai";
import type { ScannedBlock } from "../../src/chains/chain.ts";
import { EvmObserver, ONE_BY_ONE } from "../../src/chains/evm/evm-observer.ts";
import type { StrongroomError } from "../../src/core/errors.ts";
import type { FrontNode } from "../support/front-node.ts";
import { developer, type EvmHarness, openEvm } from "./evm-harness.ts";

async function collect(blocks: AsyncIterable<ScannedBlock>): Promise<ScannedBlock[]> {
  const all: ScannedBlock[] = [];
  for await (const block of blocks) all.push(block);
  return all;
}

const errorOf = (attempt: Promise<unknown>): Promise<StrongroomError> =>
  attempt.then(
    (value) => {
      throw new Error(`It was answered ${JSON.stringify(value)}`);
    },
    (error: StrongroomError) => error,
  );
const codeOf = async (attempt: Promise<unknown>) => (await errorOf(attempt)).code;

describe("an EVM chain, observed", () => {
  let chain: EvmHarness;
  before(async () => {
    chain = await openEvm("anvil");
  });
  after(() => chain?.close());
  afterEach(() => chain.behonest());

  const front = (index: number) => chain.fronts[index] as FrontNode;
  const tell = (times: number) =>
    chain.send(
      2,
      chain.contract,
      chain.face.encodeFunctionData("tell", [developer(3).address, "a", 5, times]),
    );

  it("given several events in one transaction / when its block changes / each keeps its index", async () => {
    const from = await chain.observer.head();
    const txId = await tell(3);
    await chain.mine(1);
    const first = await collect(chain.observer.scan(from, await chain.observer.head()));
    // Another transaction's logs come before it in its next block.
    const raw = (await chain.rpc("eth_getRawTransactionByHash", `0x${txId}`)) as string;
    await chain.reorganise(1, "dropped");
    await chain.send(
      4,
      chain.contract,
      chain.face.encodeFunctionData("tell", [developer(4).address, "b", 6, 2]),
    );
    await chain.rpc("evm_mine");
    await chain.rpc("eth_sendRawTransaction", raw);
    await chain.mine(1);
    const second = await collect(chain.observer.scan(from, await chain.observer.head()));
    const own = (blocks: readonly ScannedBlock[]) =>
      blocks.flatMap(({ events }) => events).filter((event) => event.txId === txId);
    expect(own(first).map(({ index }) => index)).to.deep.equal([0, 1, 2]);
    expect(own(second).map(({ point, ...event }) => event)).to.deep.equal(
      own(first).map(({ point, ...event }) => event),
    );
    expect(own(second)[0]?.point).not.to.deep.equal(own(first)[0]?.point);
  });

  it("given a node that hides logs / when it is scanned / nothing is answered", async () => {
    const from = await chain.observer.head();
    await tell(1);
    await chain.mine(1);
    front(2).lie = (method, _, truth) => (method === "eth_getLogs" ? [] : truth);
    const scan = chain.observer.scan(from, await chain.observer.head());
    expect(await codeOf(collect(scan))).to.equal("NODES_DISAGREE");
  });

  it("given nodes that all hide a range's logs / when the block's bloom filter speaks of some / nothing is answered", async () => {
    const from = await chain.observer.head();
    await tell(1);
    await chain.mine(1);
    for (const node of chain.fronts) {
      node.lie = (method, [filter], truth) =>
        method === "eth_getLogs" && (filter as { blockHash?: string }).blockHash === undefined ? [] : truth;
    }
    const scan = chain.observer.scan(from, await chain.observer.head());
    expect(await codeOf(collect(scan))).to.equal("NODES_DISAGREE");
  });

  it("given a node that tells of logs twice / when it is scanned / each counts once", async () => {
    const from = await chain.observer.head();
    await tell(2);
    await chain.mine(1);
    front(1).lie = (method, _, truth) => (method === "eth_getLogs" ? [truth, truth].flat() : truth);
    const blocks = await collect(chain.observer.scan(from, await chain.observer.head()));
    expect(blocks.flatMap(({ events }) => events)).to.have.length(2);
  });

  it("given a node that tells of logs of others, of other blocks, or of two at one place / when it is scanned / its word is none", async () => {
    const from = await chain.observer.head();
    await tell(2);
    await chain.mine(1);
    const to = await chain.observer.head();
    const changes: ((log: Record<string, string>) => object)[] = [
      (log) => ({ ...log, address: developer(9).address }),
      (log) => ({ ...log, blockNumber: "0x1" }),
      (log) => ({ ...log, logIndex: "0x0" }),
      (log) => ({ ...log, removed: true }),
    ];
    for (const change of changes) {
      for (const index of [0, 1]) {
        front(index).lie = (method, _, truth) =>
          method === "eth_getLogs" ? (truth as Record<string, string>[]).map(change) : truth;
      }
      expect(await codeOf(collect(chain.observer.scan(from, to))), change.toString()).to.be.oneOf([
        "NODES_UNAVAILABLE",
        "NODES_DISAGREE",
      ]);
    }
  });

  it("given a reorganisation between the answers of one scan / when it goes on / it says so, and yields nothing of the other chain", async () => {
    const from = await chain.observer.head();
    await tell(1);
    await chain.mine(70);
    const to = await chain.observer.head();
    let asked = 0;
    front(0).before = async ({ method }) => {
      if (method === "eth_getLogs" && ++asked === 2) await chain.reorganise(70, "dropped");
    };
    const seen: ScannedBlock[] = [];
    const scan = (async () => {
      for await (const block of chain.observer.scan(from, to)) seen.push(block);
    })();
    expect(await codeOf(scan)).to.be.oneOf(["REORGANISED", "NODES_DISAGREE"]);
    expect(seen.length).to.be.lessThan(70);
  });

  it("given one node that is behind / when two are level / they answer; when only one is, the others are waited for", async () => {
    const before = await chain.observer.head();
    await chain.mine(2);
    const late = (method: string, params: readonly unknown[], truth: unknown) => {
      if (method !== "eth_getBlockByNumber") return truth;
      const height = `0x${before.height.toString(16)}`;
      if (params[0] === "latest") return { ...(truth as object), number: height };
      return Number(params[0]) > before.height ? null : truth;
    };
    front(0).lie = late;
    const head = await chain.observer.head();
    expect(head.height).to.equal(before.height + 2);
    expect(await collect(chain.observer.scan(before, head))).to.have.length(2);
    front(1).lie = late;
    expect((await chain.observer.head()).height).to.equal(before.height);
    expect(await codeOf(collect(chain.observer.scan(before, head)))).to.equal("NODES_BEHIND");
  });

  it("given saved points that all left the chain / when it looks for an ancestor / it is the oldest's parent, or it says that none is known", async () => {
    await tell(1);
    await chain.mine(1);
    const oldest = await chain.observer.head();
    const header = await chain.rpc("eth_getBlockByHash", `0x${oldest.hash}`, false);
    await chain.reorganise(1, "dropped");
    // anvil forgets blocks that left the chain; other nodes keep them for a while.
    expect(await codeOf(chain.observer.commonAncestor([oldest]))).to.equal("REORGANISED_TOO_DEEP");
    for (const node of chain.fronts) {
      node.lie = (method, [hash], truth) =>
        method === "eth_getBlockByHash" && hash === `0x${oldest.hash}` ? header : truth;
    }
    expect((await chain.observer.commonAncestor([oldest])).height).to.equal(oldest.height - 1);
    expect(await codeOf(chain.observer.commonAncestor([{ height: 5, hash: "12".repeat(32) }]))).to.equal(
      "REORGANISED_TOO_DEEP",
    );
    expect(await codeOf(chain.observer.commonAncestor([]))).to.equal("NO_SAVED_POINTS");
  });

  it("given many final blocks / when it catches up / it passes over empty ones, and tells of each event once, in order", async () => {
    const from = await chain.observer.head();
    const sent: string[] = [];
    for (let n = 0; n < 5; n++) {
      sent.push(await tell(1));
      await chain.mine(1);
      await chain.rpc("anvil_mine", "0x1e");
    }
    await chain.rpc("anvil_mine", "0x46");
    const to = await chain.observer.head();
    // Nodes refuse more than 40 blocks at once.
    for (const node of chain.fronts) {
      node.lie = (method, [filter], truth) => {
        const { fromBlock, toBlock } = (filter ?? {}) as { fromBlock?: string; toBlock?: string };
        return method === "eth_getLogs" && Number(toBlock) - Number(fromBlock) > 40
          ? "too many blocks"
          : truth;
      };
    }
    const blocks = await collect(chain.observer.scan(from, to));
    expect(blocks.flatMap(({ events }) => events.map(({ txId }) => txId))).to.deep.equal(sent);
    expect(blocks.length).to.be.lessThan(to.height - from.height);
    expect(blocks.slice(-ONE_BY_ONE).map(({ point }) => point.height)).to.deep.equal(
      Array.from({ length: ONE_BY_ONE }, (_, at) => to.height - ONE_BY_ONE + 1 + at),
    );
    let parent = from;
    for (const block of blocks) {
      expect(block.parent).to.deep.equal(parent);
      parent = block.point;
    }
    expect(parent).to.deep.equal(to);
    // Configured so, none is asked for more, and it comes to the same.
    const asked: number[] = [];
    for (const node of chain.fronts) {
      node.lie = (method, [filter], truth) => {
        const { fromBlock, toBlock } = (filter ?? {}) as { fromBlock?: string; toBlock?: string };
        if (method === "eth_getLogs") asked.push(Number(toBlock) - Number(fromBlock) + 1);
        return truth;
      };
    }
    const narrow = new EvmObserver(chain.view, { contract: chain.contract, face: chain.face, span: 7 });
    const others = await collect(narrow.scan(from, to));
    expect(others.flatMap(({ events }) => events)).to.deep.equal(blocks.flatMap(({ events }) => events));
    expect(Math.max(...asked)).to.equal(7);
    const wrong = { ...from, hash: "12".repeat(32) };
    expect(await codeOf(collect(chain.observer.scan(wrong, to)))).to.equal("REORGANISED");
    const other = { ...to, hash: "12".repeat(32) };
    expect(await codeOf(collect(chain.observer.scan(from, other)))).to.equal("REORGANISED");
  });
});
