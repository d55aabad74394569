import type { Interface } from "ethers";
import { RetryableError } from "../../core/errors.ts";
import type {
  Caip2,
  ChainEvent,
  ChainObserver,
  Finality,
  Hex,
  NodeHealth,
  Point,
  ScannedBlock,
} from "../chain.ts";
import { commonAncestor } from "../common-ancestor.ts";
import { askOne, receiptSchema, transactionSchema } from "./answers.ts";
import { type ChainView, parentOf, pointOf } from "./chain-view.ts";
import { eventDecoder } from "./decode-event.ts";
import { type LogSource, readBlocks, readSpans } from "./read-logs.ts";

/** Which contract is watched, and how. */
export interface EvmObserverOptions {
  readonly contract: string;
  /** Where its events stand. */
  readonly face: Interface;
  /** Blocks that one question for logs spans at most. What nodes refuse is quartered, and grows again. */
  readonly span?: number;
}

/** Blocks below the scan's end that are always read one by one, with their headers, whether they are final or not. */
export const ONE_BY_ONE = 32;
const WIDEST = 10_000;
/** Transactions that are remembered to have been in a block. */
const REMEMBERED = 10_000;

function reorganised(point: Point): RetryableError {
  return new RetryableError("REORGANISED", "A block left the chain", {
    facts: { height: point.height, hash: point.hash },
    advice: "Go back to the latest block that is still on the chain, and scan again.",
  });
}

/**
 * Reads one contract's events. An event's index is its place among this contract's logs of its transaction.
 *
 * Far below the scan's end, final blocks are read in spans: those without events are passed over, but for a span's last one.
 * All other blocks are read one by one, linked by their headers, and are yielded each.
 */
export class EvmObserver implements ChainObserver {
  readonly chain: Caip2;
  readonly #view: ChainView;
  readonly #source: LogSource;
  /** Tells `orphaned` from `unseen`, and nothing else: forgotten when the process ends. */
  readonly #seen = new Set<Hex>();

  constructor(view: ChainView, { contract, face, span = WIDEST }: EvmObserverOptions) {
    this.chain = view.nodes.chain;
    this.#view = view;
    this.#source = {
      view,
      address: contract.toLowerCase(),
      decode: eventDecoder(this.chain, face),
      widest: span,
    };
  }

  async head(): Promise<Point> {
    return pointOf(await this.#view.head());
  }

  async finalized(): Promise<Point> {
    return pointOf(await this.#view.finalized());
  }

  async at(height: number): Promise<Point> {
    return pointOf(await this.#view.certain(height));
  }

  commonAncestor(saved: readonly Point[]): Promise<Point> {
    const has = (point: Point) => this.#view.has(point);
    const parentBelow = async ({ hash }: Point) => {
      const header = await this.#view.headerOf(hash);
      return header === null ? undefined : parentOf(header);
    };
    return commonAncestor({ chain: this.chain, has, parentOf: parentBelow }, saved);
  }

  async *scan(after: Point, to: Point): AsyncIterable<ScannedBlock> {
    if (after.height >= to.height) {
      if (after.height > to.height) throw reorganised(after);
      if (after.hash !== to.hash || !(await this.#view.has(to))) throw reorganised(after);
      return;
    }
    const final = await this.#view.finalized();
    const far = Math.min(final.number, to.height - ONE_BY_ONE);
    let at = after;
    const pass = (block: ScannedBlock): ScannedBlock => {
      if (block.point.height === to.height && block.point.hash !== to.hash) throw reorganised(to);
      for (const { txId } of block.events) this.#remember(txId);
      at = block.point;
      return block;
    };
    if (at.height < far) {
      for await (const block of readSpans(this.#source, at, far)) yield pass(block);
    }
    while (at.height < to.height) {
      const last = Math.min(to.height, at.height + ONE_BY_ONE);
      for (const block of await readBlocks(this.#source, at, last)) yield pass(block);
    }
  }

  nodes(): readonly NodeHealth[] {
    return this.#view.nodes.health();
  }

  #remember(txId: Hex): void {
    this.#seen.add(txId);
    if (this.#seen.size <= REMEMBERED) return;
    const [oldest] = this.#seen;
    if (oldest !== undefined) this.#seen.delete(oldest);
  }

  /**
   * The final block is read first. What is said to be in a block at or below it counts as final only if the chain still has both,
   * so that no answer puts an old end and a new place together.
   */
  async finality({ txId, index }: Pick<ChainEvent, "txId" | "index">): Promise<Finality> {
    const final = await this.#view.finalized();
    const nodes = this.#view.nodes;
    const receipt = await nodes.agree(
      `transaction ${txId}`,
      (node) => askOne(node, "eth_getTransactionReceipt", [`0x${txId}`], receiptSchema.nullable()),
      {
        key: (said) => (said === null ? "none" : `${said.blockHash} ${said.status} ${said.logs.length}`),
        absent: (said) => said === null,
      },
    );
    if (receipt !== null) {
      const point = { height: receipt.blockNumber, hash: receipt.blockHash };
      const own = receipt.logs.filter(({ address }) => address === this.#source.address);
      if (own.length <= index) return "unseen";
      if (await this.#view.has(point)) {
        this.#remember(txId);
        return point.height <= final.number && (await this.#view.has(pointOf(final)))
          ? "final"
          : "confirming";
      }
      throw reorganised(point);
    }
    const known = await nodes.survey(`transaction ${txId}`, (node) =>
      askOne(node, "eth_getTransactionByHash", [`0x${txId}`], transactionSchema.nullable()),
    );
    if (known.some(({ value }) => value !== null)) return "mempool";
    return this.#seen.has(txId) ? "orphaned" : "unseen";
  }
}
