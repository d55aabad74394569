import { testnet } from "./testnet.ts";

/** Hoodi has no price feed that is known for sure: name three of your own. */
export const config = testnet({
  network: "hoodi",
  chainId: 560_048,
  symbol: "eth",
  aggregator: undefined,
});
