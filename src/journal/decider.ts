import { RetryableError } from "../core/errors.ts";
import { type FaultPoints, NO_FAULTS } from "./fault-points.ts";
import type { Append, Commit, Journal, Lease, NewEvent, StoredEvent } from "./journal.ts";

/**
 * A process or an aggregate as pure functions: what it decides depends on its own events and the command alone, so that reading
 * them again gives the same state, and a test needs no store.
 *
 * @typeParam S state, @typeParam C command, @typeParam E event
 */
export interface Decider<S, C, E extends NewEvent> {
  readonly initial: S;
  /** The events that the command leads to; none = nothing to do. Throws a `StrongroomError` where it is refused. */
  decide(state: S, command: C): readonly E[];
  evolve(state: S, event: E): S;
  /** Whether the stream still wants a worker's attention. Absent: never. */
  isOpen?(state: S): boolean;
  /** A stored event as today's code knows it; turns older forms into newer ones. Absent: stored events are as they were written. */
  parse?(event: StoredEvent): E;
}

/** A stream's state, and the version that it is of. */
export interface Loaded<S> {
  readonly state: S;
  /** 0 = the stream doesn't exist yet. */
  readonly version: number;
}

/** Reads a stream's state; given an earlier one, only what came after it. */
export async function load<S, C, E extends NewEvent>(
  journal: Pick<Journal, "read">,
  decider: Decider<S, C, E>,
  stream: string,
  from: Loaded<S> = { state: decider.initial, version: 0 },
): Promise<Loaded<S>> {
  return evolved(decider, from, await journal.read(stream, from.version));
}

function evolved<S, C, E extends NewEvent>(
  decider: Decider<S, C, E>,
  from: Loaded<S>,
  events: readonly StoredEvent[],
): Loaded<S> {
  return events.reduce<Loaded<S>>(
    ({ state }, event) => ({
      state: decider.evolve(state, decider.parse?.(event) ?? (event as NewEvent as E)),
      version: event.version,
    }),
    from,
  );
}

/** What a command leads to, before it is stored. */
export interface Decided<S, E> {
  readonly events: readonly E[];
  /** After the events. */
  readonly state: S;
  /** Absent where there is nothing to store. */
  readonly append?: Append;
}

/** Decides without storing, so that several streams can go into one commit. */
export function decided<S, C, E extends NewEvent>(
  decider: Decider<S, C, E>,
  stream: string,
  { state: before, version }: Loaded<S>,
  command: C,
): Decided<S, E> {
  const events = decider.decide(before, command);
  if (events.length === 0) return { events, state: before };
  const state = events.reduce((earlier, event) => decider.evolve(earlier, event), before);
  const open = decider.isOpen?.(state) ?? false;
  return { events, state, append: { stream, expected: version, events, open } };
}

/** What goes with a decision. */
export interface ExecuteOptions<S, E> {
  readonly lease?: Lease;
  /** What is stored with the events: outbox rows, cursors, other streams. Asked anew for each attempt. */
  readonly with?: (decision: { readonly events: readonly E[]; readonly state: S }) => Partial<Commit>;
  /** What is already known of the stream. */
  readonly from?: Loaded<S>;
  /** How often a decision is made anew because somebody else appended meanwhile. Default: 10. */
  readonly attempts?: number;
  readonly faults?: FaultPoints;
}

/** What a command came to. */
export interface Executed<S, E> extends Loaded<S> {
  /** What was stored; empty where there was nothing to do. */
  readonly events: readonly E[];
}

/**
 * Reads a stream, decides, stores what was decided; where somebody else was quicker, reads and decides again. A decision without
 * events stores nothing.
 *
 * Fault points: `decider.loaded`, `decider.decided`, `decider.committed`.
 *
 * @throws RetryableError `VERSION_CONFLICT` after so many attempts, and what the journal and the decider throw
 */
export async function execute<S, C, E extends NewEvent>(
  journal: Pick<Journal, "read" | "commit">,
  decider: Decider<S, C, E>,
  stream: string,
  command: C,
  options: ExecuteOptions<S, E> = {},
): Promise<Executed<S, E>> {
  const { lease, attempts = 10, faults = NO_FAULTS } = options;
  let from = options.from;
  for (let attempt = 1; ; attempt++) {
    const loaded = await load(journal, decider, stream, from);
    from = loaded;
    faults.reach("decider.loaded");
    const { events, state, append } = decided(decider, stream, loaded, command);
    if (append === undefined) return { ...loaded, events };
    const { appends = [], ...others } = options.with?.({ events, state }) ?? {};
    faults.reach("decider.decided");
    try {
      const stored = await journal.commit({
        ...others,
        appends: [append, ...appends],
        ...(lease === undefined ? {} : { lease }),
      });
      faults.reach("decider.committed");
      // From what is stored, as every later reader has it.
      const own = stored.filter((event) => event.stream === stream);
      return { ...evolved(decider, loaded, own), events };
    } catch (error) {
      const again = error instanceof RetryableError && error.code === "VERSION_CONFLICT";
      if (!again || attempt >= attempts) throw error;
    }
  }
}
