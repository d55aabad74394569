import { hex } from "@scure/base";
import { Transaction } from "@scure/btc-signer";
import { z } from "zod";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import type {
  BroadcastResult,
  Caip2,
  ConflictToken,
  Effect,
  EffectExecutor,
  EffectStatus,
  FeeQuote,
  Hex,
  Payload,
  SignedTx,
  TokenReport,
  UnsignedTx,
} from "../chain.ts";
import { broadcastTo } from "./broadcast.ts";
import type { ChainTip } from "./chain-view.ts";
import { selectCoins } from "./coin-selection.ts";
import { largest } from "./largest.ts";
import { coinAmount, networkFee } from "./network-fee.ts";
import { refusalIs } from "./node-quorum.ts";
import { outpointToken } from "./payout-transaction.ts";
import { isAnchor, liveOutput, liveWords, spendableCoins } from "./spendable-coins.ts";
import { signedTaproot, taprootPayloads } from "./taproot-signing.ts";
import { bringsAbout, planOf, type UtxoEffect, utxoEffect, voids } from "./utxo-effect.ts";
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

/** Core's code for a transaction that isn't in the mempool. */
const NOT_FOUND = -5;
/** Finalities' worth of blocks that a report looks back for spent tokens. */
const LOOK_BACK = 100;

const entrySchema = z.object({
  ancestorsize: z.number().int().positive(),
  fees: z.object({ ancestor: coinAmount, descendant: coinAmount }),
});

interface Making {
  readonly effect: Effect;
  readonly token: ConflictToken;
  readonly fee: FeeQuote;
  readonly previous: readonly SignedTx[];
  readonly spent: readonly string[];
  readonly voids: boolean;
}

/** The outpoints that a signed transaction spends, and what it pays. */
function contentOf({ raw }: SignedTx) {
  const transaction = Transaction.fromRaw(hex.decode(raw), {
    allowUnknownOutputs: true,
    allowUnknownInputs: true,
  });
  const spends = Array.from({ length: transaction.inputsLength }, (_, at) => {
    const { txid, index } = transaction.getInput(at);
    return `${hex.encode(txid ?? new Uint8Array())}:${index}`;
  });
  const outputs = Array.from({ length: transaction.outputsLength }, (_, at) => {
    const { script, amount } = transaction.getOutput(at);
    return { script: hex.encode(script ?? new Uint8Array()), amount: amount ?? 0n };
  });
  return { spends, outputs };
}

/**
 * Brings about payouts and the wallet's upkeep on a chain of Bitcoin's family. A payout's conflict token is a lane's anchor: a small
 * output at the wallet's own address, which its transaction spends first and replaces by the lane's next one.
 *
 * Every transaction spends outputs that are in blocks, but for `bump`, which pays for its parent.
 */
export class UtxoExecutor implements EffectExecutor {
  readonly chain: Caip2;
  readonly #index: UtxoIndex;

  constructor(index: UtxoIndex) {
    this.chain = index.wallet.network.chain;
    this.#index = index;
  }

