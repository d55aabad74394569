// Compiles standard JSON: node solc-process.ts INPUT OUTPUT. A process of its own, because the compiler's module listens to
// events of the process that loads it.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [input = "", output = ""] = process.argv.slice(2);
const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
writeFileSync(output, solc.compile(readFileSync(input, "utf8")));
