import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { RetryableError } from "../src/core/errors.ts";

const holderSchema = z.object({
  pid: z.number().int(),
  host: z.string(),
  started: z.string(),
  since: z.string(),
});

/** The process that holds a lock. */
type Holder = z.output<typeof holderSchema>;

/** When a process started, as the kernel counts; empty where it does not say. A number that was used again differs here. */
function startOf(pid: number): string {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return "";
  // The second field, a name in brackets, may contain anything.
  const fields = readFileSync(file, "utf8").split(")").at(-1)?.trim().split(" ") ?? [];
  return fields[19] ?? "";
}

function isAlive({ pid, host, started }: Holder): boolean {
  // What runs elsewhere can't be asked.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return startOf(pid) === started;
}

function holderOf(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Takes a file that nobody has; false if somebody has it. */
function take(file: string, text: string): boolean {
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, text);
  try {
    // Whole at once: nobody reads half a holder.
    linkSync(beside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Removes what a dead process left; what a living one put there in between goes back. */
function clear(file: string, dead: string): void {
  const aside = `${file}.${process.pid}.dead`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (readFileSync(aside, "utf8") !== dead) {
    try {
      linkSync(aside, file);
    } catch {
      // Yet another one has it.
    }
  }
  rmSync(aside, { force: true });
}

/**
 * Keeps a second deployer of this machine away from a chain. What a killed process left counts for nothing.
 *
 * @returns what gives it back
 * @throws RetryableError `DEPLOYER_AT_WORK` with the process that has it.
 */
export function lockDeployment(chainId: bigint, folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${chainId}.lock`);
  const me: Holder = {
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
    since: new Date().toISOString(),
  };
  const text = JSON.stringify(me);
  for (let attempt = 0; attempt < 5; attempt++) {
    if (take(file, text)) {
      return () => {
        if (existsSync(file) && readFileSync(file, "utf8") === text) rmSync(file, { force: true });
      };
    }
    let found: string;
    try {
      found = readFileSync(file, "utf8");
    } catch {
      continue;
    }
    const holder = holderOf(found);
    if (holder !== undefined && isAlive(holder)) {
      const { pid, host, since } = holder;
      throw new RetryableError("DEPLOYER_AT_WORK", `Another process deploys to chain ${chainId}`, {
        facts: { pid, host, since, file },
        advice: "Wait for it. If it runs on another machine that is gone, remove the file.",
      });
    }
    clear(file, found);
  }
  throw new RetryableError("DEPLOYER_AT_WORK", `Other processes deploy to chain ${chainId}`, {
    facts: { file },
  });
}
