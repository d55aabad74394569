import { config as local } from "../../../deploy/config/local.ts";
import { parseConfig, type SuiteConfig } from "../../../deploy/config/schema.ts";
import { deploySuite } from "../../../deploy/suite.ts";
import { TerminalError } from "../../core/errors.ts";
import { Chain } from "../chain.ts";
import { openEmbeddedChain } from "../embedded-chain.ts";
import { SuiteOffices } from "../offices.ts";
import type { Offices } from "../stage.ts";
import { RECORD_DECIMALS } from "./records.ts";
import type { PriceReplay } from "./replays.ts";

/** Before the earliest record: the chain's clock only ever goes on, or back to this state. */
const START = new Date("2020-03-01T00:00:00Z");

/** An asset of a replay as it stands on the chain. */
export interface ReplayAsset {
  readonly id: bigint;
  readonly token: string;
  /** The mock feeds, in the order of the replay's sources. */
  readonly feeds: readonly string[];
}

/** A deployed suite that lists one asset for each replay, each with its own sources. */
export interface PriceStage {
  readonly chain: Chain;
  readonly offices: Offices;
  readonly vault: string;
  readonly router: string;
  /** By the replay's asset key. */
  readonly assets: ReadonlyMap<string, ReplayAsset>;
}

/** The embedded chain's own parameter file with the replays' assets; tiers and delays are the demo's. */
export function priceConfig(replays: readonly PriceReplay[]): SuiteConfig {
  const [template] = local.assets;
  if (template === undefined) throw new TerminalError("NO_ASSET", "The local parameter file lists no asset");
  return parseConfig({
    ...local,
    assets: replays.map((replay) => ({
      ...template,
      symbol: replay.asset.key,
      token: { mock: { name: replay.asset.symbol, decimals: replay.asset.decimals } },
      tokenClass: "exact",
      tickExponent: replay.asset.tickExponent,
      capTicks: replay.breakerTicks * 1_000n,
      unverifiedCapTicks: replay.breakerTicks * 1_000n,
      hotMinTicks: replay.breakerTicks,
      hotMaxTicks: replay.breakerTicks * 1_000n,
      breakerTicks: replay.breakerTicks,
      deltaBps: replay.deltaBps,
      feeds: replay.sources.map(({ name, maxAgeSeconds }) => ({
        aggregator: { mock: { decimals: RECORD_DECIMALS, answer: 1n } },
        upstream: name,
        maxAgeSeconds,
        minPrice: replay.minPrice,
        maxPrice: replay.maxPrice,
      })),
    })),
  });
}

/** Opens an embedded chain in this process and deploys the whole suite for the replays on it. */
export async function openPriceStage(
  replays: readonly PriceReplay[],
): Promise<{ readonly stage: PriceStage; close(): Promise<void> }> {
  const connection = await openEmbeddedChain(START);
  const suite = await deploySuite(connection, priceConfig(replays));
  const chain = new Chain(connection.provider);
  await chain.sync();
  const assets = new Map(
    suite.addresses.assets.map(({ symbol, id, token, sources }) => [
      symbol,
      { id: BigInt(id), token, feeds: sources.map(({ feed }) => feed) },
    ]),
  );
  const { vault, router } = suite.addresses;
  const stage = { chain, offices: new SuiteOffices(suite, chain), vault, router, assets };
  return { stage, close: () => connection.close() };
}
