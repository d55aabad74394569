import { setTimeout as sleep } from "node:timers/promises";
import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkHelpers } from "@nomicfoundation/hardhat-network-helpers/types";
import type { BaseContract, Signer } from "ethers";
import { TerminalError } from "../src/core/errors.ts";
import { Safe } from "../src/governance/safe.ts";
import type {
  AccessManager,
  DepositFactory,
  ExitPolicy,
  Guardian,
  IVault,
  PriceRouter,
  ProxyAdmin,
  PullPrices,
  Recovery,
  Reserve,
  Succession,
  TierRegistry,
  TimelockController,
  UpgradeController,
  VaultLens,
  VetoGate,
} from "../typechain-types/index.ts";
import type { SuiteAddresses } from "./addresses.ts";
import { EMBEDDED_CHAIN, kindOfChain } from "./chains.ts";
import { codeFor } from "./code-for.ts";
import { localKeys } from "./config/local.ts";
import type { SuiteConfig } from "./config/schema.ts";
import { ensureCreateX } from "./factories/createx.ts";
import type { DeployingChain } from "./factories/deploying-chain.ts";
import { ensureSafeContracts } from "./factories/safe-contracts.ts";
import type { SafeName } from "./modules/safes.ts";
import type { CodeOf } from "./planner.ts";
import { type RunReport, runSteps } from "./run-steps.ts";
import { attachMocks, type SuiteMocks } from "./suite-mocks.ts";
import { planSuite, type SuitePlan } from "./suite-plan.ts";
import { Chain, Findings } from "./verify/chain.ts";
import { checkCode } from "./verify/code.ts";

export type { SuiteMocks } from "./suite-mocks.ts";

/** What deployment needs of a Hardhat network connection: `await hre.network.create()` has it. */
export interface SuiteConnection {
  readonly ethers: HardhatEthers;
  readonly networkHelpers: Pick<NetworkHelpers<"generic">, "time">;
}

