import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Writes beside a file and puts that in its place: whoever reads sees the old or the new one.
 *
 * @param mode its permissions, from before the first byte is in it; what the system gives by default where absent
 */
export function writeWhole(file: string, text: string, mode?: number): void {
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
  renameSync(beside, file);
}
