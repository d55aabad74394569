import { RetryableError } from "../../core/errors.ts";
import type { Caip2, ConflictToken, Effect, FeeQuote, Hex, SignedTx, UnsignedTx } from "../chain.ts";
import { type Selection, selectCoins } from "./coin-selection.ts";
import { largest } from "./largest.ts";
import { type MempoolEntry, mempoolEntry } from "./mempool.ts";
import { signedContent } from "./signed-content.ts";
import { isAnchor, liveOutput, spendableCoins } from "./spendable-coins.ts";
import { planOf, type UtxoEffect, utxoEffect } from "./utxo-effect.ts";
import type { UtxoIndex } from "./utxo-index.ts";
import {
  feeAt,
  feeOf,
  parseOutpoint,
  psbtText,
  rateOf,
  virtualSize,
  type WalletInput,
} from "./wallet-transaction.ts";

/** What a transaction is to be made for. */
export interface Making {
  readonly effect: Effect;
  readonly token: ConflictToken;
  readonly fee: FeeQuote;
  /** Every version that was signed for the effect: paid over, and their coins used again. */
  readonly previous: readonly SignedTx[];
  /** Outputs that other transactions of the caller's spend, and that the chain doesn't know yet. */
  readonly spent: readonly string[];
  readonly voids: boolean;
}

/**
 * Makes transactions for effects: chooses coins, reckons fees, lays out. What it makes is unsigned, and says everything that its
 * signatures will commit to.
 */
export class TransactionMaker {
  readonly #index: UtxoIndex;
  readonly #chain: Caip2;

  constructor(index: UtxoIndex) {
    this.#index = index;
    this.#chain = index.wallet.network.chain;
  }

