import type { ConflictToken, Effect, EffectStatus, Hex } from "../chains/chain.ts";
import type { DepositBook } from "../chains/utxo/address-book.ts";
import { depositScript } from "../chains/utxo/deposit-address.ts";
import { KEPT_BLOCKS } from "../chains/utxo/index-tables.ts";
import { noteOf, readPayoutTransaction } from "../chains/utxo/payout-transaction.ts";
import { liveOutput } from "../chains/utxo/spendable-coins.ts";
import { readUpkeepTransaction, upkeepNote } from "../chains/utxo/upkeep-transaction.ts";
import { UtxoExecutor } from "../chains/utxo/utxo-executor.ts";
import type { UtxoIndex } from "../chains/utxo/utxo-index.ts";
import { parseOutpoint, readWalletTransaction, walletScript } from "../chains/utxo/wallet-transaction.ts";
import { depositId } from "../gateway/statement.ts";
import type { AccountBook } from "./account-book.ts";
import type { CreditedDeposit, CreditNews } from "./credited-deposits.ts";
import type { ForeignTransaction, ForeignWatch, SeenDeposit } from "./gateway-view.ts";
import type { DepositFacts } from "./statement-facts.ts";

/** Blocks that are looked through for payouts which the ledger may not know as settled yet: about two weeks of Bitcoin's. */
const LOOK_BACK = 2_016;
/** Blocks that are first read again for a deposit that isn't found: each next time four times as many. */
const READ_AGAIN = 32;

/** What a watch is made of. */
export interface UtxoWatchParts {
  readonly index: UtxoIndex;
  /** The index's own: accounts of `accounts` are named in it already. */
  readonly book: DepositBook;
  readonly accounts: AccountBook;
  readonly credits: CreditNews;
  readonly log?: (line: string) => void;
}

/** A chain of Bitcoin's family by a signer's own nodes. */
export class UtxoWatch implements ForeignWatch {
  readonly #index: UtxoIndex;
  readonly #book: DepositBook;
  readonly #accounts: AccountBook;
  readonly #credits: CreditNews;
  readonly #executor: UtxoExecutor;
  readonly #log: (line: string) => void;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ index, book, accounts, credits, log = () => {} }: UtxoWatchParts) {
    this.#index = index;
    this.#book = book;
    this.#accounts = accounts;
    this.#credits = credits;
    this.#executor = new UtxoExecutor(index);
    this.#log = log;
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
      const known = this.#index.tables.coin(`${facts.txId}:${index}`) !== undefined;
      if (height <= final && !known && this.#accounts.readFrom(account) > height) {
        await this.#learn(account, height);
      }
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

  /**
   * Has the index read again from where this account's coin is. It is kept only once the index has forgotten those blocks: a crash
   * before that leaves an account that is learned again.
   */
  async #learn(account: string, height: number): Promise<void> {
    this.#book.add(account);
    await this.#index.rewind(height);
    await this.#accounts.add(account, height);
  }

  /**
   * Knows the accounts that the ledger has credited, and has the index read again as far back as their deposits are: from the birth
   * on, if need be.
   */
  async #learnCredited(deposits: readonly CreditedDeposit[]): Promise<void> {
    const { tables, birth } = this.#index;
    let from = (tables.tip()?.height ?? birth - 1) + 1;
    const accounts = [...new Set(deposits.map(({ account }) => account))];
    for (const account of accounts) this.#book.add(account);
    await this.#index.sync();
    const fresh = accounts.filter((account) => this.#accounts.readFrom(account) > birth);
    let missing = this.#notIn(fresh, deposits);
    for (let blocks = READ_AGAIN; missing.length > 0 && from > birth; blocks *= 4) {
      // Deeper than blocks are kept, the index reads all anew.
      from = blocks > KEPT_BLOCKS ? birth : Math.max(birth, from - blocks);
      await this.#index.rewind(from);
      await this.#index.sync();
      missing = this.#notIn(fresh, missing);
    }
    for (const account of fresh) await this.#accounts.add(account, from);
    for (const { id, account } of this.#notIn(accounts, deposits)) {
      this.#log(
        `The ledger has credited deposit ${id} to ${account}, which no block of this signer's nodes has`,
      );
    }
  }

  /** Deposits to some accounts that the index has no output of. */
  #notIn(accounts: readonly string[], deposits: readonly CreditedDeposit[]): readonly CreditedDeposit[] {
    const { tables, wallet } = this.#index;
    const { network, vault, home } = wallet;
    const destination = BigInt(home.split(":")[1] ?? "0");
    const ids = accounts.map((account) => {
      const known = tables.coinsOf(account).map(({ outpoint }) => {
        const { txId, index } = parseOutpoint(outpoint);
        return depositId({ chain: network.chain, destination, vault, txId, index });
      });
      return [account, new Set(known)] as const;
    });
    const known = new Map(ids);
    return deposits.filter(({ id, account }) => known.get(account)?.has(id) === false);
  }

  effectStatus(effect: Effect, token: ConflictToken): Promise<EffectStatus> {
    return this.#alone(() => this.#executor.effectStatus(effect, token));
  }

  isFree(token: ConflictToken): Promise<boolean> {
    return this.#alone(() => this.#executor.isFree(token));
  }

  tokenIsTrue(body: string): Promise<boolean | undefined> {
    return this.#alone(async () => {
      const { wallet, tables } = this.#index;
      const [said] = readWalletTransaction(wallet, body).inputs;
      if (said === undefined) return undefined;
      await this.#index.sync();
      const found = tables.coin(said.outpoint) ?? (await liveOutput(this.#index, said.outpoint));
      if (found === undefined) return undefined;
      return found.amount === said.amount && found.script === walletScript(wallet, said.account).script;
    });
  }

  balance(): Promise<bigint> {
    return this.#alone(async () => {
      await this.#credits.tell((deposits) => this.#learnCredited(deposits));
      return this.#executor.balance();
    });
  }

  paid(): Promise<readonly { readonly payoutId: Hex; readonly amount: bigint }[]> {
    return this.#alone(async () => {
      const { head } = await this.#index.sync();
      return this.#index.tables.spendsFrom(head.height - LOOK_BACK).flatMap(({ index, outputs }) => {
        const payoutId = noteOf(outputs[2]?.script ?? "");
        // A lane's transaction spends its anchor first; its other inputs tell of the same payout.
        if (index !== 0 || payoutId?.length !== 64) return [];
        return [{ payoutId, amount: outputs[1]?.amount ?? 0n }];
      });
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
