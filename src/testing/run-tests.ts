import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { TerminalError } from "../core/errors.ts";
import { emptyResult, type TestRequest, type TestResult } from "./test-run.ts";

const processFile = fileURLToPath(new URL("./hardhat-process.ts", import.meta.url));

// A test may run the tests of another project, and no deeper.
const DEEPEST = 2;

/** Where and how loudly the tests run. */
export interface RunOptions {
  /** The project's root; the current directory when absent. */
  readonly root?: string;
  /** Hides the runners' output; it is returned either way. */
  readonly quiet?: boolean;
}

/**
 * The environment without what a Hardhat that runs around this one has set: above all HARDHAT_CONFIG, which would make
 * the process run that project's tests instead of the ones at `root`.
 */
export function environment({
  coverage,
  built,
}: Pick<TestRequest, "coverage" | "built"> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("HARDHAT_") && name !== "HH_TEST",
  );
  const depth = Number(process.env.STRONGROOM_TEST_DEPTH ?? 0);
  if (depth >= DEEPEST) throw new TerminalError("TEST_RECURSION", "These tests run themselves");
  return {
    ...Object.fromEntries(kept),
    HARDHAT_COVERAGE: String(coverage === true),
    STRONGROOM_TRACES: String(built !== true),
    STRONGROOM_TEST_DEPTH: String(depth + 1),
  };
}

/** Hardhat's own loader, as its command line uses it: generated types import each other by `.js` names. */
export function loader(root: string): string {
  const hardhat = createRequire(join(root, "package.json")).resolve("hardhat/package.json");
  return pathToFileURL(createRequire(hardhat).resolve("tsx/esm")).href;
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
    ["--import", loader(root), existsSync(local) ? local : processFile, JSON.stringify(request), resultFile],
    {
      cwd: root,
      env: environment(request),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const stop = () => child.kill("SIGKILL");
  process.once("exit", stop);
  let output = "";
  const take = (text: string) => {
    output += text;
    if (!quiet) process.stderr.write(text);
  };
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);
  const ended = await new Promise<string | undefined>((settle) => {
    child.on("error", (error) => settle(error.message));
    child.on("close", (code, signal) =>
      settle(code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`),
    );
  });
  process.off("exit", stop);
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
