import { RetryableError } from "../../core/errors.ts";
import type { Sent } from "../sending/sender.ts";
import type { Step } from "./route.ts";

/** How far a step has come. `sent`: it may be done, whatever else is known. */
export type Progress =
  | { readonly at: "due" }
  | { readonly at: "sent"; readonly sent: Sent }
  | { readonly at: "signed"; readonly signature: string }
  | { readonly at: "done"; readonly transaction?: string }
  | { readonly at: "failed" };

/** One route that was begun. */
export interface Attempt {
  readonly route: string;
  /** Hash of who is to pay what to whom: another wish has another id. */
  readonly wish: string;
  /** Unix seconds from which the payee can use the money, as it was quoted. */
  readonly arrives: bigint;
  readonly steps: readonly (Step & { readonly progress: Progress })[];
  /** What takes back what came otherwise than wished. */
  readonly undo?: Attempt["steps"][number];
  /** Whether it is over without a payment. */
  readonly over: boolean;
}

/** All that was begun for one payment, oldest first. */
export interface Entry {
  /** Rises by one with each write. */
  readonly version: number;
  readonly attempts: readonly Attempt[];
}

/** Remembers what was begun for payments: what it has returned from writing it never loses. */
export interface Journal {
  /** Of a payment that nothing was begun for: version 0. */
  read(id: string): Promise<Entry>;
  /**
   * Writes `attempts` as the version after `version`.
   *
   * @throws RetryableError `PAYMENT_UNDER_WAY` if that isn't the entry's version any more
   */
  write(id: string, version: number, attempts: readonly Attempt[]): Promise<void>;
}

/** The refusal to write over what another process has written. */
export function underWay(id: string): RetryableError {
  return new RetryableError("PAYMENT_UNDER_WAY", "Another process is making this payment", {
    facts: { id },
    advice: "Wait for it, then look again under the same id.",
  });
}

/** A journal that ends with its process. */
export class MemoryJournal implements Journal {
  readonly #entries = new Map<string, Entry>();

  async read(id: string): Promise<Entry> {
    return this.#entries.get(id) ?? { version: 0, attempts: [] };
  }

  async write(id: string, version: number, attempts: readonly Attempt[]): Promise<void> {
    if ((await this.read(id)).version !== version) throw underWay(id);
    this.#entries.set(id, { version: version + 1, attempts });
  }
}
