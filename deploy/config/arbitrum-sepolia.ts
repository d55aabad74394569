import { testnet } from "./testnet.ts";

/** Chainlink's ETH / USD of docs.chain.link/data-feeds/price-feeds/addresses, Arbitrum Sepolia. It has no sequencer feed known for sure. */
export const config = testnet({
  network: "arbitrum-sepolia",
  chainId: 421_614,
  symbol: "eth",
  aggregator: "0xd30e2101a97dcbAeBCBC04F14C3f624E67A35165",
});
