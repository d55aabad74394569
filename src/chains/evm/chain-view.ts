import type { z } from "zod";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import type { Point } from "../chain.ts";
import {
  askOne,
  type Header,
  headerSchema,
  hexSchema,
  quantitySchema,
  quantityText,
  read,
} from "./answers.ts";
import type { EvmNodes } from "./nodes.ts";
import type { Answer, EvmNode } from "./rpc.ts";

/**
 * When a block counts as final: by the chain's own word, the `finalized` tag, or so many blocks below the best one. `orDepth`
 * stands in where nodes don't know the tag; without it they must.
 */
export type FinalityRule =
  | { readonly by: "tag"; readonly orDepth?: number }
  | { readonly by: "depth"; readonly blocks: number };

/** What a contract answers: bytes, 0x-prefixed, or the revert's. */
export type CallAnswer = { readonly result: string } | { readonly revert: string };

/** A header's place. */
export function pointOf({ number: height, hash }: Header): Point {
  return { height, hash };
}

/** A header's parent. The first block's is nowhere: height -1. */
export function parentOf({ number, parentHash }: Header): Point {
  return { height: number - 1, hash: parentHash };
}

/** The block that a question about state is about, by its hash (EIP-1898): two answers are never of two blocks. */
export function blockParameter({ hash }: Point) {
  return { blockHash: `0x${hash}`, requireCanonical: true };
}

/** What a contract's answer to a call or an estimate is; undefined where the node itself is the reason. */
export function revertOf(answer: Answer): string | undefined {
  if (!("fault" in answer)) return undefined;
  const { code, data } = answer.fault;
  // Code 3 says that the call reverted: geth, Erigon, Nethermind, reth, anvil and Hardhat use it for nothing else.
  if (code !== 3) return undefined;
  return hexSchema.safeParse(data).success ? (data as string).toLowerCase() : "0x";
}

const SAME_BLOCK = {
  key: (header: Header | null) => (header === null ? "none" : `${header.hash} on ${header.parentHash}`),
  absent: (header: Header | null) => header === null,
};
const maybeHeader = headerSchema.nullable();

/** One chain as a quorum of its nodes shows it: blocks, the final one, and state at one block. */
export class ChainView {
  readonly nodes: EvmNodes;
  readonly #rule: FinalityRule;

  constructor(nodes: EvmNodes, rule: FinalityRule) {
    const depth = rule.by === "depth" ? rule.blocks : (rule.orDepth ?? 0);
    if (!Number.isSafeInteger(depth) || depth < 0) {
      throw new TerminalError("FINALITY_RULE", "A depth is a number of blocks", { facts: { depth } });
    }
    this.nodes = nodes;
    this.#rule = rule;
  }

