import { computeAddress, getAddress, Signature, Transaction } from "ethers";
import { greater, lesser } from "../../core/bigint-order.ts";
import { RetryableError, StrongroomError, TerminalError } from "../../core/errors.ts";
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
import { type Call, callOf } from "./call-effect.ts";
import { type ChainView, pointOf } from "./chain-view.ts";
import { type DoneBy, statusOf } from "./effect-status.ts";
import { estimateGas, type ReadRefusal, refusalError } from "./estimate-gas.ts";
import { type FeeBounds, feeQuote, gasPrice, type Urgency } from "./fees.ts";
import { nonceOf, nonceToken } from "./nonce-token.ts";
import { bumped, replacementFee } from "./replacement-fee.ts";
import { sendBytes } from "./send-bytes.ts";
import { balanceAt } from "./spender.ts";

/** Nonces beyond the account's next one that a journal may have given away. */
const NONCES_AHEAD = 1_000;

/** Who acts, and within which bounds. */
export interface EvmExecutorOptions {
  /** The account that pays for gas. */
  readonly account: string;
  readonly fees: FeeBounds;
  /** Most gas that one call may use. */
  readonly gas: bigint;
  readonly refusal: ReadRefusal;
  /** Where contracts know what was done already. Without it an effect is done by its own call only. */
  readonly doneBy?: DoneBy;
}

/** A transaction without its signature, checked against what it is said to be. */
function parsed(chainId: bigint, account: string, unsigned: UnsignedTx): Transaction {
  let transaction: Transaction;
  try {
    transaction = Transaction.from(`0x${unsigned.body}`);
  } catch (cause) {
    throw new TerminalError("TRANSACTION_UNREADABLE", "This is no transaction", { cause });
  }
  const { maxFeePerGas, gasLimit } = transaction;
  const isAsSaid =
    transaction.type === 2 &&
    transaction.signature === null &&
    transaction.chainId === chainId &&
    transaction.nonce === nonceOf(unsigned.chain, account, unsigned.token) &&
    maxFeePerGas === unsigned.rate &&
    gasLimit * unsigned.rate === unsigned.fee;
  if (isAsSaid) return transaction;
  throw new TerminalError("TRANSACTION_OTHER", "A transaction isn't what it is said to be", {
    facts: { effect: unsigned.effect, token: unsigned.token.value },
    advice: "Build it again.",
  });
}

/**
 * Makes calls from one account. Each effect has a nonce for its life, and every version of its transaction uses that one, so at
 * most one of them counts. Nonces are what the chain says and the caller's journal has taken: none is counted in memory.
 */
export class EvmExecutor implements EffectExecutor {
  readonly chain: Caip2;
  readonly #view: ChainView;
  readonly #account: string;
  readonly #options: EvmExecutorOptions;

  constructor(view: ChainView, options: EvmExecutorOptions) {
    this.chain = view.nodes.chain;
    this.#view = view;
    this.#account = getAddress(options.account);
    this.#options = options;
  }

  #nonce(token: ConflictToken): number {
    return nonceOf(this.chain, this.#account, token);
  }

