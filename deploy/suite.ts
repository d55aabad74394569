import { setTimeout as sleep } from "node:timers/promises";
import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkHelpers } from "@nomicfoundation/hardhat-network-helpers/types";
import type { Signer } from "ethers";
import { TerminalError } from "../src/core/errors.ts";
import type { SuiteAddresses } from "./addresses.ts";
import { requireAdoptable, unfinishedAdoptions } from "./adopted.ts";
import { attachSuite, type Suite } from "./attach-suite.ts";
import { EMBEDDED_CHAIN, kindOfChain } from "./chains.ts";
import { codeFor } from "./code-for.ts";
import type { SuiteConfig } from "./config/schema.ts";
import { ensureCreateX } from "./factories/createx.ts";
import type { DeployingChain } from "./factories/deploying-chain.ts";
import { ensureSafeContracts } from "./factories/safe-contracts.ts";
import type { CodeOf } from "./planner.ts";
import { type RunReport, runSteps } from "./run-steps.ts";
import { attachMocks } from "./suite-mocks.ts";
import { planSuite, type SuitePlan } from "./suite-plan.ts";
import { Chain, Findings } from "./verify/chain.ts";
import { checkCode } from "./verify/code.ts";

export type { Suite } from "./attach-suite.ts";
export type { SuiteMocks } from "./suite-mocks.ts";

/** What deployment needs of a Hardhat network connection: `await hre.network.create()` has it. */
export interface SuiteConnection {
  readonly ethers: HardhatEthers;
  readonly networkHelpers: Pick<NetworkHelpers<"generic">, "time">;
}

/** How a deployment runs. */
export interface DeployOptions {
  /** Keys of Safe owners that are at hand; on development chains, those of deploy/config/local-keys.ts. */
  readonly keys?: readonly Signer[];
  /** When the deployment began, if an earlier run did: the block before its first transaction, and its time. */
  readonly began?: Beginning;
  /** Who pays, if not the connection's first account. */
  readonly signer?: DeployingChain["signer"];
  /** Called with what is being done. */
  readonly onProgress?: (what: string) => void;
  /** Called with what will be where, before anything is sent. */
  readonly onPlan?: (plan: SuitePlan, addresses: SuiteAddresses) => Promise<void> | void;
}

/** Where a deployment's chain stood before its first transaction. */
export interface Beginning {
  readonly block: number;
  /** Unix seconds. */
  readonly at: bigint;
}

/** Who deploys, and where. */
export async function deployingChain(
  { ethers }: Pick<SuiteConnection, "ethers">,
  given?: DeployingChain["signer"],
): Promise<DeployingChain> {
  const { chainId } = await ethers.provider.getNetwork();
  const signer = given ?? (await accountsOf(ethers))[0];
  if (signer === undefined) {
    throw new TerminalError("NO_DEPLOYER", "The network has no account to deploy with", {
      advice: "Set the network's deployer key: npx hardhat keystore set DEPLOYER_KEY",
    });
  }
  return { provider: ethers.provider, signer, chainId };
}

/** The accounts that the network's keys are of: keys are read here, and their text is shown nowhere. */
async function accountsOf(ethers: HardhatEthers) {
  try {
    return await ethers.getSigners();
  } catch (error) {
    // Hardhat's own and the node's errors have a number; what is left comes from reading the key.
    const { number, code } = error as { number?: unknown; code?: unknown };
    if (typeof number !== "number" && typeof code !== "number") {
      throw new TerminalError("SECRET_INVALID", "The deployer's key is no private key", {
        advice: "Set it again: npx hardhat keystore set DEPLOYER_KEY. It has 64 hex digits after 0x.",
      });
    }
    throw error;
  }
}

/** A parameter file is for one chain. */
export function checkChain(chain: Pick<DeployingChain, "chainId">, config: SuiteConfig): void {
  if (chain.chainId === config.chainId) return;
  throw new TerminalError("WRONG_CHAIN", `The parameter file is for chain ${config.chainId}`, {
    facts: { network: config.network, fileChainId: config.chainId, nodeChainId: chain.chainId },
    advice: "Connect to a node of the network that the file names, or take the other network's file.",
  });
}

/**
 * What stands at the planned addresses already must be what is planned: the deployer may have put something else there, with
 * other parameters or from other sources.
 */
