/** Seconds. */
export const HOUR = 3_600n;
/** Seconds. */
export const DAY = 24n * HOUR;

/**
 * A time as people and machines read it: ISO 8601 in UTC, without the milliseconds that no chain has.
 *
 * @param seconds Unix seconds
 */
export function iso(seconds: bigint): string {
  return new Date(Number(seconds) * 1_000).toISOString().replace(".000Z", "Z");
}

/**
 * The same as sentences have it: `2026-12-01 12:00 UTC`, with seconds where there are some.
 *
 * @param seconds Unix seconds
 */
export function utc(seconds: bigint): string {
  const [day, clock = ""] = iso(seconds).slice(0, -1).split("T");
  return `${day} ${clock.replace(/:00$/, "")} UTC`;
}