  /** The highest block that a quorum has come to, by heights. */
  #reached(heights: readonly number[]): number {
    const rising = heights.toSorted((a, b) => b - a);
    return rising[this.nodes.quorum - 1] ?? 0;
  }

  async #latest(): Promise<number> {
    const said = await this.nodes.survey("the latest block", (node) =>
      askOne(node, "eth_getBlockByNumber", ["latest", false], headerSchema),
    );
    return this.#reached(said.map(({ value }) => value.number));
  }

  /** By the chain's word; undefined where fewer than a quorum know such a word, or have come to such a block. */
  async #tagged(): Promise<number | undefined> {
    const question = { method: "eth_getBlockByNumber", params: ["finalized", false] };
    const said = await this.nodes.survey("the finalized block", async (node) => {
      const [answer] = await node.ask([question]);
      if (answer === undefined || "fault" in answer) return undefined;
      return read(node, question, answer, maybeHeader)?.number;
    });
    const known = said.map(({ value }) => value).filter((height) => height !== undefined);
    return known.length < this.nodes.quorum ? undefined : this.#reached(known);
  }

  /** The header at a height, or null if the chain isn't as long. */
  headerAt(height: number): Promise<Header | null> {
    return this.nodes.agree(
      `block ${height}`,
      (node) => askOne(node, "eth_getBlockByNumber", [quantityText(height), false], maybeHeader),
      SAME_BLOCK,
    );
  }

  /** A block by its hash, whether it still counts or not; null where nodes don't know it. */
  headerOf(hash: string): Promise<Header | null> {
    return this.nodes.agree(
      `block ${hash}`,
      (node) => askOne(node, "eth_getBlockByHash", [`0x${hash}`, false], maybeHeader),
      SAME_BLOCK,
    );
  }

  /** @throws RetryableError `REORGANISED` if the chain isn't as long */
  async certain(height: number): Promise<Header> {
    const header = await this.headerAt(height);
    if (header !== null) return header;
    throw new RetryableError("REORGANISED", "The chain became shorter while it was read", {
      facts: { height },
    });
  }

  /** The best block of a quorum. */
  async head(): Promise<Header> {
    return this.certain(await this.#latest());
  }

  /**
   * The latest final block.
   *
   * @throws RetryableError `FINALITY_UNKNOWN` if nodes have no word for it, and no depth stands in
   */
  async finalized(): Promise<Header> {
    if (this.#rule.by === "depth") return this.#below(this.#rule.blocks);
    const height = await this.#tagged();
    if (height !== undefined) return this.certain(height);
    if (this.#rule.orDepth !== undefined) return this.#below(this.#rule.orDepth);
    throw new RetryableError("FINALITY_UNKNOWN", "Too few nodes say which block is final", {
      facts: { chain: this.nodes.chain },
      advice: "Wait until the chain has a final block, or give a depth that stands in for its word.",
    });
  }

  /** The block so far below the best one: both are asked for together, so that the depth is true of this very block. */
  async #below(depth: number): Promise<Header> {
    const best = await this.#latest();
    const height = Math.max(0, best - depth);
    const header = await this.nodes.agree(
      `block ${height}`,
      async (node) => {
        const questions = [height, best].map((at) => ({
          method: "eth_getBlockByNumber",
          params: [quantityText(at), false],
        }));
        const answers = await node.ask(questions);
        const [low, top] = questions.map((question, at) =>
          read(node, question, answers[at] as Answer, maybeHeader),
        );
        return top === null || low === undefined ? null : low;
      },
      SAME_BLOCK,
    );
    if (header !== null) return header;
    throw new RetryableError("REORGANISED", "The chain became shorter while it was read", {
      facts: { height },
    });
  }

  /** Whether a point is on the chain. */
  async has({ height, hash }: Point): Promise<boolean> {
    return (await this.headerAt(height))?.hash === hash;
  }

  /** Asks a quorum one thing about state at one block. */
  at<S extends z.ZodType<bigint | string | number>>(
    point: Point,
    method: string,
    params: readonly unknown[],
    schema: S,
  ): Promise<z.infer<S>> {
    return this.nodes.agree(
      `${method} at block ${point.height}`,
      (node) => askOne(node, method, [...params, blockParameter(point)], schema),
      { key: String },
    );
  }

  /** How many transactions an account has had counted up to a block: its next nonce there. */
  async nonceAt(account: string, point: Point): Promise<number> {
    return Number(await this.at(point, "eth_getTransactionCount", [account], quantitySchema));
  }

  /** A call at one block. */
  callAt(point: Point, to: string, data: string): Promise<CallAnswer> {
    const ask = async (node: EvmNode): Promise<CallAnswer> => {
      const question = { method: "eth_call", params: [{ to, data }, blockParameter(point)] };
      const [answer] = await node.ask([question]);
      const revert = revertOf(answer as Answer);
      return revert === undefined
        ? { result: read(node, question, answer as Answer, hexSchema) }
        : { revert };
    };
    return this.nodes.agree(`a call at block ${point.height}`, ask, { key: JSON.stringify });
  }
}
