import { globSync, readFileSync } from "node:fs";
import { codeOf } from "../../docs/solidity-text.ts";
import { type CheckResult, type Finding, resultOf } from "../check.ts";

const MOST_LINES = 400;
const PINNED = "pragma solidity 0.8.37;";
const FLOATING = "pragma solidity ^0.8.24;";

/** What is wrong with one Solidity source, by the house rules; undefined when nothing. */
export function sourceProblem(source: string): string | undefined {
  if (!source.startsWith("// SPDX-License-Identifier: MIT\n"))
    return "its first line is not the MIT SPDX identifier";
  const pragmas = source.match(/^pragma solidity .*;$/gm) ?? [];
  if (pragmas.length !== 1) return `it has ${pragmas.length} pragma solidity lines`;
  // Deployable code pins its compiler; what others import may float.
  const code = codeOf(source);
  const deployable = /^\s*contract\s/m.test(code);
  if (deployable && pragmas[0] !== PINNED) return `a contract must pin its compiler: ${PINNED}`;
  if (!deployable && pragmas[0] !== PINNED && pragmas[0] !== FLOATING)
    return `expected ${FLOATING} or ${PINNED}`;
  if (/^\s*import\s+(["']|\*)/m.test(code)) return "an import does not name what it imports";
  const lines = source.trimEnd().split("\n").length;
  if (lines > MOST_LINES) return `${lines} lines, at most ${MOST_LINES}`;
  return undefined;
}

/** The house rules of Solidity sources under contracts/. */
export async function checkSources(): Promise<CheckResult> {
  const findings: Finding[] = globSync("contracts/**/*.sol")
    .sort()
    .map((file) => ({ subject: file, problem: sourceProblem(readFileSync(file, "utf8")) }));
  return resultOf("sources", findings);
}
