import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ZeroAddress, ZeroHash } from "ethers";
import { TerminalError } from "../core/errors.ts";
import { REASONS } from "../custody/reasons.ts";
import { PERMISSIONS } from "../governance/role-graph.ts";
import { ownArtifacts } from "../verify/build.ts";
import { ERROR_MEANINGS } from "./error-meanings.ts";
import { type AbiError, errorsPage } from "./errors-page.ts";
import { REASON_ADVICE } from "./reason-advice.ts";
import { reasonsPage } from "./reasons-page.ts";
import { enumMembers, ownSources } from "./solidity-text.ts";
import { type Kind, kindsOf, type ParameterContract, type Spec, variablesPage } from "./variables-page.ts";

const PARAM_KEYS = "contracts/shared/ParamKeys.sol";
const REASONS_FILE = "contracts/shared/Reasons.sol";

/** Asks the contracts themselves, on an embedded chain, for the bounds of each kind. */
async function withSpecs(kinds: readonly Omit<Kind, keyof Spec>[]): Promise<readonly Kind[]> {
  const { network } = await import("hardhat");
  const connection = await network.create();
  try {
    const { ethers } = connection;
    // `specOf` is pure: what the constructors are given only has to exist.
    const [anyone] = await ethers.getSigners();
    const there = anyone?.address ?? "";
    const contracts = {
      Vault: await ethers.deployContract("VaultAdmin", [
        await ethers.deployContract("AuditRecord", [there, [], []]),
      ]),
      ExitPolicy: await ethers.deployContract("ExitPolicy", [there, there, there]),
      TierRegistry: await ethers.deployContract("TierRegistry", [there, there]),
      Reserve: await ethers.deployContract("Reserve", [there, there, ZeroAddress]),
      AppRelease: await ethers.deployContract("AppRelease", [there, there]),
    } as const satisfies Record<ParameterContract, unknown>;
    const answers: Kind[] = [];
    for (const kind of kinds) {
      const key = `0x${(kind.number << 248n).toString(16).padStart(ZeroHash.length - 2, "0")}`;
      const { min, max, direction } = (await contracts[kind.contract].getFunction("specOf")(key)) as Spec;
      answers.push({ ...kind, min, max, direction });
    }
    return answers;
  } finally {
    await connection.close();
  }
}

/** The text of each generated page by its path. The project at `root` is built, and is the working directory. */
export async function generatedPages(root: string): Promise<ReadonlyMap<string, string>> {
  const sources = ownSources(root);
  const source = (file: string): string => {
    const text = sources.get(file);
    if (text === undefined) throw new TerminalError("NO_SOURCE", `There is no ${file}`);
    return text;
  };
  const abis = ownArtifacts(root).map(({ sourceName, contractName }) => {
    const file = join(root, "artifacts", sourceName, `${contractName}.json`);
    return (JSON.parse(readFileSync(file, "utf8")) as { abi: readonly AbiError[] }).abi;
  });
  const kinds = await withSpecs(kindsOf(source(PARAM_KEYS)));
  return new Map([
    ["docs/errors.md", errorsPage(abis, ERROR_MEANINGS)],
    ["docs/reasons.md", reasonsPage(enumMembers(source(REASONS_FILE), "Reason"), REASONS, REASON_ADVICE)],
    ["docs/variables.md", variablesPage(kinds, PERMISSIONS, sources)],
  ]);
}
