import { expect } from "chai";
import { encodeBytes32String, id, ZeroAddress } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { config as local } from "../../deploy/config/local.ts";
import { parseConfig, type SuiteConfig } from "../../deploy/config/schema.ts";
import { deploySuite, type Suite } from "../../deploy/suite.ts";
import { verifyDeployment } from "../../deploy/verify.ts";
import type { MockPyth } from "../../typechain-types/index.ts";
import { redstonePayload, redstoneSigners } from "../support/redstone.ts";
import { connection, creationCode, ethers, networkHelpers, now } from "./scene.ts";

const PRICE_ID = id("Crypto.ETH/USD");
const PYTH_FEE = 7n;
const DOLLARS = 2_000;
/** `Mode` of contracts/oracle/interfaces/IPriceRouter.sol. */
const DEGRADED = 1n;
const NORMAL = 3n;
const SIGNERS = redstoneSigners(0, 1, 2, 3, 4);

interface ThreeKinds {
  readonly suite: Suite;
  readonly pyth: MockPyth;
}

/** A suite whose one asset has a feed of each kind. */
async function threeKinds(): Promise<ThreeKinds> {
  const pyth = (await ethers.deployContract("MockPyth", [60, PYTH_FEE])) as unknown as MockPyth;
  const [asset] = local.assets;
  if (asset === undefined) throw new Error("the local file lists assets");
  const terms = { maxAgeSeconds: 600, minPrice: 100n * 10n ** 12n, maxPrice: 100_000n * 10n ** 12n };
  const config = parseConfig({
    ...local,
    // The scenarios' own suite may stand on this chain already.
    salt: "feeds",
    pyth: await pyth.getAddress(),
    assets: [
      {
        ...asset,
        feeds: [
          {
            ...terms,
            aggregator: { mock: { decimals: 8, answer: BigInt(DOLLARS) * 10n ** 8n } },
            upstream: "chainlink",
          },
          {
            ...terms,
            kind: "pyth",
            upstream: "pyth",
            priceId: PRICE_ID,
            maxConfBps: 100,
            sigmas: 3,
            minExpo: -10,
            maxExpo: -6,
          },
          {
            ...terms,
            kind: "redstone",
            upstream: "redstone",
            feedId: "ETH",
            decimals: 8,
            signers: SIGNERS,
            threshold: 3,
          },
        ],
      },
    ],
  });
  return { suite: await deploySuite(connection, config), pyth };
}

type Feed = SuiteConfig["assets"][number]["feeds"][number];

/** The suite's parameter file with its feeds changed. */
function withFeeds({ config }: Suite, change: (feed: Feed) => Feed): SuiteConfig {
  return { ...config, assets: config.assets.map((asset) => ({ ...asset, feeds: asset.feeds.map(change) })) };
}

/** Ids of the checks that fail. */
async function failures(
  { addresses }: { addresses: SuiteAddresses },
  config: SuiteConfig,
): Promise<string[]> {
  const results = await verifyDeployment(ethers.provider, addresses, config, creationCode);
  return results.filter(({ ok }) => !ok).map((result) => result.id);
}