  async effectStatus(effect: Effect, token: ConflictToken): Promise<EffectStatus> {
    const wanted = utxoEffect(this.#index.wallet, effect);
    const outpoint = this.#outpoint(token);
    const { final } = await this.#index.sync();
    const spend = this.#index.tables.spend(outpoint);
    if (spend !== undefined) {
      const { txId, height, outputs } = spend;
      return { is: bringsAbout(wanted, outputs) ? "done" : "impossible", txId, final: height <= final };
    }
    const [blocks, waiting] = await Promise.all([
      liveWords(this.#index, outpoint, false),
      liveWords(this.#index, outpoint, true),
    ]);
    // A node that has it in its blocks, and no more with its mempool: something there spends it. One node's word is enough for
    // "pending", upon which nothing is done but waiting.
    const pending = blocks.some(
      ({ node, value }) =>
        value !== undefined && waiting.some((word) => word.node === node && word.value === undefined),
    );
    return { is: pending ? "pending" : "absent" };
  }

  async reserve(effect: Effect, taken: readonly ConflictToken[]): Promise<ConflictToken> {
    const wanted = utxoEffect(this.#index.wallet, effect);
    const tip = await this.#index.sync();
    const used = new Set(taken.map(({ value }) => value));
    for (const outpoint of this.#tokensFor(wanted, tip)) {
      if (!used.has(outpoint) && (await liveOutput(this.#index, outpoint)) !== undefined) {
        return outpointToken(this.#index.wallet.network, outpoint);
      }
    }
    const lanes = this.#index.tables.unspent().filter((coin) => isAnchor(this.#index, coin)).length;
    throw new RetryableError("NO_TOKEN_FREE", `No conflict token is free for effect ${effect.id}`, {
      advice:
        wanted.kind === "payout"
          ? "Each lane is free again when its last payout is final. More lanes: an effect of kind anchors."
          : "The wallet has no coin for it that is final and unspent: fund its own address.",
      facts: { lanes, taken: taken.length },
    });
  }

  build(effect: Effect, token: ConflictToken, fee: FeeQuote, spent: readonly string[]): Promise<UnsignedTx> {
    return this.#make({ effect, token, fee, spent, previous: [], voids: false });
  }

  async replace(
    previous: readonly SignedTx[],
    effect: Effect,
    fee: FeeQuote,
    spent: readonly string[],
  ): Promise<UnsignedTx> {
    const [first] = previous;
    const wanted = utxoEffect(this.#index.wallet, effect);
    if (first === undefined) {
      throw new TerminalError("NOTHING_TO_REPLACE", `Nothing was signed for effect ${effect.id}`, {
        advice: "Build it first.",
      });
    }
    if (previous.some((version) => voids(wanted, contentOf(version).outputs))) {
      throw new TerminalError("EFFECT_VOIDED", `Effect ${effect.id} was voided: it isn't paid any more`, {
        advice: "To pay more for the void, void it again with all versions.",
      });
    }
    return this.#make({ effect, token: first.token, fee, spent, previous, voids: false });
  }

  voidToken(
    effect: Effect,
    token: ConflictToken,
    fee: FeeQuote,
    previous: readonly SignedTx[],
    spent: readonly string[],
  ): Promise<UnsignedTx> {
    return this.#make({ effect, token, fee, spent, previous, voids: true });
  }

  signingPayloads({ body }: UnsignedTx): readonly Payload[] {
    return taprootPayloads(this.#index.wallet, body);
  }

  attach({ chain, effect, token, body, fee, rate }: UnsignedTx, signatures: readonly Hex[]): SignedTx {
    return { chain, effect, token, fee, rate, ...signedTaproot(this.#index.wallet, body, signatures) };
  }

  broadcast({ txId, raw }: SignedTx): Promise<BroadcastResult> {
    return broadcastTo(this.#index.view.quorum, txId, raw);
  }

  fee(urgency: "economy" | "normal" | "urgent"): Promise<FeeQuote> {
    return networkFee(this.#index.view.quorum, urgency);
  }

  async reconcile(): Promise<TokenReport> {
    const tip = await this.#index.sync();
    const token = (outpoint: string) => outpointToken(this.#index.wallet.network, outpoint);
    const free: ConflictToken[] = [];
    for (const outpoint of this.#anchors(tip)) {
      if ((await liveOutput(this.#index, outpoint)) !== undefined) free.push(token(outpoint));
    }
    const { confirmations } = this.#index.view;
    const spent = this.#index.tables
      .spendsFrom(tip.head.height - LOOK_BACK * confirmations)
      .filter(({ outpoint }) => {
        const coin = this.#index.tables.coin(outpoint);
        return coin !== undefined && isAnchor(this.#index, coin);
      })
      .map(({ outpoint, txId, height }) => ({ token: token(outpoint), txId, final: height <= tip.final }));
    const balance = spendableCoins(this.#index, tip, []).reduce((sum, { amount }) => sum + amount, 0n);
    return { free, spent, balance };
  }

  #outpoint({ chain, kind, value }: ConflictToken): string {
    if (chain === this.chain && kind === "outpoint") {
      parseOutpoint(value);
      return value;
    }
    throw new TerminalError("TOKEN_FOREIGN", `No token of this chain's: ${kind} ${value} on ${chain}`, {
      advice: "Give the token that was reserved here.",
      facts: { chain: this.chain },
    });
  }

  /** Anchors that are final and that no block spends, oldest first. */
  #anchors({ final }: ChainTip): string[] {
    return this.#index.tables
      .unspent()
      .filter((coin) => isAnchor(this.#index, coin) && coin.height <= final && !coin.coinbase)
      .sort((a, b) => a.height - b.height || (a.outpoint < b.outpoint ? -1 : 1))
      .map(({ outpoint }) => outpoint);
  }

  /** What may be an effect's token, best first. */
  #tokensFor(effect: UtxoEffect, tip: ChainTip): readonly string[] {
    if (effect.kind === "payout") return this.#anchors(tip);
    if (effect.kind === "bump") return [effect.outpoint];
    const { final } = tip;
    const coins = spendableCoins(this.#index, { ...tip, head: { ...tip.head, height: final } }, []);
    if (effect.kind === "consolidate") {
      return coins.sort((a, b) => Number(a.amount - b.amount)).map(({ outpoint }) => outpoint);
    }
    const need = BigInt(effect.count + 1) * this.#index.wallet.network.anchor;
    return coins
      .filter(({ account, amount }) => account === undefined && amount > need)
      .sort((a, b) => Number(a.amount - b.amount))
      .map(({ outpoint }) => outpoint);
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

  async #make(making: Making): Promise<UnsignedTx> {
    const { wallet } = this.#index;
    const effect = utxoEffect(wallet, making.effect);
    const tip = await this.#index.sync();
    const token = await this.#tokenInput(effect, this.#outpoint(making.token));
    const feeFor = await this.#feeRule(effect, making);
    const old = new Set(making.previous.flatMap((version) => contentOf(version).spends));
    const coins = spendableCoins(this.#index, tip, making.spent).filter(
      ({ outpoint }) => outpoint !== token.outpoint,
    );
    // What versions of this effect spend is in the mempool as spent, and may be spent again by the next version.
    const mine = coins.filter(({ outpoint }) => old.has(outpoint));
    const others = coins.filter(({ outpoint }) => !old.has(outpoint));
    const gone = new Set<string>();
    for (;;) {
      const selected = this.#select(
        effect,
        making,
        token,
        mine,
        others.filter(({ outpoint }) => !gone.has(outpoint)),
        feeFor,
      );
      const fresh = selected.inputs.filter(
        ({ outpoint }) => outpoint !== token.outpoint && !old.has(outpoint),
      );
      const live = await Promise.all(fresh.map(({ outpoint }) => liveOutput(this.#index, outpoint)));
      const missing = fresh.filter((_, at) => live[at] === undefined);
      if (missing.length === 0) return this.#unsigned(effect, making, selected);
      for (const { outpoint } of missing) gone.add(outpoint);
    }
  }

  #select(
    effect: UtxoEffect,
    { fee: { rate }, voids: voiding }: Making,
    token: WalletInput,
    mine: readonly WalletInput[],
    others: readonly WalletInput[],
    feeFor: (size: number) => bigint,
  ) {
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
      if (selected !== undefined && selected.inputs.length > 1) return selected;
    } else {
      // The inputs of earlier versions first: all versions then exclude each other by more than the token.
      const selected =
        selectCoins({
          ...task,
          required: voiding ? [token] : [token, ...mine],
          candidates: voiding ? mine : [],
        }) ?? selectCoins({ ...task, required: [token], candidates: [...mine, ...others] });
      if (selected !== undefined) return selected;
    }
    const available = [...mine, ...others].reduce((sum, { amount }) => sum + amount, 0n);
    throw new RetryableError(
      "COINS_INSUFFICIENT",
      `The wallet's coins aren't enough for effect ${effect.id}`,
      {
        advice:
          "Fund the wallet's own address, wait for coins that are on their way, or consolidate many small ones.",
        facts: { needed: paid, available, coins: mine.length + others.length },
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
    return { chain: this.chain, effect: effect.id, token, body, fee, rate: rateOf(fee, size) };
  }

  /**
   * What a transaction of that size must pay: its rate; over earlier versions and what hangs on them, by BIP-125's rules 3 and 4 and
   * Core's demand for a higher rate; for a parent that is bumped, what the parent lacks.
   */
  async #feeRule(effect: UtxoEffect, { fee: { rate }, previous }: Making): Promise<(size: number) => bigint> {
    const { incrementalRate } = this.#index.wallet.network;
    const entries = await Promise.all(previous.map(({ txId }) => this.#entry(txId)));
    const evicted = largest([
      ...previous.map(({ fee }) => fee),
      ...entries.map((entry) => entry?.fees.descendant ?? 0n),
    ]);
    const outbid = previous.length === 0 ? rate : largest([rate, ...previous.map(({ rate }) => rate + 1n)]);
    const parent =
      effect.kind === "bump" ? await this.#entry(parseOutpoint(effect.outpoint).txId) : undefined;
    return (size) => {
      const alone = feeAt(outbid, size);
      const over = previous.length === 0 ? 0n : evicted + feeAt(incrementalRate, size) + 1n;
      const both = parent === undefined ? 0n : feeAt(rate, size + parent.ancestorsize) - parent.fees.ancestor;
      return largest([alone, over, both]);
    };
  }

  /** A waiting transaction's family, as the node sees it that sees the dearest. */
  async #entry(txId: Hex) {
    const words = await this.#index.view.quorum.each(async (node) => {
      try {
        return await node.ask("getmempoolentry", [txId], entrySchema);
      } catch (error) {
        if (refusalIs(error, NOT_FOUND)) return undefined;
        throw error;
      }
    });
    return words
      .flatMap(({ value }) => value ?? [])
      .reduce<z.infer<typeof entrySchema> | undefined>(
        (most, entry) => (most === undefined || entry.fees.descendant > most.fees.descendant ? entry : most),
        undefined,
      );
  }
}
