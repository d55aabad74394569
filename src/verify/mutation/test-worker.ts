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

/** Bytes. A mutant that never ends may have taken all of the machine's memory before its time is over. */
const MOST_MEMORY = 8 * 2 ** 30;
/** Milliseconds. */
const LOOK_EVERY = 500;

setInterval(() => {
  if (process.memoryUsage.rss() > MOST_MEMORY) process.send?.(null);
}, LOOK_EVERY);

process.on("message", async (request: TestRequest) => {
  process.send?.(await run(request));
});
process.on("disconnect", () => process.exit(0));
