import { expect } from "chai";
import { Wallet } from "ethers";
import hre from "hardhat";
import { config as local } from "../../deploy/config/local.ts";
import { parseConfig, type SuiteConfigInput } from "../../deploy/config/schema.ts";
import { CREATEX } from "../../deploy/factories/createx.ts";
import { canonicalSafe } from "../../deploy/factories/safe-contracts.ts";
import { checkPreflight, preflight } from "../../deploy/preflight.ts";
import type { MockAggregator } from "../../typechain-types/index.ts";
import { refusal } from "../support/refusal.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

/** What is not good, as `state name: found`. */
async function symptoms(change: Partial<SuiteConfigInput> = {}): Promise<string[]> {
  const all = await preflight(connection, parseConfig({ ...local, ...change }));
  return all
    .filter(({ state }) => state !== "good")
    .map(({ name, state, found }) => `${state} ${name}: ${found}`);
}

function withFeed(aggregator: string, change: object = {}): Partial<SuiteConfigInput> {
  const [eth] = local.assets;
  const [feed] = eth?.feeds ?? [];
  if (eth === undefined || feed === undefined) throw new Error("the local file has feeds");
  return {
    assets: [{ ...eth, feeds: [{ ...feed, aggregator, ...change } as typeof feed, ...eth.feeds.slice(1)] }],
  };
}

describe("Preflight", () => {
  beforeEach(async () => {
    const { takeSnapshot } = networkHelpers;
    const before = await takeSnapshot();
    restore = () => before.restore();
  });
  afterEach(() => restore());
  let restore: () => Promise<void>;

  it("finds nothing wrong with the embedded chain, and looks at each kind of thing", async () => {
    const all = await preflight(connection, parseConfig(local));
    expect(all.filter(({ state }) => state !== "good")).to.deep.equal([]);
    expect(all.map(({ name }) => name)).to.deep.equal([
      "chain id",
      "clock",
      "build",
      "createx",
      "safe contracts",
      "gas price",
      "balance",
    ]);
  });

  it("sees another chain, and asks it nothing else", async () => {
    expect(await symptoms({ chainId: 31_338 })).to.deep.equal([
      "bad chain id: the node is chain 31337, the parameter file is for 31338",
    ]);
  });

  it("sees foreign code in the factories' places", async () => {
    await networkHelpers.setCode(CREATEX, "0x00");
    await networkHelpers.setCode(canonicalSafe().factory, "0x00");
    const found = await symptoms();
    expect(found[0]).to.equal(`bad createx: other code stands at ${CREATEX}`);
    expect(found[1]).to.match(/^bad safe contracts: This chain's Safe factory is not the canonical one/);
  });

  it("sees a deployer who can't pay, and says that before anything else is tried", async () => {
    const [deployer] = await ethers.getSigners();
    await networkHelpers.setBalance(deployer?.address ?? "", 10n ** 15n);
    expect((await symptoms())[0]).to.match(/^bad balance: 0x.* has 0.001; \d+ of \d+ steps left/);
    const stop = (change: Partial<SuiteConfigInput>) =>
      refusal(checkPreflight(connection, parseConfig({ ...local, ...change }), undefined, () => {}));
    expect((await stop({})).code).to.equal("OUT_OF_FUNDS");
    const both = await stop(withFeed(Wallet.createRandom().address));
    expect(both.code).to.equal("PREFLIGHT_FAILED");
    expect(both.message).to.include("balance:").and.to.include("feed:");
  });

  it("sees feeds that are not there, stale, or outside their bounds", async () => {
    expect((await symptoms(withFeed(Wallet.createRandom().address)))[0]).to.match(
      /^bad feed: .* does not answer$/,
    );
    const feed = (await ethers.deployContract("MockAggregator", [8])) as unknown as MockAggregator;
    const address = await feed.getAddress();
    const now = BigInt(await networkHelpers.time.latest());
    await feed.push(1n, 200_000_000_000n, now, now);
    expect(await symptoms(withFeed(address))).to.deep.equal([]);
    expect((await symptoms(withFeed(address, { maxPrice: 10n ** 15n, minPrice: 1n })))[0]).to.match(
      /outside 1 to/,
    );
    await networkHelpers.time.increase(2n * 86_400n);
    expect((await symptoms(withFeed(address)))[0]).to.match(/^bad feed: .* is \d+ s old, allowed are/);
  });

  it("sees tokens, lists and Pyth contracts that are not there", async () => {
    const nobody = Wallet.createRandom().address;
    const [, btc] = local.assets;
    if (btc === undefined) throw new Error("the local file lists tokens");
    expect((await symptoms({ assets: [{ ...btc, token: nobody }] }))[0]).to.match(
      /^bad token: btc: no token answers/,
    );
    expect((await symptoms({ sanctionsList: nobody }))[0]).to.match(/^bad sanctions: no list answers/);
    const pyth = {
      kind: "pyth" as const,
      upstream: "pyth",
      maxAgeSeconds: 60,
      minPrice: 1n,
      maxPrice: 10n ** 18n,
      priceId: `0x${"1f".repeat(32)}`,
      maxConfBps: 100,
      sigmas: 3,
      minExpo: -8,
      maxExpo: -8,
    };
    const [eth] = local.assets;
    if (eth === undefined) throw new Error("the local file lists ether");
    const found = await symptoms({ pyth: nobody, assets: [{ ...eth, feeds: [...eth.feeds, pyth] }] });
    expect(found[0]).to.match(/^bad feed: eth from pyth: no Pyth contract at/);
  });

  it("sees guardian keys that have expired or soon will, and numbers that never act", async () => {
    const [key] = local.guardianKeys;
    if (key === undefined) throw new Error("the local file has a guardian key");
    const until = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
    expect((await symptoms({ guardianKeys: [{ ...key, expires: until(-1) }] }))[0]).to.match(
      /^bad guardian key: .* expired/,
    );
    expect((await symptoms({ guardianKeys: [{ ...key, expires: until(20) }] }))[0]).to.match(
      /^warning guardian key/,
    );
    const [eth, ...rest] = local.assets;
    if (eth === undefined) throw new Error("the local file lists ether");
    const found = await symptoms({
      assets: [{ ...eth, capTicks: 1_000n, unverifiedCapTicks: 1_000n }, ...rest],
    });
    expect(found).to.include(
      "warning parameters: eth: breakerTicks is above capTicks, so that it never acts",
    );
    expect(found).to.include("warning parameters: eth: hotMaxTicks is above capTicks, so that it never acts");
    expect(await symptoms({ unverifiedPoolCents: 1n })).to.deep.equal([
      "warning parameters: unverifiedPoolCents is below one unverified owner's own limit",
    ]);
  });
});
