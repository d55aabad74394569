import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { TerminalError } from "./errors.ts";
import { writeWhole } from "./write-whole.ts";

/** Nobody but the owner. */
const OWNER_ONLY = 0o600;
/** A new keystore's password has at least so many characters. */
const SHORTEST_PASSWORD = 12;

/** @throws TerminalError `PASSWORD_WEAK` */
export function refuseWeakPassword(password: string): void {
  if (password.length >= SHORTEST_PASSWORD) return;
  throw new TerminalError("PASSWORD_WEAK", "The password is too short for a keystore", {
    facts: { shortest: SHORTEST_PASSWORD },
    advice: "Take several words: whoever gets the file can guess without limit.",
  });
}

/**
 * Writes an encrypted key for its owner alone, in a folder that is there: a mistyped one would hide the key. What this returned
 * from survives a power cut.
 *
 * @param replaces the caller has a newer version of the same key; else nothing is ever overwritten
 * @throws TerminalError `FILE_EXISTS`
 */
export function writeSecretFile(file: string, text: string, { replaces = false } = {}): void {
  accessSync(dirname(file), constants.W_OK);
  try {
    writeWhole(file, text, { mode: OWNER_ONLY, fresh: !replaces });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    throw new TerminalError("FILE_EXISTS", `${file} exists already`, {
      cause,
      advice: "A key is never overwritten: it would be lost. Choose another name.",
    });
  }
}

/** Says so where others than a secret file's owner can reach it. */
export function warnOfOthers(file: string, warn: ((warning: string) => void) | undefined): void {
  if (process.platform === "win32" || (statSync(file).mode & 0o077) === 0) return;
  warn?.(`Other users of this machine can reach ${file}: chmod 600 ${file}`);
}
