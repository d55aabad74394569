import { base64, hex } from "@scure/base";
import { Transaction } from "@scure/btc-signer";
import { TerminalError } from "../../core/errors.ts";
import type { Caip2, Hex } from "../chain.ts";
import { depositRoot, OWN_ROOT, taprootScript } from "./deposit-address.ts";
import type { UtxoNetwork } from "./network.ts";
import { compactSize, outputSize } from "./script-kind.ts";

/** One group key's coins on one chain, for one Vault: all that is needed to tell its scripts. */
export interface UtxoWallet {
  readonly network: UtxoNetwork;
  /** 32 bytes, x only, before any tweak. */
  readonly groupKey: Hex;
  /** The chain that the Vault is on. */
  readonly home: Caip2;
  /** The Vault whose accounts have deposit addresses, 0x-prefixed. */
  readonly vault: string;
}

/** A coin of the wallet's that a transaction spends. */
export interface WalletInput {
  /** `txid:vout`. */
  readonly outpoint: string;
  readonly amount: bigint;
  /** Whose deposit address holds it; undefined: the wallet's own address. */
  readonly account: string | undefined;
}

/** What a transaction pays. */
export interface WalletOutput {
  readonly script: Hex;
  readonly amount: bigint;
}

/** A transaction of the wallet's: everything that its signatures commit to, and nothing else. */
export interface WalletTransaction {
  readonly inputs: readonly WalletInput[];
  readonly outputs: readonly WalletOutput[];
}

/** BIP-125: says that it may be replaced. */
export const REPLACEABLE = 0xff_ff_ff_fd;

/** More than this in one transaction, and a node might call it too heavy: 120 inputs are 7 kvB of 100. */
export const MAX_INPUTS = 120;

const VERSION = 2;

/** The library's own check of scripts is off: each is worked out here and compared, and it would work all out again. */
export const PSBT_OPTIONS = {
  allowUnknownOutputs: true,
  disableScriptCheck: true,
  unknown: "strict",
  proprietary: "ignore",
} as const;

const PREFIX = new TextEncoder().encode("strongroom");
/** The proprietary row of a PSBT input that names the account: BIP-174's key form, our subtype 0. */
const ACCOUNT_KEY = Uint8Array.of(PREFIX.length, ...PREFIX, 0);

/** A script of the wallet's, and the Merkle root that leads to it. */
export interface WalletScript {
  readonly script: Hex;
  readonly root: Hex;
}

/** Scripts that were worked out already: each costs a multiplication on the curve, and the same ones are asked for again. */
const known = new WeakMap<UtxoWallet, Map<string | undefined, WalletScript>>();
const MOST_KNOWN = 10_000;

/** The wallet's script and its Merkle root for an account's coins, or for its own. */
export function walletScript(wallet: UtxoWallet, account: string | undefined): WalletScript {
  const scripts = known.get(wallet) ?? new Map<string | undefined, WalletScript>();
  known.set(wallet, scripts);
  const before = scripts.get(account);
  if (before !== undefined) return before;
  const { network, ...terms } = wallet;
  const root = account === undefined ? OWN_ROOT : depositRoot({ ...terms, account, chain: network.chain });
  const made = { root, script: taprootScript(terms.groupKey, root) };
  if (scripts.size >= MOST_KNOWN) scripts.clear();
  scripts.set(account, made);
  return made;
}

/** Splits `txid:vout`. Throws `TerminalError` `OUTPOINT_INVALID`. */
export function parseOutpoint(outpoint: string): { readonly txId: Hex; readonly index: number } {
  const [, txId, index] = /^([0-9a-f]{64}):(0|[1-9][0-9]{0,9})$/.exec(outpoint) ?? [];
  if (txId !== undefined && Number(index) <= 0xff_ff_ff_ff) return { txId, index: Number(index) };
  throw new TerminalError("OUTPOINT_INVALID", `No outpoint: ${outpoint}`, {
    advice: "Give the transaction's id, a colon and the output's number.",
  });
}

/** Virtual bytes of a transaction with so many of the wallet's inputs, each spent by one BIP-340 signature (BIP-141). */
export function virtualSize(inputs: number, scripts: readonly Hex[]): number {
  const outputs = scripts.reduce((sum, script) => sum + outputSize(script), 0);
  const stripped = 8 + compactSize(inputs) + 41 * inputs + compactSize(scripts.length) + outputs;
  const witness = 2 + 66 * inputs;
  return Math.ceil((4 * stripped + witness) / 4);
}

/** What a transaction of that size pays at a rate, smallest units, rounded up. */
export function feeAt(rate: bigint, size: number): bigint {
  return (rate * BigInt(size) + 999n) / 1_000n;
}

/** The rate that a fee is, smallest units per kvB, rounded down. */
export function rateOf(fee: bigint, size: number): bigint {
  return (fee * 1_000n) / BigInt(size);
}

/** What it pays the network: what goes in, less what comes out. */
export function feeOf({ inputs, outputs }: WalletTransaction): bigint {
  const total = (amounts: readonly { readonly amount: bigint }[]) =>
    amounts.reduce((sum, { amount }) => sum + amount, 0n);
  return total(inputs) - total(outputs);
}

