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
import type { Block } from "./block.ts";
import { reorganised } from "./chain-view.ts";
import { waitsAt } from "./mempool.ts";
import type { UtxoIndex } from "./utxo-index.ts";

/**
 * Reads a chain of Bitcoin's family through nodes of different operators, for one wallet. Events:
 *
 * - `deposit` {account, asset, amount, script}: an output to an account's deposit address, `index` = the output's;
 * - `coinbase`, the same of a miner who pays a deposit address directly: it can't be spent for 100 blocks, so nobody is credited by
 *   it without a person's look;
 * - `spent` {outpoint, account, amount}: one of the wallet's outputs, or another that is watched, was spent; `index` = the input's.
 *
 * `finality` knows transactions that move the wallet's coins, and no others.
 */
export class UtxoObserver implements ChainObserver {
  readonly chain: Caip2;
  readonly #index: UtxoIndex;
  readonly #watched: (outpoint: string) => boolean;

  /** @param watched further outpoints whose spending is an event */
  constructor(index: UtxoIndex, watched: (outpoint: string) => boolean = () => false) {
    this.chain = index.wallet.network.chain;
    this.#index = index;
    this.#watched = watched;
  }

  async head(): Promise<Point> {
    return (await this.#index.view.tip()).head;
  }

  async finalized(): Promise<Point> {
    return this.at(Math.max(0, (await this.#index.view.tip()).final));
  }

  async at(height: number): Promise<Point> {
    const hash = await this.#index.view.hashAt(height);
    if (hash === undefined) throw reorganised({ height, hash: "" });
    return { height, hash };
  }

  commonAncestor(saved: readonly Point[]): Promise<Point> {
    const { view } = this.#index;
    const has = (point: Point) => view.stands(point);
    return commonAncestor({ chain: this.chain, has, parentOf: (point) => view.parentOf(point) }, saved);
  }

  async *scan(after: Point, to: Point): AsyncGenerator<ScannedBlock> {
    await this.#index.sync();
    let parent = after;
    for await (const block of this.#index.view.blocks(after, to)) {
      const point = { height: block.height, hash: block.hash };
      yield { point, parent, events: this.#events(block, point) };
      parent = point;
    }
  }

  async finality({ txId }: Pick<ChainEvent, "txId" | "index">): Promise<Finality> {
    const { tables } = this.#index;
    const { final } = await this.#index.sync();
    const height = tables.heightOf(txId);
    if (height !== undefined) return height <= final ? "final" : "confirming";
    const orphaned = tables.wasOrphaned(txId);
    if (await this.#waits(txId)) return "mempool";
    return orphaned ? "orphaned" : "unseen";
  }

  nodes(): readonly NodeHealth[] {
    return this.#index.view.quorum.health();
  }

  /** Whether it waits at a node: one's word is enough, as nothing is done upon it. */
  async #waits(txId: Hex): Promise<boolean> {
    const words = await this.#index.view.quorum.each(`transaction ${txId} in mempools`, (node) =>
      waitsAt(node, txId),
    );
    return words.some(({ value }) => value);
  }

  #events(block: Block, point: Point): ChainEvent[] {
    const { asset } = this.#index.wallet.network;
    const events: ChainEvent[] = [];
    for (const { txId, spends, outputs, coinbase } of block.transactions) {
      const event = (kind: string, index: number, data: Record<string, string>) =>
        events.push({ chain: this.chain, txId, index, kind, data, point });
      for (const [index, outpoint] of spends.entries()) {
        const coin = this.#index.tables.coin(outpoint);
        if (coin === undefined && !this.#watched(outpoint)) continue;
        const { account, amount } = coin ?? {};
        event("spent", index, {
          outpoint,
          ...(account === undefined ? {} : { account }),
          ...(amount === undefined ? {} : { amount: amount.toString() }),
        });
      }
      for (const [index, { script, amount }] of outputs.entries()) {
        const account = this.#index.book.accountOf(script);
        if (account === undefined) continue;
        event(coinbase ? "coinbase" : "deposit", index, {
          account,
          asset,
          amount: amount.toString(),
          script,
        });
      }
    }
    return events;
  }
}
