import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TerminalError } from "../core/errors.ts";
import { environment } from "../testing/run-tests.ts";
import { runCommand } from "./run-command.ts";

/** The parts of a Hardhat artifact that the checks read. */
export interface Artifact {
  readonly contractName: string;
  /** Path from the project's root. */
  readonly sourceName: string;
  /** The name under which the compiler knows the source. */
  readonly inputSourceName: string;
  readonly buildInfoId: string;
  readonly abi: readonly unknown[];
  readonly bytecode: string;
  readonly deployedBytecode: string;
}

/**
 * Builds the project at `root`.
 *
 * @param withTests Solidity's tests too, which take longest
 * @throws TerminalError `BUILD_FAILED` with the compiler's last lines
 */
export async function build(root: string, { withTests }: { withTests: boolean }): Promise<void> {
  const words = ["node_modules/hardhat/dist/src/cli.js", "build", ...(withTests ? [] : ["--no-tests"])];
  const { code, output } = await runCommand(process.execPath, words, { cwd: root, env: environment() });
  if (code !== 0) {
    throw new TerminalError("BUILD_FAILED", "The contracts do not compile", {
      cause: new Error(output.trim().split("\n").slice(-20).join("\n")),
      advice: "Run npx hardhat build.",
    });
  }
}

/** Artifacts of our own contracts, mocks and interfaces of other projects aside. */
export function ownArtifacts(root: string): Artifact[] {
  return globSync("artifacts/contracts/**/*.json", { cwd: root })
    .sort()
    .map((file) => JSON.parse(readFileSync(join(root, file), "utf8")) as Artifact)
    .filter(
      (artifact) =>
        artifact.contractName !== undefined && !artifact.sourceName.startsWith("contracts/mocks/"),
    );
}

/** What the compiler was given, without what it answered. */
export function buildInput(
  root: string,
  id: string,
): { input: unknown; solcVersion: string; solcLongVersion: string } {
  const file = join(root, "artifacts/build-info", `${id}.json`);
  if (!existsSync(file)) throw new TerminalError("NO_BUILD_INFO", `There is no build info ${id}`);
  return JSON.parse(readFileSync(file, "utf8")) as ReturnType<typeof buildInput>;
}

/** What the compiler was given and answered. */
export function buildInfo(
  root: string,
  id: string,
): { input: unknown; output: unknown; solcVersion: string } {
  const { input, solcVersion } = buildInput(root, id);
  const answered = readFileSync(join(root, "artifacts/build-info", `${id}.output.json`), "utf8");
  const { output } = JSON.parse(answered) as { output: unknown };
  return { input, output, solcVersion };
}
