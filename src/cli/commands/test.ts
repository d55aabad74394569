import { UsageError } from "../../core/errors.ts";
import { runDeep } from "../../testing/deep.ts";
import { runTests } from "../../testing/run-tests.ts";
import { closingLine } from "../../testing/test-run.ts";
import { ExitCode } from "../exit-code.ts";

/** `./strongroom test`: every test of both runners, then one closing line. */
export async function test(options: { deep: boolean; resume: boolean }): Promise<number> {
  if (options.resume && !options.deep) throw new UsageError("--resume goes with --deep");
  if (options.deep) {
    const total = await runDeep({ resume: options.resume });
    process.stdout.write(`${closingLine(total)}\n`);
    return total.failed === 0 && total.passed > 0 ? ExitCode.done : ExitCode.failed;
  }
  const total = { passed: 0, failed: 0, skipped: 0 };
  // One after the other: each in its own process, so a crash of one hides nothing of the other.
  for (const request of [{ solidity: { files: [] } }, { mocha: { files: [] } }]) {
    const result = await runTests(request);
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
    for (const failure of result.failures)
      process.stderr.write(`failed: ${failure.title}: ${failure.message}\n`);
  }
  process.stdout.write(`${closingLine(total)}\n`);
  return total.failed === 0 && total.passed > 0 ? ExitCode.done : ExitCode.failed;
}
