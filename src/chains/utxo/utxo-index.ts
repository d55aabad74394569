import type { DatabaseSync } from "node:sqlite";
import { TerminalError } from "../../core/errors.ts";
import type { Hex, Point } from "../chain.ts";
import type { AddressBook } from "./address-book.ts";
import type { Block } from "./block.ts";
import type { ChainTip, ChainView } from "./chain-view.ts";
import { IndexTables } from "./index-tables.ts";
import { type UtxoWallet, walletScript } from "./wallet-transaction.ts";

/** What an index is made for. */
export interface UtxoIndexSettings {
  readonly view: ChainView;
  readonly wallet: UtxoWallet;
  readonly book: AddressBook;
  /** A file, or `:memory:` where reading the chain again at each start is quick enough. */
  readonly database: DatabaseSync;
  /** The height from which blocks are read: no later than the wallet's first coin. */
  readonly birth: number;
}

/**
 * What the chain says of the wallet: its coins, what spent them, and in which block. Nodes without `txindex` can't be asked who
 * spent an output, so each block is read once. It follows reorganisations by taking blocks back.
 */
export class UtxoIndex {
  readonly view: ChainView;
  readonly wallet: UtxoWallet;
  readonly book: AddressBook;
  readonly tables: IndexTables;
  readonly birth: number;
  readonly #own: Hex;
  #running: Promise<ChainTip> | undefined;
  #waiting: Promise<ChainTip> | undefined;

  constructor({ view, wallet, book, database, birth }: UtxoIndexSettings) {
    this.view = view;
    this.wallet = wallet;
    this.book = book;
    this.tables = new IndexTables(
      database,
      `${wallet.network.chain} ${wallet.groupKey} ${wallet.home} ${wallet.vault.toLowerCase()}`,
    );
    this.birth = birth;
    this.#own = walletScript(wallet, undefined).script;
  }

  /**
   * Reads on to the best block that the nodes agree on, as it is after this call. Callers that come meanwhile share the next round.
   *
   * @throws RetryableError `NODES_DISAGREE`, `NODES_UNAVAILABLE`, `REORGANISED` (in the middle of it), TerminalError `REORG_TOO_DEEP`
   */
  sync(): Promise<ChainTip> {
    if (this.#waiting !== undefined) return this.#waiting;
    if (this.#running === undefined) return this.#start();
    const next = this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    this.#waiting = next;
    return next;
  }

  /**
   * Forgets blocks from a height on, for good, so that they are read again: an account was named after they had been.
   *
   * @param wish what asks for it, where the index is to do so once and for all
   */
  async rewind(height: number, wish?: string): Promise<void> {
    while (this.#running !== undefined) await this.#running.catch(() => undefined);
    this.tables.firmly(() => {
      if (wish === undefined || this.tables.isNew(wish)) this.tables.undoAbove(height - 1);
    });
  }

  /** The account of a script, `own` for the wallet's own; undefined: neither. */
  holderOf(script: Hex): { readonly account: string | undefined } | undefined {
    if (script === this.#own) return { account: undefined };
    const account = this.book.accountOf(script);
    return account === undefined ? undefined : { account };
  }

  #start(): Promise<ChainTip> {
    this.#waiting = undefined;
    const run = this.#catchUp().finally(() => {
      if (this.#running === run) this.#running = undefined;
    });
    this.#running = run;
    return run;
  }

  async #catchUp(): Promise<ChainTip> {
    const tip = await this.view.tip();
    const last = (await this.#fork()) ?? (await this.#beforeBirth(tip));
    // Further than all nodes are now: one of them lost blocks that it had, and reads them again.
    if (last !== undefined && last.height > tip.head.height) {
      return { head: last, final: last.height - this.view.confirmations + 1 };
    }
    if (last !== undefined) {
      for await (const block of this.view.blocks(last, tip.head)) this.#add(block, block.height);
    }
    return tip;
  }

  /** The last block that was read and is still on the chain; what was read above it is taken back. */
  async #fork(): Promise<Point | undefined> {
    const tip = this.tables.tip();
    if (tip !== undefined && (await this.view.stands(tip))) return tip;
    const points = this.tables.points();
    for (const point of points) {
      if (!(await this.view.stands(point))) continue;
      if (point.height !== points[0]?.height)
        this.tables.atomically(() => this.tables.undoAbove(point.height));
      return point;
    }
    if (points.length <= 1) {
      // Only where reading began: it begins again.
      if (points.length === 1) this.tables.atomically(() => this.tables.undoAbove(-1));
      return undefined;
    }
    throw new TerminalError(
      "REORG_TOO_DEEP",
      `None of the last ${points.length} blocks is on the chain any more`,
      {
        advice:
          "Stop payouts and credits of this chain. If the chain is really another one now, delete the index.",
        facts: { height: points[0]?.height ?? 0 },
      },
    );
  }

  /** The block before the first that is read; undefined: the chain isn't there yet. */
  async #beforeBirth({ head }: ChainTip): Promise<Point | undefined> {
    const height = Math.max(0, this.birth - 1);
    const hash = height > head.height ? undefined : await this.view.hashAt(height);
    if (hash === undefined) return undefined;
    const point = { height, hash };
    this.tables.atomically(() => {
      // Nothing is left over from blocks whose hashes aren't kept any more: they are read again too.
      this.tables.undoAbove(-1);
      this.tables.addBlock(point);
    });
    return point;
  }

  #add(block: Block, height: number): void {
    const { tables } = this;
    tables.atomically(() => {
      tables.addBlock({ height, hash: block.hash });
      for (const { txId, spends, outputs, coinbase } of block.transactions) {
        let ours = false;
        for (const [index, outpoint] of spends.entries()) {
          if (tables.coin(outpoint) === undefined) continue;
          tables.addSpend({ outpoint, txId, index, height, outputs });
          ours = true;
        }
        for (const [index, { script, amount }] of outputs.entries()) {
          const holder = this.holderOf(script);
          if (holder === undefined) continue;
          tables.addCoin({ outpoint: `${txId}:${index}`, amount, script, height, coinbase, ...holder });
          ours = true;
        }
        if (ours) tables.addTransaction(txId, height);
      }
    });
  }
}
