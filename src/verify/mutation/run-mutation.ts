import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TerminalError, UsageError } from "../../core/errors.ts";
import { type CheckResult, resultOf } from "../check.ts";
import { runCampaign } from "./campaign.ts";
import { CampaignState } from "./campaign-state.ts";
import { Compiler } from "./compiler.ts";
import { DOMAINS, type DomainFiles, filesOf } from "./domains.ts";
import { mutantsOf } from "./generate.ts";
import { judgeCampaign } from "./judge-campaign.ts";
import type { GeneratedMutant } from "./mutant.ts";
import { readArguments, readReport, scoreOf, summarise, writeReport } from "./report.ts";
import { TestBed } from "./test-bed.ts";

export const DEFAULT_SAMPLE = 120;
export const DEFAULT_SEED = "strongroom";

/** What `./strongroom verify --mutation` was asked. */
export interface MutationOptions {
  /** One domain instead of all. */
  readonly only?: string;
  readonly sample: number;
  readonly seed: string;
}

async function generate(
  root: string,
  domains: readonly DomainFiles[],
): Promise<ReadonlyMap<string, readonly GeneratedMutant[]>> {
  using compiler = new Compiler(root);
  const trees = await compiler.trees(domains.flatMap(({ sources }) => sources));
  return new Map(
    domains.map(({ name, sources }) => [
      name,
      sources.flatMap((file) => {
        const tree = trees.get(file);
        if (tree === undefined)
          throw new TerminalError("NO_TREE", `The compiler gave no syntax tree of ${file}`);
        return mutantsOf(file, readFileSync(join(root, file), "utf8"), tree);
      }),
    ]),
  );
}

/**
 * Runs a seeded sample of generated mutants per domain. Verdicts are kept under .strongroom/mutation, so a run that was
 * ended goes on where it was. With the default sample and seed the results are written to bench/mutation.{json,md}.
 */
export async function runMutation({ only, sample, seed }: MutationOptions): Promise<CheckResult[]> {
  const root = process.cwd();
  const chosen = DOMAINS.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) {
    throw new UsageError(`there is no domain "${only}"`, {
      advice: `The domains: ${DOMAINS.map(({ name }) => name).join(", ")}.`,
    });
  }
  const say = (line: string) => process.stderr.write(`${line}\n`);
  say(`seed ${seed}, ${sample} mutants per domain`);
  const domains = chosen.map((domain) => filesOf(domain, root));
  const mutants = await generate(root, domains);
  const state = new CampaignState(root);
  const given = readArguments(root);
  const isDefault = sample === DEFAULT_SAMPLE && seed === DEFAULT_SEED;
  await using beds = new AsyncDisposableStack();
  let bed: Promise<TestBed> | undefined;
  const judge = () => {
    bed ??= (async () => {
      say("building a copy ...");
      return beds.use(await TestBed.of(root));
    })();
    return bed;
  };
  const results: CheckResult[] = [];
  for (const domain of domains) {
    const generated = mutants.get(domain.name) ?? [];
    const started = performance.now();
    const campaign = await runCampaign(domain, generated, { root, sample, seed, state, judge, say });
    const report = summarise(campaign);
    const note = `${report.killed} of ${report.sampled} killed, ${scoreOf(report).toFixed(1)} %; ${report.survivors.length} survived, ${report.invalid} didn't compile, ${generated.length} generated, ${report.secondsPerMutant} s each`;
    const result = resultOf(domain.name, judgeCampaign(campaign, sample, given), [note]);
    const mark = result.failed > 0 ? "failed" : "passed";
    process.stdout.write(
      `${mark}  ${domain.name} (${((performance.now() - started) / 1000).toFixed(0)} s)\n`,
    );
    for (const detail of result.details) process.stdout.write(`        ${detail}\n`);
    results.push(result);
    if (isDefault && campaign.unfit === undefined) {
      const before = readReport(root);
      const kept = { ...before?.domains, [domain.name]: report };
      // In the table's order, whichever domain ran last.
      const order = DOMAINS.map(({ name }) => name).filter((name) => name in kept);
      const all = Object.fromEntries(order.map((name) => [name, kept[name] ?? report]));
      writeReport(root, { seed, sample, domains: all }, given);
    }
  }
  return results;
}
