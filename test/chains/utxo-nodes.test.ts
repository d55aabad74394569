import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect } from "chai";
import { z } from "zod";
import { readBlock } from "../../src/chains/utxo/block.ts";
import { broadcastTo, refusalMeans } from "../../src/chains/utxo/broadcast.ts";
import { ChainView } from "../../src/chains/utxo/chain-view.ts";
import {
  JsonRpcNode,
  type NodeCredentials,
  NodeRefusal,
  NodeSilent,
} from "../../src/chains/utxo/json-rpc-node.ts";
import { UTXO_NETWORKS } from "../../src/chains/utxo/network.ts";
import { networkFee } from "../../src/chains/utxo/network-fee.ts";
import { NodeQuorum } from "../../src/chains/utxo/node-quorum.ts";
import { RetryableError, StrongroomError, TerminalError } from "../../src/core/errors.ts";
import { Redacted } from "../../src/core/redacted.ts";
import { type Answer, type HttpServer, startHttpServer } from "../support/http-server.ts";

const network = UTXO_NETWORKS.litecoinRegtest;
const CREDENTIALS: NodeCredentials = { user: "us", password: new Redacted("quite secret") };
const quick = {
  fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
  wait: async () => undefined,
};

type Says = Readonly<Record<string, unknown>>;
/** Answers by method; a function is asked with the parameters; an `Error` is refused with its code. */
type Script = Readonly<Record<string, unknown | ((...parameters: readonly unknown[]) => unknown)>>;

class Refused {
  readonly error: Says;
  constructor(code: number, message: string) {
    this.error = { code, message };
  }
}

/** A node that refuses the request itself. */
class HttpStatus {
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(StrongroomError);
  return (error as StrongroomError).code;
}

