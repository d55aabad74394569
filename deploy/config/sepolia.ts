import { testnet } from "./testnet.ts";

/** Chainlink's ETH / USD of docs.chain.link/data-feeds/price-feeds/addresses, Ethereum Sepolia. */
export const config = testnet({
  network: "sepolia",
  chainId: 11_155_111,
  symbol: "eth",
  aggregator: "0x694AA1769357215DE4FAC081bf1f309aDC325306",
});
