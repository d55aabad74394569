import { type CheckResult, resultOf } from "../check.ts";
import { runCommand } from "../run-command.ts";

async function program(name: string, subject: string, words: readonly string[]): Promise<CheckResult> {
  const { code, output } = await runCommand(process.execPath, words);
  const tail = output.trim().split("\n").slice(-40);
  return resultOf(
    name,
    [{ subject, problem: code === 0 ? undefined : `exit code ${code}` }],
    code === 0 ? [] : tail,
  );
}

/** Biome: format, lint, import order. */
export function checkFormat(): Promise<CheckResult> {
  return program("format", "biome ci", ["node_modules/@biomejs/biome/bin/biome", "ci", "--colors=off", "."]);
}

/** The TypeScript compiler, without output. */
export function checkTypes(): Promise<CheckResult> {
  return program("types", "tsc --noEmit", [
    "node_modules/typescript/bin/tsc",
    "--noEmit",
    "--pretty",
    "false",
  ]);
}
