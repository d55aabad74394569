import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** A lock on a file. */
export interface FileLock {
  close(): void;
}

/**
 * Locks a file by another one beside it, for this process alone. The system takes the lock back when the process ends, however it
 * ends.
 *
 * @param refusal what to throw where another process has it
 */
export function lockFile(file: string, refusal: (cause: unknown) => Error): FileLock {
  mkdirSync(dirname(file), { recursive: true });
  const lock = new DatabaseSync(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return lock;
  } catch (cause) {
    lock.close();
    throw refusal(cause);
  }
}
