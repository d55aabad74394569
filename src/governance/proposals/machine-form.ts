import type { Variable } from "../variables.ts";

/** What a variable that isn't there has in place of a value. */
export const ABSENT = "absent";

/** Marks a Unix time: a number of money is never taken for one. */
const TIME = /@\d+/g;
/** Parts that are Unix times. */
const TIME_PARTS: ReadonlySet<string> = new Set(["rollbackUntil", "readyAt", "since"]);
/** How `timeShown` writes them for people. */
const DATE = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/g;

/** A variable's value and those of its parts that count, in one line: what a promise is held against. */
export function machineForm(variable: Variable | undefined): string {
  if (variable === undefined) return ABSENT;
  const parts = Object.keys(variable.partOrders)
    .sort()
    .map((name) => `${name}=${TIME_PARTS.has(name) ? "@" : ""}${variable.parts[name] ?? ABSENT}`);
  const isTime = variable.unit.en.startsWith("Unix seconds");
  return [`${isTime ? "@" : ""}${variable.value}`, ...parts].join("; ");
}

/** A text for people with its dates as times that can be compared. */
export function withTimes(text: string): string {
  return text.replaceAll(DATE, (_, day, time) => `@${Date.parse(`${day}T${time}Z`) / 1_000}`);
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
  const [before, after] = [one, other].map((text) =>
    [...text.matchAll(TIME)].map(([time]) => BigInt(time.slice(1))),
  );
  return (before ?? []).every((time, index) => {
    const moved = (after?.[index] ?? 0n) - time;
    return moved === 0n || shift === undefined || moved === shift;
  });
}
