import { existsSync, globSync, readFileSync } from "node:fs";
import { type CheckResult, type Finding, resultOf } from "../check.ts";

const ID = /\bINV-[A-Z]{2,5}-\d+\b/g;
const PAGE = "docs/requirements.md";

/** Requirement IDs of the page, each with whether its table row says that it is planned. */
export function declaredIds(page: string): Map<string, { planned: boolean }> {
  const declared = new Map<string, { planned: boolean }>();
  for (const line of page.split("\n")) {
    const cells = line.split("|").map((cell) => cell.trim());
    // A declaration is a table row whose first cell is the ID; elsewhere an ID is only mentioned.
    const id = cells[1]?.replaceAll(/[`*]/g, "").match(/^INV-[A-Z]{2,5}-\d+$/)?.[0];
    if (id === undefined) continue;
    declared.set(id, { planned: cells.some((cell) => /^\W*planned\b/i.test(cell)) });
  }
  return declared;
}

/** IDs named in the given texts, each with the first file that names it. */
export function citedIds(files: Iterable<readonly [string, string]>): Map<string, string> {
  const cited = new Map<string, string>();
  for (const [file, text] of files) {
    for (const [id] of text.matchAll(ID)) if (!cited.has(id)) cited.set(id, file);
  }
  return cited;
}

/** Orphans of both kinds: requirements that no test names, and IDs in tests that no requirement declares. */
export function orphans(declared: Map<string, { planned: boolean }>, cited: Map<string, string>): Finding[] {
  const required = [...declared].map(([id, { planned }]) => ({
    subject: id,
    problem: planned || cited.has(id) ? undefined : "no file under test/ or formal/ names it",
  }));
  const unknown = [...cited]
    .filter(([id]) => !declared.has(id))
    .map(([id, file]) => ({ subject: id, problem: `named in ${file}, but ${PAGE} does not declare it` }));
  return [...required, ...unknown];
}

/** The map of requirement IDs against the tests. */
export async function checkRequirements(): Promise<CheckResult> {
  if (!existsSync(PAGE)) return resultOf("requirements", [{ subject: PAGE, problem: "is missing" }]);
  const declared = declaredIds(readFileSync(PAGE, "utf8"));
  // Tests of the checks themselves use invented IDs.
  const files = globSync(["test/**/*.{ts,sol}", "formal/**/*.{ts,sol,json,py}"])
    .filter((file) => !file.startsWith("test/frame/"))
    .sort()
    .map((file) => [file, readFileSync(file, "utf8")] as const);
  const planned = [...declared].filter(([, { planned }]) => planned).map(([id]) => id);
  const notes = planned.length > 0 ? [`planned for later: ${planned.join(", ")}`] : [];
  return resultOf("requirements", declared.size === 0 ? [] : orphans(declared, citedIds(files)), notes);
}
