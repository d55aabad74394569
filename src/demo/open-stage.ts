import { keccak256 } from "ethers";
import { config as local } from "../../deploy/config/local.ts";
import { parseConfig, type SuiteConfig } from "../../deploy/config/schema.ts";
import { deploySuite, type Suite } from "../../deploy/suite.ts";
import { TerminalError } from "../core/errors.ts";
import { SUITE_ASSETS, type SuiteAsset } from "./assets.ts";
import { Chain } from "./chain.ts";
import { openEmbeddedChain } from "./embedded-chain.ts";
import { FeedPlayer } from "./feeds.ts";
import { StageGovernance } from "./governing.ts";
import { SuiteOffices } from "./offices.ts";
import type { Stage, StageAsset } from "./stage.ts";

/** When the chain's clock starts: the first of the recorded price rounds, so that they are replayed from their own time. */
const START = new Date("2024-01-08T00:00:00Z");

/** Ticks that hold the largest of the replayed holdings: a thousandth of an ether, a hundred-thousandth of a bitcoin, a dollar. */
const TICK_EXPONENTS: ReadonlyMap<string, number> = new Map([
  ["eth", 15],
  ["btc", 3],
  ["usd", 6],
] satisfies [SuiteAsset, number][]);
const CAP_TICKS = 60_000_000_000n;

/** The embedded chain's own parameter file with room for the largest recorded theft. */
function demoConfig(): SuiteConfig {
  return parseConfig({
    ...local,
    assets: local.assets.map((asset) => ({
      ...asset,
      tickExponent: TICK_EXPONENTS.get(asset.symbol) ?? asset.tickExponent,
      capTicks: CAP_TICKS,
      // Room for what was lost elsewhere: no audit is recorded on this stage.
      unverifiedCapTicks: CAP_TICKS,
    })),
  });
}

function assetsOf(suite: Suite): Record<SuiteAsset, StageAsset> {
  const of = (symbol: SuiteAsset): StageAsset => {
    const deployed = suite.addresses.assets.find((asset) => asset.symbol === symbol);
    const told = suite.config.assets.find((asset) => asset.symbol === symbol);
    if (deployed === undefined || told === undefined) {
      throw new TerminalError("NO_ASSET", `The suite does not list ${symbol}`);
    }
    const decimals = typeof told.token === "object" && "mock" in told.token ? told.token.mock.decimals : 18;
    const token = told.token === "native" ? undefined : deployed.token;
    return {
      id: BigInt(deployed.id),
      symbol: symbol.toUpperCase(),
      decimals,
      tickExponent: Number(told.tickExponent),
      token,
    };
  };
  return { eth: of("eth"), btc: of("btc"), usd: of("usd") };
}

function feedsOf(suite: Suite): Record<SuiteAsset, string[]> {
  const of = (symbol: SuiteAsset): string[] =>
    suite.addresses.assets.find((asset) => asset.symbol === symbol)?.sources.map(({ feed }) => feed) ?? [];
  return { eth: of("eth"), btc: of("btc"), usd: of("usd") };
}

/** A stage, and how to take it down. */
export interface OpenStage {
  readonly stage: Stage;
  close(): Promise<void>;
}

/**
 * Opens an embedded chain in this process and deploys the whole suite on it as deploy/ does for real networks: Safes,
 * timelock, access manager, price sources, vault, policy, registry, guardian.
 */
export async function openStage(say: (line: string) => void): Promise<OpenStage> {
  const connection = await openEmbeddedChain(START);
  const suite = await deploySuite(connection, demoConfig(), { onProgress: say });
  const { ethers } = connection;
  const lens = await ethers.deployContract("VaultLens", [suite.addresses.vault]);
  const app = await ethers.deployContract("MockApp", [suite.addresses.vault]);
  const plunderer = await ethers.deployContract("Plunderer");

  const chain = new Chain(connection.provider);
  await chain.sync();
  const feeds = new FeedPlayer(chain, feedsOf(suite), chain.time);
  const { vault, vaultImplementation, policy, registry, guardian, factory, upgradeController, reserve } =
    suite.addresses;
  const { payments, netting, conditions } = suite.addresses;
  const codeOf = async (contract: { getAddress(): Promise<string> }) => {
    const address = await contract.getAddress();
    return { address, codehash: keccak256(await ethers.provider.getCode(address)) };
  };
  const { threshold, owners } = suite.config.safes.council;
  const governance = new StageGovernance(suite, chain, connection);
  const stage: Stage = {
    chain,
    vault,
    policy,
    registry,
    guardian,
    factory,
    upgradeController,
    vaultImplementation,
    lens: await lens.getAddress(),
    app: await app.getAddress(),
    reserve,
    payments,
    netting,
    conditions,
    chainId: suite.config.chainId,
    plunderer: await codeOf(plunderer),
    quorum: { signatures: threshold, owners: owners.length },
    assets: assetsOf(suite),
    feeds,
    offices: new SuiteOffices(suite, chain),
    governance,
  };
  for (const asset of SUITE_ASSETS) {
    const [listed] = await chain.view("vault", vault, "assetOf", [stage.assets[asset].id]);
    if (Number((listed as { decimals: bigint }).decimals) !== stage.assets[asset].decimals) {
      throw new TerminalError("NO_ASSET", `The vault does not know ${asset} as it was deployed`);
    }
  }
  const close = async () => {
    governance.close();
    await connection.close();
  };
  return { stage, close };
}
