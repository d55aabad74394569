import { posix } from "node:path";
import { TerminalError } from "../core/errors.ts";
import { importsOf, packageOf } from "../verify/solidity-imports.ts";

/** What stands in the repository only: stand-ins for the world, which nobody may deploy. */
const MOCKS = "contracts/mocks/";

/** Whether a file below contracts/ is published. */
export function isPublished(file: string): boolean {
  return !file.startsWith(MOCKS);
}

/**
 * The npm packages that published sources import.
 *
 * @param sources by path from the root
 * @throws TerminalError `PACKAGE_INCOMPLETE` if a source imports one that isn't published.
 */
export function solidityPackages(sources: ReadonlyMap<string, string>): ReadonlySet<string> {
  const packages = new Set<string>();
  for (const [file, source] of sources) {
    for (const imported of importsOf(file, source)) {
      const name = packageOf(imported);
      if (name !== undefined) packages.add(name);
      else if (!sources.has(posix.normalize(imported))) {
        throw new TerminalError("PACKAGE_INCOMPLETE", `${file} imports ${imported}, which is not published`, {
          facts: { file, imported },
          advice: "Move what it needs out of contracts/mocks, or correct the import.",
        });
      }
    }
  }
  return packages;
}
