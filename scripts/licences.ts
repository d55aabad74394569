// Checks that docs/licences.md and sbom.cdx.json are what is locked and imported; with --write writes them.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { explain, StrongroomError } from "../src/core/errors.ts";
import { deployedSources, licencesPage, lockedPackages, PAGE } from "../src/verify/checks/licences.ts";
import { freshSbom, SBOM } from "../src/verify/checks/sbom.ts";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const write = process.argv.includes("--write");

try {
  const files = [
    [PAGE, licencesPage(await lockedPackages("."), await deployedSources("."))],
    [SBOM, await freshSbom(".")],
  ] as const;
  for (const [file, text] of files) {
    if (existsSync(file) && readFileSync(file, "utf8") === text) {
      console.log(`${file}: up to date`);
    } else if (write) {
      writeFileSync(file, text);
      console.log(`${file}: written`);
    } else {
      console.error(`${file}: differs from what is locked and imported; --write repairs it`);
      process.exitCode = 1;
    }
  }
} catch (error) {
  if (!(error instanceof StrongroomError)) throw error;
  console.error(explain(error));
  process.exitCode = 1;
}
