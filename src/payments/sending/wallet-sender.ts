import { keccak256, type Provider, type Signer, Transaction, type TransactionReceipt } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import { signText, type TypedText } from "../../custody/typed-text.ts";
import { revertDataOf } from "../../governance/revert-data.ts";
import type { Call } from "./call.ts";
import { revertReason } from "./revert-reason.ts";
import type { Ending, Sender, Sent } from "./sender.ts";

/** How a sender waits. */
export interface Patience {
  /** Blocks on top of a transaction's own before it counts, and before its failure does. */
  readonly confirmations: number;
  /** How many times the chain is asked before the ending is called unknown. */
  readonly looks: number;
  /** Between them. */
  pause(): Promise<void>;
  /** Wei that a unit of gas may cost at most; no end unless given. */
  readonly mostPerGas?: bigint;
}

type Fees =
  | { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint; readonly gasPrice?: never }
  | { readonly gasPrice: bigint; readonly maxFeePerGas?: never };

/** Nodes take a replacement for a tenth more: in percent, with some room. */
const REPLACEMENT = 113n;

/**
 * Sends by a key that signs by itself, an ethers `Wallet` say: the bytes are known, and remembered, before they leave. What was
 * sent is done or failed only once the chain has settled it, `confirmations` deep.
 */
export class WalletSender implements Sender {
  readonly #signer: Signer;
  readonly #provider: Provider;
  readonly #patience: Patience;

  /** @throws TerminalError `SENDER_WITHOUT_NODE` */
  constructor(signer: Signer, patience: Patience) {
    if (signer.provider === null) {
      throw new TerminalError("SENDER_WITHOUT_NODE", "The key isn't connected to a node", {
        advice: "Connect it: new Wallet(key, provider).",
      });
    }
    this.#signer = signer;
    this.#provider = signer.provider;
    this.#patience = patience;
  }

  async send(
    { to, data, value, gas }: Call,
    remember: (sent: Sent) => Promise<void>,
    instead?: Sent,
  ): Promise<Ending> {
    const from = await this.#signer.getAddress();
    try {
      await this.#provider.call({ from, to, data, value });
    } catch (error) {
      const reverted = revertDataOf(error);
      if (reverted === undefined) throw error;
      return { state: "failed", reason: revertReason(reverted) };
    }
    const fees = await this.#fees(instead);
    const needed = gas * (fees.maxFeePerGas ?? fees.gasPrice) + value;
    const has = await this.#provider.getBalance(from);
    if (has < needed) {
      return { state: "failed", reason: { code: "FUNDS", text: `${from} has ${has} wei of ${needed}` } };
    }
    const nonce = instead?.nonce ?? (await this.#provider.getTransactionCount(from, "pending"));
    const filled = await this.#signer.populateTransaction({ to, data, value, gasLimit: gas, nonce, ...fees });
    // ethers signs for the sender that it is.
    const { from: _, ...unsigned } = filled;
    const raw = await this.#signer.signTransaction(unsigned);
    const sent = { from, nonce, hash: keccak256(raw), raw };
    await remember(sent);
    return this.endingOf(sent);
  }

  async endingOf(sent: Sent): Promise<Ending> {
    for (let look = 0; look < this.#patience.looks; look++) {
      const ending = await this.#look(sent);
      if (ending !== undefined) return ending;
      if (look === 0 && (await this.#provider.getTransactionReceipt(sent.hash)) === null) {
        // Whatever a node answers to bytes that it may have already: only the chain says what became of them.
        await this.#provider.broadcastTransaction(sent.raw).catch(() => undefined);
        const mined = await this.#look(sent);
        if (mined !== undefined) return mined;
      }
      await this.#patience.pause();
    }
    return { state: "unknown", transaction: sent.hash };
  }

  sign(text: TypedText): Promise<string> {
    return signText(this.#signer, text);
  }

  /** What is offered for gas: enough for the next blocks, more than what is to be replaced, and at most what is allowed. */
  async #fees(instead: Sent | undefined): Promise<Fees> {
    const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await this.#provider.getFeeData();
    const old = instead === undefined ? undefined : Transaction.from(instead.raw);
    const above = (fee: bigint, before: bigint | null | undefined) => {
      const bumped = ((before ?? 0n) * REPLACEMENT) / 100n + 1n;
      return old !== undefined && bumped > fee ? bumped : fee;
    };
    const most = (fee: bigint) => least(fee, this.#patience.mostPerGas ?? fee);
    if (maxFeePerGas === null || maxPriorityFeePerGas === null) {
      return { gasPrice: most(above(gasPrice ?? 0n, old?.gasPrice)) };
    }
    const fee = most(above(maxFeePerGas, old?.maxFeePerGas));
    const tip = above(maxPriorityFeePerGas, old?.maxPriorityFeePerGas);
    return { maxFeePerGas: fee, maxPriorityFeePerGas: least(tip, fee) };
  }

  async #look({ from, nonce, hash }: Sent): Promise<Ending | undefined> {
    const settled = (await this.#provider.getBlockNumber()) - this.#patience.confirmations;
    const receipt = await this.#provider.getTransactionReceipt(hash);
    if (receipt !== null) return receipt.blockNumber <= settled ? endingBy(receipt) : undefined;
    if (settled < 0 || (await this.#provider.getTransactionCount(from, settled)) <= nonce) return undefined;
    // The nonce is used: by this transaction, mined between the questions, or by another for good.
    if ((await this.#provider.getTransactionReceipt(hash)) !== null) return undefined;
    const text = `another transaction took its nonce ${nonce}`;
    return { state: "failed", reason: { code: "REPLACED", text } };
  }
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function endingBy({ status, hash, logs }: TransactionReceipt): Ending {
  if (status === 1) return { state: "done", transaction: hash, logs };
  return { state: "failed", reason: { code: "REVERTED", text: `it was mined and reverted, ${hash}` } };
}
