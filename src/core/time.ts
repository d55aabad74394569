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
