import { schnorr } from "@noble/curves/secp256k1.js";
import { base64, hex } from "@scure/base";
import { Transaction } from "@scure/btc-signer";
import { TerminalError } from "../../core/errors.ts";
import type { Hex, Payload } from "../chain.ts";
import { tweakedKey } from "./deposit-address.ts";
import {
  PSBT_OPTIONS,
  readWalletTransaction,
  toPsbt,
  type UtxoWallet,
  walletScript,
} from "./wallet-transaction.ts";

/** SIGHASH_DEFAULT: everything is signed, all inputs' amounts and scripts too. */
const SIGHASH_DEFAULT = 0;

/**
 * What is signed for each input: BIP-341's digest of the key path, and the Merkle root by which the key is tweaked first.
 *
 * @throws TerminalError `TRANSACTION_UNACCEPTABLE`
 */
export function taprootPayloads(wallet: UtxoWallet, body: string): Payload[] {
  const transaction = readWalletTransaction(wallet, body);
  const psbt = toPsbt(wallet, transaction);
  const spent = transaction.inputs.map(({ account, amount }) => ({
    ...walletScript(wallet, account),
    amount,
  }));
  const scripts = spent.map(({ script }) => hex.decode(script));
  const amounts = spent.map(({ amount }) => amount);
  return spent.map(({ root }, at) => ({
    scheme: "bip340",
    digest: hex.encode(psbt.preimageWitnessV1(at, scripts, SIGHASH_DEFAULT, amounts)),
    merkleRoot: root,
  }));
}

function isSignature(signature: Hex | undefined, digest: Hex, key: Hex): signature is Hex {
  if (signature === undefined || !/^[0-9a-f]{128}$/.test(signature)) return false;
  return schnorr.verify(hex.decode(signature), hex.decode(digest), hex.decode(key));
}

/**
 * The transaction with its signatures, as it is sent. Each one is checked first: what leaves is valid.
 *
 * @param signatures 64 bytes each (BIP-340), one for each input in order
 * @throws TerminalError `SIGNATURE_INVALID` with the input's number
 */
export function signedTaproot(
  wallet: UtxoWallet,
  body: string,
  signatures: readonly Hex[],
): { txId: Hex; raw: Hex } {
  const payloads = taprootPayloads(wallet, body);
  if (signatures.length !== payloads.length) {
    throw new TerminalError(
      "SIGNATURE_INVALID",
      `There are ${signatures.length} signatures for ${payloads.length} inputs`,
      {
        advice: "Ask the signers again: they give one for each payload, in order.",
        facts: { signatures: signatures.length, inputs: payloads.length },
      },
    );
  }
  const psbt = Transaction.fromPSBT(base64.decode(body), PSBT_OPTIONS);
  for (const [at, { digest, merkleRoot = "" }] of payloads.entries()) {
    const signature = signatures[at];
    if (!isSignature(signature, digest, tweakedKey(wallet.groupKey, merkleRoot))) {
      throw new TerminalError("SIGNATURE_INVALID", `The signature of input ${at} isn't the key's`, {
        advice: "Ask the signers again. If it goes on, they tweak the key wrongly or one of them cheats.",
        facts: { input: at },
      });
    }
    psbt.updateInput(at, { tapKeySig: hex.decode(signature) });
  }
  psbt.finalize();
  return { txId: psbt.id, raw: hex.encode(psbt.extract()) };
}
