/** The chain that Hardhat embeds in a process: it ends with it. */
export const EMBEDDED_CHAIN = 31_337n;

/** Chains of development nodes, which anyone may start again from nothing: mocks exist on these alone. */
export const DEVELOPMENT_CHAINS: ReadonlySet<bigint> = new Set(
  Array.from({ length: 10 }, (_, index) => EMBEDDED_CHAIN + BigInt(index)),
);

/** Public networks whose coins are worth nothing, by the chain id that chainlist.org gives. */
export const TEST_CHAINS: ReadonlyMap<bigint, string> = new Map([
  [11_155_111n, "sepolia"],
  [560_048n, "hoodi"],
  [17_000n, "holesky"],
  [84_532n, "base-sepolia"],
  [421_614n, "arbitrum-sepolia"],
  [11_155_420n, "optimism-sepolia"],
  [97n, "bsc-testnet"],
  [80_002n, "polygon-amoy"],
  [43_113n, "avalanche-fuji"],
]);

/** What is at stake on a chain. */
export type ChainKind = "development" | "test" | "main";

/** A chain that is not known to be worthless is a main network: a list of those would always be too short. */
export function kindOfChain(chainId: bigint): ChainKind {
  if (DEVELOPMENT_CHAINS.has(chainId)) return "development";
  return TEST_CHAINS.has(chainId) ? "test" : "main";
}