async function checkFound(
  chain: DeployingChain,
  addresses: SuiteAddresses,
  config: SuiteConfig,
  codeOf: CodeOf,
): Promise<void> {
  const findings = new Findings();
  const reader = new Chain(chain.provider, addresses.fromBlock);
  const creation = (name: string) => Promise.resolve(codeOf(name).bytecode);
  await checkCode(reader, addresses, config, findings, creation, "skipped");
  const other = findings.results.filter(({ ok }) => !ok).map(({ id }) => id.replace("code.", ""));
  if (other.length === 0) return;
  throw new TerminalError("OTHER_DEPLOYMENT", "Another deployment stands at the planned addresses", {
    facts: { deployer: addresses.deployer, salt: config.salt, differs: other.join(" ") },
    advice:
      "If it is yours and this one is meant to be another, give the parameter file another salt; if it is this one, deploy from the sources and the file that it began with.",
  });
}

/**
 * Deploys the whole suite and hands all power over: when this returns, the deployer has none. What the chain has already is
 * left as it is, so that an interrupted deployment goes on.
 *
 * @throws TerminalError `WRONG_CHAIN` if the parameter file is for another chain, and as `runSteps` does.
 * @example
 * const suite = await deploySuite(await hre.network.create(), await loadConfig("local"));
 */
export async function deploySuite(
  connection: SuiteConnection,
  config: SuiteConfig,
  options: DeployOptions = {},
): Promise<Suite> {
  const { ethers } = connection;
  const say = options.onProgress ?? (() => {});
  const chain = await deployingChain(connection, options.signer);
  checkChain(chain, config);

  say("looking at the chain");
  await requireAdoptable(chain.provider, config);
  const before = await chain.provider.getBlock("latest");
  const now = BigInt(before?.timestamp ?? 0);
  const began = options.began ?? { block: before?.number ?? 0, at: now };
  const codeOf = await codeFor(ethers);
  const plan = planSuite(config, codeOf, chain.signer.address, began.at, now);
  const addresses: SuiteAddresses = {
    network: config.network,
    chainId: chain.chainId.toString(),
    deployer: chain.signer.address,
    fromBlock: began.block,
    ...plan.addresses,
  };
  await checkFound(chain, addresses, config, codeOf);
  await options.onPlan?.(plan, addresses);
  say("looking for the factories and the Safe contracts");
  await ensureCreateX(chain);
  await ensureSafeContracts(chain);
  say("deploying Safes, timelock, access manager, prices, vault and policy");
  const run = await runSteps(chain, plan.steps, (id, stand, of) => say(`${stand} of ${of}: ${id}`));

  for (const line of await unfinishedAdoptions(chain.provider, addresses, config)) say(line);
  return standingSuite(connection, config, addresses, { ...options, run });
}

/** How a suite that stands is taken up. */
export interface StandingOptions {
  /** Keys of Safe owners that are at hand; on development chains, those of deploy/config/local-keys.ts. */
  readonly keys?: readonly Signer[];
  /** What was sent for it just now; nothing unless given. */
  readonly run?: RunReport;
  /** `wait` moves a development node's clock instead of sleeping; the embedded chain's is always moved. */
  readonly moveTime?: boolean;
}

/** The keys that anybody has, derived only where they are used. */
async function publicKeys(): Promise<readonly Signer[]> {
  const { localKeys } = await import("./config/local-keys.ts");
  return Object.values(localKeys).flat();
}

/** A suite that stands already, with its mocks, the keys at hand, and a way to let time pass. */
export async function standingSuite(
  { ethers, networkHelpers }: SuiteConnection,
  config: SuiteConfig,
  addresses: SuiteAddresses,
  { keys, run = { sent: 0, found: 0, gasUsed: 0n }, moveTime = false }: StandingOptions = {},
): Promise<Suite> {
  const development = kindOfChain(config.chainId) === "development";
  const wait: Suite["wait"] = async (seconds) => {
    if (config.chainId === EMBEDDED_CHAIN && !moveTime) await networkHelpers.time.increase(seconds);
    else if (development && moveTime) {
      await ethers.provider.send("evm_increaseTime", [Number(seconds)]);
      await ethers.provider.send("evm_mine", []);
    } else await sleep(Number(seconds) * 1_000);
  };
  return attachSuite(ethers, config, addresses, {
    keys: keys ?? (development ? await publicKeys() : []),
    mocks: await attachMocks(ethers, config, addresses),
    wait,
    run,
  });
}
