import { TerminalError } from "../core/errors.ts";

/** The store's end is before something that it has acknowledged: a failover or a restore went back in time. */
export function storeBehind(position: bigint): TerminalError {
  return new TerminalError("STORE_BEHIND", "The journal lacks events that it has acknowledged", {
    advice: "Stop all workers. Find the server that has them, or accept the loss as the manual says.",
    facts: { position },
    docs: "docs/operations/journal.md",
  });
}

/** What a restore says to a journal that is in use. */
export function storeNotEmpty(): TerminalError {
  return new TerminalError("STORE_NOT_EMPTY", "The journal holds something already", {
    advice: "Name a new file or an empty database: nothing is ever mixed into a journal.",
  });
}
