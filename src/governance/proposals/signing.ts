import type { Provider } from "ethers";
import { type StrongroomError, TerminalError } from "../../core/errors.ts";
import { Safe } from "../safe.ts";
import type { SignatureSubject } from "../wallets/check-signature.ts";
import { refuseDuplicates } from "../wallets/pack-signatures.ts";
import type { SafeSignature } from "../wallets/safe-signature.ts";
import { safeState } from "../wallets/safe-state.ts";
import { mergeSignatures, readSignatureFile, type SignatureFile } from "../wallets/signature-file.ts";
import type { Proposal } from "./proposal.ts";

/**
 * What a proposal's owners sign.
 *
 * @throws TerminalError `NOTHING_TO_SIGN` where an account acts
 */
export function signedPartOf({ safe }: Proposal): NonNullable<Proposal["safe"]> {
  if (safe !== undefined) return safe;
  throw new TerminalError("NOTHING_TO_SIGN", "An account acts in this proposal, not a Safe", {
    advice: "Run gov execute with that account's keystore.",
  });
}

/**
 * What a signature of a proposal is checked against: the file's word alone, or with a provider the chain's.
 *
 * @throws TerminalError `NOTHING_TO_SIGN`
 */
export async function signingSubject(proposal: Proposal, provider?: Provider): Promise<SignatureSubject> {
  const { address, hashes, owners } = signedPartOf(proposal);
  const account = { chainId: BigInt(proposal.chainId), safe: address };
  const subject = { ...account, safeTxHash: hashes.safeTx, owners };
  if (provider === undefined) return subject;
  const now = await new Safe(address, account.chainId, provider).owners();
  return { ...subject, owners: now, state: safeState(provider, account) };
}

/**
 * The signatures in a proposal's files, each checked again on the chain; none where an account acts. A file that is no
 * consent of an owner counts for nothing, and hides none of the others: owners change, and anyone may leave a file.
 *
 * @param refused is told of such files
 */
export async function collectedSignatures(
  provider: Provider,
  proposal: Proposal,
  files: readonly string[],
  refused: (file: string, error: StrongroomError) => void,
): Promise<readonly SafeSignature[]> {
  if (proposal.safe === undefined) return [];
  const subject = await signingSubject(proposal, provider);
  const good: SignatureFile[] = [];
  for (const file of files) {
    try {
      const content = readSignatureFile(file);
      refuseDuplicates([...good, content]);
      await mergeSignatures([content], subject);
      good.push(content);
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      refused(file, error);
    }
  }
  return mergeSignatures(good, subject);
}
