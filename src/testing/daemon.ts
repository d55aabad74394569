import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { COMPILED, MAIN } from "./strongroom.ts";

/** How much of what a process said is kept, lines. */
const KEPT = 400;

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** How a command line process ended. */
export interface DaemonEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A command of ours that runs until it is told to end, in a process of its own. */
export interface Daemon {
  readonly pid: number;
  /** What it has said last, a line each. */
  readonly said: readonly string[];
  /** Until it says a line of which this is true; rejects when it ends before. */
  says(what: (line: string) => boolean): Promise<string>;
  /** Until it ends by itself. */
  readonly ended: Promise<DaemonEnd>;
  /** Ends it: SIGTERM as an operator does, SIGKILL as a power cut. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<DaemonEnd>;
}

/**
 * Starts a command of ours as a process.
 *
 * @param words after `./strongroom`
 * @param environment added to this process's
 */
export function startDaemon(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Daemon {
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd: tmpdir(),
    env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  running.add(child);
  const said: string[] = [];
  const listeners = new Set<(line: string) => void>();
  const lines = createInterface({ input: child.stderr });
  lines.on("line", (line) => {
    said.push(line);
    if (said.length > KEPT) said.shift();
    for (const listener of listeners) listener(line);
  });
  const ended = Promise.all([once(child, "exit"), once(lines, "close")]).then((): DaemonEnd => {
    running.delete(child);
    return { code: child.exitCode, signal: child.signalCode };
  });
  return {
    pid: child.pid ?? 0,
    said,
    ended,
    says(what) {
      return new Promise((found, failed) => {
        const before = said.find(what);
        if (before !== undefined) return found(before);
        const listener = (line: string) => {
          if (!what(line)) return;
          listeners.delete(listener);
          found(line);
        };
        listeners.add(listener);
        void ended.then(({ code, signal }) => {
          if (listeners.delete(listener))
            failed(new Error(`${words.join(" ")} ended (${signal ?? code}):\n${said.slice(-30).join("\n")}`));
        });
      });
    },
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return ended;
    },
  };
}
