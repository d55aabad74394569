import { encodeBytes32String, ZeroAddress } from "ethers";
import { upstreamId } from "../../src/governance/price-source.ts";
import type { SuiteConfig } from "../config/schema.ts";

/** `SourceTerms` of contracts/oracle/BaseSource.sol. */
const TERMS = ["bytes32", "uint32", "uint64", "uint64", "address", "uint32"] as const;
/** `PythTerms` of contracts/oracle/PythSource.sol. */
const PYTH_TERMS = ["uint16", "uint8", "int32", "int32"] as const;

const tuple = (types: readonly string[]): string => `tuple(${types.join(",")})`;

/** A price source's contract, and what its constructor was given. */
export interface DeclaredSource {
  readonly name: "ChainlinkSource" | "PythSource" | "RedStoneSource";
  readonly types: readonly string[];
  readonly values: readonly unknown[];
}

/**
 * What the parameter file declares of a source. Written apart from what deploys it, so that one mistake is not made twice.
 *
 * @param aggregator The feed of a Chainlink source: where the file asks for a mock, it has no address.
 */
export function declaredSource(
  feed: SuiteConfig["assets"][number]["feeds"][number],
  aggregator: string,
  pyth: string,
): DeclaredSource {
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
      return { name: "ChainlinkSource", types: ["address", ...TERMS], values: [aggregator, ...terms] };
    case "pyth":
      return {
        name: "PythSource",
        types: ["address", "bytes32", tuple(TERMS), tuple(PYTH_TERMS)],
        values: [pyth, feed.priceId, terms, [feed.maxConfBps, feed.sigmas, feed.minExpo, feed.maxExpo]],
      };
    case "redstone":
      return {
        name: "RedStoneSource",
        types: ["bytes32", "uint8", "address[]", "uint8", tuple(TERMS)],
        values: [encodeBytes32String(feed.feedId), feed.decimals, feed.signers, feed.threshold, terms],
      };
  }
}
