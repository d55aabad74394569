import { UsageError } from "../../../core/errors.ts";
import type { StoredEvent } from "../../../journal/journal.ts";
import type { TokenState } from "../../../relayer/deciders/token-decider.ts";
import { kindOf, type StreamKind, tokenPrefixes } from "../../../relayer/stream-names.ts";
import type { RouteSession } from "./route-session.ts";

/** A message's stream, with everything that happened. */
export interface FoundMessage {
  readonly stream: string;
  readonly kind: StreamKind;
  readonly events: readonly StoredEvent[];
}

/** What a token's events come to. */
export function tokenState({ token }: RouteSession["deciders"], events: readonly StoredEvent[]): TokenState {
  return events.reduce(token.evolve, token.initial) as TokenState;
}

const ID = /^(0x)?[0-9a-fA-F]{64}$/;

/**
 * A message by the id of its deposit or payout, or a token by its stream's name.
 *
 * @throws UsageError where there is none
 */
export async function findMessage(
  { journal, names, terms, deciders }: RouteSession,
  id: string,
): Promise<FoundMessage> {
  const own = tokenPrefixes(terms);
  const word = `0x${id.replace(/^0x/i, "").toLowerCase()}`;
  const streams = ID.test(id)
    ? [names.outbound(word), names.inbound(word), names.upkeep(word)]
    : own.some((prefix) => id.startsWith(prefix))
      ? [id]
      : [];
  for (const stream of streams) {
    const events = await journal.read(stream);
    if (events.length === 0) continue;
    const kind = kindOf(stream);
    const { taken } = kind === "token" ? tokenState(deciders, events) : {};
    if (taken === undefined || names.haveToken({ taken })) return { stream, kind, events };
    throw new UsageError(`That token is another route's: ${taken.stream} has it`, {
      advice: "Ask with that route's configuration.",
    });
  }
  throw new UsageError(`The route ${names.route} knows nothing of ${id.slice(0, 80)}`, {
    advice: "Give a payoutId or depositId with its 64 hexadecimal digits, as `relay status` lists them.",
  });
}
