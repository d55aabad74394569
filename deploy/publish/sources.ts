import { AbiCoder, dataSlice, Interface } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { TerminalError } from "../../src/core/errors.ts";
import { buildInput } from "../../src/verify/build.ts";
import type { CodeOf } from "../planner.ts";
import { configOf, type DeploymentRecord } from "../record.ts";
import { planSuite } from "../suite-plan.ts";

/** What an explorer needs to compile a contract again and find the same code. */
export interface PublishedSource {
  readonly address: string;
  /** `Vault`. */
  readonly contract: string;
  /** `project/contracts/custody/Vault.sol:Vault`, as the compiler was given it. */
  readonly identifier: string;
  /** `0.8.37+commit.f401782d` */
  readonly compiler: string;
  /** Solidity's standard JSON input. */
  readonly input: unknown;
  /** The constructor's arguments, encoded, without 0x. */
  readonly constructorArguments: string;
}

const CREATE3 = new Interface(["function deployCreate3(bytes32, bytes)"]);
const MOCK = /^Mock/;

/**
 * Every contract of a deployment that is ours to publish, and OpenZeppelin's that it uses; the Safe contracts were published
 * by their authors. The constructors' arguments come from the plan that the record's parameters give again.
 *
 * @throws TerminalError `SOURCES_DIFFER` if these sources lead to other addresses than the record's.
 */
export async function sourcesOf(
  artifacts: HardhatRuntimeEnvironment["artifacts"],
  record: DeploymentRecord,
  codeOf: CodeOf,
): Promise<readonly PublishedSource[]> {
  const { addresses, began } = record;
  const plan = planSuite(configOf(record), codeOf, addresses.deployer, BigInt(began.at));
  if (plan.addresses.vault !== addresses.vault) {
    throw new TerminalError(
      "SOURCES_DIFFER",
      "These sources would deploy to other addresses than the record's",
      {
        facts: { recorded: record.commit },
        advice: "Check out the commit that the record names, and run it again.",
      },
    );
  }
  const made = plan.steps.flatMap(({ kind, contract, creates, data }) => {
    if (kind !== "contract" || creates === undefined || MOCK.test(contract)) return [];
    const creation = String(CREATE3.decodeFunctionData("deployCreate3", data)[1]);
    const args = dataSlice(creation, (codeOf(contract).bytecode.length - 2) / 2);
    return [{ contract, address: creates, args }];
  });
  // The proxy made it: for whom it was deployed.
  const owner = AbiCoder.defaultAbiCoder().encode(["address"], [addresses.deployer]);
  const all = [...made, { contract: "ProxyAdmin", address: addresses.proxyAdmin, args: owner }];
  const inputs = new Map<string, ReturnType<typeof buildInput>>();
  const inputOf = (id: string) => {
    const known = inputs.get(id) ?? buildInput(".", id);
    inputs.set(id, known);
    return known;
  };
  return Promise.all(
    all.map(async ({ contract, address, args }) => {
      const artifact = await artifacts.readArtifact(contract);
      const { inputSourceName, buildInfoId } = artifact;
      if (inputSourceName === undefined || buildInfoId === undefined) {
        throw new TerminalError("NO_BUILD_INFO", `The build says nothing of ${contract}`, {
          advice: "Build again: npx hardhat build.",
        });
      }
      const { input, solcLongVersion } = inputOf(buildInfoId);
      return {
        address,
        contract,
        identifier: `${inputSourceName}:${contract}`,
        compiler: solcLongVersion,
        input,
        constructorArguments: args.slice(2),
      };
    }),
  );
}
