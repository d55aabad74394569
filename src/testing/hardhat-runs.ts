import { relative } from "node:path";
import hre from "hardhat";
import { countingReporter } from "./counting-reporter.ts";
import type { Campaign, TestRequest, TestResult } from "./test-run.ts";

/** The part of a Solidity test's result that is counted. */
interface SolidityTest {
  readonly name: string;
  readonly status: "Success" | "Failure" | "Skipped";
  readonly reason?: string;
  readonly kind: { readonly runs?: bigint; readonly calls?: bigint; readonly reverts?: bigint };
}
interface SoliditySuite {
  readonly id: { readonly name: string; readonly source: string };
  readonly testResults: readonly SolidityTest[];
}
interface SolidityRun {
  readonly summary: { readonly failureOutput?: string };
  readonly suiteResults: readonly SoliditySuite[];
}
/** Both outcomes of a test task carry the same record. */
type Outcome = { success: true; value: unknown } | { success: false; error: unknown };

function add(result: TestResult, suite: SoliditySuite): void {
  for (const test of suite.testResults) {
    const title = `${suite.id.name}.${test.name}`;
    if (test.status === "Success") result.passed++;
    else if (test.status === "Skipped") result.skipped++;
    else {
      result.failed++;
      result.failures.push({
        title,
        message: test.reason ?? "failed",
        assertion: !test.name.startsWith("setUp"),
        file: suite.id.source.replace(/^project\//, ""),
      });
    }
    const { runs, calls, reverts } = test.kind;
    if (runs !== undefined && calls !== undefined && reverts !== undefined) {
      const campaign: Campaign = { runs: Number(runs), calls: Number(calls), reverts: Number(reverts) };
      result.campaigns[title.replace(/\(.*$/, "")] = campaign;
    }
  }
}

/**
 * Builds every contract, for one that no test touches must count as not covered, not as absent, and the Solidity tests that are
 * asked for, in one go: instrumented code compiles slowly.
 */
export async function buildForCoverage({ solidity }: TestRequest): Promise<void> {
  const roots = await hre.solidity.getRootFilePaths({ scope: "contracts" });
  const isTest = async (root: string) =>
    !root.startsWith("npm:") && (await hre.solidity.getScope(root)) === "tests";
  const tests = await Promise.all(roots.map(isTest));
  const contracts = roots.filter((_, index) => !tests[index]);
  // No test named means all of them; no file, everything.
  const all = solidity !== undefined && solidity.files.length === 0;
  await hre.tasks.getTask("build").run({ files: all ? [] : [...contracts, ...(solidity?.files ?? [])] });
}

/** Runs the Solidity tests and adds what happened. */
export async function runSolidity(request: TestRequest, result: TestResult): Promise<void> {
  const profile = request.profile ?? "default";
  const settings = hre.config.test.solidity.profiles[profile];
  if (settings === undefined)
    throw new Error(`hardhat.config.ts declares no Solidity test profile "${profile}"`);
  if (request.campaign !== undefined) {
    const { runs, depth, seed } = request.campaign;
    settings.fuzz.seed = seed;
    settings.invariant = { ...settings.invariant, runs, depth };
  }
  if (request.fuzz !== undefined) {
    const { runs, seed } = request.fuzz;
    settings.fuzz = { runs, seed };
  }
  const outcome: Outcome = await hre.tasks.getTask(["test", "solidity"]).run({
    noCompile: request.built === true,
    testFiles: [...(request.solidity?.files ?? [])],
    ...(request.solidity?.grep === undefined ? {} : { grep: request.solidity.grep }),
    testProfile: profile,
    // Anything but 0 makes the task return its figures.
    testSummaryIndex: 1,
  });
  const run = (outcome.success ? outcome.value : outcome.error) as SolidityRun;
  const before = result.failed;
  for (const suite of run.suiteResults) add(result, suite);
  if (run.summary.failureOutput) console.log(run.summary.failureOutput);
  if (!outcome.success && result.failed === before) {
    result.failed++;
    result.failures.push({ title: "the Solidity runner", message: "ended with an error", assertion: false });
  }
}

/** Runs the Mocha tests and adds what happened; once in a process, because modules load once. */
export async function runMocha(request: TestRequest, result: TestResult): Promise<void> {
  // Hardhat hands Mocha this record; a forgotten `.only` must fail here, not hide tests.
  const options = hre.config.test.mocha as Record<string, unknown>;
  options.forbidOnly = true;
  options.reporter = countingReporter(result, (file) => relative(hre.config.paths.root, file));
  await hre.tasks.getTask(["test", "mocha"]).run({
    noCompile: request.built === true,
    bail: request.bail === true,
    testFiles: [...(request.mocha?.files ?? [])],
    ...(request.mocha?.grep === undefined ? {} : { grep: request.mocha.grep }),
  });
}