  /**
   * A transaction that brings the effect about, or voids it. The token has been checked to be one of this chain's.
   *
   * @throws RetryableError `TOKEN_NOT_SPENDABLE`, `COINS_INSUFFICIENT`, `FEE_ABOVE_CAP`, and the nodes' own: `NODES_DISAGREE` too
   * where some have long called coins spent that the others have, and without those there aren't enough
   */
  async make(making: Making): Promise<UnsignedTx> {
    const { wallet } = this.#index;
    const effect = utxoEffect(wallet, making.effect);
    const tip = await this.#index.sync();
    const token = await this.#tokenInput(effect, making.token.value);
    const feeFor = await this.#feeRule(effect, making);
    const old = new Set(making.previous.flatMap((version) => signedContent(version).spends));
    const coins = spendableCoins(this.#index, tip, making.spent).filter(
      ({ outpoint }) => outpoint !== token.outpoint,
    );
    // What versions of this effect spend is in the mempool as spent, and may be spent again by the next version.
    const mine = coins.filter(({ outpoint }) => old.has(outpoint));
    const others = coins.filter(({ outpoint }) => !old.has(outpoint));
    const gone = new Set<string>();
    const disputes: RetryableError[] = [];
    for (;;) {
      const left = others.filter(({ outpoint }) => !gone.has(outpoint));
      const selected = this.#select(effect, making, token, mine, left, feeFor);
      if (selected === undefined) throw disputes[0] ?? this.#insufficient(effect, making, [...mine, ...left]);
      const fresh = selected.inputs.filter(
        ({ outpoint }) => outpoint !== token.outpoint && !old.has(outpoint),
      );
      const live = await Promise.all(
        fresh.map(({ outpoint }) => liveOutput(this.#index, outpoint, disputes)),
      );
      const missing = fresh.filter((_, at) => live[at] === undefined);
      if (missing.length === 0) return this.#unsigned(effect, making, selected);
      for (const { outpoint } of missing) gone.add(outpoint);
    }
  }

  /** The token as an input. Throws where it can't be spent now. */
  async #tokenInput(effect: UtxoEffect, outpoint: string): Promise<WalletInput> {
    const coin = this.#index.tables.coin(outpoint);
    if (coin !== undefined && this.#index.tables.spend(outpoint) === undefined) {
      if (effect.kind !== "payout" || isAnchor(this.#index, coin)) {
        return { outpoint, amount: coin.amount, account: coin.account };
      }
    }
    if (coin === undefined && effect.kind === "bump") {
      const live = await liveOutput(this.#index, outpoint);
      const holder = live === undefined ? undefined : this.#index.holderOf(live.script);
      if (live !== undefined && holder !== undefined) return { outpoint, amount: live.amount, ...holder };
    }
    throw new RetryableError("TOKEN_NOT_SPENDABLE", `The token ${outpoint} can't be spent now`, {
      advice: "Ask for the effect's status: it says what spent it. After a reorganisation it may come back.",
      facts: { outpoint, effect: effect.id },
    });
  }

  #select(
    effect: UtxoEffect,
    { fee: { rate }, voids: voiding }: Making,
    token: WalletInput,
    mine: readonly WalletInput[],
    others: readonly WalletInput[],
    feeFor: (size: number) => bigint,
  ): Selection | undefined {
    const { wallet } = this.#index;
    const outputs = planOf(wallet, effect, voiding).outputs(0n);
    const paid = outputs.reduce((sum, { amount }) => sum + amount, 0n);
    const task = { wallet, scripts: outputs.map(({ script }) => script), paid, rate, feeFor };
    if (effect.kind === "consolidate" && !voiding) {
      const small = [...mine, ...others.toSorted((a, b) => Number(a.amount - b.amount))].slice(
        0,
        effect.inputs - 1,
      );
      const selected = selectCoins({ ...task, required: [token, ...small], candidates: [] });
      return selected !== undefined && selected.inputs.length > 1 ? selected : undefined;
    }
    // The inputs of earlier versions first: all versions then exclude each other by more than the token.
    return (
      selectCoins({
        ...task,
        required: voiding ? [token] : [token, ...mine],
        candidates: voiding ? mine : [],
      }) ?? selectCoins({ ...task, required: [token], candidates: [...mine, ...others] })
    );
  }

  #insufficient(
    effect: UtxoEffect,
    { voids: voiding }: Making,
    coins: readonly WalletInput[],
  ): RetryableError {
    const total = (amounts: readonly { readonly amount: bigint }[]) =>
      amounts.reduce((sum, { amount }) => sum + amount, 0n);
    return new RetryableError(
      "COINS_INSUFFICIENT",
      `The wallet's coins aren't enough for effect ${effect.id}`,
      {
        advice:
          "Fund the wallet's own address, wait for coins that are on their way, or consolidate many small ones.",
        facts: {
          needed: total(planOf(this.#index.wallet, effect, voiding).outputs(0n)),
          available: total(coins),
          coins: coins.length,
        },
      },
    );
  }

  #unsigned(
    effect: UtxoEffect,
    { token, fee: { cap }, voids: voiding }: Making,
    { inputs, change }: { readonly inputs: readonly WalletInput[]; readonly change: bigint },
  ): UnsignedTx {
    const { wallet } = this.#index;
    const outputs = planOf(wallet, effect, voiding).outputs(change);
    const transaction = { inputs, outputs };
    const fee = feeOf(transaction);
    const most = cap < wallet.network.feeCap ? cap : wallet.network.feeCap;
    if (fee > most) {
      throw new RetryableError(
        "FEE_ABOVE_CAP",
        `The transaction would pay ${fee}; at most ${most} is allowed`,
        {
          advice: "Wait for lower fees. A change of the cap is the signers' decision.",
          facts: { fee, cap: most, effect: effect.id },
        },
      );
    }
    const size = virtualSize(
      inputs.length,
      outputs.map(({ script }) => script),
    );
    const body = psbtText(wallet, transaction);
    return { chain: this.#chain, effect: effect.id, token, body, fee, rate: rateOf(fee, size) };
  }

  /**
   * What a transaction of that size must pay: its rate; over earlier versions and what hangs on them, by BIP-125's rules 3 and 4 and
   * Core's demand for a higher rate; for a parent that is bumped, what the parent lacks.
   */
  async #feeRule(effect: UtxoEffect, { fee: { rate }, previous }: Making): Promise<(size: number) => bigint> {
    const { incrementalRate, relayRate } = this.#index.wallet.network;
    const entries = await Promise.all(previous.map(({ txId }) => this.#entry(txId)));
    const evicted = largest([
      ...previous.map(({ fee }) => fee),
      ...entries.map((entry) => entry?.descendantFees ?? 0n),
    ]);
    const outbid = largest([rate, relayRate, ...previous.map((version) => version.rate + 1n)]);
    const parent =
      effect.kind === "bump" ? await this.#entry(parseOutpoint(effect.outpoint).txId) : undefined;
    return (size) => {
      const alone = feeAt(outbid, size);
      const over = previous.length === 0 ? 0n : evicted + feeAt(incrementalRate, size) + 1n;
      const both = parent === undefined ? 0n : feeAt(rate, size + parent.ancestorSize) - parent.ancestorFees;
      return largest([alone, over, both]);
    };
  }

  /** A waiting transaction's family, as the node sees it that sees the dearest. */
  async #entry(txId: Hex): Promise<MempoolEntry | undefined> {
    const words = await this.#index.view.quorum.each(`transaction ${txId} in mempools`, (node) =>
      mempoolEntry(node, txId),
    );
    return words
      .flatMap(({ value }) => value ?? [])
      .reduce<MempoolEntry | undefined>(
        (most, entry) => (most === undefined || entry.descendantFees > most.descendantFees ? entry : most),
        undefined,
      );
  }
}
