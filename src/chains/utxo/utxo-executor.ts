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
import { networkFee } from "./network-fee.ts";
import { outpointToken } from "./payout-transaction.ts";
import { signedContent } from "./signed-content.ts";
import { isAnchor, isUnspent, liveOutput, spendableCoins, spentInMempool } from "./spendable-coins.ts";
import { signedTaproot, taprootPayloads } from "./taproot-signing.ts";
import { type Making, TransactionMaker } from "./transaction-maker.ts";
import { bringsAbout, type UtxoEffect, utxoEffect, voids } from "./utxo-effect.ts";
import type { UtxoIndex } from "./utxo-index.ts";
import { MAX_INPUTS, parseOutpoint } from "./wallet-transaction.ts";

/**
 * Outputs that nodes are asked about in one go: more than there are lanes of any use, and than one transaction spends. Anybody can
 * send the wallet anchors and small coins, so their number is no measure of what is worth asking.
 */
const MOST_ASKED = MAX_INPUTS;

/**
 * Brings about payouts and the wallet's upkeep on a chain of Bitcoin's family. A payout's conflict token is a lane's anchor: a small
 * output at the wallet's own address, which its transaction spends first and replaces by the lane's next one.
 *
 * Every transaction spends outputs that are in blocks, but for `bump`, which pays for its parent.
 */
export class UtxoExecutor implements EffectExecutor {
  readonly chain: Caip2;
  readonly #index: UtxoIndex;

  readonly #maker: TransactionMaker;

  constructor(index: UtxoIndex) {
    this.#maker = new TransactionMaker(index);
    this.chain = index.wallet.network.chain;
    this.#index = index;
  }

  /** @throws RetryableError `NODES_DISAGREE` where nothing was sent, and one node alone says for long that something waits */
  async effectStatus(effect: Effect, token: ConflictToken, sent: readonly Hex[] = []): Promise<EffectStatus> {
    const wanted = utxoEffect(this.#index.wallet, effect);
    const outpoint = this.#outpoint(token);
    const { final } = await this.#index.sync();
    const spend = this.#index.tables.spend(outpoint);
    if (spend !== undefined) {
      const { txId, height, outputs } = spend;
      return { is: bringsAbout(wanted, outputs) ? "done" : "impossible", txId, final: height <= final };
    }
    const pending = await spentInMempool(this.#index, outpoint, sent.length === 0);
    return { is: pending ? "pending" : "absent" };
  }

  async reserve(effect: Effect, taken: readonly ConflictToken[]): Promise<ConflictToken> {
    const wanted = utxoEffect(this.#index.wallet, effect);
    const tip = await this.#index.sync();
    const used = new Set(taken.map(({ value }) => value));
    const candidates = this.#tokensFor(wanted, tip).filter((outpoint) => !used.has(outpoint));
    const disputes: RetryableError[] = [];
    for (const outpoint of candidates.slice(0, MOST_ASKED)) {
      if ((await liveOutput(this.#index, outpoint, disputes)) !== undefined) {
        return outpointToken(this.#index.wallet.network, outpoint);
      }
    }
    if (disputes[0] !== undefined) throw disputes[0];
    const lanes = this.#index.tables.unspent().filter((coin) => isAnchor(this.#index, coin)).length;
    throw new RetryableError("NO_TOKEN_FREE", `No conflict token is free for effect ${effect.id}`, {
      advice:
        wanted.kind === "payout"
          ? "Each lane is free again when its last payout is final. More lanes: `relay upkeep anchors COUNT`."
          : "The wallet has no coin for it that is final and unspent: fund its own address.",
      facts: { lanes, taken: taken.length },
    });
  }

  async findToken(is: (token: ConflictToken) => boolean): Promise<ConflictToken | undefined> {
    await this.#index.sync();
    const { network } = this.#index.wallet;
    const own = this.#index.tables.ownCoins().filter((coin) => isAnchor(this.#index, coin));
    return own.map(({ outpoint }) => outpointToken(network, outpoint)).find(is);
  }

  build(effect: Effect, token: ConflictToken, fee: FeeQuote, spent: readonly string[]): Promise<UnsignedTx> {
    return this.#making({ effect, token, fee, spent, previous: [], voids: false });
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
    if (previous.some((version) => voids(wanted, signedContent(version).outputs))) {
      throw new TerminalError("EFFECT_VOIDED", `Effect ${effect.id} was voided: it isn't paid any more`, {
        advice: "To pay more for the void, void it again with all versions.",
      });
    }
    return this.#making({ effect, token: first.token, fee, spent, previous, voids: false });
  }

  voidToken(
    effect: Effect,
    token: ConflictToken,
    fee: FeeQuote,
    previous: readonly SignedTx[],
    spent: readonly string[],
  ): Promise<UnsignedTx> {
    return this.#making({ effect, token, fee, spent, previous, voids: true });
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

  /** Of the free lanes at most so many as are of any use. */
  async reconcile(): Promise<TokenReport> {
    const tip = await this.#index.sync();
    const token = (outpoint: string) => outpointToken(this.#index.wallet.network, outpoint);
    const free: ConflictToken[] = [];
    for (const outpoint of this.#anchors(tip).slice(0, MOST_ASKED)) {
      if ((await liveOutput(this.#index, outpoint)) !== undefined) free.push(token(outpoint));
    }
    return { free, balance: this.#spendable(tip) };
  }

  /** What can be spent by the blocks, smallest unit: no node is asked about a coin. */
  async balance(): Promise<bigint> {
    return this.#spendable(await this.#index.sync());
  }

  /**
   * Whether a payout may be given this token: a lane's anchor that is final and that nothing spends.
   *
   * @throws RetryableError `NODES_DISAGREE`
   */
  async isFree({ chain, kind, value }: ConflictToken): Promise<boolean> {
    if (chain !== this.chain || kind !== "outpoint") return false;
    const { final } = await this.#index.sync();
    const { tables } = this.#index;
    const coin = tables.coin(value);
    if (coin === undefined || !isAnchor(this.#index, coin) || coin.coinbase || coin.height > final)
      return false;
    return tables.spend(value) === undefined && isUnspent(this.#index, value);
  }

  #spendable(tip: ChainTip): bigint {
    return spendableCoins(this.#index, tip, []).reduce((sum, { amount }) => sum + amount, 0n);
  }

  async #making(making: Making): Promise<UnsignedTx> {
    this.#outpoint(making.token);
    return this.#maker.make(making);
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

  /** Anchors that are final and that no block spends: the wallet's own first, then the oldest that it was sent. */
  #anchors({ final }: ChainTip): string[] {
    const { tables, wallet } = this.#index;
    return tables.ownUnspent(wallet.network.anchor, final).map(({ outpoint }) => outpoint);
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
}
