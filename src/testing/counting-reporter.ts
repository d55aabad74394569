import Mocha from "mocha";
import type { TestResult } from "./test-run.ts";

function isAssertion(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name.startsWith("AssertionError") || ("code" in error && error.code === "ERR_ASSERTION"))
    return true;
  // A call that reverted where the test expected it to succeed.
  return /reverted|VM Exception/.test(error.message);
}

/**
 * A Mocha reporter that prints like `spec` and counts into `result`. Hardhat's own summary counts skipped tests as
 * passed, and tests that a failing hook kept from running too; here the former are skipped and the latter failed.
 *
 * @param named how a test's file is called in the result
 */
export function countingReporter(
  result: TestResult,
  named: (file: string) => string = (file) => file,
): new (
  runner: Mocha.Runner,
  options: Mocha.MochaOptions,
) => Mocha.reporters.Base {
  return class CountingReporter extends Mocha.reporters.Spec {
    constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
      super(runner, options);
      let seen = 0;
      runner.on("pass", () => {
        seen++;
        result.passed++;
      });
      runner.on("pending", () => {
        seen++;
        result.skipped++;
      });
      runner.on("fail", (test, error: unknown) => {
        const hook = (test as { type?: string }).type === "hook";
        if (!hook) seen++;
        result.failed++;
        result.failures.push({
          title: test.fullTitle(),
          message: error instanceof Error ? error.message : String(error),
          assertion: !hook && isAssertion(error),
          ...(test.file === undefined ? {} : { file: named(test.file) }),
        });
      });
      runner.on("end", () => {
        const notRun = runner.total - seen;
        if (notRun <= 0) return;
        result.failed += notRun;
        result.failures.push({
          title: "tests that never ran",
          message: `${notRun} of ${runner.total}`,
          assertion: false,
        });
      });
    }
  };
}
