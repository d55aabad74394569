import { dataLength, dataSlice, toBeHex, zeroPadValue } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import { type SafeSignature, STATIC_BYTES } from "./safe-signature.ts";

/**
 * All signatures as `execTransaction` takes them: the static parts in the order of owners, then what contracts said, each
 * where its static part points.
 *
 * @throws TerminalError `SIGNATURE_DUPLICATED`
 */
export function packSignatures(signatures: readonly SafeSignature[]): string {
  const sorted = [...signatures].sort((a, b) => (BigInt(a.owner) < BigInt(b.owner) ? -1 : 1));
  refuseDuplicates(sorted);
  let heads = "0x";
  let tails = "";
  for (const { owner, kind, signature } of sorted) {
    if (kind !== "contract") {
      heads += signature.slice(2);
      continue;
    }
    const offset = sorted.length * STATIC_BYTES + tails.length / 2;
    heads += `${zeroPadValue(owner, 32).slice(2).toLowerCase()}${toBeHex(offset, 32).slice(2)}00`;
    tails += dataSlice(signature, STATIC_BYTES, dataLength(signature)).slice(2);
  }
  return heads + tails;
}

/** @throws TerminalError `SIGNATURE_DUPLICATED` if one owner has signed twice: the Safe counts each once. */
export function refuseDuplicates(signatures: readonly Pick<SafeSignature, "owner">[]): void {
  const seen = new Set<bigint>();
  for (const { owner } of signatures) {
    if (seen.has(BigInt(owner))) {
      throw new TerminalError("SIGNATURE_DUPLICATED", `There are two signatures of ${owner}`, {
        facts: { owner },
        advice: "A Safe counts each owner once. Keep one of them and remove the other.",
        docs: "docs/wallets.md",
      });
    }
    seen.add(BigInt(owner));
  }
}
