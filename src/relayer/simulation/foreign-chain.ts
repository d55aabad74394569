import type { BroadcastResult, Hex, Point } from "../../chains/chain.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { digest, SimBlocks, type SimTx } from "./sim-blocks.ts";

/** A transaction of the coins' chain. */
export interface CoinTx extends SimTx {
  readonly kind: "deposit" | "payout" | "void" | "other";
  readonly spends: readonly string[];
  readonly rate: number;
  /** Of a payout or a void. */
  readonly payoutId?: Hex;
  readonly account?: string;
  readonly amount?: string;
  readonly script?: string;
}

/** Anchors that there are at first, and coins of the operator's. */
const LANES = 2;
const COINS = 4;
export const anchorOf = (txId: Hex) => `${txId}:0`;
const changeOf = (txId: Hex) => `${txId}:3`;
const SETUP = digest("set-up");

/** A chain of outputs that can be spent once, with a pool, replacement for more, and forks. */
export class ForeignChain extends SimBlocks<CoinTx> {
  /** What each output was spent by, and in which block each was made. */
  readonly #spent = new Map<string, { readonly tx: CoinTx; readonly height: number }>();
  readonly #made = new Map<string, number>();
  readonly #lanes: ReadonlySet<string>;
  /** Blocks take nothing that pays less. */
  floor = 0;
  /** What this pool has replaced or forgotten, and the pool of some miner may not have. */
  readonly elsewhere = new Map<Hex, CoinTx>();

  constructor(random: SeededRandom, depth: number) {
    super(random, depth);
    const lanes = Array.from({ length: LANES }, (_, lane) => `${SETUP}:${lane}`);
    const coins = Array.from({ length: COINS }, (_, coin) => `${SETUP}:${LANES + coin}`);
    for (const outpoint of [...lanes, ...coins]) this.#made.set(outpoint, 0);
    this.#lanes = new Set(lanes);
  }

  #isAnchor(outpoint: string): boolean {
    return this.#lanes.has(outpoint) || outpoint.endsWith(":0");
  }

  #valid(tx: CoinTx): boolean {
    return tx.spends.every((one) => (one.startsWith("user") || this.#made.has(one)) && !this.#spent.has(one));
  }

  protected apply(tx: CoinTx, height: number): boolean {
    if (tx.rate < this.floor || !this.#valid(tx)) return false;
    for (const outpoint of tx.spends) this.#spent.set(outpoint, { tx, height });
    if (tx.kind === "payout" || tx.kind === "void") this.#made.set(anchorOf(tx.id), height);
    if (tx.kind === "payout") this.#made.set(changeOf(tx.id), height);
    return true;
  }

  protected revert(height: number): void {
    for (const [outpoint, { height: spent }] of this.#spent) if (spent > height) this.#spent.delete(outpoint);
    for (const [outpoint, made] of this.#made) if (made > height) this.#made.delete(outpoint);
  }

  /** What contradicts a block can't happen on this fork any more. */
  protected sweepPool(): void {
    for (const tx of [...this.pool.values()]) {
      if (tx.spends.some((one) => this.#spent.has(one))) this.pool.delete(tx.id);
    }
  }

  #forget(tx: CoinTx): void {
    this.pool.delete(tx.id);
    this.elsewhere.set(tx.id, tx);
  }

  /** A node that is started again with an empty pool. */
  wipePool(): void {
    for (const tx of [...this.pool.values()]) this.#forget(tx);
  }

  /** A block by a miner with another pool: one of those that were replaced or forgotten here may be in it. */
  mineElsewhere(inclusion: number): void {
    const tx = this.random.pick([...this.elsewhere.values()]);
    if (tx !== undefined && this.#valid(tx)) {
      this.elsewhere.delete(tx.id);
      for (const rival of [...this.pool.values()]) {
        if (rival.spends.some((one) => tx.spends.includes(one))) this.#forget(rival);
      }
      this.pool.set(tx.id, { ...tx, rate: Math.max(tx.rate, this.floor) });
    }
    this.mine(inclusion);
  }

  /** What spent an output, in a block of this fork. */
  spentBy(outpoint: string): { readonly tx: CoinTx; readonly final: boolean } | undefined {
    const found = this.#spent.get(outpoint);
    return found === undefined ? undefined : { tx: found.tx, final: found.height <= this.final.height };
  }

  inPool(outpoint: string): CoinTx | undefined {
    for (const tx of this.pool.values()) if (tx.spends.includes(outpoint)) return tx;
    return undefined;
  }

  /** The height of the block with a transaction. */
  heightOf(txId: Hex): number | undefined {
    return this.blocks.find(({ txs }) => txs.some(({ id }) => id === txId))?.point.height;
  }

  get(txId: Hex): CoinTx | undefined {
    return this.blocks.flatMap(({ txs }) => txs).find(({ id }) => id === txId);
  }

  pointOf(txId: Hex): Point | undefined {
    const height = this.heightOf(txId);
    return height === undefined ? undefined : this.at(height);
  }

  /** All anchors that ever were, spent ones too. */
  anchors(): readonly string[] {
    return [...this.#made.keys()].filter((one) => this.#isAnchor(one));
  }

  /** Final anchors that no transaction spends, in a block or in the pool. */
  freeAnchors(): readonly string[] {
    return [...this.#made]
      .filter(([one, height]) => this.#isAnchor(one) && height <= this.final.height)
      .map(([one]) => one)
      .filter((one) => !this.#spent.has(one) && this.inPool(one) === undefined);
  }

  coins(): readonly string[] {
    return [...this.#made.keys()].filter(
      (one) => !this.#isAnchor(one) && !this.#spent.has(one) && this.inPool(one) === undefined,
    );
  }

  isCoin(outpoint: string): boolean {
    return this.#made.has(outpoint) && !this.#spent.has(outpoint);
  }

  /** As a node answers. A transaction that is in a block may be called known, or refused: its inputs are spent. */
  broadcast(tx: CoinTx): BroadcastResult {
    if (this.pool.has(tx.id)) return "known";
    if (this.heightOf(tx.id) !== undefined) return this.random.chance(0.5) ? "known" : "rejected";
    if (!this.#valid(tx)) return "rejected";
    const rivals = [...this.pool.values()].filter((one) =>
      one.spends.some((spent) => tx.spends.includes(spent)),
    );
    if (rivals.some(({ rate }) => rate >= tx.rate)) return "rejected";
    for (const rival of rivals) this.#forget(rival);
    this.pool.set(tx.id, tx);
    return "accepted";
  }
}
