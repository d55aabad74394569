import type { Hex, Point } from "../../chains/chain.ts";
import type { NewEvent } from "../../journal/journal.ts";
import type { Side } from "./decider.ts";

/** Something that a block says about a message. It counts when it is final, and not a moment before. */
export interface Sighting {
  /** What it says, and of which attempt: a message has one sighting of a key at a time. */
  readonly key: string;
  readonly side: Side;
  readonly kind: string;
  readonly txId: Hex;
  readonly index: number;
  readonly point: Point;
  /** The hash of the block before: signers look for themselves from there. */
  readonly parent: Hex;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * `Sighted`: in a block; it waits for that one to be final, even if it was in another one that was. `Confirmed`: it is final.
 * `Withdrawn`: no block has it any more.
 */
export type SightingEvent =
  | { readonly type: "Sighted"; readonly data: Sighting }
  | { readonly type: "Confirmed" | "Withdrawn"; readonly data: { readonly key: string } };

export interface Sightings {
  /** In blocks that aren't final yet. */
  readonly pending: readonly Sighting[];
  readonly confirmed: readonly Sighting[];
}

export const NO_SIGHTINGS: Sightings = { pending: [], confirmed: [] };

const others = (list: readonly Sighting[], key: string) => list.filter((one) => one.key !== key);

/** What the chains have said, after one more event. */
export function evolveSightings(sightings: Sightings, event: NewEvent): Sightings {
  const { type, data } = event as SightingEvent;
  if (type === "Sighted") {
    const { pending, confirmed: list } = sightings;
    return { pending: [...others(pending, data.key), data], confirmed: others(list, data.key) };
  }
  if (type === "Withdrawn") return { ...sightings, pending: others(sightings.pending, data.key) };
  if (type !== "Confirmed") return sightings;
  const found = sightings.pending.find(({ key }) => key === data.key);
  if (found === undefined) return sightings;
  return { pending: others(sightings.pending, data.key), confirmed: [...sightings.confirmed, found] };
}

/** A sighting of a block, again or anew. One that is final already says nothing new. */
export function decideSighted(sightings: Sightings, sighting: Sighting): readonly SightingEvent[] {
  if (sightings.confirmed.some(({ key }) => key === sighting.key)) return [];
  const before = sightings.pending.find(({ key }) => key === sighting.key);
  const same =
    before !== undefined &&
    before.point.hash === sighting.point.hash &&
    before.txId === sighting.txId &&
    before.index === sighting.index;
  return same ? [] : [{ type: "Sighted", data: sighting }];
}

/**
 * A sighting of what was final already, in another block: its chain took back what had been final, and has it again. Signers look for
 * it where it is now.
 */
export function decideMoved(
  { pending, confirmed: list }: Sightings,
  sighting: Sighting,
): readonly SightingEvent[] {
  const before = list.find(({ key }) => key === sighting.key);
  return before === undefined || before.point.hash === sighting.point.hash
    ? []
    : decideSighted({ pending, confirmed: [] }, sighting);
}

/** What became of a sighting; one that has moved to another block meanwhile isn't meant. */
export function decideSettled(
  { pending }: Sightings,
  seen: Pick<Sighting, "key" | "txId" | "index" | "point">,
  is: "final" | "gone",
): readonly SightingEvent[] {
  const found = pending.find(
    ({ key, txId, index, point }) =>
      key === seen.key && txId === seen.txId && index === seen.index && point.hash === seen.point.hash,
  );
  if (found === undefined) return [];
  return [{ type: is === "final" ? "Confirmed" : "Withdrawn", data: { key: seen.key } }];
}

/** The confirmed sighting of a key. */
export function confirmed({ confirmed: list }: Sightings, key: string): Sighting | undefined {
  return list.find((one) => one.key === key);
}

/** The first sighting whose height is final, so that its chain can be asked about it. */
export function ripe({ pending }: Sightings, final: Readonly<Record<Side, number>>): Sighting | undefined {
  return pending.find(({ side, point }) => point.height <= final[side]);
}

/** Whether the ledger says, finally or not yet, that a payout has a token, named by its word. */
export function isAuthorisedWith({ pending, confirmed: list }: Sightings, word: string): boolean {
  return [...pending, ...list].some(({ kind, data }) => kind === "PayoutAuthorised" && data.token === word);
}
