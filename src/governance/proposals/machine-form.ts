import type { Variable } from "../variables.ts";

/** What a variable that isn't there has in place of a value. */
export const ABSENT = "absent";

/** A Unix time of this century. */
const TIME = /(?<!\d)[1-3]\d{9}(?!\d)/g;

/** A variable's value and those of its parts that count, in one line: what a promise is held against. */
export function machineForm(variable: Variable | undefined): string {
  if (variable === undefined) return ABSENT;
  const parts = Object.keys(variable.partOrders)
    .sort()
    .map((name) => `${name}=${variable.parts[name] ?? ABSENT}`);
  return [variable.value, ...parts].join("; ");
}

/**
 * Whether two values are the same, or differ by times alone that moved together: what counts from its execution (a hold, a
 * tightening) ends later when it is executed later.
 *
 * @param shift how many seconds later the second was made; unless given, whatever its times say
 */
export function isSameButForTime(one: string, other: string, shift?: bigint): boolean {
  if (one === other) return true;
  if (one.replaceAll(TIME, "t") !== other.replaceAll(TIME, "t")) return false;
  const [before, after] = [one, other].map((text) => [...text.matchAll(TIME)].map(([time]) => BigInt(time)));
  return (before ?? []).every((time, index) => {
    const moved = (after?.[index] ?? 0n) - time;
    return moved === 0n || shift === undefined || moved === shift;
  });
}
