import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ABIS } from "../../package/abis.ts";
import { type Artifact, ownArtifacts } from "../build.ts";
import { type CheckResult, type Finding, resultOf } from "../check.ts";
import { codeSize } from "./sizes.ts";

/** Whether code of this name is a library, which nobody calls by its address. */
export function isLibrary(name: string, source: string): boolean {
  return new RegExp(`^library\\s+${name}\\b`, "m").test(source);
}

/**
 * Each contract that can be deployed must have its ABI in the package.
 *
 * @param deployable names of contracts
 * @param abis the contracts that each published constant joins
 */
export function publishedFindings(
  deployable: readonly string[],
  abis: Readonly<Record<string, readonly string[]>>,
): readonly Finding[] {
  const published = new Set(Object.values(abis).flat());
  return deployable.map((contract) => ({
    subject: contract,
    problem: published.has(contract) ? undefined : "has no ABI in the package: add it to src/package/abis.ts",
  }));
}

/**
 * Whether the package publishes the ABI of every contract that can be deployed.
 *
 * @param root a project that is built
 */
export async function checkPackage(root: string): Promise<CheckResult> {
  const isDeployable = ({ contractName, sourceName, deployedBytecode }: Artifact) =>
    codeSize(deployedBytecode) > 0 && !isLibrary(contractName, readFileSync(join(root, sourceName), "utf8"));
  const deployable = ownArtifacts(root)
    .filter(isDeployable)
    .map(({ contractName }) => contractName);
  return resultOf("package", publishedFindings(deployable, ABIS));
}
