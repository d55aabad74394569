import type { NewEvent } from "../../journal/journal.ts";
import { type Attention, CALL_WAITS, decideHopeless, type Reason } from "./attention.ts";
import type { Decider } from "./decider.ts";
import { decideAbandoned, type Effects, isMade } from "./effect-decider.ts";

/** What will not be built soon: given up, of another statement, or refused by a contract for as long as that likes. */
const stops = ({ type, data }: NewEvent): boolean =>
  type === "DeadLettered" ||
  type === "ProofEnded" ||
  ((type === "Waiting" || type === "Faltered") && (data as Reason).code === CALL_WAITS);

/** Leaves the nonces of submissions that nothing was made for: all that comes later would wait behind them. */
function decideUnmade(effects: Effects): readonly NewEvent[] {
  return Object.values(effects)
    .filter(({ side, part }) => side === "home" && part !== "void" && !isMade(effects, part))
    .flatMap(({ part }) => decideAbandoned(effects, part, "its submission is refused"));
}

/**
 * A decider under which nothing fails without end, or in others' way: whatever it decides, too many failures in a row make a dead
 * letter, and what is refused keeps no nonce. All deciders of a route are under it, so that none forgets a way to fail.
 */
export function withDeadLetters<State extends { readonly attention: Attention; readonly effects: Effects }>(
  real: Decider<State>,
): Decider<State> {
  return {
    ...real,
    decide(state, command) {
      const events = real.decide(state, command);
      if (events.length === 0) return events;
      const { attention, effects } = events.reduce(real.evolve, state);
      const failed = [...events, ...decideHopeless(attention)];
      return failed.some(stops) ? [...failed, ...decideUnmade(effects)] : failed;
    },
  };
}
