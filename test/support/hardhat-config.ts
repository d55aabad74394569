import { readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);

/**
 * This repository's Hardhat configuration for a small project elsewhere: the same but the packages' contracts, whose compilation
 * takes long and proves nothing there.
 */
export function configElsewhere(): string {
  return readFileSync(new URL("hardhat.config.ts", root), "utf8")
    .replace(/npmFilesToBuild: \[[^\]]*\],/, "")
    .replaceAll('from "./src/', `from "${root.href}src/`);
}
