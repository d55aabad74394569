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

/** Findings by detector, the reasons to be written. */
function unwritten(findings: readonly SlitherFinding[]): readonly Explanation[] {
  const groups = Map.groupBy(findings, ({ detector }) => detector);
  return [...groups].map(([detector, group]) => ({
    detector,
    reason: "",
    findings: group.map(({ says }) => says).sort(),
  }));
}

/** Findings as they are pasted into formal/slither.json. */
export function toPaste(findings: readonly SlitherFinding[]): string {
  return unwritten(findings)
    .map((entry) => JSON.stringify(entry, null, 2))
    .join(",\n");
}

/** Splits findings into those that are explained and those that aren't, and says which explanations nothing needs. */
function match(findings: readonly SlitherFinding[], explanations: readonly Explanation[]) {
  const open = Map.groupBy(findings, ({ detector, says }) => `${detector}: ${says}`);
  const stale: string[] = [];
  const kept = explanations.map((explanation) => ({
    ...explanation,
    findings: explanation.findings.filter((says) => {
      const key = `${explanation.detector}: ${says}`;
      // One explanation for one finding: what is found twice is explained twice.
      if (open.get(key)?.pop() !== undefined) return true;
      stale.push(key);
      return false;
    }),
  }));
  return { unexplained: [...open.values()].flat(), stale, kept };
}

/** The explanations without stale ones, and with each unexplained finding under a reason that is empty. */
export function raised(report: SlitherReport, explanations: readonly Explanation[]): readonly Explanation[] {
  const { unexplained, kept } = match(report.findings, explanations);
  return [...kept.filter(({ findings }) => findings.length > 0), ...unwritten(unexplained)].sort((a, b) =>
    a.detector < b.detector ? -1 : Number(a.detector > b.detector),
  );
}

/** Each finding must be explained, each explanation needed and a sentence. */
export function judgeSlither(report: SlitherReport, explanations: readonly Explanation[]): CheckResult {
  if (report.contracts === 0 || report.detectors === 0) {
    return resultOf("slither", [], [`${report.contracts} contracts, ${report.detectors} detectors`]);
  }
  const { unexplained, stale } = match(report.findings, explanations);
  const explained = report.findings.filter((finding) => !unexplained.includes(finding));
  const reasons = explanations.map(({ detector, reason, findings }) => ({
    subject: `${EXPLANATIONS}: ${detector}: ${findings[0]}`,
    problem: isSentence(reason) ? undefined : `its reason is not a sentence: "${reason}"`,
  }));
  const judged: Finding[] = [
    // A report without findings still says that every contract was read.
    { subject: "contracts read" },
    ...explained.map(({ at }) => ({ subject: at })),
    ...unexplained.map(({ at, detector, impact, says }) => ({
      subject: `${at} ${detector} (${impact})`,
      problem: says,
    })),
    ...stale.map((saying) => ({
      subject: `${EXPLANATIONS}: ${saying}`,
      problem: "Slither no longer finds it: remove it",
    })),
    ...reasons,
  ];
  const notes = [
    `${report.contracts} contracts, ${report.detectors} detectors, ${report.findings.length} findings`,
    ...(unexplained.length > 0
      ? [
          `repair them, or explain each in ${EXPLANATIONS} (node scripts/slither.ts --write puts them there); to paste:\n${toPaste(unexplained)}`,
        ]
      : []),
  ];
  return resultOf("slither", judged, notes);
}

/** Slither over our own contracts, against the explanations. */
export async function checkSlither(root: string): Promise<CheckResult> {
  const file = join(root, EXPLANATIONS);
  const explanations = existsSync(file) ? explanationsIn(readFileSync(file, "utf8")) : [];
  return judgeSlither(await runSlither(root), explanations);
}
