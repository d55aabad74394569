import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { explain } from "../../core/errors.ts";
import { inParallel } from "../../core/in-parallel.ts";
import { type CheckResult, type Finding, resultOf } from "../check.ts";
import { mutantVerdict, runHalmos, type Spec, specProblem, specsIn } from "../formal/halmos.ts";
import { nameOf, parseSpecMutant, type SpecMutant, unmatched } from "../formal/spec-mutants.ts";
import { mutate } from "../mutants.ts";
import { ensureVenv, REQUIREMENTS } from "../python.ts";

const SPECS = "formal/specs/*.t.sol";
const MUTANTS = "formal/mutants-halmos/*.json";

/** The specs of a project and the mutants that they must refute. */
export function formalOf(root: string): { specs: Spec[]; mutants: SpecMutant[] } {
  const read = (file: string) => readFileSync(join(root, file), "utf8");
  const sorted = (pattern: string) => globSync(pattern, { cwd: root }).sort();
  return {
    specs: sorted(SPECS).flatMap((file) => specsIn(file, read(file))),
    mutants: sorted(MUTANTS).map((file) => parseSpecMutant(file, read(file))),
  };
}

/** How many solvers run side by side. */
const AT_ONCE = Math.min(4, availableParallelism());

/**
 * Proves every spec of formal/specs with Halmos, and shows that each can fail: every mutant of formal/mutants-halmos must be
 * refuted by its spec with a counterexample, and one that changes nothing must not be.
 *
 * @param options `halmos` in place of the one that formal/requirements.txt pins
 */
export async function checkFormal(
  root: string,
  { halmos: given }: { halmos?: string } = {},
): Promise<CheckResult> {
  const { specs, mutants } = formalOf(root);
  const [first] = mutants;
  if (specs.length === 0 || first === undefined) return resultOf("formal", []);
  const halmos = given ?? (await ensureVenv(join(root, REQUIREMENTS))).bin("halmos");
  const strangers = unmatched(specs, mutants);
  const started = performance.now();
  const say = (what: string, since: number) =>
    process.stderr.write(`  ${what} (${((performance.now() - since) / 1000).toFixed(0)} s)\n`);

  const prove = (file: string) => async (): Promise<Finding[]> => {
    const since = performance.now();
    const there = specs.filter((spec) => spec.file === file);
    const run = await runHalmos(file, { root, halmos }).catch(explain);
    return there.map((spec) => {
      const subject = nameOf(spec);
      if (typeof run === "string") return { subject, problem: run };
      const report = run.reports.get(spec.name);
      const found = specProblem(report);
      const said = report === undefined ? `\n${run.output.trim().split("\n").slice(-4).join("\n")}` : "";
      say(`${found === undefined ? "proved" : "failed"} ${subject}`, since);
      return { subject, problem: found === undefined ? strangers.get(subject) : `${found}${said}` };
    });
  };

  const refute = (mutant: SpecMutant, wanted: "killed" | "survived") => async (): Promise<Finding[]> => {
    const subject = `mutant ${mutant.id} (${mutant.requirement})`;
    const spec = specs.find((candidate) => nameOf(candidate) === mutant.spec);
    if (spec === undefined) return [{ subject, problem: strangers.get(mutant.id) }];
    const since = performance.now();
    const problem = await (async () => {
      const overlay = { [mutant.file]: mutate(mutant, readFileSync(join(root, mutant.file), "utf8")) };
      const { reports } = await runHalmos(spec.file, {
        root,
        halmos,
        only: spec.name,
        overlay,
        firstOnly: true,
      });
      const report = reports.get(spec.name);
      const verdict = mutantVerdict(report);
      if (verdict === wanted) return undefined;
      return `${verdict}, not ${wanted}, by ${mutant.spec}: ${specProblem(report) ?? "proved"}`;
    })().catch(explain);
    say(`${problem === undefined ? wanted : "failed"} ${subject}`, since);
    return [{ subject, problem }];
  };

  // The runner itself: a change that is none must not be taken for a defect.
  const same = { ...first, id: "equivalent", replace: `${first.search} /* the same */ ` };
  const jobs = [
    ...[...new Set(specs.map(({ file }) => file))].map(prove),
    refute(same, "survived"),
    ...mutants.map((mutant) => refute(mutant, "killed")),
  ];
  const findings = await inParallel(AT_ONCE, jobs, (job) => job());
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  return resultOf("formal", findings.flat(), [
    `${specs.length} specs, ${mutants.length} mutants, ${seconds} s`,
  ]);
}
