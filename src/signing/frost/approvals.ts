import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Hex } from "../../chains/chain.ts";
import { TerminalError } from "../../core/errors.ts";
import { flushFolder, writeWhole } from "../../core/write-whole.ts";
import { CeremonyTerms, spoken } from "./ceremony-terms.ts";

const DOCS = "docs/operations/key-ceremony.md";
const fileOf = (folder: string, ceremony: Hex) => join(folder, `${ceremony}.json`);
const termsIn = (file: string) => new CeremonyTerms(JSON.parse(readFileSync(file, "utf8")));

/** Digests of the ceremonies that a signer's operator has approved. */
export function approvedCeremonies(folder: string): readonly Hex[] {
  return globSync(join(folder, "*.json")).map((file) => basename(file, ".json"));
}

/**
 * The terms of a ceremony that the operator has approved.
 *
 * @throws TerminalError `CEREMONY_NOT_APPROVED`, `CEREMONY_INVALID`
 */
export function approvedTerms(folder: string, ceremony: Hex): CeremonyTerms {
  const file = fileOf(folder, ceremony);
  if (!existsSync(file)) {
    const message = `This signer's operator has not approved the ceremony ${spoken(ceremony)}`;
    const advice = "Compare the fingerprint by voice, then run signer approve here.";
    throw new TerminalError("CEREMONY_NOT_APPROVED", message, { advice, docs: DOCS });
  }
  const terms = termsIn(file);
  if (terms.digest === ceremony) return terms;
  throw new TerminalError("CEREMONY_INVALID", `${file} is another ceremony than it is named for`, {
    advice: "Approve it again.",
    docs: DOCS,
  });
}

/**
 * Puts an operator's approval where its signer looks for it.
 *
 * @param folder the signer's folder of ceremonies
 */
export function approveCeremony(folder: string, terms: CeremonyTerms): void {
  writeWhole(fileOf(folder, terms.digest), `${JSON.stringify(terms.text, null, 2)}\n`);
}

/** Takes back what an operator has approved for a key; how many ceremonies that was. */
export function disapproveCeremonies(folder: string, key: string): number {
  const files = globSync(join(folder, "*.json")).filter((file) => termsIn(file).text.key === key);
  for (const file of files) rmSync(file);
  if (files.length > 0) flushFolder(folder);
  return files.length;
}
