import { createHash } from "node:crypto";
import type { Hex, Point } from "../../chains/chain.ts";
import type { SeededRandom } from "./seeded-random.ts";

export interface SimTx {
  readonly id: Hex;
}

export interface SimBlock<Tx extends SimTx> {
  readonly point: Point;
  readonly parent: Point;
  readonly txs: readonly Tx[];
}

export function digest(text: string): Hex {
  return createHash("sha256").update(text).digest("hex");
}

const GENESIS: Point = { height: 0, hash: digest("genesis") };

/** Blocks, forks and what waits for a block, of whatever kind of transaction. */
export abstract class SimBlocks<Tx extends SimTx> {
  readonly random: SeededRandom;
  /** Blocks on top of what is final. */
  readonly depth: number;
  blocks: SimBlock<Tx>[] = [];
  readonly pool = new Map<Hex, Tx>();
  /** The block before each that ever was, by its hash. */
  readonly #parents = new Map<Hex, Point>();
  /** Height of the last block that was ever final, while nothing was broken. */
  #final = 0;
  #stalled = false;
  /** Set once the chain took back what was final. */
  broken = false;
  #salt = 0;

  constructor(random: SeededRandom, depth: number) {
    this.random = random;
    this.depth = depth;
  }

  get tip(): Point {
    return this.blocks.at(-1)?.point ?? GENESIS;
  }

  get final(): Point {
    return this.at(this.#final);
  }

  at(height: number): Point {
    return height === 0 ? GENESIS : (this.blocks[height - 1]?.point ?? GENESIS);
  }

  has({ height, hash }: Point): boolean {
    return this.at(height).hash === hash;
  }

  /** The block before one, whether that still counts or not. */
  parentOf({ hash }: Point): Point | undefined {
    return this.#parents.get(hash);
  }

  /** Whether it can be in the next block, after what is in the blocks already. Applies it if so. */
  protected abstract apply(tx: Tx, height: number): boolean;
  /** Forgets what blocks above a height did. */
  protected abstract revert(height: number): void;

  stallFinality(stalled: boolean): void {
    this.#stalled = stalled;
    if (!stalled) this.#advance();
  }

  #advance(): void {
    if (!this.#stalled) this.#final = Math.max(this.#final, this.tip.height - this.depth);
  }

  /** The next block: what waits, each transaction with a probability. */
  mine(inclusion: number, most = Number.POSITIVE_INFINITY): void {
    const parent = this.tip;
    const height = parent.height + 1;
    const txs: Tx[] = [];
    for (const tx of [...this.pool.values()]) {
      if (txs.length >= most || !this.random.chance(inclusion)) continue;
      if (this.apply(tx, height)) txs.push(tx);
      if (txs.at(-1) === tx) this.pool.delete(tx.id);
    }
    this.#salt += 1;
    const hash = digest(`${parent.hash}/${this.#salt}/${txs.map(({ id }) => id).join()}`);
    this.blocks.push({ point: { height, hash }, parent, txs });
    this.#parents.set(hash, parent);
    this.#advance();
    this.sweepPool();
  }

  /** Drops from the pool what can't happen any more. */
  protected abstract sweepPool(): void;

  /**
   * Takes back so many blocks and makes one more in their place. What was in them waits again, if the pool remembers it.
   *
   * @param forgets probability that a transaction is forgotten
   */
  reorganise(depth: number, inclusion: number, forgets: number): number {
    const taken = Math.min(depth, this.blocks.length);
    if (taken === 0) return 0;
    const removed = this.blocks.splice(this.blocks.length - taken);
    this.revert(this.tip.height);
    if (this.tip.height < this.#final) {
      this.broken = true;
      this.#final = this.tip.height;
    }
    for (const tx of removed.flatMap(({ txs }) => txs)) {
      if (!this.random.chance(forgets)) this.pool.set(tx.id, tx);
    }
    for (let mined = 0; mined <= taken; mined++) this.mine(inclusion);
    return taken;
  }

  /** The most blocks that may be taken back without breaking finality. */
  get loose(): number {
    return this.tip.height - this.#final;
  }
}
