import { hex } from "@scure/base";
import { Transaction } from "@scure/btc-signer";
import type { SignedTx } from "../chain.ts";
import type { WalletOutput } from "./wallet-transaction.ts";

/** The outpoints that a signed transaction spends, and what it pays. */
export function signedContent({ raw }: Pick<SignedTx, "raw">): {
  readonly spends: readonly string[];
  readonly outputs: readonly WalletOutput[];
} {
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
