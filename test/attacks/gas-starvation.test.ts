import { assert, expect } from "chai";
import hre from "hardhat";
import type {
  ExitPolicy,
  FeedSet,
  MockApp,
  MockSource,
  PriceRouter,
  ReentrantReceiver,
} from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import { KINDS, MODE, NATIVE, NEVER, PLAIN_LISTING, paramKey, TIERS } from "../support/deployCore.ts";
import { CENT, type Stage, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

const MONEY = 1_000_000n * CENT;
const PAID = ethers.ZeroHash;

/** `ListMode` of the mock list. */
const LIST = { ANSWER: 0, REVERT: 1, BURN: 5 } as const;
/** `Illness` of the mock source. */
const BURNS = 3;

async function ready() {
  const s = await setStage(connection);
  const { id } = await s.token();
  await s.ready(s.anna, 1n, id, MONEY, s.anna);
  return { ...s, id };
}

type Ready = Awaited<ReturnType<typeof ready>>;

/** The same with the real router over three sources, all of which the test holds. */
async function realPrices() {
  const s = await ready();
  const sources = await Promise.all(
    ["a", "b", "c"].map((name) => deployAs<MockSource>(ethers, "MockSource", [ethers.id(name)])),
  );
  const feeds = await deployAs<FeedSet>(ethers, "FeedSet", [sources.map((x) => x.target), 200]);
  const router = await deployAs<PriceRouter>(ethers, "PriceRouter", [s.manager, 0]);
  await router.setFeedSet(s.id, ethers.ZeroAddress, feeds);
  const policy = await deployAs<ExitPolicy>(ethers, "ExitPolicy", [s.manager, router, s.sanctions]);
  const set = policy.interface.getFunction("set").selector;
  await s.manager.setTargetFunctionRole(policy, [set], 1n);
  for (const [tier, row] of TIERS.entries()) {
    const kinds = [
      [KINDS.TIER_WINDOW, row.window],
      [KINDS.TIER_SINGLE, row.single],
      [KINDS.TIER_SOON, row.soon],
      [KINDS.TIER_LATE, row.late],
    ] as const;
    for (const [kind, value] of kinds)
      await policy.getFunction("set")(paramKey(kind, BigInt(tier)), 0, NEVER, value);
  }
  await policy.getFunction("set")(paramKey(KINDS.ASSET_BREAKER, s.id), 0, NEVER, PLAIN_LISTING.breaker);
  await s.vault.setPolicy(s.policy, await s.policy.revision(), NEVER, policy);
  for (const source of sources) await source.set(true, 10n ** 12n, 0, await s.now());
  return { ...s, sources };
}

/** What a request would come to with this much gas: its answer, or undefined if it reverts. */
async function verdict(s: Ready, gasLimit: bigint): Promise<string | undefined> {
  return s.vault
    .connect(s.anna)
    .withdraw.staticCall(s.id, CENT, s.anna, { gasLimit })
    .catch(() => undefined);
}

/** Every verdict that any amount of gas can bring about. */
async function verdicts(s: Ready): Promise<Set<string>> {
  const all = new Set<string>();
  let reverted = 0;
  for (
    let gas = 40_000n;
    gas <= 1_400_000n;
    gas += gas < 500_000n ? 20_000n : gas < 900_000n ? 2_000n : 50_000n
  ) {
    const one = await verdict(s, gas);
    if (one === undefined) reverted++;
    else all.add(one);
  }
  // The sweep starts where nothing can succeed; else it would show nothing.
  expect(reverted).to.be.greaterThan(20);
  return all;
}

describe("attack: gas starvation", () => {
  it("REVIEW 15: of a quote: a request reverts or gets its right verdict, instant here, whatever gas it is given", async () => {
    const s = await networkHelpers.loadFixture(ready);
    expect([...(await verdicts(s))]).to.deep.equal([PAID]);
    await s.audit();
  });

  it("of the screening inside a quote: a list that burns its gas is silent, never more", async () => {
    const s = await networkHelpers.loadFixture(ready);
    await s.sanctions.setMode(LIST.BURN);
    const all = [...(await verdicts(s))];
    expect(all).to.have.length(1);
    const asked = await s.ask(s.anna, s.id, CENT, s.anna);
    expect(asked.reasons).to.deep.equal(["SCREENING_DOWN"]);
    await s.audit();
  });

  it("of prices: starved sources don't look faulty, so nothing queues that would have been instant", async () => {
    const s = await networkHelpers.loadFixture(realPrices);
    expect([...(await verdicts(s))]).to.deep.equal([PAID]);
    await s.audit();
  });

  it("REVIEW 5: sources and list that all burn their gas at once still leave a verdict, not QUOTE_FAILED", async () => {
    const s = await networkHelpers.loadFixture(realPrices);
    for (const source of s.sources) await source.fallIll(BURNS);
    await s.sanctions.setMode(LIST.BURN);
    const all = [...(await verdicts(s))];
    expect(all).to.have.length(1);
    const asked = await s.ask(s.anna, s.id, CENT, s.anna);
    expect(asked.reasons).to.deep.equal(["ABOVE_SINGLE_LIMIT", "SCREENING_DOWN", "PRICE_NOT_NORMAL"]);
    if (asked.paid) assert.fail("it was instant");
    expect(asked.exit.late - (await s.now())).to.equal(TIERS[1].late);
    await s.audit();
  });

  it("of the screening inside a release: no gas makes a healthy list look silent, even after its 72 hours", async () => {
    const s = await networkHelpers.loadFixture(ready);
    const exit = await s.queue(s.anna, s.id, 100n * CENT, s.mallory);
    await s.waitUntil(exit.late + 96n * 3_600n);
    await s.sanctions.setListed(s.mallory, true);
    const outcomes = new Set<string>();
    for (let gas = 40_000n; gas <= 400_000n; gas += 2_000n) {
      const paid = await s.vault.release.staticCall(exit, { gasLimit: gas }).catch(() => "revert");
      outcomes.add(String(paid));
    }
    expect([...outcomes].sort()).to.deep.equal(["false", "revert"]);
    await s.audit();
  });

  it("REVIEW 15: of a push: the recipient's code gets its gas or the release reverts, the exit stays", async () => {
    const s = await networkHelpers.loadFixture(ready);
    // It calls back, which takes gas; a starved push would leave it unpaid or unheard.
    const receiver = await deployAs<ReentrantReceiver>(ethers, "ReentrantReceiver");
    await receiver.arm(s.vault, s.vault.interface.encodeFunctionData("screen", [s.carl.address]));
    const to = await receiver.getAddress();
    await s.fund(s.bert, NATIVE, 10n ** 21n);
    const exit = await s.queue(s.bert, NATIVE, 10n ** 15n, to);
    await s.waitUntil(exit.late);
    const snapshot = await networkHelpers.takeSnapshot();
    let paid = 0;
    let reverted = 0;
    for (let gas = 80_000n; gas <= 300_000n; gas += 10_000n) {
      const receipt = await s.vault
        .release(exit, { gasLimit: gas })
        .then((sent) => sent.wait())
        .catch(() => null);
      const open = (await s.vault.openOf(s.idOf(exit))).phase !== 0n;
      const got = await ethers.provider.getBalance(to);
      // Paid and gone, or reverted and open: nothing between.
      expect([open, got]).to.deep.equal(receipt ? [false, 10n ** 15n] : [true, 0n]);
      receipt ? paid++ : reverted++;
      await snapshot.restore();
    }
    expect(Math.min(paid, reverted)).to.be.greaterThan(0);
    await s.audit();
  });

  it("of an app's hook: a starved hook reverts the push with it", async () => {
    const s = await networkHelpers.loadFixture(ready);
    const app = await deployAs<MockApp>(ethers, "MockApp", [s.vault]);
    await s.vault.setKind(app, 1);
    const snapshot = await networkHelpers.takeSnapshot();
    let done = 0;
    let reverted = 0;
    for (let gas = 60_000n; gas <= 400_000n; gas += 20_000n) {
      const sent = await s.vault
        .connect(s.anna)
        .callWith(app, [s.id], [CENT], "0x", { gasLimit: gas })
        .then((tx) => tx.wait())
        .catch(() => null);
      expect(await s.vault.balanceOf(app, s.id)).to.equal(sent ? CENT : 0n);
      expect(await app.calls()).to.equal(sent ? 1n : 0n);
      sent ? done++ : reverted++;
      await snapshot.restore();
    }
    expect(Math.min(done, reverted)).to.be.greaterThan(0);
    await s.audit();
  });

  it("REVIEW 11: an unknown price enters no clock as zero: at HALT nothing is instant, nothing is charged", async () => {
    const s: Stage & { id: bigint } = await networkHelpers.loadFixture(ready);
    for (const mode of [MODE.HALT, MODE.DEGRADED, MODE.DISPUTED]) {
      await s.router.setPrice(s.id, mode === MODE.HALT ? 0n : 10n ** 12n, mode);
      const asked = await s.ask(s.anna, s.id, CENT, s.anna);
      expect(asked.reasons).to.include("PRICE_NOT_NORMAL");
      if (mode === MODE.HALT) expect(asked.reasons).to.include("ABOVE_SINGLE_LIMIT");
    }
    expect(await s.vault.windowOf(ethers.zeroPadValue(s.anna.address, 32))).to.equal(0n);
    await s.audit();
  });
});
