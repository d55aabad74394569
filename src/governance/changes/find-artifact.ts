import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TerminalError } from "../../core/errors.ts";
import type { FindArtifact, PartArtifact } from "./parts.ts";

/**
 * Finds contracts among the artifacts of a checkout; mocks are there too, as tests deploy them.
 *
 * @param build brings the artifacts up to date: called once, when the first one is asked for
 */
export function artifactsOf(root: string, build: () => Promise<unknown> = async () => {}): FindArtifact {
  let built: Promise<unknown> | undefined;
  return async (name) => {
    built ??= build();
    await built;
    const files = globSync(`artifacts/contracts/**/${name}.json`, { cwd: root });
    const [file] = files;
    if (file !== undefined && files.length === 1) {
      return JSON.parse(readFileSync(join(root, file), "utf8")) as PartArtifact;
    }
    const many = files.length > 1;
    throw new TerminalError(
      "UNKNOWN_CONTRACT",
      many ? `Several contracts are called ${name}` : `This checkout has no contract ${name}`,
      {
        facts: { files: files.join(" ") || "none" },
        advice: "Use the name of one contract under contracts/, and build it first.",
      },
    );
  };
}
