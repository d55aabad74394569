import { testnet } from "./testnet.ts";

/** Chainlink's BNB / USD of docs.chain.link/data-feeds/price-feeds/addresses, BNB Chain Testnet. */
export const config = testnet({
  network: "bsc-testnet",
  chainId: 97,
  symbol: "bnb",
  aggregator: "0x2514895c72f50D8bd4B4F9b1110F0D6bD2c97526",
});
