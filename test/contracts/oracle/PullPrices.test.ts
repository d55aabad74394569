import { expect } from "chai";
import { ContractFactory, type ContractRunner, type InterfaceAbi } from "ethers";
import hre from "hardhat";
import { safeArtifact } from "../../../src/governance/safe-contracts.ts";
import type {
  MockPull,
  PullPrices,
  ReentrantReceiver,
  SelfDestructingSender,
} from "../../../typechain-types/index.ts";
import { deployAs } from "../../support/deployAs.ts";
import { MODE, NATIVE } from "../../support/deployCore.ts";
import { type Intent, type Party, VERB } from "../../support/stage.ts";
import {
  type Brought,
  NOTHING,
  PRICE_ID,
  PULL_AGE,
  PYTH_FEE,
  type ThreeSources,
  threeSources,
  WARM_FOR,
} from "../../support/threeSources.ts";

// With the real Vault, policy and router, a Chainlink feed, Pyth's own mock, and payloads that RedStone's package makes.

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

/** A twentieth of an ether, 100 dollars: instant for tier 1 if prices are NORMAL. */
const SOME = 5n * 10n ** 16n;
const FUNDS = 10n ** 20n;
const ONE_ETHER = 10n ** 18n;

async function ready() {
  const s = await threeSources(connection);
  await s.ready(s.anna, 1n, NATIVE, FUNDS, s.anna, s.mallory);
  // Days have passed: of the three only Chainlink's feed has a round that is young enough.
  await s.push();
  return s;
}

const load = () => networkHelpers.loadFixture(ready);

/** A signed wish to withdraw to `to`. */
async function wish(s: ThreeSources, change: Partial<Intent> = {}) {
  const intent = await s.intent(s.anna, {
    verb: VERB.WITHDRAW,
    asset: NATIVE,
    amount: SOME,
    to: s.anna.address,
    ...change,
  });
  return [intent, "0x", await s.sign(s.anna, intent)] as const;
}

async function exitWith(s: ThreeSources, updates: Brought, value = PYTH_FEE, by: ContractRunner = s.bert) {
  return s.outcome(s.pull.connect(by).withdrawBySig(updates, ...(await wish(s)), { value }));
}

const modeNow = async (s: ThreeSources) => (await s.prices.peek(NATIVE)).mode;

