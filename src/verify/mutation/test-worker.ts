// The child process of test-bed.ts: runs Hardhat's tests on artifacts that are there, as often as it is asked.
import { runMocha, runSolidity } from "../../testing/hardhat-runs.ts";
import { emptyResult, type TestRequest, type TestResult } from "../../testing/test-run.ts";

async function run(request: TestRequest): Promise<TestResult> {
  const result = emptyResult();
  try {
    if (request.solidity) await runSolidity(request, result);
    if (request.mocha) await runMocha(request, result);
  } catch (error) {
    result.failed++;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    result.failures.push({ title: "the test process", message, assertion: false });
  }
  return result;
}

/** Bytes for one question. A mutant that never ends may take all of the machine's memory before its time is over. */
const MOST_MEMORY = 8 * 2 ** 30;
/** Milliseconds. */
const LOOK_EVERY = 500;

process.on("message", async (request: TestRequest) => {
  // What runs before have left behind is not this one's.
  const before = process.memoryUsage.rss();
  const watching = setInterval(() => {
    if (process.memoryUsage.rss() - before > MOST_MEMORY) process.send?.(null);
  }, LOOK_EVERY);
  const result = await run(request);
  clearInterval(watching);
  process.send?.(result);
});
process.on("disconnect", () => process.exit(0));
