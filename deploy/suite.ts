import { setTimeout as sleep } from "node:timers/promises";
import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkHelpers } from "@nomicfoundation/hardhat-network-helpers/types";
import type { DeployConfig } from "@nomicfoundation/ignition-core";
import { type BaseContract, keccak256, type Signer, ZeroAddress } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { TerminalError } from "../src/core/errors.ts";
import { erc20Asset, NATIVE_ASSET } from "../src/governance/parameters.ts";
import { Safe } from "../src/governance/safe.ts";
import {
  canonicalAddress,
  canonicalCodeHash,
  SAFE_CONTRACTS,
  type SafeContract,
} from "../src/governance/safe-contracts.ts";
import type {
  AccessManager,
  AuditRecord,
  DepositFactory,
  ExitPolicy,
  Guardian,
  IVault,
  MockAggregator,
  MockERC20,
  MockSanctionsList,
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
import { localKeys } from "./config/local.ts";
import { EMBEDDED_CHAIN, type SuiteConfig } from "./config/schema.ts";
import type { Plan, PlannedAsset, PlannedFeed } from "./modules/plan.ts";
import { feedSetName, sourceName } from "./modules/prices.ts";
import type { SafeName } from "./modules/safes.ts";
import { strongroomModule } from "./modules/strongroom.ts";

const DAY = 86_400n;

type Connection = Awaited<ReturnType<HardhatRuntimeEnvironment["network"]["create"]>>;

/** What deployment needs of a Hardhat network connection: `await hre.network.create()` has it. */
export interface SuiteConnection {
  readonly ethers: HardhatEthers;
  readonly ignition: Connection["ignition"];
  readonly networkHelpers: Pick<NetworkHelpers<"generic">, "time">;
}

/** How a deployment runs. */
export interface DeployOptions {
  /** Keys of Safe owners that are at hand; on the embedded chain, those of deploy/config/local.ts. */
  readonly keys?: readonly Signer[];
  /** Names Ignition's journal, so that an interrupted deployment resumes. The embedded chain has none. */
  readonly deploymentId?: string;
  /** Ignition's own progress on the terminal. */
  readonly displayUi?: boolean;
  /** The block before the first transaction, when an earlier run sent it; else the latest. */
  readonly fromBlock?: number;
  /** Called with what is being done. */
  readonly onProgress?: (what: string) => void;
}

/** What stands in for the world on the embedded chain. */
export interface SuiteMocks {
  readonly feeds: Readonly<Record<string, readonly MockAggregator[]>>;
  readonly tokens: Readonly<Record<string, MockERC20>>;
  readonly sanctions: MockSanctionsList | undefined;
  /** Gives all feeds of an asset a fresh round: dollars with the feed's decimals, the latest answer unless given. */
  setPrice(symbol: string, answer?: bigint): Promise<void>;
  /** Fresh rounds for every asset: after time has passed, feeds are stale. */
  refreshPrices(): Promise<void>;
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
    readonly auditRecord: AuditRecord;
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
  readonly keys: Readonly<Record<SafeName | "attestors" | "auditors", readonly Signer[]>>;
  /** Asset ids by symbol. */
  readonly assets: Readonly<Record<string, bigint>>;
  /** On the embedded chain only. */
  readonly mocks: SuiteMocks;
  /** Lets this many seconds pass: sleeps on a real chain, moves the clock of the embedded one. */
  wait(seconds: bigint): Promise<void>;
}

interface World {
  readonly assets: readonly PlannedAsset[];
  readonly sanctionsList: string;
  readonly mocks: SuiteMocks;
}

async function contractAt<T extends BaseContract>(
  ethers: HardhatEthers,
  name: string,
  address: string,
): Promise<T> {
  return (await ethers.getContractAt(name, address)) as unknown as T;
}

/** Deploys the mocks that the parameter file asks for: only the embedded chain's may. */
async function buildWorld({ ethers }: SuiteConnection, config: SuiteConfig): Promise<World> {
  const feeds: Record<string, MockAggregator[]> = {};
  const tokens: Record<string, MockERC20> = {};
  const assets: PlannedAsset[] = [];
  const latest: Record<string, bigint> = {};

  const push = async (symbol: string, answer: bigint) => {
    latest[symbol] = answer;
    for (const feed of feeds[symbol] ?? []) {
      const block = await ethers.provider.getBlock("latest");
      const { roundId } = await feed.latestRoundData();
      const at = BigInt(block?.timestamp ?? 0);
      await (await feed.push(roundId + 1n, answer, at, at)).wait();
    }
  };

  for (const asset of config.assets) {
    let token = ZeroAddress;
    if (typeof asset.token === "object") {
      const { name, decimals } = asset.token.mock;
      const mock = (await ethers.deployContract("MockERC20", [name, decimals])) as unknown as MockERC20;
      tokens[asset.symbol] = mock;
      token = await mock.getAddress();
    } else if (asset.token !== "native") {
      token = asset.token;
    }
    const resolved: PlannedFeed[] = [];
    for (const feed of asset.feeds) {
      if (feed.kind !== "chainlink") {
        resolved.push(feed);
        continue;
      }
      if (typeof feed.aggregator === "string") {
        resolved.push({ ...feed, aggregator: feed.aggregator });
        continue;
      }
      const { decimals, answer } = feed.aggregator.mock;
      const mock = (await ethers.deployContract("MockAggregator", [decimals])) as unknown as MockAggregator;
      feeds[asset.symbol] = [...(feeds[asset.symbol] ?? []), mock];
      latest[asset.symbol] = answer;
      resolved.push({ ...feed, aggregator: await mock.getAddress() });
    }
    assets.push({
      ...asset,
      id: asset.token === "native" ? NATIVE_ASSET : erc20Asset(token),
      feeds: resolved,
    });
  }
  let sanctions: MockSanctionsList | undefined;
  if (config.sanctionsList === "mock") {
    sanctions = (await ethers.deployContract("MockSanctionsList")) as unknown as MockSanctionsList;
  }

  const setPrice: SuiteMocks["setPrice"] = async (symbol, answer) => {
    const next = answer ?? latest[symbol];
    if (next === undefined) throw new TerminalError("NO_MOCK_FEED", `${symbol} has no mock feed`);
    await push(symbol, next);
  };
  const refreshPrices = async () => {
    for (const symbol of Object.keys(feeds)) await setPrice(symbol);
  };
  await refreshPrices();
  const sanctionsList =
    sanctions === undefined
      ? config.sanctionsList === "none"
        ? ZeroAddress
        : config.sanctionsList
      : await sanctions.getAddress();
  return { assets, sanctionsList, mocks: { feeds, tokens, sanctions, setPrice, refreshPrices } };
}

/** Whether the chain has all of the Safe authors' own contracts; some but not all, or other code, is an error. */
async function findCanonicalSafe(ethers: HardhatEthers, chainId: bigint): Promise<boolean> {
  const known = SAFE_CONTRACTS.filter((which) => canonicalAddress(which, chainId) !== undefined);
  if (known.length === 0) return false;
  for (const which of SAFE_CONTRACTS) {
    const address = canonicalAddress(which, chainId);
    const found = address === undefined ? "nothing" : keccak256(await ethers.provider.getCode(address));
    const expected = canonicalCodeHash(which);
    if (found !== expected) {
      throw new TerminalError("SAFE_NOT_CANONICAL", `This chain's Safe ${which} is not the canonical one`, {
        facts: { address: address ?? "none", found, expected },
      });
    }
  }
  return true;
}

/** What was deployed is the canonical code, not only what was meant to be. */
async function checkSafeCode(ethers: HardhatEthers, which: SafeContract, address: string): Promise<void> {
  const found = keccak256(await ethers.provider.getCode(address));
  const expected = canonicalCodeHash(which);
  if (found !== expected) {
    throw new TerminalError("SAFE_NOT_CANONICAL", `The deployed Safe ${which} is not the canonical one`, {
      facts: { address, found, expected },
    });
  }
}

/** What a source of this feed reads. */
function readBy(feed: PlannedFeed, pyth: string | undefined): string {
  if (feed.kind === "chainlink") return feed.aggregator;
  return feed.kind === "pyth" && pyth !== undefined ? pyth : ZeroAddress;
}

function expiryOf(expires: SuiteConfig["guardianKeys"][number]["expires"], now: bigint): bigint {
  return typeof expires === "string" ? BigInt(Date.parse(expires)) / 1_000n : now + expires.days * DAY;
}

/**
 * Deploys the whole suite and hands all power over: when this returns, the deployer has none.
 *
 * @throws TerminalError `WRONG_CHAIN` if the parameter file is for another chain.
 * @example
 * const suite = await deploySuite(await hre.network.create(), await loadConfig("local"));
 */
export async function deploySuite(
  connection: SuiteConnection,
  config: SuiteConfig,
  options: DeployOptions = {},
): Promise<Suite> {
  const { ethers, ignition, networkHelpers } = connection;
  const say = options.onProgress ?? (() => {});
  const { chainId } = await ethers.provider.getNetwork();
  if (chainId !== config.chainId) {
    throw new TerminalError("WRONG_CHAIN", `The parameter file is for chain ${config.chainId}`, {
      facts: { chainId },
    });
  }
  const embedded = chainId === EMBEDDED_CHAIN;
  const [deployer] = await ethers.getSigners();
  if (deployer === undefined) {
    throw new TerminalError("NO_DEPLOYER", "The network has no account to deploy with", {
      advice: "Set the network's deployer key: npx hardhat keystore set DEPLOYER_KEY",
    });
  }

  say("looking at the chain");
  const before = await ethers.provider.getBlock("latest");
  const now = BigInt(before?.timestamp ?? 0);
  const world = await buildWorld(connection, config);
  const plan: Plan = {
    config,
    deployer: deployer.address,
    canonicalSafe: await findCanonicalSafe(ethers, chainId),
    sanctionsList: world.sanctionsList,
    assets: world.assets,
    guardianKeys: config.guardianKeys.map(({ key, expires, budgetSeconds }) => ({
      key,
      expiry: expiryOf(expires, now),
      budgetSeconds,
    })),
  };

  say("deploying Safes, timelock, access manager, prices, vault and policy");
  const ignitionConfig: Partial<DeployConfig> = embedded
    ? { requiredConfirmations: 1, blockPollingInterval: 5 }
    : {};
  const deployed = (await ignition.deploy(strongroomModule(plan), {
    defaultSender: deployer.address,
    displayUi: options.displayUi ?? false,
    config: ignitionConfig,
    ...(options.deploymentId === undefined ? {} : { deploymentId: options.deploymentId }),
  })) as unknown as Record<string, BaseContract>;
  const at = async (name: string): Promise<string> => {
    const contract = deployed[name];
    if (contract === undefined) throw new TerminalError("NOT_DEPLOYED", `The modules returned no ${name}`);
    return contract.getAddress();
  };

  const safeContracts = {
    factory: await at("safeFactory"),
    singleton: await at("safeSingleton"),
    fallbackHandler: await at("safeFallbackHandler"),
    multiSend: await at("safeMultiSend"),
  };
  for (const which of SAFE_CONTRACTS) await checkSafeCode(ethers, which, safeContracts[which]);
  const guardianSafe = await at("guardianSafe");
  const hasRiskSafe = "safe" in config.riskOfficer;
  const addresses: SuiteAddresses = {
    network: config.network,
    chainId: chainId.toString(),
    deployer: deployer.address,
    fromBlock: options.fromBlock ?? before?.number ?? 0,
    safeContracts,
    safes: {
      council: await at("councilSafe"),
      guardian: guardianSafe,
      canceller: await at("cancellerSafe"),
      reviewer: await at("reviewerSafe"),
      rollback: await at("rollbackSafe"),
      reserve: await at("reserveSafe"),
      ...(hasRiskSafe ? { riskOfficer: await at("riskOfficerSafe") } : {}),
    },
    manager: await at("manager"),
    timelock: await at("timelock"),
    vetoGate: await at("vetoGate"),
    succession: await at("succession"),
    safeGuard: await at("safeGuard"),
    safeSetup: await at("safeSetup"),
    reserveManager: await at("reserveManager"),
    reserveTimelock: await at("reserveTimelock"),
    reserveVetoGate: await at("reserveVetoGate"),
    reserveSuccession: await at("reserveSuccession"),
    reserveSafeGuard: await at("reserveSafeGuard"),
    vault: await at("vault"),
    vaultImplementation: await at("vaultImplementation"),
    vaultAdmin: await at("vaultAdmin"),
    proxyAdmin: await at("proxyAdmin"),
    policy: await at("policy"),
    router: await at("router"),
    registry: await at("registry"),
    guardian: await at("guardian"),
    upgradeController: await at("upgradeController"),
    auditRecord: await at("auditRecord"),
    recovery: await at("recovery"),
    reserve: await at("reserve"),
    factory: await at("factory"),
    lens: await at("lens"),
    pullPrices: await at("pullPrices"),
    sanctionsList: world.sanctionsList,
    assets: await Promise.all(
      world.assets.map(async ({ symbol, id, token, feeds }) => ({
        symbol,
        id: id.toString(),
        token:
          token === "native"
            ? ZeroAddress
            : typeof token === "string"
              ? token
              : ((await world.mocks.tokens[symbol]?.getAddress()) ?? ZeroAddress),
        feedSet: await at(feedSetName(symbol)),
        sources: await Promise.all(
          feeds.map(async (feed) => ({
            address: await at(sourceName(symbol, feed.upstream)),
            kind: feed.kind,
            feed: readBy(feed, config.pyth),
          })),
        ),
      })),
    ),
    guardianKeys: plan.guardianKeys.map(({ key, expiry, budgetSeconds }) => ({
      key: key === "guardian-safe" ? guardianSafe : key,
      expiry: expiry.toString(),
      budgetSeconds: budgetSeconds.toString(),
    })),
  };

  const wait: Suite["wait"] = async (seconds) => {
    if (embedded) await networkHelpers.time.increase(seconds);
    else await sleep(Number(seconds) * 1_000);
  };
  const keys = options.keys ?? (embedded ? Object.values(localKeys).flat() : []);
  return attachSuite(connection.ethers, config, addresses, { keys, mocks: world.mocks, wait });
}

/** The typed face of a suite that stands already. */
async function attachSuite(
  ethers: HardhatEthers,
  config: SuiteConfig,
  addresses: SuiteAddresses,
  rest: { keys: readonly Signer[]; mocks: SuiteMocks; wait: Suite["wait"] },
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
      auditRecord: await contractAt<AuditRecord>(ethers, "AuditRecord", addresses.auditRecord),
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
      auditors: atHand(config.auditors),
    },
    assets: Object.fromEntries(addresses.assets.map(({ symbol, id }) => [symbol, BigInt(id)])),
    mocks: rest.mocks,
    wait: rest.wait,
  };
}
