import { expect } from "chai";
import hre from "hardhat";
import type { ExtraTakingToken, RejectingReceiver } from "../../../typechain-types/index.ts";
import {
  DAY,
  KINDS,
  MODE,
  NATIVE,
  NATIVE_LISTING,
  NEVER,
  PLAIN_LISTING,
  POOL,
  paramKey,
  TIERS,
} from "../../support/deployCore.ts";
import {
  ASSET_KINDS,
  type AssetKind,
  accountWord,
  assetWord,
  deployVault,
  exitId,
  ONE,
  openWord,
  PHASE,
  queuedIn,
  REASON,
  windowKey,
  windowWord,
} from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

/** What is worth 100 dollars. */
const HUNDRED: Record<AssetKind, bigint> = { native: ONE / 20n, erc20: 100n * ONE };

/** Anna has 10,000 dollars of each asset, seasoned, and bert in her book. */
async function seasoned() {
  const d = await deployVault(ethers, networkHelpers);
  for (const kind of ASSET_KINDS) await d.give(d.anna, kind, 100n * HUNDRED[kind]);
  await d.vault.connect(d.anna).setDestination(d.bert, true);
  await d.goTo(d.seasonsAt);
  return d;
}

const load = () => networkHelpers.loadFixture(seasoned);
type Fixture = Awaited<ReturnType<typeof seasoned>>;

/** Queues, and expects these reasons and delays. */
async function expectQueued(
  d: Fixture,
  asset: bigint,
  amount: bigint,
  to: string,
  reasons: bigint,
  soon: bigint = TIERS[0].soon,
  late: bigint = TIERS[0].late,
) {
  const time = (await d.now()) + 10n;
  await d.at(time);
  const queued = await queuedIn(d, d.vault.connect(d.anna).withdraw(asset, amount, to));
  expect(queued.reasons).to.equal(reasons);
  expect(queued.exit.soon).to.equal(time + soon);
  expect(queued.exit.late).to.equal(time + late);
  expect(queued.id).to.equal(exitId(d, queued.exit));
  return queued;
}

