import { z } from "zod";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import { type JsonRpcNode, NodeRefusal, NodeSilent } from "./json-rpc-node.ts";
import type { UtxoNetwork } from "./network.ts";

/** What one node said. */
export interface NodeWord<T> {
  readonly node: JsonRpcNode;
  readonly value: T;
}

/** What the nodes say differs, and none of them is believed. */
export function nodesDisagree(about: string, words: readonly NodeWord<unknown>[]): RetryableError {
  return new RetryableError("NODES_DISAGREE", `The nodes disagree about ${about}`, {
    advice: "If it lasts, one of them lies or is on a chain of its own: find out which, and take it out.",
    facts: Object.fromEntries(words.map(({ node, value }) => [node.name, String(value).slice(0, 100)])),
  });
}

/** What a quorum does with a node that was silent. */
export interface QuorumPatience {
  /** Milliseconds for which it isn't waited for, where enough others answer; 30,000 unless given. */
  readonly rest?: number;
  /** Milliseconds, rising. */
  readonly now?: () => number;
}

/**
 * Nodes of different operators. The rule: two at least are configured; a majority of them, two at least, must answer, so one of
 * three may be down and none of two. Whoever answers is heard: there is no vote, as two nodes of one operator would win it. A node
 * that was silent is left alone for a while, so that one that hangs doesn't slow down everything.
 */
export class NodeQuorum {
  readonly nodes: readonly JsonRpcNode[];
  readonly network: UtxoNetwork;
  readonly required: number;
  readonly #known = new Set<JsonRpcNode>();
  readonly #silentUntil = new Map<JsonRpcNode, number>();
  readonly #rest: number;
  readonly #now: () => number;

  /** @throws TerminalError `NODES_TOO_FEW` */
  constructor(
    network: UtxoNetwork,
    nodes: readonly JsonRpcNode[],
    { rest = 30_000, now = () => performance.now() }: QuorumPatience = {},
  ) {
    this.#rest = rest;
    this.#now = now;
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
    this.nodes = nodes;
    this.network = network;
    this.required = Math.max(2, Math.floor(nodes.length / 2) + 1);
  }

  /**
   * Asks all nodes at once; answers of those that answered.
   *
   * @throws RetryableError `NODES_UNAVAILABLE` where too few did, TerminalError `NODE_WRONG_CHAIN`
   */
  async each<T>(read: (node: JsonRpcNode) => Promise<T>): Promise<NodeWord<T>[]> {
    const words: NodeWord<T>[] = [];
    const failures: unknown[] = [];
    const hear = async (node: JsonRpcNode) => {
      try {
        await this.#meet(node);
        words.push({ node, value: await read(node) });
        this.#silentUntil.delete(node);
      } catch (error) {
        if (error instanceof TerminalError) throw error;
        if (error instanceof NodeSilent) this.#silentUntil.set(node, this.#now() + this.#rest);
        failures.push(error);
      }
    };
    const rests = (node: JsonRpcNode) =>
      (this.#silentUntil.get(node) ?? Number.NEGATIVE_INFINITY) > this.#now();
    const resting = this.nodes.filter(rests);
    await Promise.all(this.nodes.filter((node) => !resting.includes(node)).map(hear));
    if (words.length < this.required) await Promise.all(resting.map(hear));
    if (words.length >= this.required) return words;
    throw new RetryableError(
      "NODES_UNAVAILABLE",
      `Of ${this.nodes.length} nodes ${words.length} answered; ${this.required} must`,
      {
        facts: { nodes: this.nodes.length, answered: words.length, required: this.required },
        cause: failures[0],
      },
    );
  }

  /** What all that answer say alike. Throws `NODES_DISAGREE`. */
  async agreed<T>(about: string, read: (node: JsonRpcNode) => Promise<T>): Promise<T> {
    const words = await this.each(read);
    const [first, ...others] = words;
    if (first === undefined || others.some(({ value }) => value !== first.value))
      throw nodesDisagree(about, words);
    return first.value;
  }

  /** The first answer that passes a check which makes it true whoever gave it. Throws the last node's error. */
  async any<T>(read: (node: JsonRpcNode) => Promise<T>): Promise<T> {
    let last: unknown;
    for (const node of this.nodes) {
      try {
        await this.#meet(node);
        return await read(node);
      } catch (error) {
        if (error instanceof TerminalError) throw error;
        last = error;
      }
    }
    throw last;
  }

  /** A node that is of another chain isn't asked anything else. */
  async #meet(node: JsonRpcNode): Promise<void> {
    if (this.#known.has(node)) return;
    const genesis = await node.ask("getblockhash", [0], z.string());
    if (genesis !== this.network.genesis) {
      throw new TerminalError("NODE_WRONG_CHAIN", `Node ${node.name} isn't on ${this.network.name}`, {
        advice: "Take it out of the configuration, or start it on the right network.",
        facts: { node: node.name, genesis: genesis.slice(0, 64), expected: this.network.genesis },
      });
    }
    this.#known.add(node);
  }
}

/** A refusal that is an answer: that there is none of what was asked for. */
export function refusalIs(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof NodeRefusal && codes.includes(error.rpcCode);
}
