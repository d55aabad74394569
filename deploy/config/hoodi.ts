import type { SuiteConfigInput } from "./schema.ts";
import { config as sepolia } from "./sepolia.ts";

/** Hoodi, to be completed: like Sepolia, and without a price feed that is known for sure. */
export const config: SuiteConfigInput = {
  ...sepolia,
  network: "hoodi",
  chainId: 560_048,
  assets: sepolia.assets.map((asset) => ({ ...asset, feeds: [] })),
};
