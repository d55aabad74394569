import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

/** How a file is written. */
export interface WholeOptions {
  /** Its permissions, from before the first byte is in it; what the system gives by default where absent. */
  readonly mode?: number;
  /** Throws `EEXIST` where there is one already, instead of replacing it. */
  readonly fresh?: boolean;
}

/**
 * Writes beside a file and puts that in its place: whoever reads sees the old or the new one. What this returned from survives a
 * power cut.
 */
export function writeWhole(file: string, text: string, { mode, fresh = false }: WholeOptions = {}): void {
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  if (mode === undefined) {
    writeFileSync(beside, text, { flush: true });
  } else {
    writeFileSync(beside, "", { mode });
    // One left behind by a crash keeps its own permissions otherwise.
    chmodSync(beside, mode);
    writeFileSync(beside, text, { flush: true });
  }
  if (fresh) {
    try {
      linkSync(beside, file);
    } finally {
      rmSync(beside);
    }
  } else {
    renameSync(beside, file);
  }
  flushFolder(dirname(file));
}

/** A file that was put in a folder, or removed, is so after a power cut only once the folder is written. */
export function flushFolder(folder: string): void {
  // Windows opens no folders, and needs none to be written.
  if (process.platform === "win32") return;
  const opened = openSync(folder, "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
