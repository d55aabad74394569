import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

/** What the launcher starts. */
export const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

/** As the launcher sets it: sources are compiled once, not at each start. */
export const COMPILED = fileURLToPath(new URL("../../.strongroom/compiled", import.meta.url));

/** What a command left. */
export interface CommandResult {
  /** Null if it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way, as a process of its own. */
export interface RunningCommand {
  readonly pid: number;
  readonly result: Promise<CommandResult>;
  /** Ends it as a power cut does. */
  kill(): void;
}

/**
 * Starts the command line as people do.
 *
 * @param watch sees all of its progress each time that there is more
 */
export function startStrongroom(
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
  watch: (progress: string) => void = () => {},
): RunningCommand {
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd: tmpdir(),
    env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    watch(stderr);
  });
  const result = new Promise<CommandResult>((settle) => {
    child.once("close", (code) => settle({ code, stdout, stderr }));
  });
  return { pid: child.pid ?? 0, result, kill: () => void child.kill("SIGKILL") };
}

/** Runs it to its end. */
export function strongroom(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  return startStrongroom(words, env).result;
}
