import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { BaseContract } from "ethers";
import { TerminalError } from "../src/core/errors.ts";
import type { MockAggregator, MockERC20, MockSanctionsList } from "../typechain-types/index.ts";
import type { SuiteAddresses } from "./addresses.ts";
import type { SuiteConfig } from "./config/schema.ts";

/** What stands in for the world on a development chain. */
export interface SuiteMocks {
  readonly feeds: Readonly<Record<string, readonly MockAggregator[]>>;
  readonly tokens: Readonly<Record<string, MockERC20>>;
  readonly sanctions: MockSanctionsList | undefined;
  /** Gives all feeds of an asset a fresh round: dollars with the feed's decimals, the latest answer unless given. */
  setPrice(symbol: string, answer?: bigint): Promise<void>;
  /** Fresh rounds for every asset: after time has passed, feeds are stale. */
  refreshPrices(): Promise<void>;
}

/** The mocks that a parameter file asked for, where they stand. */
export async function attachMocks(
  ethers: HardhatEthers,
  config: SuiteConfig,
  addresses: Pick<SuiteAddresses, "assets" | "sanctionsList">,
): Promise<SuiteMocks> {
  const at = async <T extends BaseContract>(name: string, address: string) =>
    (await ethers.getContractAt(name, address)) as unknown as T;
  const feeds: Record<string, MockAggregator[]> = {};
  const tokens: Record<string, MockERC20> = {};
  for (const { symbol, token, feeds: declared } of config.assets) {
    const where = addresses.assets.find((asset) => asset.symbol === symbol);
    if (where === undefined) continue;
    if (typeof token === "object" && "mock" in token)
      tokens[symbol] = await at<MockERC20>("MockERC20", where.token);
    for (const [index, feed] of declared.entries()) {
      const address = where.sources[index]?.feed;
      if (address === undefined || feed.kind !== "chainlink" || typeof feed.aggregator === "string") continue;
      feeds[symbol] = [...(feeds[symbol] ?? []), await at<MockAggregator>("MockAggregator", address)];
    }
  }
  const setPrice: SuiteMocks["setPrice"] = async (symbol, answer) => {
    const known = feeds[symbol];
    if (known === undefined) throw new TerminalError("NO_MOCK_FEED", `${symbol} has no mock feed`);
    for (const feed of known) {
      const time = BigInt((await ethers.provider.getBlock("latest"))?.timestamp ?? 0);
      const latest = await feed.latestRoundData();
      await (await feed.push(latest.roundId + 1n, answer ?? latest.answer, time, time)).wait();
    }
  };
  return {
    feeds,
    tokens,
    sanctions:
      config.sanctionsList === "mock"
        ? await at<MockSanctionsList>("MockSanctionsList", addresses.sanctionsList)
        : undefined,
    setPrice,
    refreshPrices: async () => {
      for (const symbol of Object.keys(feeds)) await setPrice(symbol);
    },
  };
}
