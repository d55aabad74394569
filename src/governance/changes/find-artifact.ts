import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TerminalError } from "../../core/errors.ts";
import type { FindArtifact, PartArtifact } from "./parts.ts";

const MOCKS = "artifacts/contracts/mocks/";

/**
 * Finds contracts among the artifacts of a checkout.
 *
 * @param build brings the artifacts up to date: called once, when the first one is asked for
 * @param withMocks also those that only tests and the demo may deploy
 */
export function artifactsOf(
  root: string,
  build: () => Promise<unknown> = async () => {},
  withMocks = false,
): FindArtifact {
  let built: Promise<unknown> | undefined;
  return async (name) => {
    built ??= build();
    await built;
    const files = globSync(`artifacts/contracts/**/${name}.json`, { cwd: root });
    const [file] = files;
    if (file?.startsWith(MOCKS) && !withMocks) {
      throw new TerminalError("PART_IS_MOCK", `${name} is a mock: no change deploys one`, {
        advice: "Mocks misbehave on purpose. Name a contract outside of contracts/mocks/.",
      });
    }
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
