import type { Attention } from "./attention.ts";
import { decideHopeless } from "./attention.ts";
import type { Decider } from "./decider.ts";

/**
 * A decider under which nothing fails without end: whatever it decides, too many failures in a row make a dead letter. All
 * deciders of a route are under it, so that none forgets a way to fail.
 */
export function withDeadLetters<State extends { readonly attention: Attention }>(
  real: Decider<State>,
): Decider<State> {
  return {
    ...real,
    decide(state, command) {
      const events = real.decide(state, command);
      return events.length === 0
        ? events
        : [...events, ...decideHopeless(events.reduce(real.evolve, state).attention)];
    },
  };
}
