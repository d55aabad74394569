import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { z } from "zod";
import { JsonRpcNode } from "../../../src/chains/utxo/json-rpc-node.ts";
import { utxoNetwork } from "../../../src/chains/utxo/network.ts";
import { NodeQuorum } from "../../../src/chains/utxo/node-quorum.ts";
import { StrongroomError } from "../../../src/core/errors.ts";
import { Redacted } from "../../../src/core/redacted.ts";
import { readRouteConfig } from "../../../src/relayer/route-config.ts";
import { digest } from "../../../src/relayer/simulation/sim-blocks.ts";
import type { RouteStage } from "../route-stage.ts";
import type { RouteStory } from "../route-stories.ts";

const LITECOIN = utxoNetwork("bip122:12a765e31ffd4059bada1e25190f6e98");
const USER = { user: "relay", password: "only for the runbooks' test" };
const HEIGHT = 700;

/** A node that knows hashes of blocks; a wrong one is on a branch of its own. */
async function openNode(isWrong: boolean): Promise<Server> {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const { id, params } = JSON.parse(body) as { id: number; params: readonly [number] };
      const [height] = params;
      const result =
        height === 0 ? LITECOIN.genesis : digest(`${isWrong && height > 600 ? "own" : "all"} ${height}`);
      response.end(JSON.stringify({ id, result, error: null }));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** What the route's own nodes, as it names them now, come to. */
async function agreement(stage: RouteStage): Promise<Error | undefined> {
  const { foreign } = readRouteConfig(stage.at("route.json")).config;
  const nodes = foreign.nodes.map(
    ({ name, url }) =>
      new JsonRpcNode({ name, url, credentials: { user: USER.user, password: new Redacted(USER.password) } }),
  );
  try {
    await new NodeQuorum(LITECOIN, nodes).agreed(`the block at height ${HEIGHT}`, (node) =>
      node.ask("getblockhash", [HEIGHT], z.string()),
    );
    return undefined;
  } catch (error) {
    if (error instanceof StrongroomError) return error;
    throw error;
  }
}

export const nodesDisagree: RouteStory = {
  title: "nothing is read while two nodes differ, and all goes on without the wrong one",

  async given(stage) {
    const [right, wrong, third] = await Promise.all([openNode(false), openNode(true), openNode(false)]);
    stage.closing.push(...[right, wrong, third].map((server) => () => void server.close()));
    stage.words
      .set("NODE_URL", urlOf(right))
      .set("OTHER_URL", urlOf(wrong))
      .set("THIRD_URL", urlOf(third))
      .set("NODE_USER", `'${USER.user}:${USER.password.replaceAll("'", "'\\''")}'`)
      .set("HEIGHT", String(HEIGHT));
    name(stage, urlOf(right), urlOf(wrong));
    await stage.start();
    stage.unreadable = () => agreement(stage);
    stage.words.set("MESSAGE", stage.request());
    await stage.wait(600);
  },

  tests: {
    async seen(stage) {
      expect(await stage.metric('read_age_seconds{side="foreign"')).to.be.greaterThan(300);
      expect(await stage.metric('read_age_seconds{side="home"')).to.be.below(60);
      expect(stage.log.join("\n")).to.include("NODES_DISAGREE");
      expect(stage.paymentsOf(stage.words.get("MESSAGE") ?? "")).to.equal(0);
    },
    asked(stage) {
      const [right, wrong, third] = ["NODE_URL", "OTHER_URL", "THIRD_URL"].map((word) =>
        stage.said(stage.words.get(word) ?? ""),
      );
      expect(third).to.equal(right);
      expect(wrong).to.not.equal(right);
    },
    async replaced(stage) {
      await stage.stop();
      name(stage, stage.words.get("NODE_URL") ?? "", stage.words.get("THIRD_URL") ?? "");
      await stage.start();
      await stage.ends(stage.words.get("MESSAGE") ?? "", "SETTLED");
    },
    async read(stage) {
      expect(await stage.metric('read_age_seconds{side="foreign"')).to.be.below(60);
      expect(stage.paymentsOf(stage.words.get("MESSAGE") ?? "")).to.equal(1);
    },
  },
};

/** Names the nodes of the chain of coins in the route's configuration. */
function name(stage: RouteStage, ...urls: readonly string[]): void {
  stage.edit("route.json", ({ foreign, ...rest }: { foreign: { nodes: readonly object[] } }) => ({
    ...rest,
    foreign: { ...foreign, nodes: foreign.nodes.map((node, at) => ({ ...node, url: urls[at] })) },
  }));
}
