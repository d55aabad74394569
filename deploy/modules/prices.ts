import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { id, ZeroAddress } from "ethers";
import type { governanceModule } from "./governance.ts";
import type { Plan } from "./plan.ts";

/** The names under which the module returns an asset's parts. */
export const feedSetName = (symbol: string): string => `feedSet_${symbol}`;
export const sourceName = (symbol: string, upstream: string): string =>
  `source_${symbol}_${upstream.replaceAll(/\W/g, "_")}`;

/** Who stands behind a source, as ChainlinkSource keeps it. */
export const upstreamId = (upstream: string): string => id(upstream);

/** The router, and for each asset its sources and their set. */
export function pricesModule(plan: Plan, governance: ReturnType<typeof governanceModule>) {
  return buildModule("Prices", (m) => {
    const { manager } = m.useModule(governance);
    const router = m.contract("PriceRouter", [manager, plan.config.warmForSeconds]);
    const parts = plan.assets.flatMap(({ symbol, feeds, deltaBps }) => {
      const sources = feeds.map((feed) => {
        const name = sourceName(symbol, feed.upstream);
        const source = m.contract(
          "ChainlinkSource",
          [
            feed.aggregator,
            upstreamId(feed.upstream),
            feed.maxAgeSeconds,
            feed.minPrice,
            feed.maxPrice,
            feed.sequencer?.feed ?? ZeroAddress,
            feed.sequencer?.graceSeconds ?? 0n,
          ],
          { id: name },
        );
        return [name, source] as const;
      });
      const set = m.contract("FeedSet", [sources.map(([, source]) => source), deltaBps], {
        id: feedSetName(symbol),
      });
      return [...sources, [feedSetName(symbol), set] as const];
    });
    return { router, ...Object.fromEntries(parts) };
  });
}
