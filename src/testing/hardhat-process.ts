// The child process of run-tests.ts: runs Hardhat's test tasks and writes what happened as JSON.
import { writeFileSync } from "node:fs";
import hre from "hardhat";
import { buildForCoverage, runMocha, runSolidity } from "./hardhat-runs.ts";
import { emptyResult, type FileCoverage, type TestRequest } from "./test-run.ts";

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
    await buildForCoverage(request);
  } else if (request.built !== true) {
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
