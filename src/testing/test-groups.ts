import { globSync } from "node:fs";
import { dirname } from "node:path";

/** Folders whose tests start whole programs and take longest: each file is a group of its own, and begins first. */
const LONG: readonly string[] = ["test/governance", "test/runbooks", "test/deploy"];

/** The Mocha tests of a project in groups that may run side by side, in the order in which they should begin. */
export function mochaGroups(root: string): ReadonlyMap<string, readonly string[]> {
  const files = globSync("test/**/*.test.ts", { cwd: root }).sort();
  const isLong = (file: string) => LONG.includes(dirname(file));
  const groups = new Map<string, string[]>();
  for (const file of [...files.filter(isLong), ...files.filter((file) => !isLong(file))]) {
    const name = isLong(file) ? file : dirname(file);
    groups.set(name, [...(groups.get(name) ?? []), file]);
  }
  return groups;
}
