import { execute } from "../journal/decider.ts";
import type { Journal, NewEvent, StoredEvent } from "../journal/journal.ts";
import type { Command } from "./deciders/command.ts";
import type { Decider } from "./deciders/decider.ts";

/**
 * An operator's word to one stream. It holds no lease: whichever worker has the route finds that somebody wrote, and decides
 * anew.
 *
 * @returns what was stored; nothing where the command changes nothing
 */
export async function operate<State>(given: {
  readonly journal: Journal;
  readonly decider: Decider<State>;
  readonly stream: string;
  readonly command: Command;
}): Promise<readonly StoredEvent[]> {
  const { journal, decider, stream, command } = given;
  const { version, events } = await execute<State, Command, NewEvent>(journal, decider, stream, command);
  return events.length === 0 ? [] : journal.read(stream, version - events.length);
}
