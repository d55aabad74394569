import { writeFileSync } from "node:fs";
import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import { checkSignature, type SignatureSubject } from "./check-signature.ts";
import { address, bytes, decimal, type Expected, hash, parseForeign, readForeign } from "./foreign-json.ts";
import { refuseDuplicates } from "./pack-signatures.ts";
import { type SafeSignature, SIGNATURE_KINDS } from "./safe-signature.ts";

/** The format's name, written into every file. */
export const SIGNATURE_FORMAT = "strongroom/signature@1";

/** One owner's consent as a file: it travels by any means, for it is checked where it arrives. */
export const signatureFileSchema = z.strictObject({
  format: z.literal(SIGNATURE_FORMAT),
  chainId: decimal.describe("The chain of the Safe"),
  safe: address.describe("The Safe"),
  safeTxHash: hash.describe("What was signed"),
  owner: address.describe("Who signed"),
  kind: z.enum(SIGNATURE_KINDS).describe("How"),
  signature: bytes.describe("As the Safe reads it, were it the only one"),
  signedAt: z.iso.datetime().optional().describe("When, in UTC; nothing depends on it"),
});
export type SignatureFile = z.infer<typeof signatureFileSchema>;

const EXPECTED: Expected<SignatureFile> = {
  schema: signatureFileSchema,
  code: "SIGNATURE_FILE_INVALID",
  what: "a signature file",
  advice: "Ask the signer for the file again, unchanged.",
};

/** The file of a signature that was checked. */
export function signatureFile(
  { owner, kind, signature }: SafeSignature,
  { chainId, safe, safeTxHash }: SignatureSubject,
  signedAt?: Date,
): SignatureFile {
  return {
    format: SIGNATURE_FORMAT,
    chainId: chainId.toString(),
    safe,
    safeTxHash,
    owner,
    kind,
    signature,
    ...(signedAt === undefined ? {} : { signedAt: signedAt.toISOString() }),
  };
}

/** A name that tells transactions and owners apart: the first hex digits of the hash and the owner's address. */
export function signatureFileName({ safeTxHash, owner }: SignatureFile): string {
  return `${safeTxHash.slice(2, 18)}.${owner}.signature.json`;
}

/** @throws TerminalError `SIGNATURE_FILE_INVALID` */
export function parseSignatureFile(text: string, source: string): SignatureFile {
  return parseForeign(text, source, EXPECTED);
}

/** @throws TerminalError `SIGNATURE_FILE_INVALID`, `FILE_UNREADABLE`, `FILE_TOO_LARGE` */
export function readSignatureFile(file: string): SignatureFile {
  return readForeign(file, EXPECTED);
}

/** @throws TerminalError `FILE_EXISTS`: a signature is never overwritten. */
export function writeSignatureFile(file: string, content: SignatureFile): void {
  try {
    writeFileSync(file, `${JSON.stringify(signatureFileSchema.parse(content), null, 2)}\n`, { flag: "wx" });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    throw new TerminalError("FILE_EXISTS", `${file} exists already`, {
      cause,
      advice: "A signature is never overwritten. Remove the old file first if you mean to.",
    });
  }
}

/**
 * The signatures of files from any number of machines, each checked again, in the order of owners.
 *
 * @throws TerminalError `SIGNATURE_OF_OTHER_CHAIN`, `SIGNATURE_OF_OTHER_SAFE`, `SIGNATURE_OF_OTHER_TRANSACTION`,
 *   `SIGNATURE_DUPLICATED`, `SIGNATURE_KIND_MISMATCH`, and what `checkSignature` throws.
 * @example
 * const signatures = await mergeSignatures(paths.map(readSignatureFile), subject);
 * await safe.execute(transaction, signatures);
 */
export async function mergeSignatures(
  files: readonly SignatureFile[],
  subject: SignatureSubject,
): Promise<readonly SafeSignature[]> {
  for (const file of files) refuseOther(file, subject);
  refuseDuplicates(files);
  const signatures: SafeSignature[] = [];
  for (const file of files) {
    const found = await checkSignature(file.signature, subject, file.owner);
    if (found.kind !== file.kind) {
      throw new TerminalError(
        "SIGNATURE_KIND_MISMATCH",
        `The signature of ${file.owner} is of another kind`,
        {
          facts: { said: file.kind, found: found.kind },
          advice: "The file was changed by hand. Ask the signer for it again.",
        },
      );
    }
    signatures.push(found);
  }
  return signatures.sort((a, b) => (BigInt(a.owner) < BigInt(b.owner) ? -1 : 1));
}

function refuseOther(file: SignatureFile, { chainId, safe, safeTxHash }: SignatureSubject): void {
  const pairs = [
    ["SIGNATURE_OF_OTHER_CHAIN", "chain", file.chainId, chainId.toString()],
    ["SIGNATURE_OF_OTHER_SAFE", "Safe", file.safe.toLowerCase(), safe.toLowerCase()],
    ["SIGNATURE_OF_OTHER_TRANSACTION", "transaction", file.safeTxHash, safeTxHash.toLowerCase()],
  ] as const;
  for (const [code, thing, found, expected] of pairs) {
    if (found === expected) continue;
    throw new TerminalError(code, `The signature of ${file.owner} is for another ${thing}`, {
      facts: { found, expected },
      advice: "Leave this file out: it belongs to another proposal.",
      docs: "docs/wallets.md",
    });
  }
}
