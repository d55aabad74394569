// The locked compiler under the command line of the native one, as far as forge uses it: `--version`, and standard JSON from
// stdin to stdout.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { runSolc } from "../../src/verify/solc.ts";

if (process.argv.includes("--version")) {
  const { version } = createRequire(import.meta.url)("solc") as { version(): string };
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version()}\n`);
} else {
  process.stdout.write(runSolc(readFileSync(0, "utf8")));
}
