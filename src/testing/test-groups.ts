import { globSync } from "node:fs";
import { dirname } from "node:path";

/** Folders whose tests start whole programs and take longest: each file is a group of its own, and begins first. */
const LONG: readonly string[] = ["test/runbooks", "test/deploy", "test/governance"];
/** Folders that take a minute or more: they begin before the short ones, which fill what is left of the time. */
const SLOW: readonly string[] = [
  "test/route",
  "test/treasury",
  "test/frame",
  "test/attacks",
  "test/package",
  "test/demo",
  "test/scenario",
];

/** Folders whose tests touch no contract: they may run while the contracts are built. */
const WITHOUT_CONTRACTS: readonly string[] = ["test/journal", "test/relayer", "test/signing"];

/** Whether a group's tests need no build. */
export function needsNoContracts(group: string): boolean {
  return WITHOUT_CONTRACTS.includes(group);
}

/** The Mocha tests of a project in groups that may run side by side, in the order in which they should begin. */
export function mochaGroups(root: string): ReadonlyMap<string, readonly string[]> {
  const files = globSync("test/**/*.test.ts", { cwd: root }).sort();
  const isLong = (file: string) => LONG.includes(dirname(file));
  const order = [...LONG, ...SLOW];
  const rank = (file: string) => {
    const place = order.indexOf(dirname(file));
    return place < 0 ? order.length : place;
  };
  const groups = new Map<string, string[]>();
  for (const file of files.toSorted((a, b) => rank(a) - rank(b))) {
    const name = isLong(file) ? file : dirname(file);
    groups.set(name, [...(groups.get(name) ?? []), file]);
  }
  return groups;
}
