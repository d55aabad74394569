// The child process of run-tests.ts: runs Hardhat's test tasks and writes what happened as JSON.
import { writeFileSync } from "node:fs";
import hre from "hardhat";
import { countingReporter } from "./counting-reporter.ts";
import {
  type Campaign,
  emptyResult,
  type FileCoverage,
  type TestRequest,
  type TestResult,
} from "./test-run.ts";

/** The part of a Solidity test's result that is counted. */
interface SolidityTest {
  readonly name: string;
  readonly status: "Success" | "Failure" | "Skipped";
  readonly reason?: string;
  readonly kind: { readonly runs?: bigint; readonly calls?: bigint; readonly reverts?: bigint };
}
interface SoliditySuite {
  readonly id: { readonly name: string };
  readonly testResults: readonly SolidityTest[];
}
interface SolidityRun {
  readonly summary: { readonly failureOutput?: string };
  readonly suiteResults: readonly SoliditySuite[];
}
interface CoverageReport {
  readonly [path: string]: {
    readonly lineExecutionCounts: ReadonlyMap<number, number>;
    readonly executedStatementsCount: number;
    readonly unexecutedStatementsCount: number;
    readonly executedLinesCount: number;
    readonly unexecutedLines: ReadonlySet<number>;
  };
}
interface CoverageManager {
  disableReport(): void;
  loadData(...ids: string[]): Promise<void>;
  getReport(): Promise<CoverageReport>;
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
      });
    }
    const { runs, calls, reverts } = test.kind;
    if (runs !== undefined && calls !== undefined && reverts !== undefined) {
      const campaign: Campaign = { runs: Number(runs), calls: Number(calls), reverts: Number(reverts) };
      result.campaigns[title.replace(/\(.*$/, "")] = campaign;
    }
  }
}

async function runSolidity(request: TestRequest, result: TestResult): Promise<void> {
  const profile = request.profile ?? "default";
  const settings = hre.config.test.solidity.profiles[profile];
  if (settings === undefined)
    throw new Error(`hardhat.config.ts declares no Solidity test profile "${profile}"`);
  if (request.campaign !== undefined) {
    const { runs, depth, seed } = request.campaign;
    settings.fuzz.seed = seed;
    settings.invariant = { ...settings.invariant, runs, depth };
  }
  const outcome: Outcome = await hre.tasks.getTask(["test", "solidity"]).run({
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

async function runMocha(request: TestRequest, result: TestResult): Promise<void> {
  // Hardhat hands Mocha this record; a forgotten `.only` must fail here, not hide tests.
  const options = hre.config.test.mocha as Record<string, unknown>;
  options.forbidOnly = true;
  options.reporter = countingReporter(result);
  await hre.tasks.getTask(["test", "mocha"]).run({
    testFiles: [...(request.mocha?.files ?? [])],
    ...(request.mocha?.grep === undefined ? {} : { grep: request.mocha.grep }),
  });
}

function coverageOf(report: CoverageReport): Record<string, FileCoverage> {
  return Object.fromEntries(
    Object.entries(report).map(([path, file]) => [
      path,
      {
        lines: file.lineExecutionCounts.size,
        linesHit: file.executedLinesCount,
        statements: file.executedStatementsCount + file.unexecutedStatementsCount,
        statementsHit: file.executedStatementsCount,
        missedLines: [...file.unexecutedLines].sort((a, b) => a - b),
      },
    ]),
  );
}

async function main(request: TestRequest, resultFile: string): Promise<void> {
  const result = emptyResult();
  const manager = (hre as unknown as { _coverage?: CoverageManager })._coverage;
  const ids: string[] = [];
  if (request.coverage) {
    manager?.disableReport();
    // All of it: a contract that no test touches must count as not covered, not as absent.
    await hre.tasks.getTask("build").run({});
  } else {
    // Solidity tests deploy artifacts, which their own compilation doesn't bring up to date.
    await hre.tasks.getTask("build").run({ noTests: true, quiet: true });
  }
  if (request.solidity) {
    await runSolidity(request, result);
    ids.push("solidity");
  }
  if (request.mocha) {
    await runMocha(request, result);
    ids.push("mocha");
  }
  if (request.coverage) {
    if (manager === undefined) throw new Error("Hardhat did not start with coverage on");
    await manager.loadData(...ids);
    result.coverage = coverageOf(await manager.getReport());
  }
  writeFileSync(resultFile, JSON.stringify(result));
}

const [request, resultFile] = process.argv.slice(2);
if (request === undefined || resultFile === undefined)
  throw new Error("usage: hardhat-process.ts REQUEST RESULT_FILE");
await main(JSON.parse(request) as TestRequest, resultFile);
// Tests may leave handles open; what counts is written.
process.exit(0);