describe("asking a node", () => {
  const servers: HttpServer[] = [];
  const serve = async (answer: (count: number, headers: Record<string, unknown>) => Answer) => {
    const server = await startHttpServer(({ headers }, count) => answer(count, headers));
    servers.push(server);
    return server;
  };
  const nodeAt = (url: string, more: Partial<ConstructorParameters<typeof JsonRpcNode>[0]> = {}) =>
    new JsonRpcNode({ name: "theirs", url, credentials: CREDENTIALS, ...more }, quick);
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  it("given user and password, or a cookie file / when it is asked / the node is shown them, and nothing else shows the password", async () => {
    const folder = mkdtempSync(join(tmpdir(), "strongroom-cookie-"));
    const cookieFile = join(folder, ".cookie");
    try {
      const shown: unknown[] = [];
      const { url } = await serve((_, headers) => {
        shown.push(headers.authorization);
        return { body: '{"result":7,"error":null,"id":"x"}' };
      });
      expect(await nodeAt(url).ask("getblockcount", [], z.number())).to.equal(7);
      const cookied = nodeAt(url, { credentials: { cookieFile } });
      expect(await codeOf(cookied.ask("getblockcount", [], z.number()))).to.equal("NODE_SILENT");
      // As a node writes another one at each start.
      for (const secret of ["one", "two"]) {
        writeFileSync(cookieFile, `__cookie__:${secret}\n`);
        await cookied.ask("getblockcount", [], z.number());
      }
      expect(shown).to.deep.equal(
        ["us:quite secret", "__cookie__:one", "__cookie__:two"].map(
          (text) => `Basic ${Buffer.from(text).toString("base64")}`,
        ),
      );
      expect(inspect(nodeAt(url), { depth: 9, showHidden: true })).not.to.contain("quite secret");
      expect(JSON.stringify(CREDENTIALS)).not.to.contain("quite secret");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("given answers that are none / when it is asked / it is silent, whatever the node made of it", async () => {
    for (const answer of [
      "hang up",
      "silence",
      { status: 503, body: "Work queue depth exceeded" },
      { body: "[]" },
      { body: '{"result":"seven"}' },
      { body: '{"result":null,"error":{"code":-28,"message":"Loading block index"}}', status: 500 },
      { body: `{"result":"${"7".repeat(2_000)}"}` },
    ] as const) {
      const { url } = await serve(() => answer);
      const asked = nodeAt(url, { longest: 1_000, timeout: 300 }).ask("getblockcount", [], z.number());
      const error = await asked.catch((thrown: unknown) => thrown);
      expect(error, JSON.stringify(answer)).to.be.instanceOf(NodeSilent);
    }
  });

  it("given an answer at the second time / when it is asked / it is that, but what sends something is sent once", async () => {
    const { url, requests } = await serve((count) =>
      count % 2 === 1 ? "hang up" : { body: '{"result":7}' },
    );
    expect(await nodeAt(url).ask("getblockcount", [], z.number())).to.equal(7);
    expect(requests).to.have.length(2);
    expect(await codeOf(nodeAt(url).ask("sendrawtransaction", ["00"], z.string()))).to.equal("NODE_SILENT");
    expect(requests).to.have.length(3);
  });

  it("given a node that says no, or doesn't know us / when it is asked / the one is its word, the other our configuration", async () => {
    const no = await serve(() => ({
      status: 500,
      body: '{"result":null,"error":{"code":-8,"message":"Block height out of range"}}',
    }));
    const error = await nodeAt(no.url)
      .ask("getblockhash", [9], z.string())
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(NodeRefusal);
    expect(error).to.include({ rpcCode: -8, said: "Block height out of range" });
    for (const status of [401, 403]) {
      const stranger = await serve(() => ({ status, body: "" }));
      const refused = await nodeAt(stranger.url)
        .ask("getblockcount", [], z.number())
        .catch((thrown) => thrown);
      // It may be let in again: its cookie was just written anew, say.
      expect(refused).to.be.instanceOf(RetryableError);
      expect(refused).to.include({ code: "NODE_CREDENTIALS" });
    }
    const astray = await serve(() => ({ status: 307, body: "", headers: { location: no.url } }));
    expect(await codeOf(nodeAt(astray.url).ask("getblockhash", [9], z.string()))).to.equal("NODE_SILENT");
    for (const url of ["ftp://node", "nowhere", "http://us:secret@node"])
      expect(() => nodeAt(url)).to.throw(TerminalError);
  });
});

describe("asking several nodes", () => {
  const servers: HttpServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  /** A quorum of nodes that answer by their scripts; undefined: a node that is down. */
  const quorumOf = async (...scripts: readonly (Script | HttpStatus | undefined)[]) => {
    const nodes: JsonRpcNode[] = [];
    for (const [at, script] of scripts.entries()) {
      const server = await startHttpServer(({ body }) => {
        if (script === undefined) return "hang up";
        if (script instanceof HttpStatus) return { status: script.code, body: "" };
        const { method, params } = JSON.parse(body) as { method: string; params: unknown[] };
        if (method === "getblockhash" && params[0] === 0 && script.genesis === undefined) {
          return { body: JSON.stringify({ result: network.genesis }) };
        }
        const told = script[method === "getblockhash" && params[0] === 0 ? "genesis" : method];
        const result: unknown = typeof told === "function" ? told(...params) : told;
        return {
          body: JSON.stringify(
            result instanceof Refused ? { result: null, error: result.error } : { result },
          ),
        };
      });
      servers.push(server);
      nodes.push(
        new JsonRpcNode({ name: `node ${at}`, url: server.url, credentials: CREDENTIALS, retries: 0 }, quick),
      );
    }
    return new NodeQuorum(network, nodes);
  };
  const hash = (height: number, fork = 0) => `${fork}${height}`.padStart(64, "0");
  /** A chain of that many blocks that leaves the others' at a height. */
  const chain = (height: number, from = Number.POSITIVE_INFINITY, fork = 1): Script => ({
    getblockcount: height,
    getblockhash: (at: number) =>
      at > height ? new Refused(-8, "Block height out of range") : hash(at, at >= from ? fork : 0),
  });

  it("given fewer than two nodes, or two of one name / when they are put together / it is refused", async () => {
    const { nodes } = await quorumOf({}, {});
    const [one] = nodes as [JsonRpcNode, JsonRpcNode];
    expect(() => new NodeQuorum(network, [])).to.throw(TerminalError, "two nodes");
    expect(() => new NodeQuorum(network, [one])).to.throw(TerminalError, "two nodes");
    expect(() => new NodeQuorum(network, [one, one])).to.throw(TerminalError, "names of their own");
  });

  it("given two to five nodes / when some are down / a majority, and never one alone, must answer", async () => {
    for (const [all, down, answered] of [
      [2, 0, true],
      [2, 1, false],
      [3, 1, true],
      [3, 2, false],
      [4, 1, true],
      [4, 2, false],
      [5, 2, true],
      [5, 3, false],
    ] as const) {
      const quorum = await quorumOf(
        ...Array.from({ length: all }, (_, at) => (at < down ? undefined : { getblockcount: 3 })),
      );
      const asked = quorum.agreed("the height", (node) => node.ask("getblockcount", [], z.number()));
      if (answered) expect(await asked).to.equal(3);
      else expect(await codeOf(asked)).to.equal("NODES_UNAVAILABLE");
    }
  });

  it("given a node that was silent / when others are enough / it is left alone for a while, and asked where they aren't", async () => {
    const asked: number[] = [];
    const answering = [false, true, true];
    const { nodes } = await quorumOf({}, {}, {});
    let now = 0;
    const quorum = new NodeQuorum(network, nodes, { rest: 1_000, now: () => now });
    const each = () => {
      asked.length = 0;
      return quorum.each("a place", async (node) => {
        const at = nodes.indexOf(node);
        asked.push(at);
        if (answering[at] === false) throw new NodeSilent("NODE_SILENT", "it hangs");
        return at;
      });
    };
    await each();
    expect(asked).to.have.members([0, 1, 2]);
    now = 999;
    await each();
    expect(asked).to.have.members([1, 2]);
    answering[1] = false;
    answering[0] = true;
    await each();
    expect(asked).to.have.members([1, 2, 0]);
    now = 2_500;
    answering[1] = true;
    expect((await each()).map(({ value }) => value)).to.have.members([0, 1, 2]);
  });

  it("given a node of another chain, or that doesn't let us in / when others are enough / they answer, and it is told of", async () => {
    const height = (quorum: NodeQuorum) =>
      quorum.agreed("the height", (node) => node.ask("getblockcount", [], z.number()));
    const good = { getblockcount: 3 };
    const other = { ...good, genesis: UTXO_NETWORKS.litecoin.genesis };
    const locked = new HttpStatus(401);
    for (const [bad, trouble] of [
      [other, "NODE_WRONG_CHAIN"],
      [locked, "NODE_CREDENTIALS"],
    ] as const) {
      const three = await quorumOf(good, bad, good);
      expect(await height(three)).to.equal(3);
      expect(three.health()).to.deep.equal([
        { name: "node 0", trouble: undefined },
        { name: "node 1", trouble },
        { name: "node 2", trouble: undefined },
      ]);
      // Where they aren't enough it may pass: nothing is over because of one node's configuration.
      const error = await height(await quorumOf(good, bad)).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(RetryableError);
      expect(error).to.include({ code: "NODES_UNAVAILABLE" });
      expect((error as RetryableError).facts.reasons).to.equal(`node 1: ${trouble}`);
    }
  });

  it("given a node that was of another chain / when it has come to the right one / it is heard again", async () => {
    const script: Record<string, unknown> = { getblockcount: 3, genesis: "ab".repeat(32) };
    let now = 0;
    const { nodes } = await quorumOf({ getblockcount: 3 }, script);
    const quorum = new NodeQuorum(network, nodes, { rest: 1_000, now: () => now });
    const height = () => quorum.agreed("the height", (node) => node.ask("getblockcount", [], z.number()));
    expect(await codeOf(height())).to.equal("NODES_UNAVAILABLE");
    script.genesis = network.genesis;
    now = 1_001;
    expect(await height()).to.equal(3);
    expect(quorum.health().every(({ trouble }) => trouble === undefined)).to.equal(true);
  });

  it("given a node that is behind, or claims more / when the tip is asked for / it is the best block that all have", async () => {
    const tip = async (...heights: readonly number[]) =>
      new ChainView(await quorumOf(...heights.map((height) => chain(height))), 4).tip();
    expect(await tip(100, 100, 100)).to.deep.equal({ head: { height: 100, hash: hash(100) }, final: 97 });
    expect(await tip(100, 98, 100)).to.deep.equal({ head: { height: 98, hash: hash(98) }, final: 95 });
    expect(await tip(100, 100, 1_100)).to.deep.equal({ head: { height: 100, hash: hash(100) }, final: 97 });
  });

  it("given a fork / when the tip is asked for / it is stepped below while it is short, and a disagreement once it reaches finality", async () => {
    const view = async (from: number) =>
      new ChainView(await quorumOf(chain(100), chain(100), chain(100, from)), 4);
    expect((await (await view(100)).tip()).head).to.deep.equal({ height: 99, hash: hash(99) });
    expect((await (await view(98)).tip()).head).to.deep.equal({ height: 97, hash: hash(97) });
    expect(await codeOf((await view(97)).tip())).to.equal("NODES_DISAGREE");
    expect(await codeOf((await view(5)).hashAt(90))).to.equal("NODES_DISAGREE");
    expect(await (await view(95)).hashAt(90)).to.equal(hash(90));
    expect(await (await view(95)).hashAt(101)).to.equal(undefined);
  });

  describe("about fees", () => {
    const says = (estimate: number | undefined, least = 0.00001): Script => ({
      estimatesmartfee:
        estimate === undefined
          ? { errors: ["Insufficient data or no feerate found"], blocks: 0 }
          : { feerate: estimate, blocks: 6 },
      getmempoolinfo: { mempoolminfee: least, minrelaytxfee: 0.00001 },
    });

    it("given estimates / when the fee is asked for / it is their median, the lower of two, never less than is taken nor above the cap", async () => {
      const rate = async (...scripts: readonly (Script | undefined)[]) =>
        (await networkFee(await quorumOf(...scripts), "normal")).rate;
      expect(await rate(says(0.0002), says(0.0003), says(0.00025))).to.equal(25_000n);
      expect(await rate(says(0.0002), says(0.0003))).to.equal(20_000n);
      expect(await rate(says(0.0002), undefined, says(0.0003))).to.equal(20_000n);
      expect(await rate(says(undefined), says(undefined), says(undefined))).to.equal(1_000n);
      expect(await rate(says(0.00001, 0.00005), says(0.00001, 0.00005))).to.equal(5_000n);
      expect(await rate(says(0.5), says(0.4), says(0.3))).to.equal(network.rateCap);
    });

    it("given one estimate far from the others / when the fee is asked for / nothing is answered", async () => {
      for (const lie of [says(0.5), says(0.00001), says(0.0002, 0.5)]) {
        const quorum = await quorumOf(says(0.0002), says(0.00021), lie);
        expect(await codeOf(networkFee(quorum, "normal"))).to.equal("NODES_DISAGREE");
      }
    });

    it("given a chain with a market and nodes without estimates / when the fee is asked for / it isn't known", async () => {
      const { nodes } = await quorumOf(
        { ...says(undefined), genesis: UTXO_NETWORKS.litecoin.genesis },
        { ...says(0.0002), genesis: UTXO_NETWORKS.litecoin.genesis },
      );
      expect(await codeOf(networkFee(new NodeQuorum(UTXO_NETWORKS.litecoin, nodes), "normal"))).to.equal(
        "FEE_UNKNOWN",
      );
    });
  });

  describe("to take a transaction", () => {
    const ID = "ab".repeat(32);
    const sent = async (...words: readonly unknown[]) =>
      broadcastTo(
        await quorumOf(
          ...words.map((word) => (word === undefined ? undefined : { sendrawtransaction: word })),
        ),
        ID,
        "00",
      );
    const spent = new Refused(-25, "bad-txns-inputs-missingorspent");
    const poor = new Refused(
      -26,
      "insufficient fee, rejecting replacement ab; new feerate 0.00001 <= old feerate 0.00001",
    );
    const broken = new Refused(-26, "non-mandatory-script-verify-flag (Invalid Schnorr signature)");

    it("given one node that has it / when it is sent / it is accepted or known, whatever the others say", async () => {
      expect(await sent(spent, undefined, ID)).to.equal("accepted");
      expect(await sent(poor, new Refused(-27, "transaction already in block chain"), spent)).to.equal(
        "known",
      );
    });

    it("given anything that may pass / when it is sent / it is ambiguous: no outcome is inferred from -25 or from silence", async () => {
      expect(await sent(spent, spent, spent)).to.equal("ambiguous");
      expect(await sent(broken, broken, undefined)).to.equal("ambiguous");
      expect(await sent(undefined, undefined, undefined)).to.equal("ambiguous");
      expect(await sent(new Refused(-26, "txn-mempool-conflict"), broken, broken)).to.equal("ambiguous");
      // A node that says to have taken another transaction hasn't said anything.
      expect(await sent("cd".repeat(32), broken, broken)).to.equal("ambiguous");
    });

    it("given all nodes that refuse it for good / when it is sent / it is rejected", async () => {
      expect(await sent(broken, poor, new Refused(-22, "TX decode failed"))).to.equal("rejected");
      for (const said of [
        "min relay fee not met, 1 < 2",
        "mempool min fee not met",
        "dust",
        "bad-txns-in-belowout",
        "tx-size",
        "mandatory-script-verify-flag-failed (x)",
      ]) {
        expect(refusalMeans({ rpcCode: -26, said }), said).to.equal("rejected");
      }
      for (const said of [
        "txn-mempool-conflict",
        "too-long-mempool-chain",
        "non-final",
        "bad-txns-spends-conflicting-tx",
        "bad-txns-premature-spend-of-coinbase",
        "a reason of tomorrow",
      ]) {
        expect(refusalMeans({ rpcCode: -26, said }), said).to.equal("ambiguous");
      }
    });
  });
});

describe("reading a block", () => {
  // Bitcoin's genesis block, as everybody has it.
  const GENESIS =
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c" +
    "0101000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000";
  const { genesis } = UTXO_NETWORKS.bitcoin;

  it("given Bitcoin's first block / when it is read / it has the one transaction that everybody knows", () => {
    const { transactions, parent } = readBlock(genesis, GENESIS);
    expect(parent).to.equal("00".repeat(32));
    expect(transactions).to.have.length(1);
    expect(transactions[0]).to.deep.include({
      txId: "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b",
      spends: [],
      coinbase: true,
    });
    expect(transactions[0]?.outputs[0]?.amount).to.equal(5_000_000_000n);
  });

  it("given a Litecoin block with a peg-out and an extension block / when it is read / it has the node's transactions", () => {
    const { hash, parent, raw, transactions } = JSON.parse(
      readFileSync(new URL("../vectors/litecoin-mweb-block.json", import.meta.url), "utf8"),
    ) as {
      hash: string;
      parent: string;
      raw: string;
      transactions: { txId: string; spends: string[]; outputs: { amount: string; script: string }[] }[];
    };
    const block = readBlock(hash, raw);
    expect(block.parent).to.equal(parent);
    expect(
      block.transactions.map(({ txId, spends, outputs }) => ({
        txId,
        spends,
        outputs: outputs.map(({ amount, script }) => ({ amount: amount.toString(), script })),
      })),
    ).to.deep.equal(transactions);
  });

  it("given any of its bytes changed, left out or repeated / when it is read / it is false", () => {
    const bytes = Buffer.from(GENESIS, "hex");
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => readBlock(genesis, changed.toString("hex")), `byte ${at}`).to.throw(RetryableError);
    }
    const body = GENESIS.slice(162);
    for (const wrong of [
      "",
      "zz",
      GENESIS.slice(0, -2),
      `${GENESIS.slice(0, 160)}02${body}${body}`,
      `${GENESIS.slice(0, 160)}00`,
    ]) {
      expect(() => readBlock(genesis, wrong)).to.throw(RetryableError);
    }
  });
});
