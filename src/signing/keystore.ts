import { randomBytes } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { TerminalError } from "../core/errors.ts";
import type { Redacted } from "../core/redacted.ts";
import { refuseWeakPassword, warnOfOthers, writeSecretFile } from "../core/secret-file.ts";
import { flushFolder } from "../core/write-whole.ts";
import { STORE_NAME } from "./key-names.ts";
import { type KeyEntry, openEntry, readOpen, type SealOptions, sealEntry } from "./keystore-file.ts";

/** What a keystore does otherwise than by default. */
export interface KeystoreOptions extends Partial<SealOptions> {
  /** A sentence about a file, e.g. that others can read it. */
  readonly warn?: (warning: string) => void;
}

/**
 * A folder of encrypted keys under one password, one file each. What `write` returned from survives a crash.
 *
 * @example
 * const keystore = new Keystore("signer/keys", password);
 * await keystore.write({ name: "gas", kind: "ecdsa", open: {}, secret });
 */
export class Keystore {
  readonly folder: string;
  readonly #password: Redacted<string>;
  readonly #options: SealOptions;
  readonly #warn: (warning: string) => void;

  /** @throws TerminalError `PASSWORD_WEAK` */
  constructor(
    folder: string,
    password: Redacted<string>,
    { warn = () => {}, random = randomBytes, ...rest }: KeystoreOptions = {},
  ) {
    refuseWeakPassword(password.expose());
    this.folder = folder;
    this.#password = password;
    this.#options = { random, ...rest };
    this.#warn = warn;
  }

  #file(name: string): string {
    // A name with a path in it would lead elsewhere.
    if (!STORE_NAME.test(name)) throw noKey(name, this.folder);
    return join(this.folder, `${name}.json`);
  }

  names(): readonly string[] {
    return globSync(join(this.folder, "*.json"))
      .map((file) => basename(file, ".json"))
      .filter((name) => STORE_NAME.test(name))
      .sort();
  }

  has(name: string): boolean {
    return existsSync(this.#file(name));
  }

  /** What a key's file says openly: not proven before it is opened. */
  describe(name: string): Omit<KeyEntry, "secret"> {
    return this.#own(name, readOpen(this.#text(name), this.#file(name)));
  }

  /** @throws TerminalError `KEY_UNKNOWN`, `KEYSTORE_PASSWORD`, `KEYSTORE_DAMAGED`, `KEYSTORE_NEWER` */
  async read(name: string): Promise<KeyEntry> {
    const file = this.#file(name);
    const text = this.#text(name);
    warnOfOthers(file, this.#warn);
    return this.#own(name, await openEntry(text, this.#password, file));
  }

  /**
   * Adds a key.
   *
   * @param replaces the caller has a newer version of the same key; else nothing is ever overwritten
   * @throws TerminalError `FILE_EXISTS`
   */
  async write(entry: KeyEntry, { replaces = false } = {}): Promise<void> {
    const file = this.#file(entry.name);
    mkdirSync(this.folder, { recursive: true });
    writeSecretFile(file, await sealEntry(entry, this.#password, this.#options), { replaces });
  }

  remove(name: string): void {
    rmSync(this.#file(name), { force: true });
    flushFolder(this.folder);
  }

  #text(name: string): string {
    const file = this.#file(name);
    if (!existsSync(file)) throw noKey(name, this.folder);
    return readFileSync(file, "utf8");
  }

  /** A file under another key's name would sign as that one. */
  #own<T extends { readonly name: string }>(name: string, entry: T): T {
    if (entry.name === name) return entry;
    throw new TerminalError("KEYSTORE_DAMAGED", `${this.#file(name)} holds the key ${entry.name}`, {
      advice: "Give the file its own name again.",
    });
  }
}

function noKey(name: string, folder: string): TerminalError {
  return new TerminalError("KEY_UNKNOWN", `There is no key ${JSON.stringify(name.slice(0, 80))}`, {
    facts: { folder },
    advice: "List the keys by signer status.",
  });
}
