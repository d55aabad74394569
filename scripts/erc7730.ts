// Checks that the descriptors under erc7730/ are what the contracts and the role graph say; with --write writes them.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { explain, StrongroomError } from "../src/core/errors.ts";
import {
  CLEAR_SIGNING_FOLDER,
  clearSigningFiles,
} from "../src/governance/clear-signing/clear-signing-files.ts";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const write = process.argv.includes("--write");

try {
  mkdirSync(CLEAR_SIGNING_FOLDER, { recursive: true });
  const files = clearSigningFiles();
  for (const name of readdirSync(CLEAR_SIGNING_FOLDER)) {
    const file = `${CLEAR_SIGNING_FOLDER}/${name}`;
    if (files.has(file)) continue;
    if (write) rmSync(file);
    else process.exitCode = 1;
    console.error(`${file}: ${write ? "removed" : "belongs to no contract"}`);
  }
  for (const [file, text] of files) {
    if (existsSync(file) && readFileSync(file, "utf8") === text) {
      console.log(`${file}: up to date`);
    } else if (write) {
      writeFileSync(file, text);
      console.log(`${file}: written`);
    } else {
      console.error(`${file}: differs from what the contracts say; --write repairs it`);
      process.exitCode = 1;
    }
  }
} catch (error) {
  if (!(error instanceof StrongroomError)) throw error;
  console.error(explain(error));
  process.exitCode = 1;
}
