import { globSync } from "node:fs";
import { runTests } from "../../testing/run-tests.ts";
import type { FailedTest, FileCoverage } from "../../testing/test-run.ts";
import { type CheckResult, resultOf } from "../check.ts";

/** Least coverage of contracts/, in percent. */
export const LEAST = { lines: 98, statements: 95 } as const;

/** Ends of the titles of tests that bound gas, of which instrumented code takes more: `./strongroom test` judges them alone. */
export const BOUND_BY_GAS: readonly string[] = [
  "asks three cold sources for at most 35,000 gas more than a warm price",
  "that is slow to quote its fee is heard out, whatever gas is sent",
];

function percent(hit: number, all: number): number {
  return all === 0 ? 100 : (100 * hit) / all;
}

/**
 * Coverage of contracts/, mocks aside, against the thresholds; and whether code that counts its lines does what it does without:
 * assembly that keeps something in memory that isn't its own, say, doesn't.
 */
export function judgeCoverage(
  coverage: Readonly<Record<string, FileCoverage>>,
  failures: readonly FailedTest[] = [],
): CheckResult {
  const files = Object.entries(coverage)
    .filter(([path]) => path.startsWith("contracts/") && !path.startsWith("contracts/mocks/"))
    .filter(([, file]) => file.statements > 0);
  const sum = (part: "lines" | "linesHit" | "statements" | "statementsHit") =>
    files.reduce((total, [, file]) => total + file[part], 0);
  if (files.length === 0) {
    return resultOf(
      "coverage",
      [],
      failures.map(({ title, message }) => `${title}: ${message}`),
    );
  }
  const lines = percent(sum("linesHit"), sum("lines"));
  const statements = percent(sum("statementsHit"), sum("statements"));
  const gaps = files
    .filter(([, file]) => file.missedLines.length > 0)
    .map(([path, file]) => `not reached in ${path}: lines ${file.missedLines.join(", ")}`);
  const byGas = failures.filter(({ title }) => BOUND_BY_GAS.some((end) => title.endsWith(end)));
  const others = failures.filter((failure) => !byGas.includes(failure));
  return resultOf(
    "coverage",
    [
      {
        subject: "lines",
        problem: lines < LEAST.lines ? `${lines.toFixed(2)} %, at least ${LEAST.lines} %` : undefined,
      },
      {
        subject: "statements",
        problem:
          statements < LEAST.statements
            ? `${statements.toFixed(2)} %, at least ${LEAST.statements} %`
            : undefined,
      },
      ...others.map(({ title, message }) => ({
        subject: title,
        problem: `fails while measured: ${message}`,
      })),
    ],
    [
      `lines ${lines.toFixed(2)} %, statements ${statements.toFixed(2)} % of ${files.length} files`,
      ...gaps,
      ...byGas.map(({ title, message }) => `takes more gas while measured: ${title}: ${message}`),
    ],
  );
}

/**
 * Runs the tests of the contracts with coverage: every Solidity test but the long invariant groups, and the Mocha tests
 * of contracts and upgrades. What only attacks and scenarios reach counts as not reached.
 */
export async function checkCoverage(root: string): Promise<CheckResult> {
  const solidity = globSync("test/**/*.t.sol", { cwd: root }).filter(
    (file) => !file.startsWith("test/invariant/"),
  );
  const mocha = globSync("test/{contracts,upgrade}/**/*.test.ts", { cwd: root });
  const result = await runTests(
    {
      // An empty list would mean all of them.
      ...(solidity.length > 0 ? { solidity: { files: solidity.sort() } } : {}),
      ...(mocha.length > 0 ? { mocha: { files: mocha.sort() } } : {}),
      // More runs reach nothing else, and instrumented code is slow.
      fuzz: { runs: 16, seed: "0x01" },
      coverage: true,
    },
    { root, quiet: true },
  );
  const judged = judgeCoverage(result.coverage, result.failures);
  // What keeps it from measuring anything, say contracts that don't compile.
  const said = Object.keys(result.coverage).length === 0 ? result.output.trim().split("\n").slice(-20) : [];
  return { ...judged, details: [...judged.details, ...said] };
}
