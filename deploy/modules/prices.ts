import { ZeroAddress } from "ethers";
import { sourceCode } from "../../src/governance/price-source.ts";
import type { planGovernance } from "./governance.ts";
import type { Plan } from "./plan.ts";

/** The ids of an asset's parts. */
export const feedSetName = (symbol: string): string => `feedSet_${symbol}`;
export const sourceName = (symbol: string, upstream: string): string =>
  `source_${symbol}_${upstream.replaceAll(/\W/g, "_")}`;

/** The router, and for each asset its sources and their set. */
export function planPrices(
  { planner, config, assets }: Plan,
  { manager }: ReturnType<typeof planGovernance>,
) {
  const router = planner.contract("PriceRouter", [manager, config.warmForSeconds]);
  const feedSets = new Map<string, { readonly feedSet: string; readonly sources: readonly string[] }>();
  for (const { symbol, feeds, deltaBps } of assets) {
    const sources = feeds.map((feed) => {
      const { contract, args } = sourceCode(feed, config.pyth ?? ZeroAddress);

      return planner.contract(contract, args, { id: sourceName(symbol, feed.upstream) });
    });
    const feedSet = planner.contract("FeedSet", [sources, deltaBps], { id: feedSetName(symbol) });
    feedSets.set(symbol, { feedSet, sources });
  }
  return { router, feedSets };
}
