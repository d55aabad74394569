import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { TerminalError } from "../core/errors.ts";

const writerFile = fileURLToPath(new URL("./drill-writer.ts", import.meta.url));

/** What a store told its writer. */
export interface Acknowledged {
  readonly position: bigint;
  /** Unix milliseconds. */
  readonly at: number;
}

/** A process that writes into a journal until it is killed. */
export interface DrillWriter {
  readonly pid: number;
  /** Everything that was acknowledged so far, in order. */
  readonly acknowledged: readonly Acknowledged[];
  /** Until so many are acknowledged. */
  reached(count: number): Promise<void>;
  /** `kill -9`; everything that it had said by then is in `acknowledged` afterwards. */
  kill(): Promise<void>;
  /** Until it ends by itself: by a fault point, or by an error. Gives the signal that ended it. */
  ended(): Promise<NodeJS.Signals | null>;
}

/**
 * Starts a writer.
 *
 * @param place where the journal is, as `openJournal` takes it
 * @param environment added to this process's
 */
export function startDrillWriter(
  place: { readonly file: string } | { readonly url: string; readonly schema: string },
  environment: Readonly<Record<string, string>> = {},
): DrillWriter {
  const child = spawn(process.execPath, [writerFile, JSON.stringify(place)], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const acknowledged: Acknowledged[] = [];
  const waiting = new Set<() => void>();
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const [, position, at] = /^(\d+) (\d+)$/.exec(line) ?? [];
    // The last line of a process that was killed may be half of one.
    if (position === undefined || at === undefined) return;
    acknowledged.push({ position: BigInt(position), at: Number(at) });
    for (const wake of waiting) wake();
  });
  const closed = once(lines, "close");
  const exit = Promise.all([once(child, "exit"), closed]);
  const ended = async () => {
    await exit;
    for (const wake of waiting) wake();
    return child.signalCode;
  };
  void ended();
  return {
    pid: child.pid ?? 0,
    acknowledged,
    async reached(count) {
      while (acknowledged.length < count) {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new TerminalError("DRILL_WRITER_ENDED", "The writer ended before it had written enough", {
            advice: "See why below.",
            cause: new Error(complaint),
          });
        }
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },
    async kill() {
      child.kill("SIGKILL");
      await ended();
    },
    ended,
  };
}
