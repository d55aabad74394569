import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import {
  type BaseContract,
  concat,
  encodeBytes32String,
  HDNodeWallet,
  id,
  keccak256,
  toBeHex,
  ZeroAddress,
} from "ethers";
import type { Chain } from "./chain.ts";

const DAY = 86_400n;
const DOLLAR = 10n ** 12n;
const BOUNDS = [DOLLAR / 2n, DOLLAR * 2n] as const;
const MARKER = "0x000002ed57011e0000";
const PRICE_ID = id("bench");
/** Eight decimals. */
const PAR = 100_000_000n;

/** An asset's three sources, what they wrap, and how to make them young again. */
export interface PriceSources {
  readonly sources: readonly BaseContract[];
  readonly feeds: readonly BaseContract[];
  freshen(): Promise<void>;
}

/** Three Chainlink feeds. */
export async function pushSources(chain: Chain, by: HardhatEthersSigner): Promise<PriceSources> {
  const feeds: BaseContract[] = [];
  const sources: BaseContract[] = [];
  for (const name of ["one", "two", "three"]) {
    const feed = await chain.deploy("MockAggregator", [8]);
    feeds.push(feed);
    sources.push(await chainlinkSource(chain, feed, name));
  }
  let round = 0n;
  const freshen = async () => {
    round += 1n;
    const time = await chain.now();
    for (const [i, feed] of feeds.entries()) {
      await chain.send(by, feed, "push", [round, PAR + BigInt(i) * 10_000n, time, time]);
    }
  };
  return { sources, feeds, freshen };
}

/** One source of each kind: a Chainlink feed, Pyth (its own mock, which stores more than the real one), RedStone. */
export async function mixedSources(chain: Chain, by: HardhatEthersSigner): Promise<PriceSources> {
  const feed = await chain.deploy("MockAggregator", [8]);
  const pyth = await chain.deploy("MockPyth", [3_600, 1]);
  const signers = [1n, 2n, 3n].map((seed) => HDNodeWallet.fromSeed(toBeHex(seed, 32)));
  const terms = (upstream: string) => [id(upstream), 3_600n, ...BOUNDS, ZeroAddress, 0];
  const redstone = await chain.deploy("RedStoneSource", [
    encodeBytes32String("BENCH"),
    8,
    signers.map(({ address }) => address),
    2,
    terms("redstone"),
  ]);
  const sources = [
    await chainlinkSource(chain, feed, "chainlink"),
    await chain.deploy("PythSource", [pyth, PRICE_ID, terms("pyth"), [100, 2, -8, -8]]),
    redstone,
  ];
  let round = 0n;
  const freshen = async () => {
    round += 1n;
    const time = await chain.now();
    await chain.send(by, feed, "push", [round, PAR, time, time]);
    const make = pyth.getFunction("createPriceFeedUpdateData");
    const update = await make.staticCall(PRICE_ID, PAR, 10_000n, -8, PAR, 10_000n, time, 0);
    await chain.send(by, pyth, "updatePriceFeeds", [[update]], 1n);
    await chain.send(by, redstone, "update", [payload(signers, time)]);
  };
  return { sources, feeds: [feed], freshen };
}

function chainlinkSource(chain: Chain, feed: BaseContract, name: string): Promise<BaseContract> {
  return chain.deploy("ChainlinkSource", [feed, id(name), DAY, ...BOUNDS, ZeroAddress, 0]);
}

/** As RedStonePayload.sol lays it out: one point of 32 bytes in each package. */
function payload(signers: readonly HDNodeWallet[], seconds: bigint): string {
  const data = concat([
    encodeBytes32String("BENCH"),
    toBeHex(PAR, 32),
    toBeHex(seconds * 1_000n, 6),
    toBeHex(32, 4),
    toBeHex(1, 3),
  ]);
  const packages = signers.map(({ signingKey }) =>
    concat([data, signingKey.sign(keccak256(data)).serialized]),
  );
  return concat([...packages, toBeHex(signers.length, 2), toBeHex(0, 3), MARKER]);
}
