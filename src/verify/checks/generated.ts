import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CheckResult, type Finding, resultOf } from "../check.ts";
import { runCommand } from "../run-command.ts";

/** The file's lines in a fixed order: the generator lists contracts in the order in which the file system does. */
function sortedLines(file: string): string {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines
    .map((line) => line.trim())
    .sort()
    .join("\n");
}

/** Compares what was generated in `root` with what is kept here, file by file. */
function compare(
  root: string,
  pattern: string,
  read = (file: string) => readFileSync(file, "utf8"),
): Finding[] {
  const fresh = new Set(globSync(pattern, { cwd: root }));
  const kept = new Set(globSync(pattern));
  return [...new Set([...fresh, ...kept])].sort().map((file) => {
    if (!kept.has(file)) return { subject: file, problem: "is generated but not in the repository" };
    if (!fresh.has(file)) return { subject: file, problem: "is in the repository but no longer generated" };
    const same = read(join(root, file)) === read(file);
    return { subject: file, problem: same ? undefined : "differs from what is generated now" };
  });
}

/**
 * Whether typechain-types/ is what the contracts generate.
 *
 * @param root a copy of the project, built from nothing
 */
export async function checkTypechain(root: string): Promise<CheckResult> {
  const findings = compare(root, "typechain-types/**/*.ts", sortedLines);
  const stale = findings.some(({ problem }) => problem !== undefined);
  return resultOf(
    "typechain",
    findings,
    stale ? ["to repair: npx hardhat build --force, then commit typechain-types"] : [],
  );
}

/**
 * Whether docs/errors.md, docs/reasons.md, docs/variables.md and the schemas are what scripts/docs.ts generates.
 *
 * @param root a copy of the project, built
 */
export async function checkDocs(root: string): Promise<CheckResult> {
  if (!existsSync("scripts/docs.ts")) {
    return resultOf("docs", [
      { subject: "scripts/docs.ts", problem: "is missing: docs/errors.md has no generator" },
    ]);
  }
  const words = ["scripts/docs.ts", "--write", "--built"];
  const { code, output } = await runCommand(process.execPath, words, { cwd: root });
  if (code !== 0) return resultOf("docs", [{ subject: "scripts/docs.ts", problem: output.trim() }]);
  const findings = compare(root, "{docs/{errors,reasons,variables}.md,schemas/*.schema.json}");
  const stale = findings.some(({ problem }) => problem !== undefined);
  return resultOf(
    "docs",
    findings,
    stale ? ["to repair: node scripts/docs.ts --write, then commit docs and schemas"] : [],
  );
}

/**
 * Whether erc7730/ is what scripts/erc7730.ts generates, and every governed function has its entry.
 *
 * @param root a copy of the project, built
 */
export async function checkClearSigning(root: string): Promise<CheckResult> {
  const { code, output } = await runCommand(process.execPath, ["scripts/erc7730.ts", "--write"], {
    cwd: root,
  });
  if (code !== 0) return resultOf("erc7730", [{ subject: "scripts/erc7730.ts", problem: output.trim() }]);
  const findings = compare(root, "erc7730/*.json");
  const stale = findings.some(({ problem }) => problem !== undefined);
  return resultOf(
    "erc7730",
    findings,
    stale ? ["to repair: node scripts/erc7730.ts --write, then commit erc7730"] : [],
  );
}
