import { existsSync } from "node:fs";
import { TerminalError } from "../../../core/errors.ts";
import { signatureFilesIn, signaturePath } from "../../../governance/proposals/proposal-folder.ts";
import { collectedSignatures, signedPartOf, signingSubject } from "../../../governance/proposals/signing.ts";
import { transactionOf } from "../../../governance/proposals/written.ts";
import { refuseDuplicates } from "../../../governance/wallets/pack-signatures.ts";
import {
  mergeSignatures,
  readSignatureFile,
  type SignatureFile,
  signatureFileName,
  writeSignatureFile,
} from "../../../governance/wallets/signature-file.ts";
import { TransactionService } from "../../../governance/wallets/transaction-service.ts";
import { ExitCode } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { type GovOptions, openProposalSession, sayRefused } from "./session.ts";

/** What `gov collect` and `gov publish` are told. */
export interface ServiceCommand extends GovOptions {
  /** A Safe Transaction Service. */
  readonly service?: string;
  /** The environment's variable with the service's key. */
  readonly apiKeyEnv?: string;
}

function serviceOf({ service, apiKeyEnv }: ServiceCommand): TransactionService {
  if (service === undefined)
    throw new TerminalError("NO_SERVICE", "Name the Transaction Service with --service");
  const apiKey = apiKeyEnv === undefined ? undefined : process.env[apiKeyEnv];
  if (apiKeyEnv !== undefined && apiKey === undefined) {
    throw new TerminalError("SECRET_MISSING", `The environment has no variable ${apiKeyEnv}`, {
      advice: "Set it first.",
    });
  }
  return new TransactionService(service, apiKey === undefined ? {} : { apiKey });
}

/** `gov collect`: gathers signature files from other machines, or from a Transaction Service, into the proposal. */
export async function govCollect(
  path: string,
  files: readonly string[],
  options: ServiceCommand,
): Promise<number> {
  const session = await openProposalSession(path, options);
  try {
    const { governance, folder, proposal } = session;
    const known = signatureFilesIn(folder);
    const added = files.map(readSignatureFile);
    const subject = await signingSubject(proposal, governance.provider);
    if (options.service !== undefined) {
      const { signatures } = await serviceOf(options).pull(subject.safeTxHash, subject);
      added.push(...signatures);
    }
    const pathOf = (content: SignatureFile) => signaturePath(folder, signatureFileName(content));
    // An owner's second signature of the same transaction is the same consent.
    const fresh = added.filter((content) => !existsSync(pathOf(content)));
    const good = await collectedSignatures(governance.provider, proposal, known, sayRefused);
    // What is brought must be good; what lies there already counts only if it is.
    refuseDuplicates([...good, ...fresh]);
    await mergeSignatures(fresh, subject);
    for (const content of fresh) writeSignatureFile(pathOf(content), content);
    const all = await collectedSignatures(governance.provider, proposal, signatureFilesIn(folder), () => {});
    const owners = all.map(({ owner }) => owner);
    const text = `${fresh.length} added, ${good.length} were there: ${owners.join(", ") || "none"}\n`;
    print(options.json, { added: fresh.length, owners }, text);
    return ExitCode.done;
  } finally {
    await session.close();
  }
}

/** `gov publish`: leaves a proposal and its signatures with a Safe Transaction Service. */
export async function govPublish(path: string, options: ServiceCommand): Promise<number> {
  const session = await openProposalSession(path, options);
  try {
    const { folder, proposal } = session;
    const { address: safe, hashes } = signedPartOf(proposal);
    const transaction = transactionOf(proposal);
    if (transaction === undefined) throw new TerminalError("NOTHING_TO_SIGN", `${safe} has nothing to sign`);
    const account = { chainId: BigInt(proposal.chainId), safe };
    const { provider } = session.governance;
    const signatures = await collectedSignatures(provider, proposal, signatureFilesIn(folder), sayRefused);
    await serviceOf(options).push(transaction, account, signatures, `Strongroom ${proposal.title}`);
    print(options.json, { safeTxHash: hashes.safeTx, signatures: signatures.length }, "Published.\n");
    return ExitCode.done;
  } finally {
    await session.close();
  }
}
