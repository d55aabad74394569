import { expect } from "chai";
import hre from "hardhat";
import { LANE_ONE } from "../../../src/audit/slots.ts";
import type { DenyListToken, FeeToken, RejectingReceiver } from "../../../typechain-types/index.ts";
import { DAY, HOUR, NATIVE, NATIVE_LISTING, PLAIN_LISTING, TOKEN_CLASS } from "../../support/deployCore.ts";
import {
  ASSET_KINDS,
  type AssetKind,
  assetWord,
  deployVault,
  ONE,
  openWord,
  PHASE,
  queuedIn,
  type VaultFixture,
} from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

/** Of each asset anna has 100 and bert 900: liabilities of 1,000, so small is up to 1. */
async function deposited() {
  const d = await deployVault(ethers, networkHelpers);
  for (const kind of ASSET_KINDS) {
    await d.give(d.anna, kind, 100n * ONE);
    await d.give(d.bert, kind, 900n * ONE);
  }
  await d.goTo(d.seasonsAt);
  return d;
}

const load = () => networkHelpers.loadFixture(deposited);

/** Anna asks for `amount` to leave to carl, whom nobody has named. */
const request = (d: VaultFixture, kind: AssetKind, amount: bigint, to: unknown = d.carl) =>
  queuedIn(d, d.vault.connect(d.anna).withdraw(d.assetId(kind), amount, to as string));

const held = (d: VaultFixture, kind: AssetKind, account: string) =>
  kind === "native" ? ethers.provider.getBalance(account) : d.token.balanceOf(account);

