import type { ConflictToken, Effect, EffectStatus, Hex } from "../chains/chain.ts";
import type { DepositBook } from "../chains/utxo/address-book.ts";
import { depositScript } from "../chains/utxo/deposit-address.ts";
import { noteOf, readPayoutTransaction } from "../chains/utxo/payout-transaction.ts";
import { readUpkeepTransaction, upkeepNote } from "../chains/utxo/upkeep-transaction.ts";
import { UtxoExecutor } from "../chains/utxo/utxo-executor.ts";
import type { UtxoIndex } from "../chains/utxo/utxo-index.ts";
import { readWalletTransaction } from "../chains/utxo/wallet-transaction.ts";
import type { AccountBook } from "./account-book.ts";
import type { ForeignTransaction, ForeignWatch, SeenDeposit } from "./gateway-view.ts";
import type { DepositFacts } from "./statement-facts.ts";

/** Blocks that are looked through for payouts which the ledger may not know as settled yet: about two weeks of Bitcoin's. */
const LOOK_BACK = 2_016;

/** A chain of Bitcoin's family by a signer's own nodes. */
export class UtxoWatch implements ForeignWatch {
  readonly #index: UtxoIndex;
  readonly #book: DepositBook;
  readonly #accounts: AccountBook;
  readonly #executor: UtxoExecutor;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param book the index's own: accounts of `accounts` are named in it already
   */
  constructor(index: UtxoIndex, book: DepositBook, accounts: AccountBook) {
    this.#index = index;
    this.#book = book;
    this.#accounts = accounts;
    this.#executor = new UtxoExecutor(index);
  }

  /** What a transaction's signatures are over. */
  get executor(): UtxoExecutor {
    return this.#executor;
  }

  /** One look at a time: the index must not read on while it is being taken back. */
  #alone<T>(look: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(look);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  depositAt(facts: DepositFacts): Promise<SeenDeposit | undefined> {
    return this.#alone(() => this.#depositAt(facts));
  }

  async #depositAt(facts: DepositFacts): Promise<SeenDeposit | undefined> {
    const { view } = this.#index;
    const height = Number(facts.height);
    const index = Number(facts.index);
    const { final } = await view.tip();
    const after = { height: height - 1, hash: facts.parent };
    // Throws where the block is on the chain no more: a coordinator then asks again from where it is now.
    for await (const block of view.blocks(after, { height, hash: facts.block })) {
      const transaction = block.transactions.find(({ txId }) => txId === facts.txId);
      const output = transaction?.outputs[index];
      // A miner's own output can't be spent for a hundred blocks: nobody is credited by it.
      if (transaction === undefined || output === undefined || transaction.coinbase) return undefined;
      const account = this.#book.accountOf(output.script) ?? this.#hinted(facts.account, output.script);
      if (account === undefined) return undefined;
      if (height <= final && !this.#accounts.has(account)) await this.#learn(account, height);
      return { account, amount: output.amount, final: height <= final };
    }
    return undefined;
  }

  /** The account that a coordinator names, if the output really is at its address. */
  #hinted(account: string | undefined, script: Hex): string | undefined {
    return account !== undefined && this.#scriptOf(account) === script ? account : undefined;
  }

  #scriptOf(account: string): Hex {
    const { network, ...terms } = this.#index.wallet;
    return depositScript({ ...terms, chain: network.chain, account });
  }

  /** Has the index read again from where this account's first coin is. */
  async #learn(account: string, height: number): Promise<void> {
    await this.#accounts.add(account);
    this.#book.add(account);
    await this.#index.sync();
    this.#index.rewind(height);
  }

  effectStatus(effect: Effect, token: ConflictToken): Promise<EffectStatus> {
    return this.#alone(() => this.#executor.effectStatus(effect, token));
  }

  async isFree(token: ConflictToken): Promise<boolean> {
    const { free } = await this.#alone(() => this.#executor.reconcile());
    return free.some(
      ({ chain, kind, value }) => chain === token.chain && kind === token.kind && value === token.value,
    );
  }

  async balance(): Promise<bigint> {
    return (await this.#alone(() => this.#executor.reconcile())).balance;
  }

  async paid(): Promise<readonly { readonly payoutId: Hex; readonly amount: bigint }[]> {
    const { head } = await this.#alone(() => this.#index.sync());
    return this.#index.tables.spendsFrom(head.height - LOOK_BACK).flatMap(({ index, outputs }) => {
      const payoutId = noteOf(outputs[2]?.script ?? "");
      // A lane's transaction spends its anchor first; its other inputs tell of the same payout.
      if (index !== 0 || payoutId?.length !== 64) return [];
      return [{ payoutId, amount: outputs[1]?.amount ?? 0n }];
    });
  }

  read(body: string): ForeignTransaction {
    const { wallet } = this.#index;
    const { outputs } = readWalletTransaction(wallet, body);
    if (upkeepNote(outputs[0]?.script ?? "") === undefined) return readPayoutTransaction(body, wallet);
    const { effect, token, fee } = readUpkeepTransaction(body, wallet);
    return { kind: "upkeep", effect, token, fee };
  }
}
