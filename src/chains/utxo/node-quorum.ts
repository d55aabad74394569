import { z } from "zod";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import { type NodePatience, NodeSet, type NodeWord as Word } from "../node-set.ts";
import { type JsonRpcNode, NodeRefusal, NodeSilent } from "./json-rpc-node.ts";
import type { UtxoNetwork } from "./network.ts";

/** What one node said. */
export type NodeWord<T> = Word<JsonRpcNode, T>;

/** What the nodes say differs, and none of them is believed. */
export function nodesDisagree(about: string, words: readonly NodeWord<unknown>[]): RetryableError {
  const said = words.map(({ node, value }) => [node.name, String(value).slice(0, 100)] as const);
  // By name in the message too: logs and a stream's reasons have that alone.
  const who = said.map(([name, value]) => `${name} says ${value}`).join(", ");
  return new RetryableError("NODES_DISAGREE", `The nodes disagree about ${about}: ${who}`, {
    advice: "If it lasts, one of them lies or is on a chain of its own: find out which, and take it out.",
    facts: Object.fromEntries(said),
  });
}

/** What a quorum does with a node that was silent (30 seconds' rest unless given), and with nodes that differ about their pools. */
export type QuorumPatience = Pick<NodePatience, "rest" | "gossip" | "now">;

/** A node that is of another chain isn't asked anything else. */
async function meet(node: JsonRpcNode, { name, genesis }: UtxoNetwork): Promise<void> {
  const own = await node.ask("getblockhash", [0], z.string());
  if (own === genesis) return;
  throw new NodeSilent("NODE_WRONG_CHAIN", `Node ${node.name} isn't on ${name}`, {
    advice: "Take it out of the configuration, or start it on the right network.",
    facts: { node: node.name, genesis: own.slice(0, 64), expected: genesis },
  });
}

/**
 * Nodes of different operators. The rule: two at least are configured; a majority of them, two at least, must answer, so one of
 * three may be down and none of two. Whoever answers is heard: there is no vote, as two nodes of one operator would win it. A node
 * that was silent is left alone for a while, so that one that hangs doesn't slow down everything.
 */
export class NodeQuorum extends NodeSet<JsonRpcNode> {
  readonly network: UtxoNetwork;

  /** @throws TerminalError `NODES_TOO_FEW` */
  constructor(network: UtxoNetwork, nodes: readonly JsonRpcNode[], patience: QuorumPatience = {}) {
    if (nodes.length < 2 || new Set(nodes.map(({ name }) => name)).size !== nodes.length) {
      throw new TerminalError(
        "NODES_TOO_FEW",
        `${network.name} is read through two nodes or more, with names of their own`,
        {
          advice: "Name at least two nodes, better three, of different operators.",
          facts: { nodes: nodes.length },
        },
      );
    }
    super({
      chain: network.chain,
      nodes,
      required: Math.max(2, Math.floor(nodes.length / 2) + 1),
      meet: (node) => meet(node, network),
      patience: { rest: 30_000, isSilence: (error) => error instanceof NodeSilent, ...patience },
    });
    this.network = network;
  }

  /** What all that answer say alike. Throws `NODES_DISAGREE`. */
  async agreed<T>(about: string, read: (node: JsonRpcNode) => Promise<T>): Promise<T> {
    const words = await this.each(about, read);
    const [first, ...others] = words;
    if (first === undefined || others.some(({ value }) => value !== first.value))
      throw nodesDisagree(about, words);
    return first.value;
  }
}

/** A refusal that is an answer: that there is none of what was asked for. */
export function refusalIs(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof NodeRefusal && codes.includes(error.rpcCode);
}