describe("Vault: release", () => {
  for (const kind of ASSET_KINDS) {
    const listing = kind === "native" ? NATIVE_LISTING : PLAIN_LISTING;

    describe(`given a queued exit (${kind})`, () => {
      it("pays at `late`, not a second before, by anyone, once", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const { id, exit } = await request(d, kind, ONE);
        const before = await held(d, kind, d.carl.address);
        await d.at(exit.late - 1n);
        await expect(d.vault.connect(d.mallory).release(exit))
          .to.be.revertedWithCustomError(d.vault, "Vault_NotMature")
          .withArgs(id, exit.late);
        await d.at(exit.late);
        // 1 of 1,000 at 10 % a day are a hundredth of a day, counted from a day ago.
        const small = (exit.late - DAY) * LANE_ONE + (DAY * LANE_ONE) / 100n;
        await expect(d.vault.connect(d.mallory).release(exit))
          .to.emit(d.vault, "Released")
          .withArgs(id, asset, d.carl, ONE, assetWord(999n * ONE, listing, { small }));
        expect((await held(d, kind, d.carl.address)) - before).to.equal(ONE);
        expect((await d.vault.openOf(id)).phase).to.equal(PHASE.NONE);
        expect(await d.vault.holdings(asset)).to.equal(999n * ONE);
        await expect(d.vault.release(exit))
          .to.be.revertedWithCustomError(d.vault, "Vault_NotOpen")
          .withArgs(id);
      });

      it("pays at `soon` once endorsed", async () => {
        const d = await load();
        const { id, exit } = await request(d, kind, ONE);
        await expect(d.vault.connect(d.reviewer).endorse(id))
          .to.emit(d.vault, "Endorsed")
          .withArgs(id, openWord(PHASE.ENDORSED));
        await expect(d.vault.connect(d.reviewer).endorse(id))
          .to.be.revertedWithCustomError(d.vault, "Vault_EndorsedAlready")
          .withArgs(id);
        await d.at(exit.soon - 1n);
        await expect(d.vault.release(exit))
          .to.be.revertedWithCustomError(d.vault, "Vault_NotMature")
          .withArgs(id, exit.soon);
        await d.at(exit.soon);
        await expect(d.vault.release(exit)).to.emit(d.vault, "Released");
      });

      it("answers whether it pays", async () => {
        const d = await load();
        const small = await request(d, kind, ONE);
        const large = await request(d, kind, 60n * ONE);
        await d.goTo(large.exit.late);
        expect(await d.vault.release.staticCall(small.exit)).to.equal(true);
        expect(await d.vault.release.staticCall(large.exit)).to.equal(false);
      });

      it("makes a large one take a slot, and pays it when that has come", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        // 100 of 1,000 at 5 % a day are two days, from a day ago: a day ahead.
        const { id, exit } = await request(d, kind, 100n * ONE);
        await d.at(exit.late);
        const large = (exit.late + DAY) * LANE_ONE;
        await expect(d.vault.release(exit))
          .to.emit(d.vault, "SlotTaken")
          .withArgs(
            id,
            openWord(PHASE.OPEN, true, large),
            assetWord(1_000n * ONE, listing, { large, queued: 100n * ONE }),
          );
        await d.at(exit.late + DAY - 1n);
        await expect(d.vault.release(exit))
          .to.be.revertedWithCustomError(d.vault, "Vault_SlotAhead")
          .withArgs(id, exit.late + DAY);
        await d.at(exit.late + DAY);
        await expect(d.vault.release(exit))
          .to.emit(d.vault, "Released")
          .withArgs(id, asset, d.carl, 100n * ONE, assetWord(900n * ONE, listing, { large }));
      });

      it("queues large ones one after another; small ones have a lane of their own", async () => {
        const d = await load();
        const first = await request(d, kind, 50n * ONE);
        const second = await request(d, kind, 25n * ONE);
        const small = await request(d, kind, ONE);
        await d.at(second.exit.late + HOUR);
        await expect(d.vault.release(first.exit), "the burst covers a day").to.emit(d.vault, "Released");
        await expect(d.vault.release(second.exit)).to.emit(d.vault, "SlotTaken");
        await d.vault.release(small.exit);
        const open = await d.vault.openOf(second.id);
        expect(open.large).to.equal(true);
        // 25 of the 950 that are left, at 5 % a day, after the first one's slot; rounded up.
        const cost = (25n * DAY * LANE_ONE * 10_000n + 950n * 500n - 1n) / (950n * 500n);
        expect(open.prior).to.equal((second.exit.late + HOUR) * LANE_ONE);
        expect(open.slot).to.equal(open.prior + cost);
      });

      it("refuses terms that differ in anything", async () => {
        const d = await load();
        const { exit } = await request(d, kind, ONE);
        await d.goTo(exit.late);
        for (const change of [
          { owner: d.mallory.address },
          { to: d.mallory.address },
          { asset: exit.asset + 1n },
          { amount: exit.amount + 1n },
          { soon: exit.soon - 1n },
          { late: exit.late - 1n },
          { seq: exit.seq + 1n },
        ]) {
          await expect(d.vault.release({ ...exit, ...change })).to.be.revertedWithCustomError(
            d.vault,
            "Vault_NotOpen",
          );
        }
      });

      it("waits while its owner or everyone is held; the clocks run on", async () => {
        const d = await load();
        const { exit } = await request(d, kind, ONE);
        await d.at(exit.late);
        await d.vault.connect(d.officer).hold(d.anna, HOUR);
        await expect(d.vault.release(exit))
          .to.be.revertedWithCustomError(d.vault, "Vault_Held")
          .withArgs(d.anna, exit.late + HOUR);
        await d.at(exit.late + HOUR);
        await d.vault.connect(d.officer).hold(ethers.ZeroAddress, HOUR);
        await expect(d.vault.release(exit))
          .to.be.revertedWithCustomError(d.vault, "Vault_EveryoneHeld")
          .withArgs(exit.late + 2n * HOUR);
        await d.at(exit.late + 2n * HOUR);
        await expect(d.vault.release(exit)).to.emit(d.vault, "Released");
      });

      it("asks neither price nor policy nor tier", async () => {
        const d = await load();
        const { exit } = await request(d, kind, ONE);
        await d.router.setReverts(true);
        await d.goTo(exit.late);
        await expect(d.vault.release(exit)).to.emit(d.vault, "Released");
      });
    });

    describe(`given an impaired asset (${kind})`, () => {
      it("pays the owner only, pro rata, and settles the whole claim", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const { id, exit } = await request(d, kind, ONE);
        if (kind === "native") await networkHelpers.setBalance(d.vaultAddress, 250n * ONE);
        else {
          // As if the token had been taken out from under the Vault.
          await networkHelpers.impersonateAccount(d.vaultAddress);
          await networkHelpers.setBalance(d.vaultAddress, 2_000n * ONE);
          await d.token.connect(await ethers.getSigner(d.vaultAddress)).transfer(d.mallory, 750n * ONE);
        }
        await d.vault.checkImpairment(asset);
        await d.goTo(exit.late);
        await expect(d.vault.connect(d.mallory).release(exit))
          .to.be.revertedWithCustomError(d.vault, "Vault_OnlyOwner")
          .withArgs(d.anna);
        const before = await held(d, kind, d.carl.address);
        const sent = d.vault.connect(d.anna).release(exit);
        await expect(sent).to.emit(d.vault, "Released");
        // 250 are there for 1,000.
        expect((await held(d, kind, d.carl.address)) - before).to.equal(ONE / 4n);
        expect((await d.vault.assetOf(asset)).liabilities).to.equal(999n * ONE);
        expect((await d.vault.openOf(id)).phase).to.equal(PHASE.NONE);
      });

      it("never pays more than the claim where the flag is stale", async () => {
        const d = await load();
        const { exit } = await request(d, "native", ONE);
        await networkHelpers.setBalance(d.vaultAddress, 250n * ONE);
        await d.vault.checkImpairment(NATIVE);
        await networkHelpers.setBalance(d.vaultAddress, 5_000n * ONE);
        await d.goTo(exit.late);
        const before = await ethers.provider.getBalance(d.carl);
        await d.vault.connect(d.anna).release(exit);
        expect((await ethers.provider.getBalance(d.carl)) - before).to.equal(ONE);
      });
    });
  }

  it("knows no exit that nobody asked for", async () => {
    const d = await load();
    await expect(d.vault.connect(d.reviewer).endorse(ethers.ZeroHash))
      .to.be.revertedWithCustomError(d.vault, "Vault_NotOpen")
      .withArgs(ethers.ZeroHash);
  });

  describe("given the sanctions list", () => {
    it("keeps the record and pays nothing when an end has turned to listed", async () => {
      const d = await load();
      for (const end of [d.anna, d.carl]) {
        const { id, exit } = await request(d, "erc20", ONE);
        await d.goTo(exit.late);
        await d.sanctions.setListed(end, true);
        expect(await d.vault.release.staticCall(exit)).to.equal(false);
        await expect(d.vault.release(exit)).to.emit(d.vault, "Screened");
        expect((await d.vault.accountOf(end)).listed).to.equal(true);
        expect((await d.vault.openOf(id)).phase).to.equal(PHASE.OPEN);
        const again = expect(d.vault.release(exit)).to.be;
        if (end === d.anna) await again.revertedWithCustomError(d.vault, "Vault_Listed").withArgs(d.anna);
        else await again.revertedWithCustomError(d.vault, "Vault_RecipientListed").withArgs(d.carl);
        await d.sanctions.setListed(end, false);
        await expect(d.vault.release(exit), "and pays once it is off the list").to.emit(d.vault, "Released");
      }
    });

    it("waits for a silent list until late + 72 h, then trusts the record", async () => {
      const d = await load();
      const { exit } = await request(d, "erc20", ONE);
      await d.sanctions.setMode(1n);
      const patience = exit.late + 72n * HOUR;
      await d.at(patience - 1n);
      await expect(d.vault.release(exit))
        .to.be.revertedWithCustomError(d.vault, "Vault_ScreeningDown")
        .withArgs(d.anna, patience);
      await d.at(patience);
      await expect(d.vault.release(exit)).to.emit(d.vault, "Released");
    });

    it("says whose answer is missing", async () => {
      const d = await load();
      await d.sanctions.setMode(1n);
      await expect(d.vault.screen(d.bert))
        .to.be.revertedWithCustomError(d.vault, "Vault_ScreeningDown")
        .withArgs(d.bert, 0n);
    });

    it("asks once where owner and recipient are one", async () => {
      const d = await load();
      const { exit } = await request(d, "erc20", ONE, d.anna);
      await d.goTo(exit.late);
      await expect(d.vault.release(exit)).to.emit(d.vault, "Released");
    });
  });

  describe("given a push that fails", () => {
    it("stays payable and cancellable", async () => {
      const d = await load();
      const receiver = (await ethers.deployContract("RejectingReceiver")) as unknown as RejectingReceiver;
      const { id, exit } = await request(d, "native", ONE, receiver);
      await d.goTo(exit.late);
      await expect(d.vault.release(exit))
        .to.be.revertedWithCustomError(d.vault, "Vault_PushFailed")
        .withArgs(receiver);
      expect((await d.vault.openOf(id)).phase).to.equal(PHASE.OPEN);
      await receiver.setRejects(false);
      await d.vault.release(exit);
      expect(await ethers.provider.getBalance(receiver)).to.equal(ONE);
    });

    it("stays payable where a token denies, and where it takes its fee from the Vault's push", async () => {
      const d = await load();
      const token = await d.anotherToken<DenyListToken>("DenyListToken");
      const asset = await d.listToken(token);
      const fee = await d.anotherToken<FeeToken>("FeeToken", [100n]);
      const feeAsset = await d.listToken(fee, { tokenClass: TOKEN_CLASS.FEE_TAKING });
      for (const id of [asset, feeAsset]) await d.vault.connect(d.anna).deposit(id, 10_000n, d.anna);
      const denied = await queuedIn(d, d.vault.connect(d.anna).withdraw(asset, 10n, d.carl));
      const taxed = await queuedIn(d, d.vault.connect(d.anna).withdraw(feeAsset, 1_000n, d.carl));
      await d.goTo(taxed.exit.late + 3n * DAY);
      await token.setDenied(d.carl, true);
      await expect(d.vault.release(denied.exit))
        .to.be.revertedWithCustomError(token, "DenyListToken_Denied")
        .withArgs(d.carl);
      await token.setDenied(d.carl, false);
      await expect(d.vault.release(denied.exit)).to.emit(d.vault, "Released");
      // The Vault gives exactly 1,000; the recipient bears the fee.
      await d.vault.release(taxed.exit);
      if ((await d.vault.openOf(taxed.id)).phase !== PHASE.NONE) {
        await d.goTo((await d.now()) + 30n * DAY);
        await d.vault.release(taxed.exit);
      }
      expect(await fee.balanceOf(d.carl)).to.equal(990n);
      expect(await d.vault.holdings(feeAsset)).to.equal(8_900n);
    });
  });
});