/** How a deployment runs. */
export interface DeployOptions {
  /** Keys of Safe owners that are at hand; on development chains, those of deploy/config/local.ts. */
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

/** A deployed suite. */
export interface Suite {
  readonly config: SuiteConfig;
  readonly addresses: SuiteAddresses;
  readonly contracts: {
    readonly manager: AccessManager;
    readonly timelock: TimelockController;
    readonly vault: IVault;
    readonly proxyAdmin: ProxyAdmin;
    readonly policy: ExitPolicy;
    readonly router: PriceRouter;
    readonly registry: TierRegistry;
    readonly guardian: Guardian;
    readonly vetoGate: VetoGate;
    readonly succession: Succession;
    readonly upgradeController: UpgradeController;
    readonly recovery: Recovery;
    readonly reserve: Reserve;
    readonly reserveManager: AccessManager;
    readonly reserveTimelock: TimelockController;
    readonly reserveVetoGate: VetoGate;
    readonly reserveSuccession: Succession;
    readonly factory: DepositFactory;
    readonly lens: VaultLens;
    readonly pullPrices: PullPrices;
  };
  readonly safes: Readonly<Record<Exclude<SafeName, "riskOfficer">, Safe>> & {
    /** Absent where the risk officer is an account. */
    readonly riskOfficer: Safe | undefined;
  };
  /** The keys at hand, by the Safe that they own. */
  readonly keys: Readonly<Record<SafeName | "attestors", readonly Signer[]>>;
  /** Asset ids by symbol. */
  readonly assets: Readonly<Record<string, bigint>>;
  /** What stands in for the world, on development chains only. */
  readonly mocks: SuiteMocks;
  /** What was sent for it. */
  readonly run: RunReport;
  /** Lets this many seconds pass: sleeps on a real chain, moves the clock of the embedded one. */
  wait(seconds: bigint): Promise<void>;
}

async function contractAt<T extends BaseContract>(
  ethers: HardhatEthers,
  name: string,
  address: string,
): Promise<T> {
  return (await ethers.getContractAt(name, address)) as unknown as T;
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
  const { ethers, networkHelpers } = connection;
  const say = options.onProgress ?? (() => {});
  const chain = await deployingChain(connection, options.signer);
  checkChain(chain, config);

  say("looking at the chain");
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

  const wait: Suite["wait"] = async (seconds) => {
    if (chain.chainId === EMBEDDED_CHAIN) await networkHelpers.time.increase(seconds);
    else await sleep(Number(seconds) * 1_000);
  };
  const development = kindOfChain(chain.chainId) === "development";
  const keys = options.keys ?? (development ? Object.values(localKeys).flat() : []);
  const mocks = await attachMocks(ethers, config, addresses);
  return attachSuite(ethers, config, addresses, { keys, mocks, wait, run });
}

/** The typed face of a suite that stands already. */
export async function attachSuite(
  ethers: HardhatEthers,
  config: SuiteConfig,
  addresses: SuiteAddresses,
  rest: { keys: readonly Signer[]; mocks: SuiteMocks; wait: Suite["wait"]; run: RunReport },
): Promise<Suite> {
  const [executor] = await ethers.getSigners();
  if (executor === undefined) throw new TerminalError("NO_DEPLOYER", "The network has no account");
  const safe = (address: string) => new Safe(address, BigInt(addresses.chainId), executor);
  const holders = new Map<string, Signer>();
  for (const key of rest.keys) holders.set(await key.getAddress(), key);
  const atHand = (owners: readonly string[]): readonly Signer[] =>
    owners.flatMap((owner) => {
      const key = holders.get(owner);
      return key === undefined ? [] : [key];
    });
  const { council, guardian, canceller, reviewer, rollback, reserve } = config.safes;
  const risk = config.riskOfficer;
  return {
    config,
    addresses,
    contracts: {
      manager: await contractAt<AccessManager>(ethers, "AccessManager", addresses.manager),
      timelock: await contractAt<TimelockController>(ethers, "TimelockController", addresses.timelock),
      vault: await contractAt<IVault>(ethers, "IVault", addresses.vault),
      proxyAdmin: await contractAt<ProxyAdmin>(ethers, "ProxyAdmin", addresses.proxyAdmin),
      policy: await contractAt<ExitPolicy>(ethers, "ExitPolicy", addresses.policy),
      router: await contractAt<PriceRouter>(ethers, "PriceRouter", addresses.router),
      registry: await contractAt<TierRegistry>(ethers, "TierRegistry", addresses.registry),
      guardian: await contractAt<Guardian>(ethers, "Guardian", addresses.guardian),
      vetoGate: await contractAt<VetoGate>(ethers, "VetoGate", addresses.vetoGate),
      succession: await contractAt<Succession>(ethers, "Succession", addresses.succession),
      upgradeController: await contractAt<UpgradeController>(
        ethers,
        "UpgradeController",
        addresses.upgradeController,
      ),
      recovery: await contractAt<Recovery>(ethers, "Recovery", addresses.recovery),
      reserve: await contractAt<Reserve>(ethers, "Reserve", addresses.reserve),
      reserveManager: await contractAt<AccessManager>(ethers, "AccessManager", addresses.reserveManager),
      reserveTimelock: await contractAt<TimelockController>(
        ethers,
        "TimelockController",
        addresses.reserveTimelock,
      ),
      reserveVetoGate: await contractAt<VetoGate>(ethers, "VetoGate", addresses.reserveVetoGate),
      reserveSuccession: await contractAt<Succession>(ethers, "Succession", addresses.reserveSuccession),
      factory: await contractAt<DepositFactory>(ethers, "DepositFactory", addresses.factory),
      lens: await contractAt<VaultLens>(ethers, "VaultLens", addresses.lens),
      pullPrices: await contractAt<PullPrices>(ethers, "PullPrices", addresses.pullPrices),
    },
    safes: {
      council: safe(addresses.safes.council),
      guardian: safe(addresses.safes.guardian),
      canceller: safe(addresses.safes.canceller),
      reviewer: safe(addresses.safes.reviewer),
      rollback: safe(addresses.safes.rollback),
      reserve: safe(addresses.safes.reserve),
      riskOfficer: addresses.safes.riskOfficer === undefined ? undefined : safe(addresses.safes.riskOfficer),
    },
    keys: {
      council: atHand(council.owners),
      guardian: atHand(guardian.owners),
      canceller: atHand(canceller.owners),
      reviewer: atHand(reviewer.owners),
      rollback: atHand(rollback.owners),
      reserve: atHand(reserve.owners),
      riskOfficer: atHand("safe" in risk ? risk.safe.owners : [risk.account]),
      attestors: atHand(config.attestors),
    },
    assets: Object.fromEntries(addresses.assets.map(({ symbol, id }) => [symbol, BigInt(id)])),
    mocks: rest.mocks,
    wait: rest.wait,
    run: rest.run,
  };
}
