import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroAddress } from "ethers";
import { sourceCode } from "../../src/governance/price-source.ts";
import type { governanceModule } from "./governance.ts";
import type { Plan } from "./plan.ts";

/** The names under which the module returns an asset's parts. */
export const feedSetName = (symbol: string): string => `feedSet_${symbol}`;
export const sourceName = (symbol: string, upstream: string): string =>
  `source_${symbol}_${upstream.replaceAll(/\W/g, "_")}`;

/** The router, and for each asset its sources and their set. */
export function pricesModule(plan: Plan, governance: ReturnType<typeof governanceModule>) {
  return buildModule("Prices", (m) => {
    const { manager } = m.useModule(governance);
    const router = m.contract("PriceRouter", [manager, plan.config.warmForSeconds]);
    const parts = plan.assets.flatMap(({ symbol, feeds, deltaBps }) => {
      const sources = feeds.map((feed) => {
        const name = sourceName(symbol, feed.upstream);
        const { contract, args } = sourceCode(feed, plan.config.pyth ?? ZeroAddress);
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
