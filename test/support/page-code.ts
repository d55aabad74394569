import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../..", import.meta.url);

/**
 * The programs of a page, by the file name that stands behind the language of their blocks.
 *
 * @param page from the project's root
 */
export function codeOf(page: string): ReadonlyMap<string, string> {
  const text = readFileSync(fileURLToPath(new URL(page, ROOT)), "utf8");
  return new Map(
    [...text.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = "", code = ""]) => [name, code]),
  );
}
