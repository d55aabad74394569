import { encodeBytes32String, id, ZeroAddress } from "ethers";
import type { SuiteConfig } from "../../deploy/config/schema.ts";

type Feed = SuiteConfig["assets"][number]["feeds"][number];

/** A feed whose mock, if it asked for one, stands. */
export type PlainFeed =
  | Exclude<Feed, { kind: "chainlink" }>
  | (Omit<Extract<Feed, { kind: "chainlink" }>, "aggregator"> & { readonly aggregator: string });

/** Who stands behind a source, as sources keep it. */
export const upstreamId = (upstream: string): string => id(upstream);

type Argument = string | bigint | Argument[];

/** A price source's contract and what its constructor takes, in order. */
export interface SourceCode {
  readonly contract: "ChainlinkSource" | "PythSource" | "RedStoneSource";
  readonly args: Argument[];
}

/**
 * The contract that reads a feed.
 *
 * @param pyth the network's Pyth contract, for feeds that read it
 */
export function sourceCode(feed: PlainFeed, pyth: string): SourceCode {
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
      return { contract: "ChainlinkSource", args: [feed.aggregator, ...terms] };
    case "pyth": {
      const { priceId, maxConfBps, sigmas, minExpo, maxExpo } = feed;
      return { contract: "PythSource", args: [pyth, priceId, terms, [maxConfBps, sigmas, minExpo, maxExpo]] };
    }
    case "redstone": {
      const { feedId, decimals, signers, threshold } = feed;
      const args = [encodeBytes32String(feedId), decimals, signers, threshold, terms];
      return { contract: "RedStoneSource", args };
    }
  }
}
