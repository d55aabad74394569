import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { emptyResult, type TestRequest, type TestResult } from "./test-run.ts";

const processFile = fileURLToPath(new URL("./hardhat-process.ts", import.meta.url));

/** Where and how loudly the tests run. */
export interface RunOptions {
  /** The project's root; the current directory when absent. */
  readonly root?: string;
  /** Hides the runners' output; it is returned either way. */
  readonly quiet?: boolean;
}

/**
 * Runs Hardhat's tests in a process of their own. Never rejects because of the tests: a process that crashes, cannot
 * compile or is killed counts as one failed test.
 */
export async function runTests(
  request: TestRequest,
  { root = process.cwd(), quiet = false }: RunOptions = {},
): Promise<TestResult & { output: string }> {
  const directory = mkdtempSync(join(tmpdir(), "strongroom-tests-"));
  const resultFile = join(directory, "result.json");
  const local = resolve(root, "src/testing/hardhat-process.ts");
  // A copy of the project must load the copy's own Hardhat, not this one's.
  const child = spawn(
    process.execPath,
    [existsSync(local) ? local : processFile, JSON.stringify(request), resultFile],
    {
      cwd: root,
      env: { ...process.env, HARDHAT_COVERAGE: request.coverage ? "true" : "false" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  const take = (chunk: Buffer) => {
    output += chunk.toString();
    if (!quiet) process.stderr.write(chunk);
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const ended = await new Promise<string | undefined>((settle) => {
    child.on("error", (error) => settle(error.message));
    child.on("close", (code, signal) =>
      settle(code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`),
    );
  });
  try {
    if (ended === undefined && existsSync(resultFile)) {
      return { ...(JSON.parse(readFileSync(resultFile, "utf8")) as TestResult), output };
    }
    const crashed = emptyResult();
    crashed.failed = 1;
    crashed.failures.push({
      title: "the test process",
      message: ended ?? "left no result",
      assertion: false,
    });
    return { ...crashed, output };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
