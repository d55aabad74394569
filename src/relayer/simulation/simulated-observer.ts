import type { ChainEvent, ChainObserver, Finality, Point, ScannedBlock } from "../../chains/chain.ts";
import { RetryableError } from "../../core/errors.ts";
import type { SimBlocks, SimTx } from "./sim-blocks.ts";
import type { SimulatedNetwork } from "./simulated-network.ts";
import type { Actor } from "./virtual-time.ts";

export interface ObservedChain<Tx extends SimTx> {
  readonly chain: string;
  readonly blocks: SimBlocks<Tx>;
  /** What the block of a height says. */
  events(height: number): readonly ChainEvent[];
  /** Whether a transaction waits for a block. */
  waits(txId: string): boolean;
}

/** A worker's view of a simulated chain. Two nodes that agree are one. */
export class SimulatedObserver<Tx extends SimTx> implements ChainObserver {
  readonly chain: string;
  readonly #of: ObservedChain<Tx>;
  readonly #net: SimulatedNetwork;
  readonly #actor: Actor;

  constructor(of: ObservedChain<Tx>, net: SimulatedNetwork, actor: Actor) {
    this.chain = of.chain;
    this.#of = of;
    this.#net = net;
    this.#actor = actor;
  }

  #ask<T>(label: string, work: () => T): Promise<T> {
    return this.#net.ask(this.#actor, `${label} of ${this.chain.split(":")[0]}`, work);
  }

  head(): Promise<Point> {
    return this.#ask("head", () => this.#of.blocks.tip);
  }

  finalized(): Promise<Point> {
    return this.#ask("finalized", () => this.#of.blocks.final);
  }

  at(height: number): Promise<Point> {
    return this.#ask("at", () => this.#of.blocks.at(height));
  }

  commonAncestor(saved: readonly Point[]): Promise<Point> {
    return this.#ask("commonAncestor", () => {
      const { blocks } = this.#of;
      let point = saved.findLast((one) => blocks.has(one)) ?? saved[0];
      while (point !== undefined && !blocks.has(point)) point = blocks.parentOf(point);
      return point ?? blocks.at(0);
    });
  }

  async *scan(after: Point, to: Point): AsyncIterable<ScannedBlock> {
    const found = await this.#ask("scan", () => {
      const { blocks } = this.#of;
      if (!blocks.has(after)) {
        throw new RetryableError("REORGANISED", "The point to read from has left the chain");
      }
      const list = blocks.blocks.slice(after.height, to.height);
      return list.map(({ point, parent }) => ({ point, parent, events: this.#of.events(point.height) }));
    });
    yield* found;
  }

  finality({ txId, index }: Pick<ChainEvent, "txId" | "index">): Promise<Finality> {
    return this.#ask("finality", () => {
      const { blocks } = this.#of;
      const block = blocks.blocks.find(({ txs }) => txs.some(({ id }) => id === txId));
      if (block === undefined) return this.#of.waits(txId) ? "mempool" : "unseen";
      if (!this.#of.events(block.point.height).some((one) => one.txId === txId && one.index === index)) {
        return "unseen";
      }
      return block.point.height <= blocks.final.height ? "final" : "confirming";
    });
  }
}