describe("A deployment with a feed of each kind", () => {
  it("has every declared property", async () => {
    const { suite, pyth } = await networkHelpers.loadFixture(threeKinds);
    const results = await verifyDeployment(ethers.provider, suite.addresses, suite.config, creationCode);
    expect(results.filter(({ ok }) => !ok)).to.deep.equal([]);
    expect(results.map((result) => result.id)).to.include.members([
      "code.source.eth.chainlink",
      "code.source.eth.pyth",
      "code.source.eth.redstone",
      "code.pullPrices",
    ]);
    const [asset] = suite.addresses.assets;
    expect(asset?.sources.map(({ kind }) => kind)).to.deep.equal(["chainlink", "pyth", "redstone"]);
    expect(asset?.sources[1]?.feed).to.equal(await pyth.getAddress());
  });

  it("prices its asset once PullPrices has brought what Pyth and RedStone signed", async () => {
    const { suite, pyth } = await networkHelpers.loadFixture(threeKinds);
    const { router, pullPrices } = suite.contracts;
    const eth = suite.assets.eth ?? 0n;
    await suite.mocks.refreshPrices();
    const time = await now();
    const price = BigInt(DOLLARS) * 10n ** 8n;
    const signed = await pyth.createPriceFeedUpdateData(PRICE_ID, price, 1n, -8, price, 1n, time, 0n);
    const payload = redstonePayload(
      Number(time) * 1_000,
      [0, 1, 2].map((key) => ({ key, prices: { ETH: DOLLARS } })),
    );
    expect((await router.peek(eth)).mode).to.equal(DEGRADED);
    const updates = { pyth: [signed], signed: [{ asset: eth, source: 2, payload }], assets: [eth] };
    await expect(pullPrices.update(updates, { value: PYTH_FEE })).to.not.emit(pullPrices, "UpdateFailed");
    expect((await router.peek(eth)).mode).to.equal(NORMAL);
  });

  it("sees a source with another signer where the declared one stood", async () => {
    const { suite } = await networkHelpers.loadFixture(threeKinds);
    const [asset] = suite.addresses.assets;
    const feed = suite.config.assets[0]?.feeds[2];
    if (feed?.kind !== "redstone") throw new Error("the third feed is RedStone's");
    const build = async (signers: readonly string[]) => {
      const terms = [id("redstone"), feed.maxAgeSeconds, feed.minPrice, feed.maxPrice, ZeroAddress, 0];
      const args = [encodeBytes32String("ETH"), 8, signers, 3, terms];
      return ethers.provider.getCode(await ethers.deployContract("RedStoneSource", args));
    };
    const place = asset?.sources[2]?.address ?? "";
    await networkHelpers.setCode(place, await build(SIGNERS));
    expect(await failures(suite, suite.config)).to.deep.equal([]);
    await networkHelpers.setCode(place, await build(redstoneSigners(0, 1, 2, 3, 5)));
    expect(await failures(suite, suite.config)).to.deep.equal(["code.source.eth.redstone"]);
  });

  it("sees another declared signer, threshold and name of RedStone's", async () => {
    const { suite } = await networkHelpers.loadFixture(threeKinds);
    for (const change of [
      { signers: redstoneSigners(0, 1, 2, 3, 5) },
      { threshold: 4n },
      { feedId: "BTC" },
      { decimals: 18n },
      { maxAgeSeconds: 601n },
    ]) {
      const config = withFeeds(suite, (feed) => (feed.kind === "redstone" ? { ...feed, ...change } : feed));
      expect(await failures(suite, config)).to.deep.equal(["code.source.eth.redstone"]);
    }
  });

  it("sees another declared price, unit and certainty of Pyth's", async () => {
    const { suite } = await networkHelpers.loadFixture(threeKinds);
    for (const change of [
      { priceId: id("Crypto.BTC/USD") },
      { maxConfBps: 101n },
      { sigmas: 2n },
      { minExpo: -11n },
      { maxExpo: -5n },
    ]) {
      const config = withFeeds(suite, (feed) => (feed.kind === "pyth" ? { ...feed, ...change } : feed));
      expect(await failures(suite, config)).to.deep.equal(["code.source.eth.pyth"]);
    }
  });

  it("sees another declared Pyth contract, whatever the addresses say", async () => {
    const { suite } = await networkHelpers.loadFixture(threeKinds);
    const other = await (await ethers.deployContract("MockPyth", [60, PYTH_FEE])).getAddress();
    const found = await failures(suite, { ...suite.config, pyth: other });
    expect(found).to.deep.equal(["code.pullPrices", "code.source.eth.pyth", "asset.eth.feed.1"]);
    const assets = suite.addresses.assets.map((asset) => ({
      ...asset,
      sources: asset.sources.map((source) => (source.kind === "pyth" ? { ...source, feed: other } : source)),
    }));
    expect(await failures({ addresses: { ...suite.addresses, assets } }, suite.config)).to.deep.equal([
      "asset.eth.feed.1",
    ]);
  });
});
