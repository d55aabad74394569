import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { z } from "zod";
import { RetryableError, TerminalError } from "../core/errors.ts";
import { type FileLock, lockFile } from "../core/file-lock.ts";

const FORMAT = "strongroom/import-journal@1";

const header = z.strictObject({
  format: z.literal(FORMAT),
  /** Of the rows, chain, Vault and importer: another input has another journal. */
  digest: z.string(),
  chainId: z.string(),
  vault: z.string(),
  importer: z.string(),
});
const entry = z.strictObject({ row: z.number().int().min(0), nonce: z.number().int().min(0) });

/** What an import is of. */
export type ImportIdentity = Omit<z.output<typeof header>, "format">;

/**
 * Which nonce each row of an import was given, on disk before anything is sent with it: whatever happens, a row's nonce is
 * used once. It says what may be under way, never what was credited: that is the chain's to say. One process at a time has it.
 */
export class ImportJournal {
  readonly file: string;
  /** The latest nonce of each row that has one. */
  readonly nonces: ReadonlyMap<number, number>;
  readonly #nonces: Map<number, number>;
  readonly #descriptor: number;
  readonly #lock: FileLock;

  private constructor(file: string, lock: FileLock, nonces: Map<number, number>) {
    this.file = file;
    this.#lock = lock;
    this.#nonces = nonces;
    this.nonces = nonces;
    this.#descriptor = openSync(file, "a");
  }

  /** Whether there is one. */
  static exists(file: string): boolean {
    return existsSync(file);
  }

  /**
   * Opens the journal, or begins it.
   *
   * @throws RetryableError `IMPORT_RUNNING` while another process has it; TerminalError `IMPORT_OTHER_INPUT` if it is of another
   * import, `IMPORT_JOURNAL_DAMAGED` if a line of it can't be read.
   */
  static open(file: string, identity: ImportIdentity): ImportJournal {
    const lock = lockFile(file, running(file));
    try {
      const nonces = new Map<number, number>();
      if (existsSync(file)) read(file, identity, nonces);
      const journal = new ImportJournal(file, lock, nonces);
      if (readFileSync(file, "utf8") === "") journal.#append({ format: FORMAT, ...identity });
      return journal;
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /** Gives rows their nonces, for good once this returns. */
  assign(entries: readonly { readonly row: number; readonly nonce: number }[]): void {
    for (const { row, nonce } of entries) {
      this.#append({ row, nonce }, false);
      this.#nonces.set(row, nonce);
    }
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
    this.#lock.close();
  }

  #append(line: unknown, sync = true): void {
    writeSync(this.#descriptor, `${JSON.stringify(line)}\n`);
    if (sync) fsyncSync(this.#descriptor);
  }
}

const running = (file: string) => (cause: unknown) =>
  new RetryableError("IMPORT_RUNNING", "Another process is importing this file", {
    facts: { journal: file },
    cause,
    advice: "Wait until it has ended.",
  });

function read(file: string, identity: ImportIdentity, nonces: Map<number, number>): void {
  const text = readFileSync(file, "utf8");
  // A line without its end was being written when the process was killed: nothing was sent with it.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
  if (whole === "") return;
  const [first = "", ...rest] = whole.trimEnd().split("\n");
  const head = header.safeParse(parsed(first));
  const damaged = (line: number) =>
    new TerminalError("IMPORT_JOURNAL_DAMAGED", "The import's journal can't be read", {
      facts: { journal: file, line },
      advice:
        "Restore it. If it is lost, remove it and run again: what was credited is found on the chain by its mark.",
    });
  if (!head.success) throw damaged(1);
  const { format: _, ...found } = head.data;
  const other = (Object.keys(identity) as (keyof ImportIdentity)[]).filter(
    (key) => identity[key] !== found[key],
  );
  if (other.length > 0) {
    throw new TerminalError("IMPORT_OTHER_INPUT", "The journal beside this file is of another import", {
      facts: { journal: file, differs: other.join(", ") },
      advice:
        "Bring the file back as it was when its import began. A corrected list goes into a file of its own, with what is still missing.",
    });
  }
  for (const [index, line] of rest.entries()) {
    const one = entry.safeParse(parsed(line));
    if (!one.success) throw damaged(index + 2);
    nonces.set(one.data.row, one.data.nonce);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
