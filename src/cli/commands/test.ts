import { UsageError } from "../../core/errors.ts";
import { inParallel, PROCESSORS } from "../../core/in-parallel.ts";
import { runDeep } from "../../testing/deep.ts";
import { runTests } from "../../testing/run-tests.ts";
import { mochaGroups, needsNoContracts } from "../../testing/test-groups.ts";
import { closingLine, type TestResult } from "../../testing/test-run.ts";
import { ExitCode } from "../exit-code.ts";
import { hanging } from "../output.ts";

/** `./strongroom test`: every test of both runners, then one closing line. */
export async function test(options: { deep: boolean; resume: boolean }): Promise<number> {
  if (options.resume && !options.deep) throw new UsageError("--resume goes with --deep");
  if (options.deep) {
    const total = await runDeep({ resume: options.resume });
    process.stdout.write(`${closingLine(total)}\n`);
    return total.failed === 0 && total.passed > 0 ? ExitCode.done : ExitCode.failed;
  }
  const results = await runSideBySide(mochaGroups("."));
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const result of results) {
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
    for (const { file, title, message } of result.failures)
      process.stdout.write(`failed: ${hanging([file, title, message].filter(Boolean).join(": "))}\n`);
  }
  process.stdout.write(`${closingLine(total)}\n`);
  return total.failed === 0 && total.passed > 0 ? ExitCode.done : ExitCode.failed;
}

/**
 * Runs the Solidity tests, which builds what most others need, and groups of Mocha tests, each in a process of its own: a crash of
 * one hides nothing of the others.
 */
function runSideBySide(groups: ReadonlyMap<string, readonly string[]>): Promise<readonly TestResult[]> {
  const solidity = Promise.withResolvers<TestResult>();
  const early = [...groups].filter(([name]) => needsNoContracts(name));
  const late = [...groups].filter(([name]) => !needsNoContracts(name));
  return inParallel(PROCESSORS, [undefined, ...early, ...late], async (group) => {
    if (group === undefined) {
      runTests({ solidity: { files: [] } }).then(solidity.resolve, solidity.reject);
      return solidity.promise;
    }
    const [name, files] = group;
    if (!needsNoContracts(name)) await solidity.promise;
    process.stderr.write(`${name} ...\n`);
    const started = performance.now();
    const result = await runTests({ mocha: { files }, built: true }, { quiet: true });
    if (result.passed + result.failed + result.skipped === 0) {
      result.failed = 1;
      result.failures.push({ title: name, message: "has no test", assertion: false });
    }
    const seconds = ((performance.now() - started) / 1_000).toFixed(0);
    process.stderr.write(`${result.output}${name}: ${closingLine(result)} (${seconds} s)\n`);
    return result;
  });
}
