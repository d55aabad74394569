import { expect } from "chai";
import { z } from "zod";
import { askOne } from "../../src/chains/evm/answers.ts";
import { ChainView } from "../../src/chains/evm/chain-view.ts";
import { httpNode } from "../../src/chains/evm/http-node.ts";
import { EvmNodes } from "../../src/chains/evm/nodes.ts";
import { sharedParsing } from "../../src/chains/evm/parse-answers.ts";
import type { Answer, EvmNode, Question } from "../../src/chains/evm/rpc.ts";
import { explain, RetryableError, StrongroomError } from "../../src/core/errors.ts";
import { freePort } from "../../src/testing/free-port.ts";
import { type HttpServer, startHttpServer } from "../support/http-server.ts";

/** A node of this process that answers as told. */
function nodeOf(name: string, answer: (question: Question) => unknown): EvmNode {
  return {
    name,
    async ask(questions): Promise<readonly Answer[]> {
      return questions.map((question) => {
        const result = question.method === "eth_chainId" ? "0x1" : answer(question);
        if (result instanceof StrongroomError) throw result;
        return { result };
      });
    },
  };
}

const down = new RetryableError("NODE_UNREACHABLE", "It is down", { facts: { node: "c" } });
const says = (value: unknown) => nodeOf(String(value), () => value);
const ask = (nodes: readonly EvmNode[], quorum?: number) =>
  new EvmNodes("eip155:1", nodes, quorum).agree(
    "a number",
    (node) => askOne(node, "eth_number", [], z.number().nullable()),
    { key: String, absent: (value) => value === null },
  );
const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    (value) => `answered ${value}`,
    (error: unknown) => (error instanceof StrongroomError ? error.code : String(error)),
  );

describe("the nodes of an EVM chain", () => {
  it("given answers of nodes / when they are put together / a quorum that nobody contradicts is an answer", async () => {
    const cases: [unknown[], string][] = [
      [[7, 7], "answered 7"],
      [[7, 8], "NODES_DISAGREE"],
      [[7, null], "NODES_BEHIND"],
      [[null, null], "answered null"],
      [[7, down], "NODES_UNAVAILABLE"],
      [[7, 7, 7], "answered 7"],
      [[7, 7, down], "answered 7"],
      [[7, 7, null], "answered 7"],
      // Never outvoted: two that say the same may be the ones that lie.
      [[7, 7, 8], "NODES_DISAGREE"],
      [[7, null, down], "NODES_BEHIND"],
      [[7, null, null], "NODES_BEHIND"],
      [[7, down, down], "NODES_UNAVAILABLE"],
      [[7, 7, "nonsense"], "answered 7"],
      [[7, 7, down, down], "NODES_UNAVAILABLE"],
      [[7, 7, 7, down, null], "answered 7"],
    ];
    for (const [values, outcome] of cases) {
      expect(await codeOf(ask(values.map(says))), values.map(String).join()).to.equal(outcome);
    }
  });

  it("given too few nodes, or a quorum that two halves could have / when they are opened / they are refused", () => {
    const open = (count: number, quorum?: number) => () =>
      new EvmNodes(
        "eip155:1",
        Array.from({ length: count }, () => says(7)),
        quorum,
      );
    for (const [count, quorum] of [[0], [1], [2, 1], [4, 2], [3, 4]] as const) {
      expect(open(count, quorum), `${count} ${quorum}`)
        .to.throw(StrongroomError)
        .with.property("code", "TOO_FEW_NODES");
    }
    for (const count of [2, 3, 4, 7]) expect(open(count)().quorum * 2).to.be.greaterThan(count);
    expect(() => new EvmNodes("bip122:00", [says(7), says(7)]))
      .to.throw(StrongroomError)
      .with.property("code", "CHAIN_NAME");
  });

  it("given a node of another chain / when it is asked / it counts as one that is down", async () => {
    const stranger: EvmNode = { name: "stranger", ask: async (all) => all.map(() => ({ result: "0x2" })) };
    expect(await codeOf(ask([says(7), says(7), stranger]))).to.equal("answered 7");
    expect(await codeOf(ask([says(7), stranger]))).to.equal("NODES_UNAVAILABLE");
  });

  it("given nodes without a word for what is final / when it is asked for / a depth stands in only where one was given", async () => {
    const header = (number: number) => ({
      number: `0x${number.toString(16)}`,
      hash: `0x${number.toString(16).padStart(64, "0")}`,
      parentHash: `0x${"0".repeat(64)}`,
      logsBloom: `0x${"0".repeat(512)}`,
      timestamp: "0x1",
    });
    const answer = ({ params: [block] }: Question) => {
      if (block === "finalized") return null;
      return header(block === "latest" ? 100 : Number(block));
    };
    const nodes = new EvmNodes("eip155:1", [nodeOf("a", answer), nodeOf("b", answer)]);
    expect(await codeOf(new ChainView(nodes, { by: "tag" }).finalized())).to.equal("FINALITY_UNKNOWN");
    expect((await new ChainView(nodes, { by: "tag", orDepth: 12 }).finalized()).number).to.equal(88);
    expect((await new ChainView(nodes, { by: "depth", blocks: 500 }).finalized()).number).to.equal(0);
  });

  it("given nodes at different heights / when head and final block are asked for / they are what a quorum has come to", async () => {
    const at = (latest: number, finalized: number) =>
      nodeOf(`${latest}`, ({ params: [block] }) => {
        const number = block === "latest" ? latest : block === "finalized" ? finalized : Number(block);
        if (number > latest) return null;
        const hash = `0x${number.toString(16).padStart(64, "0")}`;
        return {
          number: `0x${number.toString(16)}`,
          hash,
          parentHash: hash,
          logsBloom: `0x${"0".repeat(512)}`,
          timestamp: "0x1",
        };
      });
    const view = new ChainView(new EvmNodes("eip155:1", [at(90, 50), at(100, 64), at(1_000_000, 999_999)]), {
      by: "tag",
    });
    expect((await view.head()).number).to.equal(100);
    expect((await view.finalized()).number).to.equal(64);
  });
});

