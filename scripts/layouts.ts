// Shows how the storage layouts differ from the committed ones; with --write records them, if they only append.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StorageLayout } from "@openzeppelin/upgrades-core";
import { LAYOUTS } from "../src/governance/proposals/code-book.ts";
import { build } from "../src/verify/build.ts";
import { layoutText } from "../src/verify/checks/layouts.ts";
import { incompatibility, upgradeableLayouts } from "../src/verify/storage-layout.ts";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const write = process.argv.includes("--write");
await build(".", { withTests: true });
mkdirSync(LAYOUTS, { recursive: true });
for (const { name, layout } of upgradeableLayouts(".")) {
  const file = join(LAYOUTS, `${name}.json`);
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const broken =
    before === undefined ? undefined : incompatibility(JSON.parse(before) as StorageLayout, layout);
  if (broken !== undefined) {
    // Before a release whoever means it deletes the file first; after one, nobody should.
    console.error(`${name}: not recorded, it does more than append\n${broken}`);
    process.exitCode = 1;
  } else if (before === layoutText(layout)) {
    console.log(`${name}: unchanged`);
  } else if (write) {
    writeFileSync(file, layoutText(layout));
    console.log(`${name}: recorded in ${file}`);
  } else {
    console.log(`${name}: ${before === undefined ? "not recorded yet" : "appended"}; --write records it`);
    process.exitCode = 1;
  }
}
