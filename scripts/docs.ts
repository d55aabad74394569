// Checks that the generated pages under docs/, and the schema of parameter files, are what the sources say; with --write
// writes them, with --built without building first.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { explain, StrongroomError } from "../src/core/errors.ts";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const write = process.argv.includes("--write");

try {
  if (!process.argv.includes("--built")) {
    const { build } = await import("../src/verify/build.ts");
    await build(".", { withTests: true });
  }
  const { generatedPages } = await import("../src/docs/generated-pages.ts");
  for (const [file, text] of await generatedPages(".")) {
    if (existsSync(file) && readFileSync(file, "utf8") === text) {
      console.log(`${file}: up to date`);
    } else if (write) {
      writeFileSync(file, text);
      console.log(`${file}: written`);
    } else {
      console.error(`${file}: differs from what the sources say; --write repairs it`);
      process.exitCode = 1;
    }
  }
} catch (error) {
  if (!(error instanceof StrongroomError)) throw error;
  console.error(explain(error));
  process.exitCode = 1;
}
