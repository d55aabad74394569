// Checks that formal/slither.json explains what Slither finds now; with --write drops what is stale and adds what is new,
// under reasons that are empty: the check fails until somebody has written them.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { explain, StrongroomError } from "../src/core/errors.ts";
import { EXPLANATIONS, explanationsIn, judgeSlither, raised } from "../src/verify/checks/slither.ts";
import { runSlither } from "../src/verify/slither.ts";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

try {
  const before = explanationsIn(readFileSync(EXPLANATIONS, "utf8"));
  const report = await runSlither(".");
  const after = raised(report, before);
  if (process.argv.includes("--write")) writeFileSync(EXPLANATIONS, `${JSON.stringify(after, null, 2)}\n`);
  const unwritten = after.filter(({ reason }) => reason === "").length;
  const same = JSON.stringify(after) === JSON.stringify(before);
  console.log(`${EXPLANATIONS}: ${same ? "up to date" : "changes"}, ${unwritten} reasons to write`);
  if (judgeSlither(report, process.argv.includes("--write") ? after : before).failed > 0)
    process.exitCode = 1;
} catch (error) {
  if (!(error instanceof StrongroomError)) throw error;
  console.error(explain(error));
  process.exitCode = 1;
}
