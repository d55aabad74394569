import { RetryableError } from "../core/errors.ts";
import type { Journal, NewEvent, StoredEvent } from "./journal.ts";

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
  /** Whether the stream still wants a worker's attention. */
  isOpen(state: S): boolean;
}

/**
 * Reads a stream, decides, stores what was decided; where somebody else was quicker, reads on and decides again. It holds no
 * lease: an operator's word to a stream, say, which whoever has the route finds there and decides upon anew.
 *
 * @param attempts how often a decision is made because somebody else appended meanwhile
 * @returns what was stored; nothing where the command changes nothing
 * @throws RetryableError `VERSION_CONFLICT` after so many attempts, and what the journal and the decider throw
 * @example
 * const stored = await execute(journal, outboundDecider(terms), names.outbound(payoutId), { is: "retry", by: "ana" });
 */
export async function execute<S, C, E extends NewEvent>(
  journal: Pick<Journal, "read" | "commit">,
  decider: Decider<S, C, E>,
  stream: string,
  command: C,
  attempts = 10,
): Promise<readonly StoredEvent[]> {
  let state = decider.initial;
  let version = 0;
  for (let attempt = 1; ; attempt++) {
    const fresh = await journal.read(stream, version);
    state = fresh.reduce((before, event) => decider.evolve(before, event as NewEvent as E), state);
    version += fresh.length;
    const events = decider.decide(state, command);
    if (events.length === 0) return [];
    const open = decider.isOpen(events.reduce((before, event) => decider.evolve(before, event), state));
    try {
      return await journal.commit({ appends: [{ stream, expected: version, events, open }] });
    } catch (error) {
      const again = error instanceof RetryableError && error.code === "VERSION_CONFLICT";
      if (!again || attempt >= attempts) throw error;
    }
  }
}
