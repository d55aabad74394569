import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Interface, ZeroAddress } from "ethers";
import { PARAMETERS_SCHEMA, parametersSchema } from "../../deploy/config/json-schema.ts";
import { TerminalError } from "../core/errors.ts";
import { REASONS } from "../custody/reasons.ts";
import { CHANGE_SCHEMA, changeSchema } from "../governance/changes/change-file.ts";
import { paramKey } from "../governance/parameters.ts";
import { PROPOSAL_SCHEMA, proposalSchema } from "../governance/proposals/proposal.ts";
import { ROUTE_SCHEMA, routeSchemaText } from "../relayer/route-config.ts";
import { ownArtifacts } from "../verify/build.ts";
import { ERROR_MEANINGS } from "./error-meanings.ts";
import { type AbiError, errorsPage } from "./errors-page.ts";
import { type ParameterKey, parameterKeys } from "./parameter-keys.ts";
import { REASON_ADVICE } from "./reason-advice.ts";
import { reasonsPage } from "./reasons-page.ts";
import { enumMembers, ownSources } from "./solidity-text.ts";
import { type Spec, variablesPage } from "./variables-page.ts";

const PARAM_KEYS = "contracts/shared/ParamKeys.sol";
const REASONS_FILE = "contracts/shared/Reasons.sol";

/** What `specOf` of each kind's contract says, asked on an embedded chain. */
async function specsOf(keys: readonly ParameterKey[]): Promise<ReadonlyMap<bigint, Spec>> {
  const { network } = await import("hardhat");
  const connection = await network.create();
  try {
    const { ethers } = connection;
    // `specOf` is pure: what the constructors are given only has to exist.
    const [anyone] = await ethers.getSigners();
    const there = anyone?.address ?? "";
    const contracts: Readonly<Record<string, { readonly code: string; readonly args: readonly unknown[] }>> =
      {
        Vault: { code: "VaultAdmin", args: [await ethers.deployContract("AuditRecord", [there, [], []])] },
        ExitPolicy: { code: "ExitPolicy", args: [there, there, there] },
        TierRegistry: { code: "TierRegistry", args: [there, there] },
        Reserve: { code: "Reserve", args: [there, there, ZeroAddress] },
        Gateway: { code: "Gateway", args: [there, there, there, ZeroAddress] },
        PaymentRules: { code: "PaymentRules", args: [there, there, there] },
        AppRelease: { code: "AppRelease", args: [there, there] },
      };
    const specs = new Map<bigint, Spec>();
    for (const { number, contract } of keys) {
      const how = contracts[contract];
      // Without bounds its row is a gap, which the page reports.
      if (how === undefined) continue;
      const deployed = await ethers.deployContract(how.code, [...how.args]);
      const { min, max, direction } = (await deployed.getFunction("specOf")(paramKey(number))) as Spec;
      specs.set(number, { min, max, direction });
    }
    return specs;
  } finally {
    await connection.close();
  }
}

/** The text of each generated page and schema by its path. The project at `root` is built, and is the working directory. */
export async function generatedPages(root: string): Promise<ReadonlyMap<string, string>> {
  const sources = ownSources(root);
  const source = (file: string): string => {
    const text = sources.get(file);
    if (text === undefined) throw new TerminalError("NO_SOURCE", `There is no ${file}`);
    return text;
  };
  const artifacts = ownArtifacts(root).map(({ sourceName, contractName, bytecode }) => {
    const file = join(root, "artifacts", sourceName, `${contractName}.json`);
    const { abi } = JSON.parse(readFileSync(file, "utf8")) as { abi: readonly AbiError[] };
    return { name: contractName, abi, deployable: bytecode !== "0x" };
  });
  const abis = artifacts.map(({ abi }) => abi);
  const own = artifacts
    .filter(({ deployable }) => deployable)
    .map(({ name, abi }) => ({ name, face: new Interface(abi as never) }));
  const keys = parameterKeys(source(PARAM_KEYS));
  const specs = await specsOf(keys);
  return new Map([
    ["docs/errors.md", errorsPage(abis, ERROR_MEANINGS)],
    ["docs/reasons.md", reasonsPage(enumMembers(source(REASONS_FILE), "Reason"), REASONS, REASON_ADVICE)],
    ["docs/variables.md", variablesPage({ keys, specs, own, sources })],
    [PARAMETERS_SCHEMA, parametersSchema()],
    [CHANGE_SCHEMA, changeSchema()],
    [PROPOSAL_SCHEMA, proposalSchema()],
    [ROUTE_SCHEMA, routeSchemaText()],
  ]);
}
