import { encodeBytes32String, id, ZeroAddress } from "ethers";
import type {
  ChainlinkSource,
  ExitPolicy,
  FeedSet,
  MockAggregator,
  MockPyth,
  PriceRouter,
  PullPrices,
  PythSource,
  RedStoneSource,
} from "../../typechain-types/index.ts";
import { deployAs } from "./deployAs.ts";
import { KINDS, NATIVE, NATIVE_LISTING, NEVER, paramKey, TIERS } from "./deployCore.ts";
import { redstonePayload, redstoneSigners } from "./redstone.ts";
import { type Connection, type Stage, setStage } from "./stage.ts";

/** Seconds that a price of Pyth or RedStone is valid. */
export const PULL_AGE = 60n;
/** Seconds that the router uses a stored price. */
export const WARM_FOR = 300n;
/** Wei that Pyth's mock wants for each update. */
export const PYTH_FEE = 7n;
export const PRICE_ID = id("Crypto.ETH/USD");

/** The native currency, priced at about 2,000 dollars by a Chainlink feed, Pyth and RedStone. */
export interface ThreeSources extends Stage {
  readonly prices: PriceRouter;
  readonly realPolicy: ExitPolicy;
  readonly feed: MockAggregator;
  readonly pyth: MockPyth;
  readonly chainlink: ChainlinkSource;
  readonly pythSource: PythSource;
  readonly redstone: RedStoneSource;
  readonly pull: PullPrices;
  /** A new round of the Chainlink feed. */
  push(dollars?: number): Promise<void>;
  /** Pyth's signed update; published now if no time is given. */
  pythUpdate(dollars?: number, publishedAt?: bigint, conf?: number): Promise<string>;
  /** RedStone's; observed now, signed by its first three signers. */
  payload(dollars?: number, observedAt?: bigint, keys?: readonly number[]): Promise<string>;
  /** Both, and the router's price of the asset. */
  fresh(dollars?: number): Promise<Brought>;
  /** A source of RedStone's with these signers. */
  redstoneSource(...keys: readonly number[]): Promise<RedStoneSource>;
  /** A feed set of these sources. */
  feedSet(...sources: readonly { readonly target: unknown }[]): Promise<FeedSet>;
}

/** `Updates` of IPullPrices. */
export interface Brought {
  pyth: string[];
  signed: { asset: bigint; source: number; payload: string }[];
  assets: bigint[];
}

export const NOTHING: Brought = { pyth: [], signed: [], assets: [] };

/** A stage whose policy asks a real router over the three kinds of source; all three are fresh. */
export async function threeSources(connection: Connection): Promise<ThreeSources> {
  const s = await setStage(connection);
  const { ethers } = s;
  const bounds = [100n * 10n ** 12n, 100_000n * 10n ** 12n] as const;
  const terms = (upstream: string) => [id(upstream), PULL_AGE, ...bounds, ZeroAddress, 0];

  const feed = await deployAs<MockAggregator>(ethers, "MockAggregator", [8]);
  const chainlink = await deployAs<ChainlinkSource>(ethers, "ChainlinkSource", [
    feed,
    id("chainlink"),
    86_400,
    ...bounds,
    ZeroAddress,
    0,
  ]);
  const pyth = await deployAs<MockPyth>(ethers, "MockPyth", [PULL_AGE, PYTH_FEE]);
  const pythSource = await deployAs<PythSource>(ethers, "PythSource", [
    pyth,
    PRICE_ID,
    terms("pyth"),
    [100, 3, -8, -8],
  ]);
  const redstoneSource: ThreeSources["redstoneSource"] = (...keys) =>
    deployAs<RedStoneSource>(ethers, "RedStoneSource", [
      encodeBytes32String("ETH"),
      8,
      redstoneSigners(...keys),
      3,
      terms("redstone"),
    ]);
  const redstone = await redstoneSource(0, 1, 2, 3, 4);
  const feedSet: ThreeSources["feedSet"] = (...sources) =>
    deployAs<FeedSet>(ethers, "FeedSet", [sources.map(({ target }) => target), 200]);
  const prices = await deployAs<PriceRouter>(ethers, "PriceRouter", [s.manager, WARM_FOR]);
  await prices.setFeedSet(NATIVE, ZeroAddress, await feedSet(chainlink, pythSource, redstone));

  const realPolicy = await deployAs<ExitPolicy>(ethers, "ExitPolicy", [s.manager, prices, s.sanctions]);
  const set = realPolicy.getFunction("set");
  await s.manager.setTargetFunctionRole(realPolicy, [set.fragment.selector], 1n);
  for (const [tier, row] of TIERS.entries()) {
    const rows = [
      [KINDS.TIER_WINDOW, row.window],
      [KINDS.TIER_SINGLE, row.single],
      [KINDS.TIER_SOON, row.soon],
      [KINDS.TIER_LATE, row.late],
    ] as const;
    for (const [kind, value] of rows) await set(paramKey(kind, BigInt(tier)), 0, NEVER, value);
  }
  await set(paramKey(KINDS.ASSET_BREAKER, NATIVE), 0, NEVER, NATIVE_LISTING.breaker);
  await s.vault.setPolicy(s.policy, await s.policy.revision(), NEVER, realPolicy);
  const pull = await deployAs<PullPrices>(ethers, "PullPrices", [pyth, s.vault]);

  let round = 0n;
  const push: ThreeSources["push"] = async (dollars = 2_000) => {
    round += 1n;
    const now = await s.now();
    await feed.push(round, BigInt(Math.round(dollars * 1e8)), now, now);
  };
  const pythUpdate: ThreeSources["pythUpdate"] = async (dollars = 2_000, publishedAt, conf = 0.5) => {
    const price = BigInt(Math.round(dollars * 1e8));
    const width = BigInt(Math.round(conf * 1e8));
    const time = publishedAt ?? (await s.now());
    return pyth.createPriceFeedUpdateData(PRICE_ID, price, width, -8, price, width, time, 0);
  };
  const payload: ThreeSources["payload"] = async (dollars = 2_000, observedAt, keys = [0, 1, 2]) =>
    redstonePayload(
      Number(observedAt ?? (await s.now())) * 1000,
      keys.map((key) => ({ key, prices: { ETH: dollars } })),
    );
  await push();
  return {
    ...s,
    prices,
    realPolicy,
    feed,
    pyth,
    chainlink,
    pythSource,
    redstone,
    pull,
    push,
    pythUpdate,
    payload,
    redstoneSource,
    feedSet,
    fresh: async (dollars) => ({
      pyth: [await pythUpdate(dollars)],
      signed: [{ asset: NATIVE, source: 2, payload: await payload(dollars) }],
      assets: [NATIVE],
    }),
  };
}
