import { encodeBytes32String, id, ZeroAddress } from "ethers";
import type { planGovernance } from "./governance.ts";
import type { Plan, PlannedFeed } from "./plan.ts";

/** The ids of an asset's parts. */
export const feedSetName = (symbol: string): string => `feedSet_${symbol}`;
export const sourceName = (symbol: string, upstream: string): string =>
  `source_${symbol}_${upstream.replaceAll(/\W/g, "_")}`;

/** Who stands behind a source, as sources keep it. */
export const upstreamId = (upstream: string): string => id(upstream);

/** A source's contract and what its constructor takes. */
function sourceOf(feed: PlannedFeed, pyth: string) {
  const terms = [
    upstreamId(feed.upstream),
    feed.maxAgeSeconds,
    feed.minPrice,
    feed.maxPrice,
    feed.sequencer?.feed ?? ZeroAddress,
    feed.sequencer?.graceSeconds ?? 0n,
  ];
  switch (feed.kind) {
    case "chainlink":
      return { contract: "ChainlinkSource", args: [feed.aggregator, ...terms] };
    case "pyth": {
      const { priceId, maxConfBps, sigmas, minExpo, maxExpo } = feed;
      return { contract: "PythSource", args: [pyth, priceId, terms, [maxConfBps, sigmas, minExpo, maxExpo]] };
    }
    case "redstone": {
      const { feedId, decimals, signers, threshold } = feed;
      const args = [encodeBytes32String(feedId), decimals, signers, threshold, terms];
      return { contract: "RedStoneSource", args };
    }
  }
}

/** The router, and for each asset its sources and their set. */
export function planPrices(
  { planner, config, assets }: Plan,
  { manager }: ReturnType<typeof planGovernance>,
) {
  const router = planner.contract("PriceRouter", [manager, config.warmForSeconds]);
  const feedSets = new Map<string, { readonly feedSet: string; readonly sources: readonly string[] }>();
  for (const { symbol, feeds, deltaBps } of assets) {
    const sources = feeds.map((feed) => {
      const { contract, args } = sourceOf(feed, config.pyth ?? ZeroAddress);

      return planner.contract(contract, args, { id: sourceName(symbol, feed.upstream) });
    });
    const feedSet = planner.contract("FeedSet", [sources, deltaBps], { id: feedSetName(symbol) });
    feedSets.set(symbol, { feedSet, sources });
  }
  return { router, feedSets };
}
