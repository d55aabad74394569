import { TerminalError } from "../../core/errors.ts";
import type { SafeTransaction } from "../safe.ts";
import { checkSignature, type SignatureSubject } from "./check-signature.ts";
import { asOnLedger, type SafeAccount, type SafeHashes, safeHashes } from "./safe-hashes.ts";
import type { SafeSignature } from "./safe-signature.ts";

/** What a signer is asked to sign, and what its screen should show. */
export interface SigningRequest {
  readonly transaction: SafeTransaction;
  readonly account: SafeAccount;
  readonly hashes: SafeHashes;
}

/** A way to an owner's signature: a keystore, a wallet behind a URL, or a person who pastes. */
export interface OwnerSigner {
  /** Who will sign, as far as that is known before. */
  readonly owner?: string;
  /** Gives the signature as the wallet gave it; it is checked afterwards, whatever the way. */
  sign(request: SigningRequest): Promise<string>;
}

/** Shows what will be signed, before anything is signed. It stops the signing by throwing. */
export type Show = (request: SigningRequest) => void | Promise<void>;

/**
 * Shows a transaction, has it signed, and checks the signature.
 *
 * @throws TerminalError `SIGNATURE_OF_OTHER_TRANSACTION` if the subject's hash is not this transaction's; `SIGNER_NO_OWNER`
 *   before anything is shown or asked; what the signer throws; what `checkSignature` throws.
 * @example
 * const signature = await signTransaction(transaction, subject, keystoreSigner(file, password), show);
 */
export async function signTransaction(
  transaction: SafeTransaction,
  subject: SignatureSubject,
  signer: OwnerSigner,
  show: Show,
): Promise<SafeSignature> {
  const account = { chainId: subject.chainId, safe: subject.safe };
  const hashes = safeHashes(transaction, account);
  if (hashes.safeTx !== subject.safeTxHash.toLowerCase()) {
    throw new TerminalError(
      "SIGNATURE_OF_OTHER_TRANSACTION",
      "The transaction is not the one with this hash",
      {
        facts: { found: hashes.safeTx, expected: subject.safeTxHash },
        advice: "Review the proposal again: one of the two was changed.",
        docs: "docs/wallets.md",
      },
    );
  }
  const { owner } = signer;
  if (owner !== undefined && !subject.owners.some((one) => BigInt(one) === BigInt(owner))) {
    throw new TerminalError("SIGNER_NO_OWNER", `${owner} is no owner of the Safe`, {
      facts: { owner, safe: subject.safe },
      advice: "Take the keystore or the account of an owner.",
      docs: "docs/wallets.md",
    });
  }
  const request: SigningRequest = { transaction, account, hashes };
  await show(request);
  return checkSignature(await signer.sign(request), subject, signer.owner);
}

/** A request as lines of text, the hashes as a Ledger spells them. */
export function describeRequest({ transaction, account, hashes }: SigningRequest): string {
  const { to, value, data, operation, nonce } = transaction;
  return [
    `Chain            ${account.chainId}`,
    `Safe             ${account.safe}`,
    `Nonce            ${nonce}`,
    `To               ${to}`,
    `Value            ${value} wei`,
    `Operation        ${operation} (call)`,
    `Data             ${data}`,
    `Domain hash      ${asOnLedger(hashes.domain)}`,
    `Message hash     ${asOnLedger(hashes.message)}`,
    `Safe tx hash     ${hashes.safeTx}`,
  ].join("\n");
}
