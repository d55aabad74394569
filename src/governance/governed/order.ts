import { ZeroAddress } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import { DOMAINS } from "../role-graph.ts";
import { nameOfRole } from "../roles.ts";
import { type Wording, wording } from "./wording.ts";

/** Roles that the declared graph gives to a timelock. */
const TIMELOCKED: readonly string[] = Object.values(DOMAINS).flatMap(({ holders }) =>
  Object.entries(holders)
    .filter(([, holder]) => holder === "timelock" || holder === "reserveTimelock")
    .map(([role]) => role),
);
/** OpenZeppelin's: everybody holds it. */
const PUBLIC = nameOfRole((1n << 64n) - 1n);

/** What a change does to the deployment's bounds; `neutral` where values have no order. */
export type Direction = "tightens" | "loosens" | "neutral";

/** Which of two values of one variable is the tighter; `undefined` is a variable that isn't there. */
export interface Order {
  /** Names it in data; `orderOf` finds it again. */
  readonly id: string;
  /** Which value is tighter, for people. */
  readonly tighter: Wording;
  compare(before: string | undefined, after: string | undefined): Direction;
}

function byNumber(
  id: string,
  tighter: Wording,
  isTighter: (before: bigint, after: bigint) => boolean,
): Order {
  return {
    id,
    tighter,
    compare(before, after) {
      if (before === undefined || after === undefined || before === after) return "neutral";
      return isTighter(BigInt(before), BigInt(after)) ? "tightens" : "loosens";
    },
  };
}

export const SMALLER: Order = byNumber(
  "smaller",
  wording("smaller", "越小越紧"),
  (before, after) => after < before,
);
export const LARGER: Order = byNumber(
  "larger",
  wording("larger", "越大越紧"),
  (before, after) => after > before,
);
export const UNORDERED: Order = {
  id: "unordered",
  tighter: wording("no order", "无松紧之分"),
  compare: () => "neutral",
};

/** A set as a variable's value: its members, sorted, between commas. */
export function setValue(members: Iterable<string>): string {
  return [...new Set(members)].sort().join(",");
}

/** The members of such a value. */
export function membersOf(value: string | undefined): readonly string[] {
  return value === undefined || value === "" ? [] : value.split(",");
}

/** What came into a set, and what left it. */
export function setDifference(
  before: string | undefined,
  after: string | undefined,
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const [old, next] = [membersOf(before), membersOf(after)];
  return {
    added: next.filter((member) => !old.includes(member)),
    removed: old.filter((member) => !next.includes(member)),
  };
}

function bySet(id: string, tighter: Wording, isFewer: boolean): Order {
  return {
    id,
    tighter,
    compare(before, after) {
      const { added, removed } = setDifference(before, after);
      // Members for members: whatever loosens counts.
      const [loosening, tightening] = isFewer ? [added, removed] : [removed, added];
      if (loosening.length > 0) return "loosens";
      return tightening.length > 0 ? "tightens" : "neutral";
    },
  };
}

/** A set of those who may do something. */
export const FEWER: Order = bySet("fewer", wording("fewer members", "成员越少越紧"), true);
/** A set of what is forbidden. */
export const MORE: Order = bySet("more", wording("more members", "成员越多越紧"), false);

/** An order of named values, the tightest first. A variable that isn't there is tighter than any of them. */
function ranked(id: string, tighter: Wording, ...values: readonly string[]): Order {
  const rank = (value: string | undefined) => (value === undefined ? -1 : values.indexOf(value));
  return {
    id,
    tighter,
    compare(before, after) {
      const [old, next] = [rank(before), rank(after)];
      if (old === next) return "neutral";
      return next < old ? "tightens" : "loosens";
    },
  };
}

/** A flag that is tighter when it is up. */
export const UP: Order = ranked("up", wording("yes", "“是”更紧"), "true", "false");
/** An app: retired is tighter, and none at all the tightest. */
export const RETIRED: Order = ranked("retired", wording("RETIRED", "停用更紧"), "RETIRED", "APP");

/** A time until which something is forbidden; absent is not at all. */
export const LATER: Order = {
  id: "later",
  tighter: wording("later", "越晚越紧"),
  compare: (before = "0", after = "0") => LARGER.compare(before, after),
};

/** A guard: none is looser, and of two nobody can tell. */
export const GUARDED: Order = {
  id: "guarded",
  tighter: wording("a guard", "有守卫更紧"),
  compare(before, after) {
    if (before === after) return "neutral";
    if (after === ZeroAddress) return "loosens";
    return before === ZeroAddress ? "tightens" : "neutral";
  },
};

/** A role that something needs: one that only a timelock holds is tighter than one that acts at once, PUBLIC the loosest. */
export const ROLE: Order = {
  id: "role",
  tighter: wording("a role that a timelock holds", "由时间锁持有的角色更紧"),
  compare(before, after) {
    if (before === undefined || after === undefined) return "neutral";
    const [old, next] = [roleRank(before), roleRank(after)];
    if (old === next) return "neutral";
    return next < old ? "tightens" : "loosens";
  },
};

function roleRank(role: string): number {
  if (TIMELOCKED.includes(role)) return 0;
  return role === PUBLIC ? 2 : 1;
}

/** Something announced, by its address or its members: nothing announced is the tighter state. */
export const UNANNOUNCED: Order = {
  id: "unannounced",
  tighter: wording("none announced", "未公告更紧"),
  compare(before, after) {
    if (before === undefined || after === undefined || before === after) return "neutral";
    return after === "" || after === ZeroAddress ? "tightens" : "loosens";
  },
};

const ALL: ReadonlyMap<string, Order> = new Map(
  [SMALLER, LARGER, UNORDERED, FEWER, MORE, UP, RETIRED, LATER, GUARDED, ROLE, UNANNOUNCED].map((order) => [
    order.id,
    order,
  ]),
);

/**
 * The order of that id.
 *
 * @throws TerminalError `UNKNOWN_ORDER`
 */
export function orderOf(id: string): Order {
  const order = ALL.get(id);
  if (order === undefined) throw new TerminalError("UNKNOWN_ORDER", `There is no order ${id} of values`);
  return order;
}

/** Of several directions, what the whole is: whatever loosens counts. */
export function worst(directions: Iterable<Direction>): Direction {
  const all = new Set(directions);
  if (all.has("loosens")) return "loosens";
  return all.has("tightens") ? "tightens" : "neutral";
}