/** A transaction of the wallet's as the library has it: BIP-174 version 0, with BIP-371's fields for each input. */
export function toPsbt(wallet: UtxoWallet, { inputs, outputs }: WalletTransaction): Transaction {
  const transaction = new Transaction({ ...PSBT_OPTIONS, version: VERSION });
  for (const { outpoint, amount, account } of inputs) {
    const { script, root } = walletScript(wallet, account);
    const { txId, index } = parseOutpoint(outpoint);
    transaction.addInput({
      txid: hex.decode(txId),
      index,
      sequence: REPLACEABLE,
      witnessUtxo: { script: hex.decode(script), amount },
      tapInternalKey: hex.decode(wallet.groupKey),
      ...(root === OWN_ROOT ? {} : { tapMerkleRoot: hex.decode(root) }),
      ...(account === undefined
        ? {}
        : { proprietary: [[ACCOUNT_KEY, hex.decode(account.slice(2).toLowerCase())]] }),
    });
  }
  for (const { script, amount } of outputs) transaction.addOutput({ script: hex.decode(script), amount });
  return transaction;
}

/** The text of an unsigned transaction: its PSBT in base64. */
export function psbtText(wallet: UtxoWallet, transaction: WalletTransaction): string {
  return base64.encode(toPsbt(wallet, transaction).toPSBT());
}

/** A transaction isn't what it has to be. */
export function unacceptable(
  why: string,
  facts: Readonly<Record<string, string | bigint>> = {},
): TerminalError {
  return new TerminalError("TRANSACTION_UNACCEPTABLE", `The transaction isn't one of this wallet's: ${why}`, {
    advice: "Don't sign it. Find out who made it.",
    facts,
  });
}

function accountOf(rows: readonly (readonly [Uint8Array, Uint8Array])[] | undefined): string | undefined {
  const [row] = rows ?? [];
  return row === undefined ? undefined : `0x${hex.encode(row[1])}`;
}

function parsed(body: string): Transaction {
  try {
    return Transaction.fromPSBT(base64.decode(body), PSBT_OPTIONS);
  } catch (cause) {
    throw new TerminalError("TRANSACTION_UNACCEPTABLE", "The text is no PSBT", {
      advice: "Don't sign it. Give the base64 text that build made.",
      cause,
    });
  }
}

/** What was read as this program writes it; undefined: it couldn't be written. */
function rewritten(wallet: UtxoWallet, transaction: WalletTransaction): string | undefined {
  try {
    return psbtText(wallet, transaction);
  } catch {
    return undefined;
  }
}

/**
 * Reads an unsigned transaction of a wallet's. Strict: what was read is written again and must give the same text, so nothing is
 * in it that this program doesn't know: no other sighash type, key, script, sequence, lock time, version, no signature.
 *
 * An amount that isn't the coin's makes signatures that no node takes (BIP-341 commits to every amount), and the fee that is
 * shown can't be a lie. A signer compares the coins with its own node all the same.
 *
 * @throws TerminalError `TRANSACTION_UNACCEPTABLE`
 */
export function readWalletTransaction(wallet: UtxoWallet, body: string): WalletTransaction & { txId: Hex } {
  const psbt = parsed(body);
  const inputs = Array.from({ length: psbt.inputsLength }, (_, at): WalletInput => {
    const { txid, index, witnessUtxo, proprietary } = psbt.getInput(at);
    if (txid === undefined || index === undefined || witnessUtxo === undefined) {
      throw unacceptable(`input ${at} doesn't say which coin it spends`);
    }
    const account = accountOf(proprietary);
    if (account !== undefined && !/^0x[0-9a-f]{40}$/.test(account)) {
      throw unacceptable(`input ${at} names an account that is none`);
    }
    if (hex.encode(witnessUtxo.script) !== walletScript(wallet, account).script) {
      throw unacceptable(`input ${at} spends a script that isn't this wallet's`);
    }
    return { outpoint: `${hex.encode(txid)}:${index}`, amount: witnessUtxo.amount, account };
  });
  const outputs = Array.from({ length: psbt.outputsLength }, (_, at): WalletOutput => {
    const { script, amount } = psbt.getOutput(at);
    if (script === undefined || amount === undefined) throw unacceptable(`output ${at} pays nothing`);
    return { script: hex.encode(script), amount };
  });
  if (inputs.length === 0 || inputs.length > MAX_INPUTS) {
    throw unacceptable(`it has ${inputs.length} inputs; between 1 and ${MAX_INPUTS} are allowed`);
  }
  if (new Set(inputs.map(({ outpoint }) => outpoint)).size !== inputs.length) {
    throw unacceptable("it spends a coin twice");
  }
  const transaction = { inputs, outputs };
  if (rewritten(wallet, transaction) !== body) {
    throw unacceptable("it has fields, or an order of them, that no transaction of this wallet's has");
  }
  const fee = feeOf(transaction);
  if (fee <= 0n) throw unacceptable("it pays out more than it spends", { fee });
  if (fee > wallet.network.feeCap) {
    throw unacceptable("it pays the network more than any transaction may", {
      fee,
      cap: wallet.network.feeCap,
    });
  }
  return { ...transaction, txId: psbt.id };
}
