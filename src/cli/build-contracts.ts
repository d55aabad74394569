import { setTimeout as sleep } from "node:timers/promises";
import hre from "hardhat";

/** So often is a build begun again that another process has disturbed. */
const ATTEMPTS = 5;
/** Milliseconds until then, a different while in each process. */
const pause = (): number => 100 + Math.random() * 400;

function isMissingFile(error: unknown): boolean {
  for (let next = error; next instanceof Error; next = next.cause) {
    if ((next as NodeJS.ErrnoException).code === "ENOENT") return true;
  }
  return false;
}

/**
 * Builds the contracts, if they aren't yet. Two commands may do so at once: Hardhat writes its cache under one temporary name,
 * so that one of the two finds it gone, and looks again.
 */
export async function buildContracts(): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !isMissingFile(error)) throw error;
      await sleep(pause());
    }
  }
}
