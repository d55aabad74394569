import { type Direction, orderOf, setDifference, worst } from "./governed/order.ts";
import type { Wording } from "./governed/wording.ts";
import { UNREADABLE, type Variable } from "./variables.ts";

/** One variable that two readings have differently. */
export interface Change {
  readonly id: string;
  readonly kind: string;
  readonly label: Wording;
  /** Absent: the variable came to be, or is gone. */
  readonly before?: Variable;
  readonly after?: Variable;
  readonly direction: Direction;
  /** For sets. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The variable's own row is as it was: a higher tier's limit changed what is in force for this tier. */
  readonly derived: boolean;
}

/** Orders whose values are sets. */
const SETS: ReadonlySet<string> = new Set(["fewer", "more"]);
/** Sets without an order. */
const UNORDERED_SETS: ReadonlySet<string> = new Set(["safe.owners", "vault.reserves", "succession.offices"]);

function directionOf(before: Variable | undefined, after: Variable | undefined): Direction {
  const known = after ?? before;
  if (known === undefined) return "neutral";
  // What doesn't answer is on neither side.
  if (before?.value === UNREADABLE || after?.value === UNREADABLE) return "neutral";
  const whole = orderOf(known.order).compare(before?.value, after?.value);
  const parts = Object.entries(known.partOrders).map(([name, order]) =>
    orderOf(order).compare(before?.parts[name], after?.parts[name]),
  );
  return worst([whole, ...parts]);
}

function isDerived(before: Variable | undefined, after: Variable | undefined): boolean {
  const [old, next] = [before?.parts, after?.parts];
  if (old?.own === undefined || next?.own === undefined) return false;
  return old.own === next.own && old.base === next.base;
}

function differs(before: Variable | undefined, after: Variable | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  if (before.value !== after.value) return true;
  return Object.keys(after.partOrders).some((name) => before.parts[name] !== after.parts[name]);
}

function changeOf(before: Variable | undefined, after: Variable | undefined): readonly Change[] {
  const known = after ?? before;
  if (known === undefined || !differs(before, after)) return [];
  const isSet = SETS.has(known.order) || UNORDERED_SETS.has(known.kind);
  const { added, removed } = isSet ? setDifference(before?.value, after?.value) : { added: [], removed: [] };
  return [
    {
      id: known.id,
      kind: known.kind,
      label: known.label,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      direction: directionOf(before, after),
      added,
      removed,
      derived: isDerived(before, after),
    },
  ];
}

/**
 * What two readings of one deployment have differently, in the order of the later one; variables that are gone come last.
 * Several effects in one variable count as the loosest: where governance raises one thing and lowers another, it loosens.
 *
 * @example
 * const loosened = diffVariables(before, after).filter(({ direction }) => direction === "loosens");
 */
export function diffVariables(before: readonly Variable[], after: readonly Variable[]): readonly Change[] {
  const old = new Map(before.map((variable) => [variable.id, variable]));
  const next = new Set(after.map(({ id }) => id));
  return [
    ...after.flatMap((variable) => changeOf(old.get(variable.id), variable)),
    ...before.filter(({ id }) => !next.has(id)).flatMap((variable) => changeOf(variable, undefined)),
  ];
}
