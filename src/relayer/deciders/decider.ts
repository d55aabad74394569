import type { Decider as JournalDecider } from "../../journal/decider.ts";
import type { NewEvent } from "../../journal/journal.ts";
import type { Command } from "./command.ts";
import type { Intention } from "./intention.ts";

/** The chain with the ledger, or the one with the coins. */
export type Side = "home" | "foreign";

/** What a decision may depend on besides its stream. */
export interface Now {
  /** Unix milliseconds by this machine's clock: for patience only, never for what is true. */
  readonly time: number;
  /** The latest final height of each chain, as it was last read. */
  readonly final: Readonly<Record<Side, number>>;
}

/**
 * The life of one message as pure functions over its stream. Nothing here reads a clock, a chain or a store: what happened comes
 * in by commands, what was decided goes out by events, and what is to be done next follows from the events alone.
 */
export interface Decider<State> extends JournalDecider<State, Command, NewEvent> {
  /** The one thing to do now. */
  next(state: State, now: Now): Intention;
  /** Whether anything more may have to be done: by the worker, or by an operator where it is a dead letter. */
  isOpen(state: State): boolean;
}
