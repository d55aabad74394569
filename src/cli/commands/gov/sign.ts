import { createInterface } from "node:readline/promises";
import { isAddress } from "ethers";
import { TerminalError, UsageError } from "../../../core/errors.ts";
import type { Language } from "../../../governance/governed/wording.ts";
import type { Governance } from "../../../governance/proposals/governance.ts";
import type { Proposal } from "../../../governance/proposals/proposal.ts";
import { openProposal, signaturePath } from "../../../governance/proposals/proposal-folder.ts";
import { refuseStaleNonce } from "../../../governance/proposals/propose.ts";
import { refuseExpired, refuseOtherChain, reviewed } from "../../../governance/proposals/review.ts";
import { signedPartOf, signingSubject } from "../../../governance/proposals/signing.ts";
import { summaryOf } from "../../../governance/proposals/summary.ts";
import { transactionOf } from "../../../governance/proposals/written.ts";
import { externalSigner, jsonRpcWallet } from "../../../governance/wallets/external-signer.ts";
import { printable } from "../../../governance/wallets/foreign-json.ts";
import { keystoreSigner } from "../../../governance/wallets/keystore.ts";
import { readPassword } from "../../../governance/wallets/password.ts";
import { pastedSigner } from "../../../governance/wallets/pasted-signer.ts";
import { describeRequest, type OwnerSigner, signTransaction } from "../../../governance/wallets/sign.ts";
import {
  signatureFile,
  signatureFileName,
  writeSignatureFile,
} from "../../../governance/wallets/signature-file.ts";
import { ExitCode } from "../../exit-code.ts";
import { type PasswordOptions, passwordSource } from "../../option-values.ts";
import { print, say } from "../../output.ts";
import type { GovOptions, Session } from "./session.ts";

/** What `gov sign` is told. */
export interface SignCommand extends GovOptions, PasswordOptions {
  readonly keystore?: string;
  /** A wallet behind a URL (EIP-1193 methods over JSON-RPC). */
  readonly signerUrl?: string;
  /** A signature made elsewhere. */
  readonly signature?: string;
  readonly owner?: string;
  /** Without a node: what the proposal says of the Safe is believed, and checked where the signature arrives. */
  readonly offline?: boolean;
  /** The Safe transaction hash as the signer knows it from elsewhere. */
  readonly expect?: string;
  /** Signs without being asked again. */
  readonly yes?: boolean;
  /** Signs although the review was made before. */
  readonly reviewed?: boolean;
  readonly out?: string;
  readonly lang?: Language;
}

/** What can be said of the command line before anything is opened. */
function checkUsage({ owner, offline, yes, expect }: SignCommand): void {
  if (owner !== undefined && !isAddress(owner)) {
    throw new UsageError(`"${printable(owner, 50)}" is no address`, { advice: "Say --owner 0x..." });
  }
  if (offline === true && yes === true && expect === undefined) {
    throw new UsageError("Without a node nothing can be reviewed here", {
      advice: "Give --expect HASH with the hash of an owner who has reviewed it, in place of --yes.",
    });
  }
}

async function signerOf(options: SignCommand, owners: readonly string[]): Promise<OwnerSigner> {
  const { keystore, signerUrl, signature, owner } = options;
  if ([keystore, signerUrl, signature].filter((way) => way !== undefined).length !== 1) {
    throw new UsageError("Say how it is signed, one way", {
      advice: "--keystore FILE, --signer-url URL, or --signature 0x... made elsewhere.",
    });
  }
  if (keystore !== undefined) {
    return keystoreSigner(keystore, () => readPassword(passwordSource(options, keystore)), { warn: say });
  }
  if (signerUrl !== undefined) return externalSigner(jsonRpcWallet(signerUrl), owners, owner);
  return pastedSigner(async () => signature ?? "", owner);
}

const UNREVIEWED = `NOT REVIEWED on this machine, which has no node: all above is the proposal's own word. What is signed is what
stands below. Sign only if somebody who has reviewed it told you this Safe tx hash on another way.
`;

async function agree(options: SignCommand, safeTxHash: string): Promise<void> {
  const { expect, yes } = options;
  if (expect !== undefined) {
    if (expect.toLowerCase() === safeTxHash) return;
    throw new TerminalError("HASH_NOT_EXPECTED", "This is not the transaction that you expected", {
      facts: { expected: expect, found: safeTxHash },
      advice: "Don't sign. Ask where the hash that you were given comes from.",
    });
  }
  if (yes === true) return;
  if (process.stdin.isTTY !== true) {
    throw new UsageError("Nobody can be asked whether to sign", {
      advice: "Give --expect HASH with the Safe transaction hash that you know from elsewhere, or --yes.",
    });
  }
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await ask.question("Sign it? Type the first 6 digits of the Safe transaction hash: ");
  ask.close();
  if (answer.trim().replace(/^0x/, "").toLowerCase() === safeTxHash.slice(2, 8)) return;
  throw new TerminalError("NOT_AGREED", "Nothing was signed", {
    advice: "Run it again when you have compared the hashes.",
  });
}

/**
 * What is checked on the chain before anyone signs: nonce, time, and that the proposal is what it says. Answers the proposal as
 * this machine knows it: what it has computed itself, where it was to review.
 */
async function checkOnChain(
  governance: Governance,
  proposal: Proposal,
  skipReview: boolean,
): Promise<Proposal> {
  refuseOtherChain(governance, proposal);
  const latest = await governance.provider.getBlock("latest");
  refuseExpired(proposal, BigInt(latest?.timestamp ?? 0));
  const ahead = await refuseStaleNonce(governance, proposal);
  if (ahead > 0n) {
    const { queuedBehind } = await import("./session.ts");
    say(queuedBehind(ahead));
  }
  if (skipReview) return proposal;
  say("reviewing before signing (--reviewed leaves it out)");
  return reviewed(governance, proposal);
}

/** A session, unless it is signed offline: then nothing is loaded that speaks to nodes. */
async function sessionFor(options: SignCommand, proposal: Proposal): Promise<Session | undefined> {
  if (options.offline === true) return undefined;
  const { openSessionOf } = await import("./session.ts");
  return openSessionOf(proposal, options);
}

/** `gov sign`: shows what is signed, has it signed, checks the signature, and writes it as a file. */
export async function govSign(path: string, options: SignCommand): Promise<number> {
  checkUsage(options);
  const { folder, proposal } = openProposal(path);
  const { address } = signedPartOf(proposal);
  const transaction = transactionOf(proposal);
  if (transaction === undefined) throw new TerminalError("NOTHING_TO_SIGN", `${address} has nothing to sign`);
  const session = await sessionFor(options, proposal);
  try {
    const known =
      session === undefined
        ? proposal
        : await checkOnChain(session.governance, proposal, options.reviewed === true);
    const subject = await signingSubject(proposal, session?.governance.provider);
    const signer = await signerOf(options, subject.owners);
    const signature = await signTransaction(transaction, subject, signer, async (request) => {
      say(summaryOf(known, options.lang ?? "en"));
      if (session === undefined) say(UNREVIEWED);
      say(describeRequest(request));
      await agree(options, request.hashes.safeTx);
    });
    const content = signatureFile(signature, subject, new Date());
    const file = options.out ?? signaturePath(folder, signatureFileName(content));
    writeSignatureFile(file, content);
    print(options.json, { file, signature: content }, `Signed by ${signature.owner}: ${file}\n`);
    return ExitCode.done;
  } finally {
    await session?.close();
  }
}
