import { existsSync, readFileSync } from "node:fs";
import { RetryableError } from "../core/errors.ts";
import { type FileLock, lockFile } from "../core/file-lock.ts";
import { writeWhole } from "../core/write-whole.ts";
import {
  type KeeperState,
  type KeeperStore,
  readState,
  writeState,
} from "../payments/keeper/keeper-state.ts";

/** A keeper's state in a file, which one process has at a time. */
export class KeeperFileStore implements KeeperStore {
  readonly #file: string;
  readonly #lock: FileLock;

  /** @throws RetryableError `KEEPER_RUNNING` while another process has it */
  constructor(file: string) {
    this.#file = file;
    this.#lock = lockFile(
      file,
      (cause) =>
        new RetryableError("KEEPER_RUNNING", "Another keeper has this state", {
          facts: { state: file },
          cause,
          advice: "Give each keeper an account and a state of its own: --keystore, --state.",
        }),
    );
  }

  /** @throws TerminalError `KEEPER_STATE_UNREADABLE` */
  async load(): Promise<KeeperState | undefined> {
    return existsSync(this.#file) ? readState(readFileSync(this.#file, "utf8")) : undefined;
  }

  async save(state: KeeperState): Promise<void> {
    writeWhole(this.#file, writeState(state));
  }

  close(): void {
    this.#lock.close();
  }
}