describe("a node behind HTTP", () => {
  const servers: HttpServer[] = [];
  const serve = async (...[answer]: Parameters<typeof startHttpServer>) => {
    const server = await startHttpServer(answer);
    servers.push(server);
    return server;
  };
  after(() => Promise.all(servers.map((server) => server.close())));
  const question = { method: "eth_number", params: [] };

  it("given answers that are none / when it is asked / it says which node, and that it may pass", async () => {
    const bodies = [
      "<html>",
      "{}",
      '{"jsonrpc":"2.0","id":0}',
      '{"jsonrpc":"2.0","id":5,"result":1}',
      "[]",
      "null",
    ];
    for (const body of bodies) {
      const server = await serve(() => ({ body }));
      expect(await codeOf(httpNode(server.url).ask([question])), body).to.equal("NODE_TALKS_NONSENSE");
    }
  });

  it("given a node that answers too much, too late or not at all / when it is asked / it doesn't wait, and keeps no more than it may", async () => {
    const large = await serve(() => ({ body: `"${"x".repeat(100_000)}"` }));
    expect(await codeOf(httpNode(large.url, { most: 1_000 }).ask([question]))).to.equal(
      "NODE_ANSWER_TOO_LARGE",
    );
    const silent = await serve(() => "silence");
    expect(await codeOf(httpNode(silent.url, { timeout: 50 }).ask([question]))).to.equal("NODE_UNREACHABLE");
    const gone = await serve(() => "hang up");
    expect(await codeOf(httpNode(gone.url).ask([question]))).to.equal("NODE_UNREACHABLE");
    const busy = await serve(() => ({ status: 429, body: "slow down" }));
    expect(await codeOf(httpNode(busy.url).ask([question]))).to.equal("NODE_UNREACHABLE");
  });

  it("given an address with a key in it / when the node fails / the key is in no error", async () => {
    const error = await httpNode(`http://user:secret@127.0.0.1:${await freePort()}/secret?key=secret`)
      .ask([question])
      .catch((thrown: StrongroomError) => thrown);
    expect(error).to.be.instanceOf(RetryableError);
    expect(explain(error)).to.include("ECONNREFUSED").and.not.to.include("secret");
  });

  it("given user and password in an address / when the node is asked / it is shown them as they are", async () => {
    const shown: unknown[] = [];
    const server = await serve(({ headers }) => {
      shown.push(headers.authorization);
      return { body: '{"jsonrpc":"2.0","id":0,"result":7}' };
    });
    const { host } = new URL(server.url);
    for (const credentials of ["us:p%40ss%3A%2F%25@", "us@", ""]) {
      await httpNode(`http://${credentials}${host}`).ask([question]);
    }
    const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
    expect(shown).to.deep.equal([basic("us:p@ss:/%"), basic("us:"), undefined]);
    expect(() => httpNode(`http://us:%zz@${host}`))
      .to.throw(StrongroomError)
      .with.property("code", "NODE_URL");
  });

  it("given nodes that write the same / when they are asked / it is read once; what one writes otherwise is its own", async () => {
    const logs = (...values: number[]) => JSON.stringify({ jsonrpc: "2.0", id: 0, result: values });
    const long = Array.from({ length: 2_000 }, (_, n) => n);
    const texts = [logs(...long), logs(...long), logs(...long.slice(1))];
    const servers = await Promise.all(texts.map((body) => serve(() => ({ body }))));
    const parse = sharedParsing();
    const nodes = servers.map(({ url }) => httpNode(url, { parse }));
    for (let round = 0; round < 3; round++) {
      const said: unknown[] = [];
      for (const node of nodes) said.push((await node.ask([question]))[0]);
      expect(said[0]).to.equal(said[1]);
      expect(said[0]).to.deep.equal({ result: long });
      expect(said[2]).to.deep.equal({ result: long.slice(1) });
    }
  });

  it("given a node that sends elsewhere / when it is asked / nobody else is", async () => {
    const elsewhere = await serve(() => ({ body: '{"jsonrpc":"2.0","id":0,"result":7}' }));
    const astray = await serve(() => ({ status: 307, body: "", headers: { location: elsewhere.url } }));
    expect(await codeOf(httpNode(astray.url).ask([question]))).to.equal("NODE_UNREACHABLE");
    expect(elsewhere.requests).to.have.length(0);
  });

  it("given a node that doesn't let us in / when others are enough / they answer, and it is told of", async () => {
    const servers = await Promise.all(
      [0, 1, 2].map((at) =>
        serve(({ body }) => {
          const { method } = JSON.parse(body) as { method: string };
          const result = method === "eth_chainId" ? "0x1" : 7;
          return at === 2
            ? { status: 403, body: "" }
            : { body: JSON.stringify({ jsonrpc: "2.0", id: 0, result }) };
        }),
      ),
    );
    const nodes = new EvmNodes(
      "eip155:1",
      servers.map(({ url }) => httpNode(url)),
    );
    const answers = await nodes.survey("a number", (node) => askOne(node, "eth_number", [], z.number()));
    expect(answers.map(({ value }) => value)).to.deep.equal([7, 7]);
    expect(nodes.health().map(({ trouble }) => trouble)).to.deep.equal([
      undefined,
      undefined,
      "NODE_CREDENTIALS",
    ]);
  });

  it("given more questions than a request may have / when they are asked / each answer is its question's, whatever the order", async () => {
    const server = await serve(({ body }) => {
      const asked = [JSON.parse(body)].flat() as { id: number; params: [number] }[];
      return {
        body: JSON.stringify(
          asked.reverse().map(({ id, params }) => ({ jsonrpc: "2.0", id, result: params[0] })),
        ),
      };
    });
    const questions = Array.from({ length: 25 }, (_, n) => ({ method: "echo", params: [n] }));
    const answers = await httpNode(server.url, { batch: 10 }).ask(questions);
    expect(answers).to.deep.equal(questions.map(({ params: [result] }) => ({ result })));
    expect(server.requests).to.have.length(3);
  });
});