describe("PullPrices", () => {
  describe("given pull prices that are too old", () => {
    it("an exit without updates queues: one source of three is DEGRADED", async () => {
      const s = await load();
      expect(await modeNow(s)).to.equal(MODE.DEGRADED);
      const asked = await s.ask(s.anna, NATIVE, SOME, s.anna);
      expect(asked).to.deep.include({ paid: false, reasons: ["PRICE_NOT_NORMAL"] });
      await s.audit();
    });

    it("ANCHORS 4: an exit that brings its updates is instant, by anyone with the signature", async () => {
      const s = await load();
      expect((await exitWith(s, await s.fresh())).paid).to.equal(true);
      const { mode, sourceMask } = await s.prices.peek(NATIVE);
      expect([mode, sourceMask]).to.deep.equal([MODE.NORMAL, 7n]);
      await s.audit();
    });

    it("one update is enough for two valid sources that agree", async () => {
      const s = await load();
      const { signed } = await s.fresh();
      expect((await exitWith(s, { ...NOTHING, signed }, 0n)).paid).to.equal(true);
      const { mode, sourceMask } = await s.prices.peek(NATIVE);
      expect([mode, sourceMask]).to.deep.equal([MODE.NORMAL, 5n]);
    });

    it("what it has stored keeps later exits warm, also after the pull prices have aged", async () => {
      const s = await load();
      await s.pull.update(await s.fresh(), { value: PYTH_FEE });
      await s.wait(PULL_AGE + 5n);
      expect((await s.pythSource.read()).valid).to.equal(false);
      expect((await s.redstone.read()).valid).to.equal(false);
      expect((await s.ask(s.anna, NATIVE, SOME, s.anna)).paid).to.equal(true);
      await s.wait(WARM_FOR);
      expect((await s.ask(s.anna, NATIVE, SOME, s.anna)).paid).to.equal(false);
    });
  });

  describe("the fee", () => {
    it("ANCHORS 4: pays what Pyth quotes, gives the surplus back, keeps nothing", async () => {
      const s = await load();
      const updates = await s.fresh();
      updates.pyth.push(await s.pythUpdate(1_999, (await s.now()) - 3n));
      const fee = 2n * PYTH_FEE;
      await expect(s.pull.connect(s.carl).update(updates, { value: ONE_ETHER })).to.changeEtherBalances(
        ethers,
        [s.carl, s.pyth, s.pull],
        [-fee, fee, 0n],
      );
      const again = await s.fresh();
      await expect(
        s.pull.connect(s.bert).withdrawBySig(again, ...(await wish(s)), { value: ONE_ETHER }),
      ).to.changeEtherBalances(ethers, [s.bert, s.pyth, s.pull, s.anna], [-PYTH_FEE, PYTH_FEE, 0n, SOME]);
    });

    it("that isn't covered: Pyth isn't updated, all value goes back, the rest happens", async () => {
      const s = await load();
      const sent = s.pull.update(await s.fresh(), { value: PYTH_FEE - 1n });
      await expect(sent).to.emit(s.pull, "UpdateFailed").withArgs(s.pyth, "0x00000000");
      await expect(sent).to.changeEtherBalance(ethers, s.pull, 0n);
      expect((await s.pythSource.read()).valid).to.equal(false);
      expect((await s.redstone.read()).valid).to.equal(true);
    });

    it("isn't paid for an update that fails", async () => {
      const s = await load();
      const sent = s.pull.connect(s.carl).update({ ...NOTHING, pyth: ["0x1234"] }, { value: ONE_ETHER });
      await expect(sent).to.emit(s.pull, "UpdateFailed").withArgs(s.pyth, "0x00000000");
      await expect(sent).to.changeEtherBalances(ethers, [s.carl, s.pyth, s.pull], [0n, 0n, 0n]);
    });

    it("value without Pyth updates goes back whole", async () => {
      const s = await load();
      await expect(s.pull.connect(s.carl).update(NOTHING, { value: 5n })).to.changeEtherBalances(
        ethers,
        [s.carl, s.pull],
        [0n, 0n],
      );
    });

    it("a caller that can't be given its surplus back reverts; with the exact fee it needn't be", async () => {
      const s = await load();
      const poor = await deployAs<MockPull>(ethers, "MockPull"); // takes no money
      const refusing = await ethers.getImpersonatedSigner(await poor.getAddress());
      await networkHelpers.setBalance(refusing.address, ONE_ETHER);
      await expect(s.pull.connect(refusing).update(NOTHING, { value: 5n }))
        .to.be.revertedWithCustomError(s.pull, "PullPrices_RefundFailed")
        .withArgs(refusing.address, 5n);
      await s.pull
        .connect(refusing)
        .update({ ...NOTHING, pyth: [await s.pythUpdate()] }, { value: PYTH_FEE });
      expect((await s.pythSource.read()).valid).to.equal(true);
    });

    it("money forced in is nobody's: no call gives it away, none needs it", async () => {
      const s = await load();
      const sender = await deployAs<SelfDestructingSender>(ethers, "SelfDestructingSender");
      await networkHelpers.setBalance(await sender.getAddress(), ONE_ETHER);
      await sender.send(s.pull);
      await expect(s.pull.update(await s.fresh(), { value: 3n })).to.changeEtherBalance(ethers, s.pull, 0n);
      expect((await s.pythSource.read()).valid).to.equal(false); // 3 wei don't cover it, whatever lies here
      expect((await exitWith(s, await s.fresh(), 100n)).paid).to.equal(true);
      expect(await ethers.provider.getBalance(s.pull)).to.equal(ONE_ETHER);
    });

    it("plain money is refused", async () => {
      const s = await load();
      await expect(s.carl.sendTransaction({ to: s.pull, value: 1n })).to.be.revertedWithoutReason(ethers);
    });
  });

  describe("an update that fails doesn't block the exit, which queues", () => {
    const failures: readonly [string, (s: ThreeSources) => Promise<Brought>, string | undefined][] = [
      ["no payload at all", async (s) => signedBy(s, "0x"), "RedStonePayload_Truncated"],
      [
        "too few signers",
        async (s) => signedBy(s, await s.payload(2_000, undefined, [0, 1])),
        "RedStoneSource_TooFewSigners",
      ],
      ["a source that takes no payloads", async (s) => signedBy(s, await s.payload(), 0), undefined],
      ["a source that isn't there", async (s) => signedBy(s, await s.payload(), 3), undefined],
      ["a source beyond any set", async (s) => signedBy(s, await s.payload(), 255), undefined],
      [
        "an asset without sources",
        async (s) => ({ ...NOTHING, signed: [{ asset: 5n, source: 0, payload: await s.payload() }] }),
        undefined,
      ],
      ["an update that isn't Pyth's", async () => ({ ...NOTHING, pyth: ["0x00"] }), undefined],
      [
        "an asset that the router doesn't price",
        async () => ({ ...NOTHING, assets: [5n] }),
        "PriceRouter_NoFeedSet",
      ],
    ];
    for (const [name, make, error] of failures) {
      it(name, async () => {
        const s = await load();
        const sent = s.pull.connect(s.bert).withdrawBySig(await make(s), ...(await wish(s)), { value: 50n });
        await expect(sent).to.emit(s.pull, "UpdateFailed");
        if (error !== undefined) {
          const selector = [s.redstone, s.prices]
            .map((c) => c.interface.getError(error)?.selector)
            .find(Boolean);
          await expect(sent)
            .to.emit(s.pull, "UpdateFailed")
            .withArgs(() => true, selector);
        }
        expect(await s.outcome(sent)).to.deep.include({ paid: false, reasons: ["PRICE_NOT_NORMAL"] });
        await expect(sent).to.changeEtherBalances(ethers, [s.bert, s.pull], [0n, 0n]);
        await s.audit();
      });
    }

    it("REVIEW 11: two of three die: DEGRADED, so it queues with everything else in order", async () => {
      const s = await load();
      const updates = await s.fresh();
      await networkHelpers.setCode(await s.pyth.getAddress(), "0x");
      await s.feed.fallIll(3); // burns
      const asked = await exitWith(s, updates);
      expect(asked).to.deep.include({ paid: false, reasons: ["PRICE_NOT_NORMAL"] });
      expect(await modeNow(s)).to.equal(MODE.DEGRADED);
      // Nor does anything hold what is queued.
      if (!asked.paid) await s.payOut(asked.exit);
      await s.audit();
    });

    it("INV-ORA-1: a liar among the three changes nothing: instant, at the honest price", async () => {
      const s = await load();
      const updates = await s.fresh();
      updates.signed = (await signedBy(s, await s.payload(3_000))).signed;
      expect((await exitWith(s, updates)).paid).to.equal(true);
      expect((await s.prices.peek(NATIVE)).mid).to.equal(2_000n * 10n ** 12n);
    });

    it("two that disagree are DISPUTED, and it queues", async () => {
      const s = await load();
      const asked = await exitWith(s, await signedBy(s, await s.payload(2_100)), 0n);
      expect(asked).to.deep.include({ paid: false, reasons: ["PRICE_NOT_NORMAL"] });
      expect(await modeNow(s)).to.equal(MODE.DISPUTED);
    });

    it("a signature that isn't the owner's reverts it all, the fee included", async () => {
      const s = await load();
      const [intent, data] = await wish(s);
      const forged = await s.sign(s.mallory, intent);
      await expect(
        s.pull.withdrawBySig(await s.fresh(), intent, data, forged, { value: PYTH_FEE }),
      ).to.be.revertedWithCustomError(s.vault, "Vault_BadSignature");
      expect((await s.redstone.cached()).observedAt).to.equal(0n);
    });
  });

  describe("who would abuse it", () => {
    it("ANCHORS 4: replays of older updates, out of turn or in one batch, change nothing and stop nothing", async () => {
      const s = await load();
      const old = { pyth: await s.pythUpdate(1_990), payload: await s.payload(1_990) };
      await s.wait(20n);
      await s.pull.update(await s.fresh(2_000), { value: PYTH_FEE });
      const replay = {
        pyth: [old.pyth],
        signed: [{ asset: NATIVE, source: 2, payload: old.payload }],
        assets: [NATIVE],
      };
      expect((await exitWith(s, replay)).paid).to.equal(true);
      expect((await s.pythSource.read()).mid).to.equal(2_000n * 10n ** 12n);
      expect((await s.redstone.read()).mid).to.equal(2_000n * 10n ** 12n);
    });

    it("ANCHORS 4: who picks the cheapest price of the window pays its ask, and never less than the honest middle's", async () => {
      const s = await load();
      const cheap = await s.pythUpdate(1_985, (await s.now()) - 50n);
      await s.push(2_000);
      const picked = { ...(await s.fresh(2_000)), pyth: [cheap] };
      expect((await exitWith(s, picked)).paid).to.equal(true);
      const { bid, mid, ask } = await s.prices.peek(NATIVE);
      // Three confidences of half a dollar below and above; mid is the others'.
      expect([bid, mid, ask].map((x) => x / 10n ** 9n)).to.deep.equal([1_983_500n, 2_000_000n, 2_000_000n]);
      // Once a newer price is in, the older can't be picked any more.
      await s.pull.update(await s.fresh(2_000), { value: PYTH_FEE });
      await s.pull.update({ ...NOTHING, pyth: [cheap], assets: [NATIVE] }, { value: PYTH_FEE });
      expect((await s.pythSource.read()).mid).to.equal(2_000n * 10n ** 12n);
      // And one from before the window never was a price.
      await s.wait(2n * PULL_AGE);
      await s.pull.update(
        { ...NOTHING, pyth: [await s.pythUpdate(1_985, (await s.now()) - PULL_AGE - 1n)] },
        { value: PYTH_FEE },
      );
      expect((await s.pythSource.read()).valid).to.equal(false);
    });

    it("a recipient that calls back in the middle finds nothing to take: not the surplus, not a fee", async () => {
      const s = await load();
      const thief = await deployAs<ReentrantReceiver>(ethers, "ReentrantReceiver");
      await s.vault.connect(s.anna).setDestination(thief, true);
      await s.wait(3n * 86_400n);
      await s.push();
      const mine = s.pull.interface.encodeFunctionData("update", [
        { ...NOTHING, pyth: [await s.pythUpdate(2_001)] },
      ]);
      await thief.arm(s.pull, mine);
      const updates = await s.fresh();
      const signed = await wish(s, { to: await thief.getAddress() });
      const sent = s.pull.connect(s.bert).withdrawBySig(updates, ...signed, { value: ONE_ETHER });
      await expect(sent).to.changeEtherBalances(
        ethers,
        [s.bert, s.pyth, s.pull, thief],
        [-PYTH_FEE, PYTH_FEE, 0n, SOME],
      );
      expect([await thief.called(), await thief.succeeded()]).to.deep.equal([true, true]);
      expect((await s.outcome(sent)).paid).to.equal(true);
      expect((await s.pythSource.read()).mid).to.equal(2_000n * 10n ** 12n);
    });

    it("a caller that calls back on its refund gets its own money once", async () => {
      const s = await load();
      const thief = await deployAs<ReentrantReceiver>(ethers, "ReentrantReceiver");
      await thief.arm(s.pull, s.pull.interface.encodeFunctionData("update", [NOTHING]));
      const sender = await deployAs<SelfDestructingSender>(ethers, "SelfDestructingSender");
      await networkHelpers.setBalance(await sender.getAddress(), ONE_ETHER);
      await sender.send(s.pull);
      const data = s.pull.interface.encodeFunctionData("update", [NOTHING]);
      await thief.execute(s.pull, 100n, data, { value: 100n });
      expect(await ethers.provider.getBalance(thief)).to.equal(100n);
      expect(await thief.called()).to.equal(true);
    });

    it("whoever has seen the signature can send it without updates: the exit then queues, and can be cancelled", async () => {
      const s = await load();
      const signed = await wish(s);
      const asked = await s.outcome(s.vault.connect(s.mallory).bySig(...signed));
      expect(asked).to.deep.include({ paid: false, reasons: ["PRICE_NOT_NORMAL"] });
      const updates = await s.fresh();
      const face = await ethers.getContractAt("Vault", await s.vault.getAddress());
      await expect(
        s.pull.withdrawBySig(updates, ...signed, { value: PYTH_FEE }),
      ).to.be.revertedWithCustomError(face, "InvalidAccountNonce");
      if (!asked.paid) await s.vault.connect(s.anna).cancel(asked.exit);
      await s.audit();
    });

    it("calls no address that the caller names: payloads go to sources of the router's feed set only", async () => {
      const s = await load();
      const spy = await deployAs<MockPull>(ethers, "MockPull");
      await spy.setRaw("0x00000000", "0x");
      // The asset id is all that a caller can put an address into.
      const asset = (2n << 248n) | BigInt(await spy.getAddress());
      const sent = s.pull.update({
        pyth: [],
        signed: [{ asset, source: 0, payload: "0x1234" }],
        assets: [asset],
      });
      await expect(sent).to.emit(s.pull, "UpdateFailed").withArgs(ethers.ZeroAddress, "0x00000000");
      await expect(sent).not.to.emit(spy, "Called");
      const receipt = await (await sent).wait();
      expect(receipt?.logs.map(({ address }) => address)).not.to.include(spy.target);
    });
  });

  describe("a Pyth contract gone bad", () => {
    const QUOTE = ethers.id("getUpdateFee(bytes[])").slice(0, 10);
    const UPDATE = ethers.id("updatePriceFeeds(bytes[])").slice(0, 10);
    const word = (value: bigint) => ethers.toBeHex(value, 32);
    const ILL = { REVERTS: 1, BURNS: 2, BOMBS: 3, BOMBS_REVERTING: 4 } as const;

    async function bad() {
      const s = await load();
      const evil = await deployAs<MockPull>(ethers, "MockPull");
      await evil.setRaw(QUOTE, word(PYTH_FEE));
      const pull = await deployAs<PullPrices>(ethers, "PullPrices", [evil, s.vault]);
      return { ...s, evil, pull };
    }

    for (const [name, illness] of Object.entries(ILL)) {
      it(`that ${name.toLowerCase().replace("_", ", ")} stops no exit and takes no fee by failing`, async () => {
        const s = await bad();
        for (const selector of [UPDATE, QUOTE]) {
          await s.evil.fallIll(selector, illness);
          const updates = await s.fresh();
          const sent = s.pull.connect(s.bert).withdrawBySig(updates, ...(await wish(s)), { value: 1_000n });
          expect((await s.outcome(sent)).paid).to.equal(true); // RedStone and Chainlink are enough
          const taken = name === "BOMBS" && selector === UPDATE ? PYTH_FEE : 0n; // it didn't fail then
          await expect(sent).to.changeEtherBalances(ethers, [s.bert, s.pull], [-taken, 0n]);
        }
      });
    }

    it("that quotes nonsense or more than was sent gets nothing", async () => {
      const s = await bad();
      await s.evil.setRaw(UPDATE, "0x");
      for (const quote of [word((1n << 256n) - 1n), word(1_001n), "0x", "0x07", `${word(7n)}00`]) {
        await s.evil.setRaw(QUOTE, quote);
        const sent = s.pull.connect(s.bert).update({ ...NOTHING, pyth: ["0x"] }, { value: 1_000n });
        await expect(sent).to.emit(s.pull, "UpdateFailed").withArgs(s.evil, "0x00000000");
        await expect(sent).to.changeEtherBalances(ethers, [s.bert, s.evil], [0n, 0n]);
      }
      await s.evil.setRaw(QUOTE, word(1_000n));
      await expect(
        s.pull.connect(s.bert).update({ ...NOTHING, pyth: ["0x"] }, { value: 1_000n }),
      ).to.changeEtherBalances(ethers, [s.bert, s.evil, s.pull], [-1_000n, 1_000n, 0n]);
    });

    it("REVIEW 15: that is slow to quote its fee is heard out, whatever gas is sent", async () => {
      const s = await bad();
      await s.evil.setRaw(UPDATE, "0x");
      await s.evil.setSlow(QUOTE, word(PYTH_FEE), 140_000n);
      const fresh = { ...NOTHING, pyth: ["0x"] };
      await expect(s.pull.update(fresh, { value: PYTH_FEE })).not.to.emit(s.pull, "UpdateFailed");
      for (let gasLimit = 150_000n; gasLimit <= 200_000n; gasLimit += 500n) {
        const receipt = await s.pull
          .update(fresh, { value: PYTH_FEE, gasLimit })
          .then((sent) => sent.wait())
          .catch(() => undefined);
        expect(receipt?.logs ?? [], String(gasLimit)).to.deep.equal([]);
      }
    });

    it("that calls back can't spend what the outer call has left", async () => {
      const s = await bad();
      const again = s.pull.interface.encodeFunctionData("update", [{ ...NOTHING, pyth: ["0x"] }]);
      await s.evil.setCall(UPDATE, "0x", s.pull, again);
      const sent = s.pull.connect(s.bert).update({ ...NOTHING, pyth: ["0x"] }, { value: 1_000n });
      await expect(sent).to.changeEtherBalances(ethers, [s.bert, s.evil, s.pull], [-PYTH_FEE, PYTH_FEE, 0n]);
    });
  });

  describe("gas", () => {
    it("REVIEW 15: no amount of gas makes an update fail: the transaction reverts, or the exit is instant", async () => {
      const s = await load();
      const updates = await s.fresh();
      const signed = await wish(s);
      let paid = 0;
      let reverted = 0;
      const snapshot = await networkHelpers.takeSnapshot();
      for (let gasLimit = 150_000n; gasLimit <= 2_400_000n; gasLimit += 45_000n) {
        const sent = s.pull.connect(s.bert).withdrawBySig(updates, ...signed, { value: PYTH_FEE, gasLimit });
        const asked = await s.outcome(sent).catch(() => undefined);
        if (asked === undefined) reverted++;
        else {
          expect(asked.paid).to.equal(true);
          paid++;
          await snapshot.restore();
        }
      }
      expect(Math.min(paid, reverted)).to.be.greaterThan(5);
      await expect(
        s.pull.withdrawBySig(updates, ...signed, { value: PYTH_FEE, gasLimit: 1_000_000n }),
      ).to.be.revertedWithCustomError(s.pull, "PullPrices_NotEnoughGas");
    });
  });

  describe("failed updates", () => {
    it("each with its own reason: none is taken for the one before", async () => {
      const s = await load();
      const feeds = await ethers.getContractAt("IFeedSet", await s.prices.feedSetOf(NATIVE));
      const [chainlink = "", , redstone = ""] = (await feeds.getFunction("sources")()) as string[];
      const truncated = ethers.id("RedStonePayload_Truncated(uint256,uint256)").slice(0, 10);
      const signed = [2, 0, 2].map((source) => ({ asset: NATIVE, source, payload: "0x1234" }));
      const receipt = await (await s.pull.update({ ...NOTHING, signed })).wait();
      const failed = receipt?.logs.map((log) => s.pull.interface.parseLog(log)?.args.toArray());
      expect(failed).to.deep.equal([
        [redstone, truncated],
        [chainlink, "0x00000000"], // it has no such function, and says nothing
        [redstone, truncated],
      ]);
    });
  });

  describe("construction", () => {
    it("states its caps", async () => {
      const s = await load();
      expect(await s.pull.UPDATE_GAS()).to.equal(1_500_000n);
      expect(await s.pull.ASK_GAS()).to.equal(150_000n);
      expect(await s.pull.POKE_GAS()).to.equal(384_000n);
    });

    it("refuses addresses without code; a network may have no Pyth", async () => {
      const s = await load();
      const factory = await ethers.getContractFactory("PullPrices");
      for (const args of [
        [s.carl.address, s.vault],
        [s.pyth, s.carl.address],
      ]) {
        await expect(factory.deploy(...(args as [string, string])))
          .to.be.revertedWithCustomError(s.pull, "PullPrices_NoCode")
          .withArgs(s.carl.address);
      }
      const none = await deployAs<PullPrices>(ethers, "PullPrices", [ethers.ZeroAddress, s.vault]);
      expect([await none.PYTH(), await none.VAULT()]).to.deep.equal([
        ethers.ZeroAddress,
        await s.vault.getAddress(),
      ]);
      const sent = none.connect(s.bert).withdrawBySig(await s.fresh(), ...(await wish(s)), { value: 9n });
      await expect(sent).to.emit(none, "UpdateFailed").withArgs(ethers.ZeroAddress, "0x00000000");
      expect((await s.outcome(sent)).paid).to.equal(true);
      await expect(sent).to.changeEtherBalance(ethers, s.bert, 0n);
    });
  });

  describe("governance replaces what it calls", () => {
    it("ANCHORS 4: rotated signers come with a new feed set, and payloads then go to its source", async () => {
      const s = await load();
      const next = await s.redstoneSource(0, 5, 6, 7, 8);
      const set = await s.feedSet(s.chainlink, s.pythSource, next);
      await s.prices.setFeedSet(NATIVE, await s.prices.feedSetOf(NATIVE), set);
      const old = await exitWith(s, await signedBy(s, await s.payload(2_000, undefined, [0, 1, 2])), 0n);
      expect(old.paid).to.equal(false);
      const rotated = await signedBy(s, await s.payload(2_000, undefined, [0, 5, 6, 7, 8]));
      expect((await exitWith(s, rotated, 0n)).paid).to.equal(true);
      expect((await s.redstone.cached()).observedAt).to.equal(0n);
    });

    it("follows the policy to its router; without a policy it brings what it can", async () => {
      const s = await load();
      await s.vault.setPolicy(s.realPolicy, await s.realPolicy.revision(), (1n << 40n) - 1n, s.policy);
      const sent = s.pull.update(await s.fresh(), { value: PYTH_FEE });
      // The mock router of the other policy has no feed sets and can't be poked.
      await expect(sent).to.emit(s.pull, "UpdateFailed").withArgs(ethers.ZeroAddress, "0x00000000");
      await expect(sent).to.emit(s.pull, "UpdateFailed").withArgs(s.router, "0x00000000");
      expect((await s.pythSource.read()).valid).to.equal(true);
      expect((await s.redstone.cached()).observedAt).to.equal(0n);
    });
  });

  it("an owner that is a Safe brings updates and withdraws in one MultiSend, with nobody in between", async () => {
    const s = await load();
    const make = async (which: "factory" | "singleton" | "multiSend") => {
      const { abi, bytecode } = safeArtifact(which);
      return new ContractFactory(abi as InterfaceAbi, bytecode, s.carl).deploy();
    };
    const [factory, singleton, multiSend] = await Promise.all([
      make("factory"),
      make("singleton"),
      make("multiSend"),
    ]);
    const none = ethers.ZeroAddress;
    const setup = singleton.interface.encodeFunctionData("setup", [
      [s.carl.address],
      1,
      none,
      "0x",
      none,
      none,
      0,
      none,
    ]);
    const made = factory.getFunction("createProxyWithNonce");
    const address = await made.staticCall(singleton, setup, 0);
    await made(singleton, setup, 0);
    const safe = new ethers.Contract(address, singleton.interface, s.carl);
    const act = async (calls: readonly [string, bigint, string][]) => {
      const packed = calls.map(([to, value, data]) =>
        ethers.solidityPacked(
          ["uint8", "address", "uint256", "uint256", "bytes"],
          [0, to, value, ethers.dataLength(data), data],
        ),
      );
      const all = multiSend.interface.encodeFunctionData("multiSend", [ethers.concat(packed)]);
      // The sender's own approval.
      const approval = ethers.concat([ethers.zeroPadValue(s.carl.address, 32), ethers.ZeroHash, "0x01"]);
      return safe.getFunction("execTransaction")(multiSend, 0, all, 1, 0, 0, 0, none, none, approval);
    };
    await networkHelpers.setBalance(address, ONE_ETHER);
    const vault = await s.vault.getAddress();
    const onVault = s.vault.interface.encodeFunctionData.bind(s.vault.interface);
    await act([[vault, 0n, onVault("setDestination", [s.bert.address, true])]]);
    await s.attest(address as Party, 1n);
    await s.fund(address, NATIVE, FUNDS);
    await s.season();
    await s.push();
    const update = s.pull.interface.encodeFunctionData("update", [await s.fresh()]);
    const withdraw = onVault("withdraw", [NATIVE, SOME, s.bert.address]);
    const sent = act([
      [await s.pull.getAddress(), 1_000n, update],
      [vault, 0n, withdraw],
    ]);
    expect((await s.outcome(sent)).paid).to.equal(true);
    await expect(sent).to.changeEtherBalances(ethers, [address, s.bert, s.pull], [-PYTH_FEE, SOME, 0n]);
  });

  it("Pyth's price id is the source's, so that an update of another changes nothing", async () => {
    const s = await load();
    const other = await s.pyth.createPriceFeedUpdateData(
      ethers.id("other"),
      5n,
      0n,
      -8,
      5n,
      0n,
      await s.now(),
      0,
    );
    await s.pull.update({ ...NOTHING, pyth: [other] }, { value: PYTH_FEE });
    expect(await s.pyth.priceFeedExists(PRICE_ID)).to.equal(false);
    expect((await s.pythSource.read()).valid).to.equal(false);
  });
});

/** A payload for one of the asset's sources. */
async function signedBy(_: ThreeSources, payload: string, source = 2): Promise<Brought> {
  return { ...NOTHING, signed: [{ asset: NATIVE, source, payload }] };
}
