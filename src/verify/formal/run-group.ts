import { spawn } from "node:child_process";

/** How a group of processes is run. */
export interface GroupOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly seconds: number;
}

/**
 * Runs a program as the head of a process group and ends the whole group with it: after the given time, or when this process
 * is interrupted. Halmos starts solvers that outlive it otherwise, and does not end by itself while it is in one.
 *
 * @returns the exit code (null when it could not start or was ended) and all that it printed
 */
export function runGroup(
  program: string,
  words: readonly string[],
  { cwd, env, seconds }: GroupOptions,
): Promise<{ code: number | null; output: string }> {
  return new Promise((settle) => {
    const child = spawn(program, words, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const read = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // All of it has ended.
      }
    };
    const interrupted = () => {
      end();
      process.exit(130);
    };
    const timer = setTimeout(end, seconds * 1000);
    process.once("exit", end).once("SIGINT", interrupted).once("SIGTERM", interrupted);
    const done = (code: number | null) => {
      clearTimeout(timer);
      process.off("exit", end).off("SIGINT", interrupted).off("SIGTERM", interrupted);
      end();
      settle({ code, output });
    };
    child.on("error", (error) => {
      output += error.message;
      done(null);
    });
    child.on("exit", (_, signal) => {
      // A solver may hold the pipe: the group goes first, then the rest of the output comes.
      if (signal !== null) end();
    });
    child.on("close", (code) => done(code));
  });
}