  async effectStatus(effect: Effect, token: ConflictToken, sent: readonly Hex[] = []): Promise<EffectStatus> {
    return statusOf(this.#view, this.#account, this.#nonce(token), effect, sent, this.#options.doneBy);
  }

  /**
   * The lowest nonce that is neither used nor taken: one that was left out is filled first. A call that its contract refuses gets
   * none, as everything later would wait behind it.
   */
  async reserve(effect: Effect, taken: readonly ConflictToken[]): Promise<ConflictToken> {
    await this.#gas(effect, callOf(effect));
    const values = new Set(taken.filter(({ chain }) => chain === this.chain).map(({ value }) => value));
    const head = pointOf(await this.#view.head());
    let nonce = await this.#view.nonceAt(this.#account, head);
    while (values.has(nonceToken(this.chain, this.#account, nonce).value)) nonce++;
    return nonceToken(this.chain, this.#account, nonce);
  }

  async findToken(is: (token: ConflictToken) => boolean): Promise<ConflictToken | undefined> {
    const next = await this.#view.nonceAt(this.#account, pointOf(await this.#view.head()));
    for (let nonce = next + NONCES_AHEAD; nonce >= 0; nonce--) {
      const token = nonceToken(this.chain, this.#account, nonce);
      if (is(token)) return token;
    }
    return undefined;
  }

  #unsigned(
    effect: Effect,
    token: ConflictToken,
    { to, data, value }: Call,
    gasLimit: bigint,
    price: { readonly rate: bigint; readonly tip: bigint },
    cap: bigint,
  ): UnsignedTx {
    const { rate } = price;
    const fee = gasLimit * rate;
    if (fee > cap) {
      throw new RetryableError("FEE_CAP_REACHED", "The transaction would pay more than the cap", {
        facts: { effect: effect.id, fee, cap },
        advice: "Wait until fees fall, or raise the cap.",
      });
    }
    const transaction = Transaction.from({
      type: 2,
      chainId: this.#view.nodes.chainId,
      nonce: this.#nonce(token),
      to,
      data,
      value,
      gasLimit,
      maxFeePerGas: rate,
      maxPriorityFeePerGas: lesser(price.tip, rate),
    });
    const body = transaction.unsignedSerialized.slice(2);
    return { chain: this.chain, effect: effect.id, token, body, fee, rate };
  }

  /** @throws RetryableError `ALREADY_DONE` where another's transaction has done it: `effectStatus` says by which. */
  async #gas(effect: Effect, call: Call): Promise<bigint> {
    const { gas, refusal, doneBy } = this.#options;
    const head = pointOf(await this.#view.head());
    const estimate = await estimateGas(this.#view, head, this.#account, call, gas);
    if ("gas" in estimate) return estimate.gas;
    const already = (await doneBy?.(effect, head))?.txId;
    if (already === undefined) throw refusalError(call, refusal(estimate.revert));
    throw new RetryableError("ALREADY_DONE", "What the call is for has been done by somebody", {
      facts: { effect: effect.id, transaction: already },
      advice: "Ask for the effect's status: it is done.",
    });
  }

  #bounded(rate: bigint): bigint {
    return lesser(rate, this.#options.fees.rate);
  }

  async build(effect: Effect, token: ConflictToken, fee: FeeQuote): Promise<UnsignedTx> {
    const call = callOf(effect);
    const gas = await this.#gas(effect, call);
    const { tip } = await gasPrice(this.#view.nodes, "normal");
    return this.#unsigned(effect, token, call, gas, { rate: this.#bounded(fee.rate), tip }, fee.cap);
  }

  /** What a further version must pay for a unit of gas, within what this much gas may cost. */
  async #price(previous: readonly SignedTx[], fee: FeeQuote, gas: bigint) {
    const { tip } = await gasPrice(this.#view.nodes, "normal");
    const old = previous.map(({ raw }) => Transaction.from(`0x${raw}`));
    if (old.length === 0) return { rate: this.#bounded(fee.rate), tip };
    const highest = (values: readonly (bigint | null)[]) =>
      values.reduce<bigint>((high, value) => (value !== null && value > high ? value : high), 0n);
    const oldTip = highest(old.map(({ maxPriorityFeePerGas }) => maxPriorityFeePerGas));
    const oldRate = highest(old.map(({ maxFeePerGas }) => maxFeePerGas));
    const rate = replacementFee(oldRate, fee.rate, this.#bounded(fee.cap / gas));
    const least = bumped(oldTip);
    return { rate, tip: greater(tip, least) };
  }

  #sameToken(previous: readonly SignedTx[], token: ConflictToken): void {
    const other = previous.find(({ token: { value } }) => value !== token.value);
    if (other === undefined) return;
    throw new TerminalError("TOKEN_FOREIGN", "A version of an effect's transaction has another token", {
      facts: { token: token.value, other: other.token.value, transaction: other.txId },
      advice: "Replace a transaction by one with the same token: two tokens could both be spent.",
    });
  }

  async replace(previous: readonly SignedTx[], effect: Effect, fee: FeeQuote): Promise<UnsignedTx> {
    const [first] = previous;
    if (first === undefined) {
      throw new TerminalError("NOTHING_TO_REPLACE", "There is no version to replace", {
        facts: { effect: effect.id },
        advice: "Build the first one.",
      });
    }
    this.#sameToken(previous, first.token);
    const call = callOf(effect);
    const gas = await this.#gas(effect, call);
    return this.#unsigned(effect, first.token, call, gas, await this.#price(previous, fee, gas), fee.cap);
  }

  /** A transfer of nothing to the account itself. */
  async voidToken(
    effect: Effect,
    token: ConflictToken,
    fee: FeeQuote,
    previous: readonly SignedTx[],
  ): Promise<UnsignedTx> {
    this.#sameToken(previous, token);
    const nothing = { to: this.#account, data: "0x", value: 0n };
    const head = pointOf(await this.#view.head());
    const estimate = await estimateGas(this.#view, head, this.#account, nothing, this.#options.gas);
    if (!("gas" in estimate)) throw refusalError(nothing, this.#options.refusal(estimate.revert));
    const price = await this.#price(previous, fee, estimate.gas);
    return this.#unsigned(effect, token, nothing, estimate.gas, price, fee.cap);
  }

  signingPayloads(unsigned: UnsignedTx): readonly Payload[] {
    const { unsignedHash } = parsed(this.#view.nodes.chainId, this.#account, unsigned);
    return [{ scheme: "ecdsa", digest: unsignedHash.slice(2) }];
  }

  attach(unsigned: UnsignedTx, signatures: readonly Hex[]): SignedTx {
    const transaction = parsed(this.#view.nodes.chainId, this.#account, unsigned);
    const [signature, ...more] = signatures;
    try {
      if (signature === undefined || more.length > 0)
        throw new TerminalError("SIGNATURE_COUNT", "One is needed");
      transaction.signature = Signature.from(`0x${signature}`);
      const key = transaction.fromPublicKey;
      if (key === null || computeAddress(key) !== this.#account) {
        throw new TerminalError("SIGNATURE_OTHER", "It is another account's, or over something else");
      }
    } catch (cause) {
      throw new TerminalError("BAD_SIGNATURE", "A signature doesn't fit its transaction", {
        facts: { effect: unsigned.effect, account: this.#account },
        cause: cause instanceof StrongroomError ? cause : new Error("It is no signature"),
        advice: "Check which key signs for this account.",
      });
    }
    const { chain, effect, token, fee, rate } = unsigned;
    const txId = (transaction.hash ?? "").slice(2);
    return { chain, effect, token, txId, raw: transaction.serialized.slice(2), fee, rate };
  }

  broadcast(signed: SignedTx): Promise<BroadcastResult> {
    return sendBytes(this.#view.nodes, signed, this.#account, this.#nonce(signed.token));
  }

  fee(urgency: Urgency): Promise<FeeQuote> {
    return feeQuote(this.#view.nodes, urgency, this.#options.fees);
  }

  async reconcile(): Promise<TokenReport> {
    const head = pointOf(await this.#view.head());
    const next = await this.#view.nonceAt(this.#account, head);
    const balance = await balanceAt(this.#view, this.#account, head);
    return { free: [nonceToken(this.chain, this.#account, next)], balance };
  }
}
