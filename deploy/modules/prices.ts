import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { encodeBytes32String, id, ZeroAddress } from "ethers";
import type { governanceModule } from "./governance.ts";
import type { Plan, PlannedFeed } from "./plan.ts";

/** The names under which the module returns an asset's parts. */
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
export function pricesModule(plan: Plan, governance: ReturnType<typeof governanceModule>) {
  return buildModule("Prices", (m) => {
    const { manager } = m.useModule(governance);
    const router = m.contract("PriceRouter", [manager, plan.config.warmForSeconds]);
    const parts = plan.assets.flatMap(({ symbol, feeds, deltaBps }) => {
      const sources = feeds.map((feed) => {
        const name = sourceName(symbol, feed.upstream);
        const { contract, args } = sourceOf(feed, plan.config.pyth ?? ZeroAddress);
        return [name, m.contract(contract, args, { id: name })] as const;
      });
      const set = m.contract("FeedSet", [sources.map(([, source]) => source), deltaBps], {
        id: feedSetName(symbol),
      });
      return [...sources, [feedSetName(symbol), set] as const];
    });
    return { router, ...Object.fromEntries(parts) };
  });
}
