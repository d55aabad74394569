import type { Finding } from "../check.ts";
import { type Campaign, describe, isNoticed } from "./campaign.ts";
import { type Arguments, LEAST_SCORE, scoreOf, summarise } from "./report.ts";

/** What of a domain's campaign passed and what failed: every mutant, every argument, and the score. */
export function judgeCampaign(campaign: Campaign, sample: number, given: Arguments): readonly Finding[] {
  const { domain, generated, judged, unfit } = campaign;
  if (unfit !== undefined) return [{ subject: domain, problem: unfit }];
  const findings: Finding[] = judged.map(({ mutant, outcome }) => {
    const subject = `${mutant.id} ${describe(mutant)}`;
    if (outcome.verdict === "survived") {
      return {
        subject,
        problem: mutant.id in given ? undefined : "survived: kill it, or argue why it may live",
      };
    }
    return {
      subject,
      problem: outcome.verdict === "error" ? `the runner failed: ${outcome.why}` : undefined,
    };
  });
  const ids = new Set(generated.map(({ id }) => id));
  const killed = new Set(judged.filter(({ outcome }) => isNoticed(outcome)).map(({ mutant }) => mutant.id));
  const files = new Set(generated.map(({ file }) => file));
  for (const [id, { file }] of Object.entries(given)) {
    if (!files.has(file)) continue;
    const stale = !ids.has(id)
      ? "no such mutant exists any more"
      : killed.has(id)
        ? "it was killed"
        : undefined;
    if (stale !== undefined) findings.push({ subject: `the argument for ${id}`, problem: stale });
  }
  const report = summarise(campaign);
  const wanted = Math.min(sample, generated.length - campaign.invalid);
  if (report.sampled < wanted) {
    findings.push({ subject: domain, problem: `only ${report.sampled} mutants judged, wanted ${wanted}` });
  }
  const score = scoreOf(report);
  findings.push({
    subject: `the score of ${domain}`,
    problem: score < LEAST_SCORE ? `${score.toFixed(1)} %, at least ${LEAST_SCORE} %` : undefined,
  });
  return findings;
}
