import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CheckResult, type Finding, resultOf } from "../check.ts";
import { DOMAINS } from "../mutation/domains.ts";
import {
  type Arguments,
  LEAST_SCORE,
  type MutationReport,
  PAGE_FILE,
  readArguments,
  readReport,
  renderPage,
  scoreOf,
} from "../mutation/report.ts";

/** Fewest mutants that a domain's score is taken from, unless it has no more. */
const LEAST_SAMPLE = 100;

/** The domains without a result: their mutants take long, and are owed. */
export function neverRun(report: MutationReport): readonly string[] {
  return DOMAINS.map(({ name }) => name).filter((name) => report.domains[name] === undefined);
}

/** The kept results of the mutation run, judged: each domain's score, every survivor, every argument. */
export function mutationFindings(report: MutationReport, given: Arguments, page: string): readonly Finding[] {
  const findings: Finding[] = Object.entries(report.domains).map(([name, domain]): Finding => {
    const score = scoreOf(domain);
    if (score < LEAST_SCORE)
      return { subject: name, problem: `${score.toFixed(1)} %, at least ${LEAST_SCORE} %` };
    const enough = Math.min(LEAST_SAMPLE, domain.generated - domain.invalid);
    return { subject: name, problem: domain.sampled < enough ? `only ${domain.sampled} mutants` : undefined };
  });
  const survivors = Object.values(report.domains).flatMap((domain) => domain.survivors);
  for (const { id, file, line } of survivors) {
    findings.push({
      subject: `${file}:${line} ${id}`,
      problem: id in given ? undefined : "survived, and nothing argues why it may",
    });
  }
  const alive = new Set(survivors.map(({ id }) => id));
  for (const [id, { mutant }] of Object.entries(given)) {
    findings.push({
      subject: `the argument for ${id}`,
      problem: alive.has(id) ? undefined : `is stale: ${mutant}`,
    });
  }
  const current = page === renderPage(report, given);
  findings.push({
    subject: PAGE_FILE,
    problem: current ? undefined : "isn't what its figures and arguments give",
  });
  return findings;
}

/** Whether bench/mutation.md, its figures and its arguments agree. The mutants themselves run with --mutation. */
export function checkMutation(root: string): CheckResult {
  const report = readReport(root);
  if (report === undefined) return resultOf("mutation", []);
  const page = join(root, PAGE_FILE);
  const text = existsSync(page) ? readFileSync(page, "utf8") : "";
  const owed = neverRun(report);
  const notes = owed.map((name) => `${name}: was never run: ./strongroom verify --mutation --only ${name}`);
  const judged = resultOf("mutation", mutationFindings(report, readArguments(root), text), notes);
  return { ...judged, skipped: owed.length };
}
