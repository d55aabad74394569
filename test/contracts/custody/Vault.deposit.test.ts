import { expect } from "chai";
import hre from "hardhat";
import type {
  DenyListToken,
  ExtraTakingToken,
  LyingToken,
  RebasingToken,
  ReturnBombToken,
} from "../../../typechain-types/index.ts";
import {
  erc20,
  KINDS,
  NATIVE,
  NATIVE_LISTING,
  PLAIN_LISTING,
  paramKey,
  TOKEN_CLASS,
} from "../../support/deployCore.ts";
import { ASSET_KINDS, assetWord, balanceWord, deployVault, ONE } from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const deployed = () => deployVault(ethers, networkHelpers);
const load = () => networkHelpers.loadFixture(deployed);

describe("Vault: deposit", () => {
  for (const kind of ASSET_KINDS) {
    const listing = kind === "native" ? NATIVE_LISTING : PLAIN_LISTING;

    describe(`given a listed asset (${kind})`, () => {
      it("credits what arrived, fresh, and says so with both slots", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const amount = 3n * ONE;
        // Fresh buckets count in thousandths of a tick.
        const steps = amount / 10n ** (listing.tickExponent - 3n);
        const sent = d.give(d.anna, kind, amount);
        await expect(sent)
          .to.emit(d.vault, "Deposited")
          .withArgs(
            asset,
            d.anna,
            d.anna,
            amount,
            balanceWord(amount, steps, d.seasonsAt),
            assetWord(amount, listing),
          );
        await expect(sent)
          .to.emit(d.face, "Transfer")
          .withArgs(d.anna, ethers.ZeroAddress, d.anna, asset, amount);
        expect(await d.vault.balanceOf(d.anna, asset)).to.equal(amount);
        expect(await d.vault.holdings(asset)).to.equal(amount);
        expect((await d.vault.assetOf(asset)).liabilities).to.equal(amount);
        expect((await d.vault.facts(d.anna, asset, 1n, d.anna)).seasoned).to.equal(0n);
        await d.goTo(d.seasonsAt - 1n);
        expect((await d.vault.facts(d.anna, asset, 1n, d.anna)).seasoned).to.equal(0n);
        await d.goTo(d.seasonsAt);
        expect((await d.vault.facts(d.anna, asset, 1n, d.anna)).seasoned).to.equal(amount);
      });

      it("takes from the caller and credits another", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const value = kind === "native" ? 5n : 0n;
        expect(await d.vault.connect(d.bert).deposit.staticCall(asset, 5n, d.carl, { value })).to.equal(5n);
        await expect(d.vault.connect(d.bert).deposit(asset, 5n, d.carl, { value }))
          .to.emit(d.vault, "Deposited")
          .withArgs(asset, d.carl, d.bert, 5n, balanceWord(5n, 1n, d.seasonsAt), assetWord(5n, listing));
        expect(await d.vault.balanceOf(d.bert, asset)).to.equal(0n);
        expect(await d.vault.balanceOf(d.carl, asset)).to.equal(5n);
      });

      it("refuses nothing, nobody and the wrong value", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const value = kind === "native" ? 5n : 0n;
        await expect(d.vault.deposit(asset, 0n, d.anna)).to.be.revertedWithCustomError(
          d.vault,
          "Vault_ZeroAmount",
        );
        await expect(d.vault.deposit(asset, 5n, ethers.ZeroAddress, { value })).to.be.revertedWithCustomError(
          d.vault,
          "Vault_ZeroAddress",
        );
        await expect(d.vault.connect(d.anna).deposit(asset, 5n, d.anna, { value: value + 1n }))
          .to.be.revertedWithCustomError(d.vault, "Vault_WrongValue")
          .withArgs(value + 1n, value);
      });

      it("fills the holdings cap to the last unit and no further", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        await d.setParam("vault", paramKey(KINDS.HOLDINGS_CAP, asset), 7n);
        const cap = 7n * 10n ** listing.tickExponent;
        expect(await d.vault.room(asset)).to.equal(cap);
        await expect(d.give(d.anna, kind, cap + 1n))
          .to.be.revertedWithCustomError(d.vault, "Vault_CapReached")
          .withArgs(asset, cap);
        await d.give(d.anna, kind, cap);
        expect(await d.vault.room(asset)).to.equal(0n);
        await expect(d.give(d.anna, kind, 1n))
          .to.be.revertedWithCustomError(d.vault, "Vault_CapReached")
          .withArgs(asset, 0n);
        await d.setParam("vault", paramKey(KINDS.HOLDINGS_CAP, asset), 3n);
        expect(await d.vault.room(asset), "a cap below what is there").to.equal(0n);
      });

      it("credits the listed, the held and apps", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        await d.sanctions.setListed(d.carl, true);
        await d.vault.screen(d.carl);
        await d.vault.connect(d.officer).hold(d.bert, 60n);
        const value = kind === "native" ? 5n : 0n;
        for (const to of [d.carl.address, d.bert.address, await d.app.getAddress()]) {
          await d.vault.connect(d.anna).deposit(asset, 5n, to, { value });
          expect(await d.vault.balanceOf(to, asset)).to.equal(5n);
        }
      });
    });
  }

  describe("given an asset that is not listed", () => {
    it("refuses it, whatever its class", async () => {
      const d = await load();
      const other = await d.anotherToken("MockERC20", ["Other", 6]);
      for (const asset of [erc20(await other.getAddress()), (3n << 248n) | 5n, 0n, NATIVE | 1n]) {
        await expect(d.vault.connect(d.anna).deposit(asset, 5n, d.anna))
          .to.be.revertedWithCustomError(d.vault, "Vault_NotListed")
          .withArgs(asset);
        expect(await d.vault.room(asset)).to.equal(0n);
      }
    });

    it("leaves it to its account at the deposit address", async () => {
      const d = await load();
      const other = await d.anotherToken("MockERC20", ["Other", 6]);
      const asset = erc20(await other.getAddress());
      const address = await d.factory.addressOf(d.anna);
      await other.transfer(address, 500n);
      await expect(d.factory.flush(d.anna, asset)).to.be.revertedWithCustomError(d.vault, "Vault_NotListed");
      await d.factory.deploy(d.anna);
      const place = await ethers.getContractAt("DepositAddress", address);
      await expect(
        place.connect(d.mallory).getFunction("recover")(asset, 500n, d.mallory),
      ).to.be.revertedWithCustomError(place, "DepositAddress_OnlyAccount");
      await place.connect(d.anna).getFunction("recover")(asset, 500n, d.bert);
      expect(await other.balanceOf(d.bert)).to.equal(500n);
    });
  });

  describe("given a plain send", () => {
    it("refuses it: it would be nobody's", async () => {
      const d = await load();
      await expect(d.anna.sendTransaction({ to: d.vaultAddress, value: 1n })).to.be.revertedWithCustomError(
        d.vault,
        "Vault_UseDeposit",
      );
    });
  });

  describe("given more than a slot is wide", () => {
    it("has no room beyond 112 bits, whatever the cap says", async () => {
      const d = await load();
      const other = await d.anotherToken("MockERC20", ["Wide", 18]);
      const asset = await d.listToken(other, { tickExponent: 30n, cap: (1n << 36n) - 1n });
      expect(await d.vault.room(asset)).to.equal((1n << 112n) - 1n);
    });
  });

  describe("given each kind of token", () => {
    it("credits a token that returns nothing (as USDT)", async () => {
      const d = await load();
      const token = await d.anotherToken("UsdtLike");
      const asset = await d.listToken(token);
      await d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna);
      expect(await d.vault.balanceOf(d.anna, asset)).to.equal(1_000n);
      expect((await d.vault.assetOf(asset)).decimals).to.equal(6n);
    });

    it("refuses a fee-taking token that was listed as exact", async () => {
      const d = await load();
      const asset = await d.listToken(await d.anotherToken("FeeToken", [100n]));
      await expect(d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna))
        .to.be.revertedWithCustomError(d.vault, "Vault_ReceivedDiffers")
        .withArgs(asset, 1_000n, 990n);
    });

    it("credits of a fee-taking token what arrived", async () => {
      const d = await load();
      const asset = await d.listToken(await d.anotherToken("FeeToken", [100n]), {
        tokenClass: TOKEN_CLASS.FEE_TAKING,
      });
      expect(await d.vault.connect(d.anna).deposit.staticCall(asset, 1_000n, d.anna)).to.equal(990n);
      await d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna);
      expect(await d.vault.balanceOf(d.anna, asset)).to.equal(990n);
      expect(await d.vault.holdings(asset)).to.equal(990n);
    });

    it("refuses a fee of everything", async () => {
      const d = await load();
      const token = await d.anotherToken("FeeToken", [10_000n]);
      const asset = await d.listToken(token, { tokenClass: TOKEN_CLASS.FEE_TAKING });
      await expect(d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna))
        .to.be.revertedWithCustomError(d.vault, "Vault_NothingReceived")
        .withArgs(asset);
    });

    it("refuses of a false-returning token what it did not move, credits what it did", async () => {
      const d = await load();
      const token = await d.anotherToken("FalseReturningToken");
      const asset = await d.listToken(token);
      await expect(d.vault.connect(d.bert).deposit(asset, 1_000n, d.bert))
        .to.be.revertedWithCustomError(d.face, "SafeERC20FailedOperation")
        .withArgs(token);
      await d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna);
      expect(await d.vault.balanceOf(d.anna, asset)).to.equal(1_000n);
    });

    it("refuses a token that says it moved and did not", async () => {
      const d = await load();
      const token = await d.anotherToken<LyingToken>("LyingToken");
      const asset = await d.listToken(token);
      await expect(d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna))
        .to.be.revertedWithCustomError(d.vault, "Vault_NothingReceived")
        .withArgs(asset);
      await token.setLies(false);
      await d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna);
      expect(await d.vault.balanceOf(d.anna, asset)).to.equal(1_000n);
    });

    it("credits of a token that takes more from its sender what the Vault got", async () => {
      const d = await load();
      const token = await d.anotherToken<ExtraTakingToken>("ExtraTakingToken", [7n]);
      const asset = await d.listToken(token);
      await d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna);
      expect(await d.vault.balanceOf(d.anna, asset)).to.equal(1_000n);
      expect(await d.vault.holdings(asset)).to.equal(1_000n);
    });

    it("passes on a deny-listing token's refusal", async () => {
      const d = await load();
      const token = await d.anotherToken<DenyListToken>("DenyListToken");
      const asset = await d.listToken(token);
      await token.setDenied(d.vault, true);
      await expect(d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna))
        .to.be.revertedWithCustomError(token, "DenyListToken_Denied")
        .withArgs(d.vault);
      await token.setDenied(d.vault, false);
      await d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna);
      expect(await d.vault.balanceOf(d.anna, asset)).to.equal(1_000n);
    });

    it("credits what arrived through a return bomb, and nothing through one that reverts", async () => {
      const d = await load();
      const token = await d.anotherToken<ReturnBombToken>("ReturnBombToken");
      const asset = await d.listToken(token);
      await token.arm(100_000n, false);
      await d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna);
      expect(await d.vault.balanceOf(d.anna, asset)).to.equal(1_000n);
      await token.arm(10_000n, true);
      await expect(d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna)).to.be.revert(ethers);
      expect(await d.vault.balanceOf(d.anna, asset)).to.equal(1_000n);
    });

    it("refuses of a rebasing token what its rounding loses", async () => {
      const d = await load();
      const token = await d.anotherToken<RebasingToken>("RebasingToken");
      const asset = await d.listToken(token);
      await token.setScale((11n * ONE) / 10n);
      // floor(10 / 1.1) = 9 shares, worth floor(9.9) = 9.
      await expect(d.vault.connect(d.anna).deposit(asset, 10n, d.anna))
        .to.be.revertedWithCustomError(d.vault, "Vault_ReceivedDiffers")
        .withArgs(asset, 10n, 9n);
    });

    it("lets a re-entrant token into no verb that touches tokens", async () => {
      const d = await load();
      const token = await d.anotherToken("ReentrantToken");
      const asset = await d.listToken(token);
      const locked = d.face.interface.encodeErrorResult("ReentrancyGuardReentrantCall");
      const exit = { owner: token, to: token, asset, amount: 1n, soon: 0n, late: 0n, seq: 0n };
      const calls = [
        d.vault.interface.encodeFunctionData("deposit", [asset, 1n, d.mallory.address]),
        d.vault.interface.encodeFunctionData("withdraw", [asset, 1n, d.mallory.address]),
        d.vault.interface.encodeFunctionData("release", [
          { ...exit, owner: d.mallory.address, to: d.mallory.address },
        ]),
        d.vault.interface.encodeFunctionData("checkImpairment", [asset]),
      ];
      for (const before of [true, false]) {
        for (const data of calls) {
          await token.getFunction("arm")(d.vault, data, before);
          await d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna);
          expect(await token.getFunction("called")()).to.equal(true);
          expect(await token.getFunction("succeeded")()).to.equal(false);
          expect(await token.getFunction("answer")()).to.equal(locked);
        }
      }
      expect(await d.vault.balanceOf(d.anna, asset)).to.equal(8_000n);
      expect((await d.vault.assetOf(asset)).liabilities).to.equal(8_000n);
    });

    it("counts a re-entrant ledger move as the move it is", async () => {
      const d = await load();
      const token = await d.anotherToken("ReentrantToken");
      const asset = await d.listToken(token);
      await d.vault.connect(d.anna).deposit(asset, 100n, token);
      await token.getFunction("arm")(
        d.vault,
        d.vault.interface.encodeFunctionData("transfer", [d.bert.address, asset, 40n]),
        false,
      );
      await d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna);
      expect(await token.getFunction("succeeded")()).to.equal(true);
      expect(await d.vault.balanceOf(d.bert, asset)).to.equal(40n);
      expect(await d.vault.balanceOf(token, asset)).to.equal(60n);
      expect((await d.vault.assetOf(asset)).liabilities).to.equal(1_100n);
      expect(await d.vault.holdings(asset)).to.equal(1_100n);
    });
  });
});
