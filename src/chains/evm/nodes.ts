import { EVM_CHAIN_NAME } from "../../core/chain-name.ts";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import type { Caip2, NodeHealth } from "../chain.ts";
import { type NodePatience, NodeSet, type NodeWord } from "../node-set.ts";
import { askOne, quantitySchema } from "./answers.ts";
import type { EvmNode } from "./rpc.ts";

/** What one node said. */
export type Said<T> = NodeWord<EvmNode, T>;

/** For how long nodes may differ about what waits in their pools, by which clock. */
export type PoolPatience = Pick<NodePatience, "gossip" | "now">;

/** How answers are compared. */
export interface Comparison<T> {
  /** Answers with the same key say the same. */
  key(value: T): string;
  /** Whether the answer is that the node doesn't have it: a node that is behind says so of what others have. */
  absent?(value: T): boolean;
}

/**
 * The nodes of one chain, run by different operators. A quorum of them must say the same; whoever says something else makes the
 * answer unusable, and is never outvoted. Nodes that don't answer, or don't have it yet, are left out as long as a quorum remains:
 * of three, one may be down or behind; of two, both are waited for.
 */
export class EvmNodes {
  readonly chain: Caip2;
  readonly chainId: bigint;
  readonly quorum: number;
  readonly #set: NodeSet<EvmNode>;

  /**
   * @param quorum More than half of them, and at least two, unless given.
   * @throws TerminalError `TOO_FEW_NODES`, `CHAIN_NAME`
   */
  constructor(
    chain: Caip2,
    nodes: readonly EvmNode[],
    quorum = Math.max(2, Math.floor(nodes.length / 2) + 1),
    patience: PoolPatience = {},
  ) {
    if (!EVM_CHAIN_NAME.test(chain)) {
      throw new TerminalError("CHAIN_NAME", "This is no name of an EVM chain", {
        facts: { chain },
        advice: "Write eip155: and the chain's id.",
      });
    }
    if (quorum < 2 || quorum * 2 <= nodes.length || quorum > nodes.length) {
      throw new TerminalError(
        "TOO_FEW_NODES",
        "A chain is read through two nodes at least, and more than half must agree",
        {
          facts: { chain, nodes: nodes.length, quorum },
          advice: "Name further nodes, of different operators.",
        },
      );
    }
    this.chain = chain;
    this.chainId = BigInt(chain.slice("eip155:".length));
    this.quorum = quorum;
    const meet = (node: EvmNode) => this.#isOfThisChain(node);
    this.#set = new NodeSet({ chain, nodes, required: quorum, meet, patience });
  }

  /** How each node is, by the last question to it. */
  health(): readonly NodeHealth[] {
    return this.#set.health();
  }

  async #isOfThisChain(node: EvmNode): Promise<void> {
    const chainId = await askOne(node, "eth_chainId", [], quantitySchema);
    if (chainId === this.chainId) return;
    // Left out like a node that is down: one that lies about its chain stops nothing that the others can do.
    throw new RetryableError("NODE_WRONG_CHAIN", "A node serves another chain", {
      facts: { node: node.name, chain: this.chain, actual: `eip155:${chainId}` },
      advice: "Correct the node's address.",
    });
  }

  /**
   * What each node says that answers at all: a quorum of them at least.
   *
   * @param what is asked, for people
   * @throws RetryableError `NODES_UNAVAILABLE` with each silent node's reason
   * @throws TerminalError whatever terminal error `ask` throws
   */
  survey<T>(what: string, ask: (node: EvmNode) => Promise<T>): Promise<readonly Said<T>[]> {
    return this.#set.each(what, ask);
  }

  /**
   * What a quorum says and nobody contradicts.
   *
   * @throws RetryableError `NODES_DISAGREE`, `NODES_BEHIND` (some have it, fewer than a quorum), `NODES_UNAVAILABLE`
   */
  async agree<T>(what: string, ask: (node: EvmNode) => Promise<T>, by: Comparison<T>): Promise<T> {
    const said = await this.survey(what, ask);
    const having = said.filter(({ value }) => by.absent?.(value) !== true);
    const heard = having.length === 0 ? said : having;
    const [first] = heard;
    if (first === undefined) throw new Error("A quorum is never empty");
    const key = by.key(first.value);
    const other = heard.slice(1).find(({ value }) => by.key(value) !== key);
    if (other !== undefined) throw this.disagreement(what, first, other, by.key);
    if (heard.length < this.quorum) {
      throw new RetryableError("NODES_BEHIND", `Too few nodes have ${what} yet`, {
        facts: { chain: this.chain, needed: this.quorum, having: heard.length },
        advice: "Wait until the others have caught up.",
      });
    }
    return first.value;
  }

  /**
   * Lets nodes differ about what waits in their pools for as long as honest ones do.
   *
   * @throws RetryableError `NODES_DISAGREE`
   */
  notForLong(what: string, said: readonly Said<boolean>[]): void {
    const values = said.map(({ value }) => value);
    if (!this.#set.differsForLong(what, values)) return;
    const [one, other] = [true, false].map((is) => said.find(({ value }) => value === is));
    if (one !== undefined && other !== undefined) throw this.disagreement(what, one, other, String);
  }

  /** The error that two nodes say different things. */
  disagreement<T>(what: string, one: Said<T>, other: Said<T>, key: (value: T) => string): RetryableError {
    const [first, second] = [one, other].map(({ value }) => key(value).slice(0, 100));
    // By name in the message too: logs and a stream's reasons have that alone.
    const who = `${one.node.name} says ${first}, ${other.node.name} says ${second}`;
    return new RetryableError("NODES_DISAGREE", `Nodes say different things of ${what}: ${who}`, {
      facts: {
        chain: this.chain,
        [one.node.name]: first ?? "",
        [`${other.node.name} `]: second ?? "",
      },
      advice: "If it lasts, find out which node is wrong, and remove it.",
    });
  }
}
