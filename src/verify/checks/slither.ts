import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import { type CheckResult, type Finding, resultOf } from "../check.ts";
import { runSlither, type SlitherFinding, type SlitherReport } from "../slither.ts";

/** Where the explanations stand. */
export const EXPLANATIONS = "formal/slither.json";

/** Findings that one sentence explains. */
export interface Explanation {
  readonly detector: string;
  readonly reason: string;
  /** What Slither says, without places; one that it says twice stands twice. */
  readonly findings: readonly string[];
}

const Explanations = z.array(
  z.strictObject({
    detector: z.string().min(1),
    reason: z.string(),
    findings: z.array(z.string().min(1)).min(1),
  }),
);

/** Parses formal/slither.json. */
export function explanationsIn(text: string): readonly Explanation[] {
  try {
    return Explanations.parse(JSON.parse(text));
  } catch (error) {
    throw new TerminalError("BAD_EXPLANATIONS", `${EXPLANATIONS} is not a list of explanations`, {
      cause: error,
      advice: "Each entry has detector, reason and findings; docs/adr/0024-static-verification.md says how.",
    });
  }
}

/** A sentence: several words, closed by a full stop. */
function isSentence(reason: string): boolean {
  return /^\S+(\s+\S+){3,}\.$/.test(reason.trim());
}

/** Findings as they are pasted into formal/slither.json, the reason to be written. */
export function toPaste(findings: readonly SlitherFinding[]): string {
  const detectors = [...new Set(findings.map(({ detector }) => detector))].sort();
  const entries: Explanation[] = detectors.map((detector) => ({
    detector,
    reason: "",
    findings: findings.filter((finding) => finding.detector === detector).map(({ says }) => says),
  }));
  return entries.map((entry) => JSON.stringify(entry, null, 2)).join(",\n");
}

/** Each finding must be explained, each explanation needed and a sentence. */
export function judgeSlither(report: SlitherReport, explanations: readonly Explanation[]): CheckResult {
  if (report.contracts === 0 || report.detectors === 0) {
    return resultOf("slither", [], [`${report.contracts} contracts, ${report.detectors} detectors`]);
  }
  // How many findings of one detector and wording are explained but not met yet.
  const left = new Map<string, number>();
  const key = (detector: string, says: string) => `${detector}: ${says}`;
  for (const { detector, findings } of explanations) {
    for (const says of findings) left.set(key(detector, says), (left.get(key(detector, says)) ?? 0) + 1);
  }
  const unexplained: SlitherFinding[] = [];
  const judged = report.findings.map((finding): Finding => {
    const { detector, impact, says, at } = finding;
    const count = left.get(key(detector, says)) ?? 0;
    if (count > 0) {
      left.set(key(detector, says), count - 1);
      return { subject: at };
    }
    unexplained.push(finding);
    return { subject: `${at} ${detector} (${impact})`, problem: says };
  });
  const reasons = explanations.map(({ detector, reason, findings }) => ({
    subject: `${EXPLANATIONS}: ${detector}: ${findings[0]}`,
    problem: isSentence(reason) ? undefined : `its reason is not a sentence: "${reason}"`,
  }));
  const stale = [...left]
    .filter(([, count]) => count > 0)
    .map(([saying, count]) => ({
      subject: `${EXPLANATIONS}: ${saying}`,
      problem: `Slither no longer finds it${count > 1 ? ` (${count} times)` : ""}: remove it`,
    }));
  const notes = [
    `${report.contracts} contracts, ${report.detectors} detectors, ${report.findings.length} findings`,
    ...(unexplained.length > 0
      ? [`repair them, or explain each in ${EXPLANATIONS}; to paste:\n${toPaste(unexplained)}`]
      : []),
  ];
  // A report without findings still says that every contract was read.
  const read = { subject: "contracts read" };
  return resultOf("slither", [read, ...judged, ...reasons, ...stale], notes);
}

/** Slither over our own contracts, against the explanations. */
export async function checkSlither(root: string): Promise<CheckResult> {
  const file = join(root, EXPLANATIONS);
  const explanations = existsSync(file) ? explanationsIn(readFileSync(file, "utf8")) : [];
  return judgeSlither(await runSlither(root), explanations);
}
