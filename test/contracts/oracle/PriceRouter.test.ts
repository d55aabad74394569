import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { BaseContract } from "ethers";
import { id } from "ethers";
import hre from "hardhat";

// One protocol, end to end and with everything cold: three Chainlink feeds replaying real rounds, the feed set, the
// router. Unit and fuzz tests are in the .t.sol files beside this one.

interface Round {
  readonly roundId: string;
  readonly answer: string;
  readonly startedAt: number;
  readonly updatedAt: number;
}

const vector: { readonly heartbeat: number; readonly rounds: readonly Round[] } = JSON.parse(
  readFileSync(new URL("../../vectors/chainlink-eth-usd.json", import.meta.url), "utf8"),
);

const HALT = 0n;
const DEGRADED = 1n;
const NORMAL = 3n;
const WARM_FOR = 300;
const MAX_AGE = vector.heartbeat + 300;
const ETHER = 1n << 248n;

/** The embedded chain, three feeds with the first real round, and a router whose only powers are the deployer's. */
async function deployed() {
  const { ethers, networkHelpers } = await hre.network.create({
    override: { initialDate: new Date(1_600_000_000_000), allowBlocksWithSameTimestamp: true },
  });
  const [deployer] = await ethers.getSigners();
  if (deployer === undefined) throw new Error("the embedded chain has no account");
  const none = "0x0000000000000000000000000000000000000000";
  const bounds = [100n * 10n ** 12n, 100_000n * 10n ** 12n] as const;
  const feeds: BaseContract[] = [];
  const sources: BaseContract[] = [];
  for (const name of ["one", "two", "three"]) {
    const feed = await ethers.deployContract("MockAggregator", [8]);
    sources.push(
      await ethers.deployContract("ChainlinkSource", [feed.target, id(name), MAX_AGE, ...bounds, none, 0]),
    );
    feeds.push(feed);
  }
  const feedSet = await ethers.deployContract("FeedSet", [sources.map((source) => source.target), 200]);
  const manager = await ethers.deployContract("AccessManager", [deployer.address]);
  const router = await ethers.deployContract("PriceRouter", [manager.target, WARM_FOR]);
  await router.getFunction("setFeedSet")(ETHER, none, feedSet.target);

  const push = async (round: Round, indices: readonly number[] = [0, 1, 2]) => {
    for (const index of indices) {
      const feed = feeds[index];
      if (feed === undefined) throw new Error(`there is no feed ${index}`);
      await feed.getFunction("push")(round.roundId, round.answer, round.startedAt, round.updatedAt);
    }
  };
  const peek = async () => await router.getFunction("peek")(ETHER);
  const gasOf = async (name: string) => {
    const sent = await router.getFunction(name).send(ETHER, { gasLimit: 1_000_000 });
    const receipt = await sent.wait();
    return receipt?.gasUsed ?? 0n;
  };
  return { networkHelpers, router, push, peek, gasOf };
}

describe("PriceRouter with Chainlink's real rounds", () => {
  it("follows every round, refuses the empty one, and halts when all are stale", async () => {
    const { networkHelpers, push, peek } = await deployed();
    let followed = 0;
    for (const round of vector.rounds) {
      if (round.updatedAt !== 0) await networkHelpers.time.increaseTo(round.updatedAt);
      await push(round);
      const price = await peek();
      if (round.updatedAt === 0) {
        expect(price.mode, "the phase's round 0").to.equal(HALT);
        continue;
      }
      expect(price.mode, round.roundId).to.equal(NORMAL);
      expect(price.mid, round.roundId).to.equal(BigInt(round.answer) * 10_000n);
      expect(price.sourceMask).to.equal(7n);
      followed += 1;
    }
    expect(followed).to.equal(vector.rounds.length - 1);
    const last = vector.rounds.at(-1);
    if (last === undefined) throw new Error("the vector is empty");
    await networkHelpers.time.increaseTo(last.updatedAt + MAX_AGE + 1);
    expect((await peek()).mode).to.equal(HALT);
  });

  it("outlives one feed that hangs on an old round, and is degraded by two", async () => {
    const { networkHelpers, push, peek } = await deployed();
    const [, first] = vector.rounds;
    const later = vector.rounds.at(-1);
    if (first === undefined || later === undefined) throw new Error("the vector is empty");
    await networkHelpers.time.increaseTo(first.updatedAt);
    await push(first);
    await networkHelpers.time.increaseTo(later.updatedAt);
    await push(later, [1, 2]);
    const price = await peek();
    expect(price.mode).to.equal(NORMAL);
    expect(price.sourceMask).to.equal(6n);
    expect(price.mid).to.equal(BigInt(later.answer) * 10_000n);
    await push(first, [1]);
    expect((await peek()).mode).to.equal(DEGRADED);
  });

  it("asks three cold sources for at most 35,000 gas more than a warm price", async () => {
    const { networkHelpers, push, gasOf } = await deployed();
    const round = vector.rounds.at(-1);
    if (round === undefined) throw new Error("the vector is empty");
    await networkHelpers.time.increaseTo(round.updatedAt);
    await push(round);
    const cold = await gasOf("peek");
    const firstPoke = await gasOf("poke");
    const warm = await gasOf("peek");
    const poke = await gasOf("poke");
    console.log(
      `      gas: peek warm ${warm}, cold ${cold} (+${cold - warm}); poke ${poke}, first ${firstPoke}`,
    );
    expect(cold - warm).to.be.greaterThan(20_000n); // three sources really were asked
    expect(cold - warm).to.be.at.most(35_000n);
  });
});
