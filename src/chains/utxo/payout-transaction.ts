import type { ConflictToken, Hex } from "../chain.ts";
import type { UtxoNetwork } from "./network.ts";
import { dustLimit, scriptKind } from "./script-kind.ts";
import {
  feeOf,
  rateOf,
  readWalletTransaction,
  type UtxoWallet,
  unacceptable,
  virtualSize,
  type WalletInput,
  type WalletOutput,
  walletScript,
} from "./wallet-transaction.ts";

interface LaneTransaction {
  /** The same for every signature: the witness doesn't count. */
  readonly txId: Hex;
  /** The anchor that input 0 spends: the payout's conflict token. */
  readonly token: ConflictToken;
  /** 32 bytes, without a prefix. */
  readonly payoutId: Hex;
  /** Output 0: the lane's next anchor, and what it holds. */
  readonly anchor: { readonly outpoint: string; readonly amount: bigint };
  /** What comes back to the wallet's own address besides the anchor; 0: nothing. */
  readonly change: bigint;
  readonly fee: bigint;
  /** Virtual bytes once signed. */
  readonly size: number;
  /** Smallest units per kvB, rounded down. */
  readonly rate: bigint;
  /** All inputs in order, the anchor first. */
  readonly inputs: readonly WalletInput[];
}

/** Pays a payout: exactly its amount to exactly its script. */
export interface PayoutTransaction extends LaneTransaction {
  readonly kind: "payout";
  readonly recipientScript: Hex;
  readonly amount: bigint;
}

/** Spends a payout's token on nothing, so that the payout can't be paid by it any more. */
export interface VoidTransaction extends LaneTransaction {
  readonly kind: "void";
}

/** What a transaction of a lane is to say. */
export type LaneContent =
  | {
      readonly kind: "payout";
      readonly payoutId: Hex;
      readonly recipientScript: Hex;
      readonly amount: bigint;
    }
  | { readonly kind: "void"; readonly payoutId: Hex };

/** Follows the payout's id in the OP_RETURN of a transaction that voids it: "V". */
export const VOID_MARK = "56";

/** OP_RETURN with at most 75 bytes. */
export function noteScript(data: Hex): Hex {
  return `6a${(data.length / 2).toString(16).padStart(2, "0")}${data}`;
}

/** What an OP_RETURN of that form says; undefined: the script is none. */
export function noteOf(script: Hex): Hex | undefined {
  const data = script.slice(4);
  return script.startsWith("6a") && noteScript(data) === script && data.length <= 150 ? data : undefined;
}

/** A chain's transactions of the wallet's that have that outpoint as their conflict token. */
export function outpointToken(network: UtxoNetwork, outpoint: string): ConflictToken {
  return { chain: network.chain, kind: "outpoint", value: outpoint };
}

/**
 * What a transaction of a lane pays, in order: the next anchor, the recipient (unless it voids), the note, the change if any.
 */
export function laneOutputs(wallet: UtxoWallet, content: LaneContent, change: bigint): WalletOutput[] {
  const { script } = walletScript(wallet, undefined);
  const anchor = { script, amount: wallet.network.anchor };
  const rest = change === 0n ? [] : [{ script, amount: change }];
  const note = (data: Hex) => ({ script: noteScript(data), amount: 0n });
  if (content.kind === "void") return [anchor, note(content.payoutId + VOID_MARK), ...rest];
  const { payoutId, recipientScript, amount } = content;
  return [anchor, { script: recipientScript, amount }, note(payoutId), ...rest];
}

/** What a transaction of a lane says by its outputs; undefined where they have another order. */
function contentOf(outputs: readonly WalletOutput[]): LaneContent | undefined {
  const [, second, third] = outputs;
  if (second === undefined) return undefined;
  const voided = noteOf(second.script);
  if (voided !== undefined) {
    const payoutId = voided.slice(0, 64);
    return voided === payoutId + VOID_MARK && payoutId.length === 64 ? { kind: "void", payoutId } : undefined;
  }
  const payoutId = third === undefined ? undefined : noteOf(third.script);
  if (payoutId?.length !== 64) return undefined;
  return { kind: "payout", payoutId, recipientScript: second.script, amount: second.amount };
}

/** Why a change of that size isn't made: too little to be relayed, or what anchors have. */
export function isChange(wallet: UtxoWallet, change: bigint): boolean {
  const { script } = walletScript(wallet, undefined);
  return change >= dustLimit(wallet.network, script) && change !== wallet.network.anchor;
}

function checkLane(wallet: UtxoWallet, inputs: readonly WalletInput[], outputs: readonly WalletOutput[]) {
  const content = contentOf(outputs);
  const fixed = content?.kind === "void" ? 2 : 3;
  if (content === undefined || outputs.length > fixed + 1) {
    throw unacceptable("its outputs are neither a payout's nor a void's");
  }
  const change = outputs[fixed]?.amount ?? 0n;
  const expected = laneOutputs(wallet, content, change);
  const same = expected.every(
    ({ script, amount }, at) => outputs[at]?.script === script && outputs[at]?.amount === amount,
  );
  if (!same || expected.length !== outputs.length) {
    throw unacceptable("its outputs aren't the next anchor, the recipient, the note and the change");
  }
  if (change !== 0n && !isChange(wallet, change)) {
    throw unacceptable("its change is dust, or would pass for an anchor", { change });
  }
  const isAnchor = ({ account, amount }: WalletInput) =>
    account === undefined && amount === wallet.network.anchor;
  const [first, ...others] = inputs;
  if (first === undefined || !isAnchor(first)) throw unacceptable("its first input is no anchor");
  if (others.some(isAnchor)) throw unacceptable("it spends another payout's anchor");
  return { content, change, token: first.outpoint };
}

/**
 * Reads a payout's transaction, or one that voids a payout: pure, and strict as `readWalletTransaction`. What it answers is the
 * whole transaction: who agrees to it agrees to the bytes.
 *
 * It knows nothing of the chain or the ledger. A signer still has to see that the token is the one that was authorised, that
 * script and amount are the payout's, that the coins exist, and that the fee is within its own cap.
 *
 * @throws TerminalError `TRANSACTION_UNACCEPTABLE`
 */
export function readPayoutTransaction(body: string, wallet: UtxoWallet): PayoutTransaction | VoidTransaction {
  const { txId, inputs, outputs } = readWalletTransaction(wallet, body);
  const { content, change, token } = checkLane(wallet, inputs, outputs);
  const size = virtualSize(
    inputs.length,
    outputs.map(({ script }) => script),
  );
  const fee = feeOf({ inputs, outputs });
  const common = {
    txId,
    token: outpointToken(wallet.network, token),
    anchor: { outpoint: `${txId}:0`, amount: wallet.network.anchor },
    change,
    fee,
    size,
    rate: rateOf(fee, size),
    inputs,
  };
  if (content.kind === "void") return { ...common, ...content };
  const { recipientScript, amount } = content;
  if (scriptKind(recipientScript) === undefined) {
    throw unacceptable("its recipient's script is of no kind that is paid", { recipientScript });
  }
  const dust = dustLimit(wallet.network, recipientScript);
  if (amount < dust) throw unacceptable("it pays less than nodes relay", { amount, dust });
  return { ...common, ...content };
}
