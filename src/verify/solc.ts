import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** What the compiler is told when it asks for a source. */
export type SourceAnswer = { readonly contents: string } | { readonly error: string };

/**
 * Answers for a project's sources by the names that the compiler knows them by: our own by their path from the root, others
 * by their package.
 *
 * @param replaced Texts that take a file's place, by path from the root.
 */
export function sourcesOf(
  root: string,
  replaced: Readonly<Record<string, string>> = {},
): (path: string) => SourceAnswer {
  return (path) => {
    const text = replaced[path];
    if (text !== undefined) return { contents: text };
    const file = [join(root, path), join(root, "node_modules", path)].find((place) => existsSync(place));
    return file === undefined ? { error: "there is no such file" } : { contents: readFileSync(file, "utf8") };
  };
}

/**
 * Compiles standard JSON with the locked compiler. It blocks the process, and its module listens to events of the process
 * that loads it: what goes on besides runs this in a process of its own.
 *
 * @param read Answers for imports that are not among the input's sources.
 */
export function runSolc(input: string, read?: (path: string) => SourceAnswer): string {
  const solc = createRequire(import.meta.url)("solc") as {
    compile(input: string, callbacks?: { import(path: string): SourceAnswer }): string;
  };
  return solc.compile(input, read && { import: read });
}
