import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { TerminalError } from "../core/errors.ts";

/** What a source imports, as the compiler names it. */
export function importsOf(name: string, source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, " ");
  return [...code.matchAll(/(?:^|[;}])\s*import\s+(?:[^"';]*\s|[^"';]*\})?["']([^"']+)["']/gm)].map(
    ([, path = ""]) => (path.startsWith(".") ? posix.join(posix.dirname(name), path) : path),
  );
}

/** Where a source stands: in the project itself or in an npm package. */
export function packageOf(name: string): string | undefined {
  if (name.startsWith("contracts/")) return undefined;
  const [scope = "", rest = ""] = name.split("/");
  return scope.startsWith("@") ? `${scope}/${rest}` : scope;
}

/**
 * The given sources and all that they import, by the names that the compiler knows them by: `contracts/…` for our own,
 * `package/…` for what comes from npm.
 *
 * @throws TerminalError `NO_SOURCE` if a source is missing.
 */
export function withImports(root: string, entries: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const open = entries.map((name) => ({ name, from: "" }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { name, from } = next;
    if (found.has(name)) continue;
    const file = join(root, packageOf(name) === undefined ? "" : "node_modules", name);
    if (!existsSync(file)) {
      throw new TerminalError("NO_SOURCE", `There is no Solidity source ${name}`, {
        cause: new Error(from === "" ? "it is asked for" : `${from} imports it`),
        advice: "Correct the import, or install the package that has it.",
      });
    }
    const source = readFileSync(file, "utf8");
    found.set(name, source);
    for (const imported of importsOf(name, source)) open.push({ name: imported, from: name });
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