describe("Vault: withdraw", () => {
  for (const kind of ASSET_KINDS) {
    const listing = kind === "native" ? NATIVE_LISTING : PLAIN_LISTING;
    const hundred = HUNDRED[kind];

    describe(`given no reason against it (${kind})`, () => {
      it("pays at once and charges the subject, the asset and the pool", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const time = (await d.now()) + 10n;
        const before =
          kind === "native" ? await ethers.provider.getBalance(d.bert) : await d.token.balanceOf(d.bert);
        await d.at(time);
        const sent = d.vault.connect(d.anna).withdraw(asset, hundred, d.bert);
        const cents = windowWord(DAY, time, 10_000n);
        const ticks = windowWord(DAY, time, hundred / 10n ** listing.tickExponent);
        await expect(sent)
          .to.emit(d.vault, "Withdrawn")
          .withArgs(
            asset,
            d.anna,
            d.bert,
            hundred,
            99n * hundred,
            assetWord(99n * hundred, listing),
            cents,
            ticks,
            cents,
          );
        await expect(sent)
          .to.emit(d.face, "Transfer")
          .withArgs(d.anna, d.anna, ethers.ZeroAddress, asset, hundred);
        const after =
          kind === "native" ? await ethers.provider.getBalance(d.bert) : await d.token.balanceOf(d.bert);
        expect(after - before).to.equal(hundred);
        expect(await d.vault.windowOf(windowKey.subject(d.anna.address))).to.equal(cents);
        expect(await d.vault.windowOf(windowKey.asset(asset))).to.equal(ticks);
        expect(await d.vault.windowOf(windowKey.pool)).to.equal(cents);
        expect((await d.vault.accountOf(d.anna)).exits).to.equal(0n);
      });

      it("answers zero where it pays and the id where it queues", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        expect(await d.vault.connect(d.anna).withdraw.staticCall(asset, hundred, d.bert)).to.equal(
          ethers.ZeroHash,
        );
        expect(await d.vault.connect(d.anna).withdraw.staticCall(asset, hundred, d.carl)).not.to.equal(
          ethers.ZeroHash,
        );
      });
    });

    describe(`given a reason (${kind})`, () => {
      it("queues the whole, charges nothing, and keeps the claim in the liabilities", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const time = (await d.now()) + 10n;
        await d.at(time);
        const exit = {
          owner: d.anna.address,
          to: d.carl.address,
          asset,
          amount: hundred,
          soon: time + TIERS[0].soon,
          late: time + TIERS[0].late,
          seq: 0n,
        };
        const sent = d.vault.connect(d.anna).withdraw(asset, hundred, d.carl);
        await expect(sent)
          .to.emit(d.vault, "Queued")
          .withArgs(
            exitId(d, exit),
            d.anna,
            d.carl,
            Object.values(exit),
            REASON.NEW_DESTINATION,
            99n * hundred,
            accountWord({ exits: 1n }),
            openWord(PHASE.OPEN),
            assetWord(100n * hundred, listing, { queued: hundred }),
          );
        await expect(sent)
          .to.emit(d.face, "Transfer")
          .withArgs(d.anna, d.anna, ethers.ZeroAddress, asset, hundred);
        for (const key of [windowKey.subject(d.anna.address), windowKey.asset(asset), windowKey.pool]) {
          expect(await d.vault.windowOf(key)).to.equal(0n);
        }
        expect(await d.vault.balanceOf(d.anna, asset)).to.equal(99n * hundred);
        expect((await d.vault.assetOf(asset)).liabilities).to.equal(100n * hundred);
        expect((await d.vault.openOf(exitId(d, exit))).phase).to.equal(PHASE.OPEN);
      });

      it("numbers the owner's exits, so that equal terms have different ids", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const first = await queuedIn(d, d.vault.connect(d.anna).withdraw(asset, 1n, d.carl));
        const second = await queuedIn(d, d.vault.connect(d.anna).withdraw(asset, 1n, d.carl));
        expect(first.exit.seq).to.equal(0n);
        expect(second.exit.seq).to.equal(1n);
        expect(first.id).not.to.equal(second.id);
      });
    });

    describe(`given the wrong input or state (${kind})`, () => {
      it("refuses nothing, no recipient, itself as recipient, and more than there is", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const anna = d.vault.connect(d.anna);
        await expect(anna.withdraw(asset, 0n, d.bert)).to.be.revertedWithCustomError(
          d.vault,
          "Vault_ZeroAmount",
        );
        for (const to of [ethers.ZeroAddress, d.vaultAddress]) {
          await expect(anna.withdraw(asset, 1n, to))
            .to.be.revertedWithCustomError(d.vault, "Vault_BadRecipient")
            .withArgs(to);
        }
        await expect(anna.withdraw(asset, 100n * hundred + 1n, d.bert))
          .to.be.revertedWithCustomError(d.face, "ERC6909InsufficientBalance")
          .withArgs(d.anna, 100n * hundred, 100n * hundred + 1n, asset);
      });
    });
  }

  it("refuses an asset that is not listed", async () => {
    const d = await load();
    await expect(d.vault.connect(d.anna).withdraw(77n, 1n, d.bert))
      .to.be.revertedWithCustomError(d.vault, "Vault_NotListed")
      .withArgs(77n);
  });

  it("refuses the held and the listed", async () => {
    const d = await load();
    const until = (await d.now()) + 110n;
    await d.at(until - 100n);
    await d.vault.connect(d.officer).hold(d.anna, 100n);
    await expect(d.vault.connect(d.anna).withdraw(NATIVE, 1n, d.bert))
      .to.be.revertedWithCustomError(d.vault, "Vault_Held")
      .withArgs(d.anna, until);
    await d.vault.connect(d.officer).lift(d.anna);
    await d.sanctions.setListed(d.anna, true);
    await d.vault.screen(d.anna);
    await expect(d.vault.connect(d.anna).withdraw(NATIVE, 1n, d.bert))
      .to.be.revertedWithCustomError(d.vault, "Vault_Listed")
      .withArgs(d.anna);
  });

  describe("given each reason alone", () => {
    it("ABOVE_SINGLE_LIMIT: a cent above the tier's", async () => {
      const d = await load();
      // 250 dollars are the tier's limit; a unit more is rounded up to a cent.
      await expectQueued(d, d.tokenId, 250n * ONE + 1n, d.bert.address, REASON.ABOVE_SINGLE_LIMIT);
      await expect(d.vault.connect(d.anna).withdraw(d.tokenId, 250n * ONE, d.bert)).to.emit(
        d.vault,
        "Withdrawn",
      );
    });

    it("NEW_DESTINATION and DESTINATION_WAITING: until T after it was named", async () => {
      const d = await load();
      await expectQueued(d, d.tokenId, ONE, d.carl.address, REASON.NEW_DESTINATION);
      const named = (await d.now()) + 10n;
      await d.at(named);
      await d.vault.connect(d.anna).setDestination(d.carl, true);
      await expectQueued(d, d.tokenId, ONE, d.carl.address, REASON.DESTINATION_WAITING);
      await d.at(named + DAY - 1n);
      expect((await queuedIn(d, d.vault.connect(d.anna).withdraw(d.tokenId, ONE, d.carl))).reasons).to.equal(
        REASON.DESTINATION_WAITING,
      );
      await d.at(named + DAY);
      await expect(d.vault.connect(d.anna).withdraw(d.tokenId, ONE, d.carl)).to.emit(d.vault, "Withdrawn");
      await d.vault.connect(d.anna).setDestination(d.carl, false);
      await expectQueued(d, d.tokenId, ONE, d.carl.address, REASON.NEW_DESTINATION);
    });

    it("MOVED: until 2T after the account changed its subject", async () => {
      const d = await load();
      const moved = (await d.now()) + 10n;
      await d.at(moved);
      await d.vault.connect(d.officer).setSubject(d.anna, d.mallory);
      await d.vault.connect(d.mallory).setDestination(d.bert, true);
      await d.goTo(moved + DAY + 100n);
      await expectQueued(d, d.tokenId, ONE, d.bert.address, REASON.MOVED);
      await d.at(moved + 2n * DAY);
      await expect(d.vault.connect(d.anna).withdraw(d.tokenId, ONE, d.bert)).to.emit(d.vault, "Withdrawn");
    });

    it("FRESH: a unit more than has seasoned, and not before T even if endorsed", async () => {
      const d = await load();
      await d.setParam("policy", paramKey(KINDS.TIER_SOON, 0n), 5n);
      await d.vault.connect(d.anna).transfer(d.bert, d.tokenId, 9_900n * ONE);
      await d.give(d.anna, "erc20", ONE);
      await expectQueued(d, d.tokenId, 100n * ONE + 1n, d.bert.address, REASON.FRESH, DAY);
    });

    it("LISTED: either end, as the list says now; 30 days", async () => {
      const d = await load();
      await d.sanctions.setListed(d.bert, true);
      await expectQueued(d, d.tokenId, ONE, d.bert.address, REASON.LISTED, 30n * DAY, 30n * DAY);
      await d.sanctions.setListed(d.bert, false);
      await d.sanctions.setListed(d.anna, true);
      await expectQueued(d, d.tokenId, ONE, d.bert.address, REASON.LISTED, 30n * DAY, 30n * DAY);
    });

    it("SCREENING_DOWN: each way in which a list can be sick", async () => {
      const d = await load();
      for (const mode of [1n, 2n, 3n, 4n, 5n]) {
        await d.sanctions.setMode(mode);
        await expectQueued(d, d.tokenId, ONE, d.bert.address, REASON.SCREENING_DOWN);
      }
    });

    it("PRICE_NOT_NORMAL: degraded, disputed; halted has no price, so no limit covers it either", async () => {
      const d = await load();
      for (const mode of [MODE.DEGRADED, MODE.DISPUTED]) {
        await d.router.setPrice(d.tokenId, 10n ** 12n, mode);
        await expectQueued(d, d.tokenId, ONE, d.bert.address, REASON.PRICE_NOT_NORMAL);
      }
      await d.router.setPrice(d.tokenId, 10n ** 12n, MODE.HALT);
      await expectQueued(
        d,
        d.tokenId,
        ONE,
        d.bert.address,
        REASON.PRICE_NOT_NORMAL | REASON.ABOVE_SINGLE_LIMIT,
      );
    });

    it("SUBJECT_LIMIT: the tier's window, or the owner's own cap", async () => {
      const d = await load();
      const anna = d.vault.connect(d.anna);
      await anna.withdraw(d.tokenId, 250n * ONE, d.bert);
      await anna.withdraw(d.tokenId, 249n * ONE, d.bert);
      await expectQueued(d, d.tokenId, ONE + 1n, d.bert.address, REASON.SUBJECT_LIMIT);
      await expect(anna.withdraw(d.tokenId, ONE, d.bert)).to.emit(d.vault, "Withdrawn");
      await d.goTo((await d.now()) + 2n * DAY);
      await anna.setCap(100n);
      await expectQueued(d, d.tokenId, ONE + 1n, d.bert.address, REASON.SUBJECT_LIMIT);
      await expect(anna.withdraw(d.tokenId, ONE, d.bert)).to.emit(d.vault, "Withdrawn");
    });

    it("ASSET_LIMIT: the breaker, in the asset's own ticks, whatever the price", async () => {
      const d = await load();
      await d.setParam("policy", paramKey(KINDS.ASSET_BREAKER, d.tokenId), 1_000n); // one token
      await d.router.setPrice(d.tokenId, 1n, MODE.NORMAL);
      await expectQueued(d, d.tokenId, ONE + 1n, d.bert.address, REASON.ASSET_LIMIT);
      await expect(d.vault.connect(d.anna).withdraw(d.tokenId, ONE, d.bert)).to.emit(d.vault, "Withdrawn");
      await expectQueued(d, d.tokenId, 1n, d.bert.address, REASON.ASSET_LIMIT);
    });

    it("POOL_LIMIT: all unverified together; a verified subject is outside of it", async () => {
      const d = await load();
      await d.setParam("policy", paramKey(KINDS.UNVERIFIED_POOL), 100n);
      await expectQueued(d, d.tokenId, ONE + 1n, d.bert.address, REASON.POOL_LIMIT);
      const t = await d.now();
      await d.vault.connect(d.officer).setTier(d.anna, 1n, t, NEVER);
      await expect(d.vault.connect(d.anna).withdraw(d.tokenId, ONE + 1n, d.bert)).to.emit(
        d.vault,
        "Withdrawn",
      );
      expect(await d.vault.windowOf(windowKey.pool)).to.equal(0n);
      expect(POOL).to.be.greaterThan(100n);
    });

    it("EVERYONE_HELD: queues, with the policy's delays", async () => {
      const d = await load();
      await d.vault.connect(d.officer).hold(ethers.ZeroAddress, 1_000n);
      await expectQueued(d, d.tokenId, ONE, d.bert.address, REASON.EVERYONE_HELD);
    });

    it("IMPAIRED: queues, and says so besides a hold on everyone", async () => {
      const d = await load();
      await networkHelpers.setBalance(d.vaultAddress, 1n);
      await d.vault.checkImpairment(NATIVE);
      await expectQueued(d, NATIVE, 1n, d.bert.address, REASON.IMPAIRED);
      await d.vault.connect(d.officer).hold(ethers.ZeroAddress, 1_000n);
      await expectQueued(d, NATIVE, 1n, d.bert.address, REASON.IMPAIRED | REASON.EVERYONE_HELD);
    });

    it("QUOTE_FAILED: 30 days, whatever ails the policy", async () => {
      const d = await load();
      await d.router.setReverts(true);
      await expectQueued(d, d.tokenId, ONE, d.bert.address, REASON.QUOTE_FAILED, 30n * DAY, 30n * DAY);
    });

    it("reports several at once, each window on its own", async () => {
      const d = await load();
      await d.setParam("policy", paramKey(KINDS.UNVERIFIED_POOL), 0n);
      await d.setParam("policy", paramKey(KINDS.ASSET_BREAKER, d.tokenId), 0n);
      await d.setParam("policy", paramKey(KINDS.TIER_WINDOW, 0n), 0n);
      await expectQueued(
        d,
        d.tokenId,
        ONE,
        d.bert.address,
        REASON.SUBJECT_LIMIT | REASON.ASSET_LIMIT | REASON.POOL_LIMIT,
      );
      expect(await d.vault.windowOf(windowKey.subject(d.anna.address))).to.equal(0n);
    });
  });

  describe("given the tiers", () => {
    it("waits as long as the tier's row says", async () => {
      const d = await load();
      for (const tier of [1n, 2n, 3n]) {
        await d.vault.connect(d.officer).setTier(d.anna, tier, await d.now(), NEVER);
        const row = TIERS[Number(tier)] ?? TIERS[0];
        // A new destination waits for T in any case.
        let late: bigint = row.late;
        if (late < DAY) late = DAY;
        await expectQueued(d, d.tokenId, ONE, d.carl.address, REASON.NEW_DESTINATION, row.soon, late);
      }
    });
  });

  describe("given too little gas", () => {
    it("reverts; a caller can't make the quote fail", async () => {
      const d = await load();
      await expect(
        d.vault.connect(d.anna).withdraw(d.tokenId, ONE, d.bert, { gasLimit: 500_000n }),
      ).to.be.revertedWithCustomError(d.vault, "Vault_NotEnoughGas");
      expect(await d.vault.balanceOf(d.anna, d.tokenId)).to.equal(10_000n * ONE);
    });
  });

  describe("given a recipient or token that won't be paid", () => {
    it("reverts as a whole where the recipient rejects, burns gas or bombs with a revert", async () => {
      const d = await load();
      const receivers = [
        await ethers.deployContract("RejectingReceiver"),
        await ethers.deployContract("GasBurnerReceiver"),
        await ethers.deployContract("ReturnBombReceiver", [50_000n, true]),
      ];
      for (const receiver of receivers) await d.vault.connect(d.anna).setDestination(receiver, true);
      await d.goTo((await d.now()) + DAY);
      for (const receiver of receivers) {
        await expect(d.vault.connect(d.anna).withdraw(NATIVE, 1n, receiver, { gasLimit: 5_000_000n }))
          .to.be.revertedWithCustomError(d.vault, "Vault_PushFailed")
          .withArgs(receiver);
      }
      expect(await d.vault.balanceOf(d.anna, NATIVE)).to.equal(100n * HUNDRED.native);
      const [rejecting] = receivers as unknown as [RejectingReceiver];
      await rejecting.setRejects(false);
      await expect(d.vault.connect(d.anna).withdraw(NATIVE, 1n, rejecting)).to.emit(d.vault, "Withdrawn");
    });

    it("pays through a return bomb without copying it", async () => {
      const d = await load();
      const bomb = await ethers.deployContract("ReturnBombReceiver", [50_000n, false]);
      await d.vault.connect(d.anna).setDestination(bomb, true);
      await d.goTo((await d.now()) + DAY);
      await expect(d.vault.connect(d.anna).withdraw(NATIVE, 1n, bomb)).to.emit(d.vault, "Withdrawn");
      expect(await ethers.provider.getBalance(bomb)).to.equal(1n);
    });

    it("refuses where a token takes more or less out of the Vault than was paid", async () => {
      const d = await load();
      const token = await d.anotherToken<ExtraTakingToken>("ExtraTakingToken", [0n]);
      const asset = await d.listToken(token);
      const lying = await d.anotherToken("LyingToken");
      const lie = await d.listToken(lying);
      await lying.getFunction("setLies")(false);
      for (const id of [asset, lie]) await d.vault.connect(d.anna).deposit(id, 1_000n, d.anna);
      await d.goTo((await d.now()) + 2n * DAY);
      await token.setExtra(7n);
      await expect(d.vault.connect(d.anna).withdraw(asset, 10n, d.bert))
        .to.be.revertedWithCustomError(d.vault, "Vault_PaidDiffers")
        .withArgs(asset, 10n, 17n);
      await lying.getFunction("setLies")(true);
      await expect(d.vault.connect(d.anna).withdraw(lie, 10n, d.bert))
        .to.be.revertedWithCustomError(d.vault, "Vault_PaidDiffers")
        .withArgs(lie, 10n, 0n);
    });

    it("lets a paid contract into no verb that touches money", async () => {
      const d = await load();
      const receiver = await ethers.deployContract("ReentrantReceiver");
      await d.vault.connect(d.anna).setDestination(receiver, true);
      await d.vault.connect(d.anna).transfer(receiver, NATIVE, 5n);
      await d.goTo((await d.now()) + DAY);
      const data = d.vault.interface.encodeFunctionData("withdraw", [NATIVE, 5n, d.mallory.address]);
      await receiver.getFunction("arm")(d.vault, data);
      await d.vault.connect(d.anna).withdraw(NATIVE, 1n, receiver);
      expect(await receiver.getFunction("called")()).to.equal(true);
      expect(await receiver.getFunction("answer")()).to.equal(
        d.face.interface.encodeErrorResult("ReentrancyGuardReentrantCall"),
      );
    });
  });
});
