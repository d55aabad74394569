import { createHash } from "node:crypto";
import type { EventRow } from "./stored-rows.ts";

/** What the first event is chained to. */
export const GENESIS = "0".repeat(64);

/**
 * An event's link of the chain: SHA-256 over the digest before it and everything that is kept of the event, as JSON. Whoever changes,
 * drops or inserts an event must rewrite all that follow; who wrote a later digest down elsewhere sees it.
 *
 * @param previous digest of the event before, {@link GENESIS} for the first
 */
export function eventDigest(previous: string, row: Omit<EventRow, "digest">): string {
  const { position, stream, version, type, text, at, open } = row;
  const content = [previous, position.toString(), stream, version, type, text, at, open ?? null];
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
