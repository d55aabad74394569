import { getAddress, getBytes, hashMessage, recoverAddress, type Signature } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import type { SafeAccount } from "./safe-hashes.ts";
import { type ParsedSignature, parseSignature, type SafeSignature } from "./safe-signature.ts";
import type { SafeState } from "./safe-state.ts";

/** What should have been signed, and who may. */
export interface SignatureSubject extends SafeAccount {
  readonly safeTxHash: string;
  /** The Safe's owners. */
  readonly owners: readonly string[];
  /** Needed for approved hashes and for owners that are contracts. */
  readonly state?: SafeState;
}

const DOCS = "docs/wallets.md";

function ethSignHash(safeTxHash: string): string {
  return hashMessage(getBytes(safeTxHash));
}

function recover(digest: string, ecdsa: Signature): string | undefined {
  try {
    return recoverAddress(digest, ecdsa);
  } catch {
    // No point of the curve has this r.
    return undefined;
  }
}

/** Whose ordinary signature it is, and of which kind: some wallets sign a message but leave v at 27 or 28. */
function signerOf(
  parsed: Extract<ParsedSignature, { ecdsa: Signature }>,
  { safeTxHash, owners }: SignatureSubject,
): SafeSignature {
  const { kind, ecdsa, signature } = parsed;
  const owner = recover(kind === "eip712" ? safeTxHash : ethSignHash(safeTxHash), ecdsa);
  if (owner === undefined) {
    throw new TerminalError("SIGNATURE_MALFORMED", "This is not a signature: nobody's key can have made it", {
      facts: { signature },
      advice: "Paste the whole signature as the wallet gave it.",
      docs: DOCS,
    });
  }
  if (kind === "eip712" && !isOwner(owner, owners)) {
    const prefixed = recover(ethSignHash(safeTxHash), ecdsa);
    if (prefixed !== undefined && isOwner(prefixed, owners)) {
      const v = (ecdsa.v + 4).toString(16);
      return { owner: prefixed, kind: "eth_sign", signature: `${signature.slice(0, -2)}${v}` };
    }
  }
  return { owner, kind, signature };
}

function isOwner(account: string, owners: readonly string[]): boolean {
  return owners.some((owner) => BigInt(owner) === BigInt(account));
}

function needState(kind: string, state: SafeState | undefined): SafeState {
  if (state !== undefined) return state;
  throw new TerminalError(
    "SIGNATURE_NEEDS_CHAIN",
    `A signature of kind ${kind} can only be checked on the chain`,
    {
      facts: { kind },
      advice: "Give a node's URL, or check this one on a machine that has one.",
      docs: DOCS,
    },
  );
}

/**
 * Whether a pasted or filed signature is an owner's consent to exactly this transaction.
 *
 * @param claimed who is said to have signed
 * @throws TerminalError `SIGNATURE_MALFORMED`, `SIGNATURE_HIGH_S`, `SIGNATURE_NOT_OF_OWNER`, `SIGNATURE_MISMATCH` (another one
 *   than claimed has signed), `SIGNATURE_NOT_APPROVED` (the hash is not approved on chain), `SIGNATURE_REFUSED` (the owner's
 *   contract says no), `SIGNATURE_NEEDS_CHAIN`
 * @example
 * const signature = await checkSignature(pasted, { chainId, safe, safeTxHash, owners: await safe.owners() });
 */
export async function checkSignature(
  text: string,
  subject: SignatureSubject,
  claimed?: string,
): Promise<SafeSignature> {
  const parsed = parseSignature(text);
  const found: SafeSignature =
    "ecdsa" in parsed
      ? signerOf(parsed, subject)
      : { owner: parsed.owner, kind: parsed.kind, signature: parsed.signature };
  const { safeTxHash, owners, state } = subject;
  if (claimed !== undefined && BigInt(claimed) !== BigInt(found.owner)) {
    throw new TerminalError("SIGNATURE_MISMATCH", `The signature is not that of ${getAddress(claimed)}`, {
      facts: { claimed, recovered: found.owner, safeTxHash },
      advice:
        "Either another transaction was signed, or another key signed. Compare the hashes and sign again.",
      docs: DOCS,
    });
  }
  if (!isOwner(found.owner, owners)) {
    throw new TerminalError("SIGNATURE_NOT_OF_OWNER", "The signature is not that of an owner of the Safe", {
      facts: { recovered: found.owner, safe: subject.safe, safeTxHash },
      advice:
        "Either another transaction was signed, or the key is no owner's. Compare the hashes and sign again.",
      docs: DOCS,
    });
  }
  if (parsed.kind === "approved-hash") {
    if (!(await needState(parsed.kind, state).hasApproved(found.owner, safeTxHash))) {
      throw new TerminalError(
        "SIGNATURE_NOT_APPROVED",
        `${found.owner} has not approved this hash on chain`,
        {
          facts: { owner: found.owner, safeTxHash },
          advice: "The owner must call approveHash on the Safe first, or sign.",
          docs: DOCS,
        },
      );
    }
  }
  if (parsed.kind === "contract") {
    if (!(await needState(parsed.kind, state).accepts(found.owner, safeTxHash, parsed.data))) {
      throw new TerminalError("SIGNATURE_REFUSED", `The contract ${found.owner} refuses this signature`, {
        facts: { owner: found.owner, safeTxHash },
        advice: "Its own signers must sign the message of this hash for that contract.",
        docs: DOCS,
      });
    }
  }
  return found;
}
