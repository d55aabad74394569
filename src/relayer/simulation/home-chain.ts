import type { BroadcastResult, Hex } from "../../chains/chain.ts";
import { type GatewayCall, type GatewayLog, type GatewayModel, Reverted } from "./gateway-model.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { SimBlocks, type SimTx } from "./sim-blocks.ts";

/** A transaction of the ledger's chain. Users' have no nonce: each is another account's first. */
export interface CallTx extends SimTx {
  readonly nonce?: number;
  readonly call: GatewayCall;
  readonly rate: number;
  /** Who sent it, for histories. */
  readonly by: string;
}

export interface PlacedLog extends GatewayLog {
  readonly height: number;
  readonly txId: Hex;
  readonly index: number;
  /** The proof that it happened by, if any. */
  readonly proof?: string;
}

/** Seconds between two blocks; their times follow from their heights, so that a fork has the same. */
export const HOME_BLOCK = 3;
const START = 1_800_000_000;

export const timeOfBlock = (height: number) => START + height * HOME_BLOCK;

/** A chain with the gateway on it, nonces in order, a pool, and forks. */
export class HomeChain extends SimBlocks<CallTx> {
  gateway: GatewayModel;
  logs: PlacedLog[] = [];
  /** The gateway before anything happened. */
  readonly #fresh: () => GatewayModel;
  readonly #nonces = new Map<number, { readonly txId: Hex; readonly height: number }>();
  /** Told of each log as it comes into a block of the fork that counts. */
  onLog: (log: PlacedLog) => void = () => {};

  constructor(random: SeededRandom, depth: number, fresh: () => GatewayModel) {
    super(random, depth);
    this.#fresh = fresh;
    this.gateway = fresh();
  }

  protected apply(tx: CallTx, height: number): boolean {
    if (tx.nonce !== undefined && tx.nonce !== this.#nonces.size) return false;
    this.#execute(tx, height, true);
    return true;
  }

  #execute({ id, nonce, call }: CallTx, height: number, fresh: boolean): void {
    if (nonce !== undefined) this.#nonces.set(nonce, { txId: id, height });
    try {
      const logs = this.gateway.execute(call, timeOfBlock(height));
      const first = this.logs.filter((log) => log.height === height).length;
      for (const [index, log] of logs.entries()) {
        const { proof } = call.data;
        const by = proof === undefined ? {} : { proof };
        const placed = { ...log, height, txId: id, index: first + index, ...by };
        this.logs.push(placed);
        if (fresh) this.onLog(placed);
      }
    } catch (error) {
      if (!(error instanceof Reverted)) throw error;
    }
  }

  protected revert(height: number): void {
    this.gateway = this.#fresh();
    this.logs = [];
    this.#nonces.clear();
    for (const { point, txs } of this.blocks) {
      if (point.height <= height) for (const tx of txs) this.#execute(tx, point.height, false);
    }
  }

  protected sweepPool(): void {
    for (const { id, nonce } of [...this.pool.values()]) {
      if (nonce !== undefined && nonce < this.#nonces.size) this.pool.delete(id);
    }
  }

  /** Why a call would change nothing now; undefined where it would. */
  wouldRevert(call: GatewayCall): string | undefined {
    try {
      this.gateway.copy().execute(call, timeOfBlock(this.tip.height + 1));
      return undefined;
    } catch (error) {
      if (error instanceof Reverted) return error.code;
      throw error;
    }
  }

  nonce(nonce: number): { readonly txId: Hex; readonly final: boolean } | undefined {
    const used = this.#nonces.get(nonce);
    return used === undefined ? undefined : { txId: used.txId, final: used.height <= this.final.height };
  }

  get nextNonce(): number {
    return this.#nonces.size;
  }

  broadcast(tx: CallTx): BroadcastResult {
    if (this.pool.has(tx.id)) return "known";
    if (tx.nonce !== undefined) {
      const used = this.#nonces.get(tx.nonce);
      if (used !== undefined) return used.txId === tx.id ? "known" : "rejected";
      const rival = [...this.pool.values()].find(({ nonce }) => nonce === tx.nonce);
      if (rival !== undefined && rival.rate >= tx.rate) return "rejected";
      if (rival !== undefined) this.pool.delete(rival.id);
    }
    this.pool.set(tx.id, tx);
    return "accepted";
  }
}
