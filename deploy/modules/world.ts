import { ZeroAddress } from "ethers";
import { erc20Asset, NATIVE_ASSET } from "../../src/governance/parameters.ts";
import type { PlainFeed } from "../../src/governance/price-source.ts";
import type { SuiteConfig } from "../config/schema.ts";
import type { Planner } from "../planner.ts";
import type { Plan, PlannedAsset } from "./plan.ts";

/** The ids under which mocks, and the tokens of foreign assets, are planned. */
export const mockTokenId = (symbol: string): string => `token_${symbol}`;
export const mockFeedId = (symbol: string, upstream: string): string =>
  `feed_${symbol}_${upstream.replaceAll(/\W/g, "_")}`;
export const MOCK_SANCTIONS = "MockSanctionsList";

/**
 * What the suite finds on its chain: tokens, feeds and a sanctions list. Plans the mocks that the parameter file asks for,
 * which only development chains may have, each feed with a first round.
 *
 * @param now of the chain: when the first rounds are from
 */
export function planWorld(
  planner: Planner,
  config: SuiteConfig,
  now: bigint,
): Pick<Plan, "assets" | "sanctionsList"> {
  const feedOf = (symbol: string, feed: SuiteConfig["assets"][number]["feeds"][number]): PlainFeed => {
    if (feed.kind !== "chainlink") return feed;
    if (typeof feed.aggregator === "string") return { ...feed, aggregator: feed.aggregator };
    const { decimals, answer } = feed.aggregator.mock;
    const id = mockFeedId(symbol, feed.upstream);
    const aggregator = planner.contract("MockAggregator", [decimals], { id });
    // Whether it ever had a round, not whether it is this one: its price moves on.
    planner.call(aggregator, "MockAggregator", "push", [1, answer, now, now], {
      id: `${id}_round`,
      done: [],
      unless: planner.probe(aggregator, "MockAggregator", "latestRoundData", [], [0, 0, 0, 0, 0]),
    });
    return { ...feed, aggregator };
  };
  const assets = config.assets.map((asset): PlannedAsset => {
    const feeds = asset.feeds.map((feed) => feedOf(asset.symbol, feed));
    if (asset.token === "native") return { ...asset, token: ZeroAddress, id: NATIVE_ASSET, feeds };
    // Its constructor names the Vault: it is planned after that one.
    if (typeof asset.token === "object" && "foreign" in asset.token) {
      const token = planner.addressOf(mockTokenId(asset.symbol));
      return { ...asset, token, id: erc20Asset(token), feeds, foreign: asset.token.foreign };
    }
    const token =
      typeof asset.token === "string"
        ? asset.token
        : planner.contract("MockERC20", [asset.token.mock.name, asset.token.mock.decimals], {
            id: mockTokenId(asset.symbol),
          });
    return { ...asset, token, id: erc20Asset(token), feeds };
  });
  const { sanctionsList } = config;
  if (sanctionsList === "mock") return { assets, sanctionsList: planner.contract(MOCK_SANCTIONS) };
  return { assets, sanctionsList: sanctionsList === "none" ? ZeroAddress : sanctionsList };
}
