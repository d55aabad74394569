import { z } from "zod";
import { RetryableError } from "../../core/errors.ts";
import type { Hex, Point } from "../chain.ts";
import { type Block, blockHash, parentHash, readBlock } from "./block.ts";
import { type NodeQuorum, type NodeWord, nodesDisagree, refusalIs } from "./node-quorum.ts";

/** Where the chain is: one look, so that nothing is reckoned from two moments. */
export interface ChainTip {
  readonly head: Point;
  /** Up to this height blocks count as final; -1: none. */
  readonly final: number;
}

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);
const heightSchema = z.number().int().nonnegative().max(100_000_000);
const rawSchema = z.string().regex(/^[0-9a-f]+$/);

/** Core's code for a height that there isn't, and for a block that there isn't. */
const OUT_OF_RANGE = -8;
const NOT_FOUND = -5;

/** How many headers are walked back from a hash that the nodes agree on. */
const SEGMENT = 64;
/** How many blocks are asked for at once. */
const AHEAD = 4;

/** That what was known of the chain is no longer so. */
export function reorganised(point: Point): RetryableError {
  return new RetryableError("REORGANISED", `Block ${point.height} isn't on the chain any more`, {
    advice: "Go on from the common ancestor.",
    facts: { height: point.height, hash: point.hash },
  });
}

function before({ height }: Point, header: Buffer): Point {
  return { height: height - 1, hash: parentHash(header) };
}

/**
 * The chain as nodes of different operators agree on it. Only hashes of blocks are agreed on: a hash commits to the block and to all
 * before it, so whatever is read out of a block is checked against that, whichever node gave it.
 */
export class ChainView {
  readonly quorum: NodeQuorum;
  /** Blocks, its own included, after which one counts as final. */
  readonly confirmations: number;

  constructor(quorum: NodeQuorum, confirmations: number = quorum.network.confirmations) {
    this.quorum = quorum;
    this.confirmations = confirmations;
  }

  /**
   * The best block that all nodes have. One that is behind is waited for; a fork shorter than finality is stepped below.
   *
   * @throws RetryableError `NODES_DISAGREE` where they differ about a block that would be final, `NODES_UNAVAILABLE`
   */
  async tip(): Promise<ChainTip> {
    const heights = await this.quorum.each("the height", (node) =>
      node.ask("getblockcount", [], heightSchema),
    );
    let height = Math.min(...heights.map(({ value }) => value));
    let words: NodeWord<Hex | undefined>[] = [];
    for (let below = 0; below < this.confirmations && height >= 0; below++, height--) {
      words = await this.quorum.each(`block ${height}`, (node) => this.#hash(node, height));
      const hash = words[0]?.value;
      if (hash !== undefined && words.every(({ value }) => value === hash)) {
        return { head: { height, hash }, final: height - this.confirmations + 1 };
      }
    }
    throw nodesDisagree(`block ${height + 1}`, words);
  }

  /** The hash of a block that all nodes say they have at that height; undefined: one of them doesn't have so many. */
  async hashAt(height: number): Promise<Hex | undefined> {
    const words = await this.quorum.each(`block ${height}`, (node) => this.#hash(node, height));
    if (words.some(({ value }) => value === undefined)) return undefined;
    const [first] = words;
    if (words.some(({ value }) => value !== first?.value)) throw nodesDisagree(`block ${height}`, words);
    return first?.value;
  }

  /**
   * Whether a block that was agreed on still stands: some node has it, and none has another one at its height. A node that lost its
   * last blocks and reads them again takes nothing back.
   */
  async stands({ height, hash }: Point): Promise<boolean> {
    const words = await this.quorum.each(`block ${height}`, (node) => this.#hash(node, height));
    const heard = words.filter(({ value }) => value !== undefined);
    return heard.length > 0 && heard.every(({ value }) => value === hash);
  }

  /**
   * Each block after a point up to another, in order, each checked against its hash and its parent.
   *
   * @throws RetryableError `REORGANISED` where one of both isn't on the chain, or leaves it meanwhile
   */
  async *blocks(after: Point, to: Point): AsyncGenerator<Block & { readonly height: number }> {
    if (!(await this.stands(after))) throw reorganised(after);
    let last = after;
    while (last.height < to.height) {
      const height = Math.min(to.height, last.height + SEGMENT);
      const hash = await this.hashAt(height);
      if (hash === undefined || (height === to.height && hash !== to.hash))
        throw reorganised({ ...to, height });
      const points = await this.#back({ height, hash }, last);
      const reading: Promise<Block>[] = [];
      for (const [at, point] of points.entries()) {
        while (reading.length < Math.min(points.length, at + AHEAD)) {
          const next = this.#block(points[reading.length] as Point);
          // Heard of when its turn comes, if it does.
          next.catch(() => undefined);
          reading.push(next);
        }
        const block = await (reading[at] as Promise<Block>);
        yield { ...block, height: point.height };
        last = point;
      }
    }
  }

  /** The points between one and another of its descendants, in order: walked back by headers, which prove it. */
  async #back(top: Point, bottom: Point): Promise<Point[]> {
    const points = [top];
    for (let point = top; point.height > bottom.height; ) {
      point = before(point, await this.#header(point.hash));
      points.unshift(point);
    }
    if (points[0]?.hash !== bottom.hash) throw reorganised(bottom);
    return points.slice(1);
  }

  /**
   * The block before one, by its own header, which its hash proves; undefined where no node knows that block any more.
   *
   * @throws RetryableError where a node that may know it doesn't answer
   */
  async parentOf(point: Point): Promise<Point | undefined> {
    const words = await this.quorum.each(`block ${point.hash}`, async (node) => {
      try {
        return await this.#headerAt(node, point.hash);
      } catch (error) {
        if (refusalIs(error, NOT_FOUND)) return undefined;
        throw error;
      }
    });
    const header = words.find(({ value }) => value !== undefined)?.value;
    return header === undefined ? undefined : before(point, header);
  }

  #header(hash: Hex): Promise<Buffer> {
    return this.quorum.any((node) => this.#headerAt(node, hash));
  }

  async #headerAt(node: NodeQuorum["nodes"][number], hash: Hex): Promise<Buffer> {
    const header = Buffer.from(await node.ask("getblockheader", [hash, false], rawSchema), "hex");
    if (header.length === 80 && blockHash(header) === hash) return header;
    throw new RetryableError("BLOCK_FALSE", `Node ${node.name} gives another header for block ${hash}`, {
      facts: { node: node.name, hash },
    });
  }

  #block({ hash }: Point): Promise<Block> {
    return this.quorum.any(async (node) => readBlock(hash, await node.ask("getblock", [hash, 0], rawSchema)));
  }

  async #hash(node: NodeQuorum["nodes"][number], height: number): Promise<Hex | undefined> {
    try {
      return await node.ask("getblockhash", [height], hashSchema);
    } catch (error) {
      if (refusalIs(error, OUT_OF_RANGE, NOT_FOUND)) return undefined;
      throw error;
    }
  }
}
