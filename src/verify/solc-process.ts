// Compiles standard JSON in a process of its own: node solc-process.ts INPUT OUTPUT.
import { readFileSync, writeFileSync } from "node:fs";
import { runSolc } from "./solc.ts";

const [input = "", output = ""] = process.argv.slice(2);
writeFileSync(output, runSolc(readFileSync(input, "utf8")));
