import type { ConflictToken, Hex } from "../chain.ts";
import { isChange, noteOf, noteScript, outpointToken } from "./payout-transaction.ts";
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

/**
 * What keeps a wallet going, and pays nobody: makes anchors, makes one coin of many, pays for a parent that is stuck (CPFP), or
 * spends the token of one of these on nothing. The mark follows the effect's id in the OP_RETURN.
 */
export const UPKEEP_MARKS = { anchors: "41", bump: "42", consolidate: "43", void: "56" } as const;
export type UpkeepKind = keyof typeof UPKEEP_MARKS;

/**
 * The id of upkeep: 16 bytes of zero, which no payout's id begins with (that is a hash), then 16 of the operator's choice. A signer
 * binds a token to an id for ever: upkeep under a payout's would keep that from being paid.
 */
const UPKEEP_ID = /^0{32}[0-9a-f]{32}$/;

/** @param name 16 bytes that no other upkeep has */
export function upkeepId(name: Hex): Hex {
  return "0".repeat(32) + name;
}

/** Whether an effect's id can be upkeep's, and no payout's. */
export function isUpkeepId(id: Hex): boolean {
  return UPKEEP_ID.test(id);
}

/** More lanes than anybody needs: a payout for each can be on its way at once. */
export const MOST_ANCHORS = 100;

/** A transaction that pays the wallet and the network, and nobody else. */
export interface UpkeepTransaction {
  readonly kind: UpkeepKind;
  readonly txId: Hex;
  /** What input 0 spends. */
  readonly token: ConflictToken;
  /** The effect's id: 32 bytes. */
  readonly effect: Hex;
  /** How many anchors it makes. */
  readonly anchors: number;
  readonly change: bigint;
  readonly fee: bigint;
  readonly size: number;
  readonly rate: bigint;
  readonly inputs: readonly WalletInput[];
}

/** What an upkeep transaction pays, in order: the note, anchors if it makes some, what comes back if anything. */
export function upkeepOutputs(
  wallet: UtxoWallet,
  kind: UpkeepKind,
  effect: Hex,
  anchors: number,
  change: bigint,
): WalletOutput[] {
  const { script } = walletScript(wallet, undefined);
  return [
    { script: noteScript(effect + UPKEEP_MARKS[kind]), amount: 0n },
    ...Array.from({ length: anchors }, () => ({ script, amount: wallet.network.anchor })),
    ...(change === 0n ? [] : [{ script, amount: change }]),
  ];
}

/** Which upkeep a first output tells of. */
export function upkeepNote(script: Hex): { readonly kind: UpkeepKind; readonly effect: Hex } | undefined {
  const note = noteOf(script);
  if (note?.length !== 66) return undefined;
  const found = Object.entries(UPKEEP_MARKS).find(([, mark]) => note.endsWith(mark));
  return found === undefined ? undefined : { kind: found[0] as UpkeepKind, effect: note.slice(0, 64) };
}

/**
 * Reads an upkeep transaction: pure, and strict as `readWalletTransaction`. All it pays comes back to the wallet's own address; it
 * spends no anchor, which would be some payout's token. A signer still has its own cap for the fee.
 *
 * @throws TerminalError `TRANSACTION_UNACCEPTABLE`
 */
export function readUpkeepTransaction(body: string, wallet: UtxoWallet): UpkeepTransaction {
  const { txId, inputs, outputs } = readWalletTransaction(wallet, body);
  const note = upkeepNote(outputs[0]?.script ?? "");
  if (note === undefined) throw unacceptable("its first output is no note of upkeep");
  const anchors = outputs.filter(({ amount }) => amount === wallet.network.anchor).length;
  const change = outputs[anchors + 1]?.amount ?? 0n;
  const expected = upkeepOutputs(wallet, note.kind, note.effect, anchors, change);
  const same = expected.every(
    ({ script, amount }, at) => outputs[at]?.script === script && outputs[at]?.amount === amount,
  );
  if (!same || expected.length !== outputs.length) {
    throw unacceptable("its outputs aren't a note, anchors and what comes back");
  }
  if ((note.kind === "anchors") !== anchors > 0 || anchors > MOST_ANCHORS) {
    throw unacceptable(`it makes ${anchors} anchors, which its note doesn't say`);
  }
  if (change !== 0n && !isChange(wallet, change)) throw unacceptable("what comes back is dust", { change });
  const anchor = inputs.find(
    ({ account, amount }) => account === undefined && amount === wallet.network.anchor,
  );
  if (anchor !== undefined) throw unacceptable("it spends an anchor, which is some payout's token");
  const size = virtualSize(
    inputs.length,
    outputs.map(({ script }) => script),
  );
  const fee = feeOf({ inputs, outputs });
  return {
    ...note,
    txId,
    token: outpointToken(wallet.network, inputs[0]?.outpoint ?? ""),
    anchors,
    change,
    fee,
    size,
    rate: rateOf(fee, size),
    inputs,
  };
}
