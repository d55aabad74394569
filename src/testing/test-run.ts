/** What one run of Hardhat's test runners is asked to do; passed to the child process as JSON. */
export interface TestRequest {
  /** Runs the Solidity tests; an empty list means all of them. */
  readonly solidity?: { readonly files: readonly string[]; readonly grep?: string };
  /** Runs the Mocha tests; an empty list means all of them. */
  readonly mocha?: { readonly files: readonly string[]; readonly grep?: string };
  /** Hardhat's test profile for the Solidity tests; "default" when absent. */
  readonly profile?: string;
  /** Overrides of the profile's campaign. */
  readonly campaign?: { readonly runs: number; readonly depth: number; readonly seed: string };
  /** Overrides the profile's fuzz tests. */
  readonly fuzz?: { readonly runs: number; readonly seed: string };
  /** Runs on the artifacts that are there: builds nothing, and doesn't read all of them for traces of what reverts. */
  readonly built?: boolean;
  /** Ends the Mocha tests at the first that fails. */
  readonly bail?: boolean;
  /** Measures coverage of the Solidity sources. */
  readonly coverage?: boolean;
}

/** Calls of one invariant's campaign. */
export interface Campaign {
  readonly runs: number;
  readonly calls: number;
  readonly reverts: number;
}

export interface FailedTest {
  readonly title: string;
  readonly message: string;
  /** True when an expectation of the test was not met; false for hooks, set-ups and crashes. */
  readonly assertion: boolean;
  /** The test's file from the project's root, where one is to blame. */
  readonly file?: string;
}

/** Executed and all statements and lines of one Solidity file. */
export interface FileCoverage {
  readonly lines: number;
  readonly linesHit: number;
  readonly statements: number;
  readonly statementsHit: number;
  readonly missedLines: readonly number[];
}

export interface TestResult {
  passed: number;
  failed: number;
  skipped: number;
  failures: FailedTest[];
  /** Invariant campaigns by `Contract.invariant_name`. */
  campaigns: Record<string, Campaign>;
  /** By path from the repository's root; empty unless coverage was asked for. */
  coverage: Record<string, FileCoverage>;
}

export function emptyResult(): TestResult {
  return { passed: 0, failed: 0, skipped: 0, failures: [], campaigns: {}, coverage: {} };
}

/** The closing line of every command that counts. */
export function closingLine(count: { passed: number; failed: number; skipped: number }): string {
  return `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
}
