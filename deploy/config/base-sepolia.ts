import { testnet } from "./testnet.ts";

/** Chainlink's ETH / USD of docs.chain.link/data-feeds/price-feeds/addresses, Base Sepolia. It has no sequencer feed. */
export const config = testnet({
  network: "base-sepolia",
  chainId: 84_532,
  symbol: "eth",
  aggregator: "0x4aDC67696bA383F43DD60A9e78F2C97Fbbfc7cb1",
});
