import { expect } from "chai";
import hre from "hardhat";
import { DAY, HOUR, NATIVE, NATIVE_LISTING, PLAIN_LISTING } from "../../support/deployCore.ts";
import { ASSET_KINDS, balanceWord, deployVault, KIND, ONE, queuedIn } from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const MAX = (1n << 256n) - 1n;

async function deposited() {
  const d = await deployVault(ethers, networkHelpers);
  for (const kind of ASSET_KINDS) await d.give(d.anna, kind, 10n * ONE);
  return d;
}

const load = () => networkHelpers.loadFixture(deposited);

describe("Vault: ledger", () => {
  for (const kind of ASSET_KINDS) {
    const listing = kind === "native" ? NATIVE_LISTING : PLAIN_LISTING;
    const step = 10n ** (listing.tickExponent - 3n);

    describe(`given a balance (${kind})`, () => {
      it("moves it, fresh for the receiver, oldest value first", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        await d.goTo(d.seasonsAt + HOUR);
        const until = d.seasonsAt + 2n * DAY;
        const sent = d.vault.connect(d.anna).transfer(d.bert, asset, 4n * ONE);
        await expect(sent)
          .to.emit(d.vault, "Moved")
          .withArgs(6n * ONE, balanceWord(4n * ONE, (4n * ONE) / step, until));
        await expect(sent)
          .to.emit(d.face, "Transfer")
          .withArgs(d.anna, d.anna, d.bert, asset, 4n * ONE);
        expect((await d.vault.facts(d.anna, asset, 1n, d.anna)).seasoned).to.equal(6n * ONE);
        expect((await d.vault.facts(d.bert, asset, 1n, d.bert)).seasoned).to.equal(0n);
        expect((await d.vault.assetOf(asset)).liabilities, "liabilities stay").to.equal(10n * ONE);
      });

      it("moves onto itself: what moved is fresh again", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        await d.goTo(d.seasonsAt + HOUR);
        const slot = balanceWord(10n * ONE, (4n * ONE) / step, d.seasonsAt + 2n * DAY);
        await expect(d.vault.connect(d.anna).transfer(d.anna, asset, 4n * ONE))
          .to.emit(d.vault, "Moved")
          .withArgs(slot, slot);
        expect(await d.vault.balanceOf(d.anna, asset)).to.equal(10n * ONE);
        expect(await d.vault.balanceSlot(d.anna, asset)).to.equal(slot);
      });

      it("seasons nothing by moving nothing (INV-POL-6)", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        // A second before the cell of T ends, and a second after.
        const edge = d.seasonsAt + DAY;
        await d.at(edge - 1n);
        await d.give(d.bert, kind, ONE);
        await d.at(edge);
        await d.vault.connect(d.bert).transfer(d.bert, asset, 0n);
        expect((await d.vault.facts(d.bert, asset, 1n, d.bert)).seasoned).to.equal(0n);
        await d.goTo(edge + DAY - 1n);
        expect((await d.vault.facts(d.bert, asset, 1n, d.bert)).seasoned).to.equal(0n);
        await d.goTo(edge + DAY);
        expect((await d.vault.facts(d.bert, asset, 1n, d.bert)).seasoned).to.equal(ONE);
      });

      it("refuses more than there is, and nobody as receiver", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        await expect(d.vault.connect(d.anna).transfer(d.bert, asset, 10n * ONE + 1n))
          .to.be.revertedWithCustomError(d.face, "ERC6909InsufficientBalance")
          .withArgs(d.anna, 10n * ONE, 10n * ONE + 1n, asset);
        await expect(d.vault.connect(d.anna).transfer(d.bert, asset, MAX)).to.be.revertedWithCustomError(
          d.face,
          "ERC6909InsufficientBalance",
        );
        await expect(d.vault.connect(d.anna).transfer(ethers.ZeroAddress, asset, 1n))
          .to.be.revertedWithCustomError(d.face, "ERC6909InvalidReceiver")
          .withArgs(ethers.ZeroAddress);
      });

      it("lets a spender move what was approved, and no more", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        await expect(d.vault.connect(d.anna).approve(d.bert, asset, 5n))
          .to.emit(d.face, "Approval")
          .withArgs(d.anna, d.bert, asset, 5n);
        await d.vault.connect(d.bert).transferFrom(d.anna, d.carl, asset, 3n);
        expect(await d.vault.allowance(d.anna, d.bert, asset)).to.equal(2n);
        expect(await d.vault.balanceOf(d.carl, asset)).to.equal(3n);
        await expect(d.vault.connect(d.bert).transferFrom(d.anna, d.carl, asset, 3n))
          .to.be.revertedWithCustomError(d.face, "ERC6909InsufficientAllowance")
          .withArgs(d.bert, 2n, 3n, asset);
        await d.vault.connect(d.anna).approve(d.bert, asset, MAX);
        await d.vault.connect(d.bert).transferFrom(d.anna, d.carl, asset, 3n);
        expect(await d.vault.allowance(d.anna, d.bert, asset), "an unlimited one stays").to.equal(MAX);
      });

      it("lets an operator transfer, never withdraw or cancel", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const { exit } = await queuedIn(d, d.vault.connect(d.anna).withdraw(asset, 1n, d.anna));
        await expect(d.vault.connect(d.anna).setOperator(d.bert, true))
          .to.emit(d.face, "OperatorSet")
          .withArgs(d.anna, d.bert, true);
        expect(await d.vault.isOperator(d.anna, d.bert)).to.equal(true);
        await d.vault.connect(d.bert).transferFrom(d.anna, d.carl, asset, 3n);
        expect(await d.vault.balanceOf(d.carl, asset)).to.equal(3n);
        // What an operator withdraws is its own.
        await expect(d.vault.connect(d.bert).withdraw(asset, 1n, d.bert))
          .to.be.revertedWithCustomError(d.face, "ERC6909InsufficientBalance")
          .withArgs(d.bert, 0n, 1n, asset);
        await expect(d.vault.connect(d.bert).cancel(exit))
          .to.be.revertedWithCustomError(d.vault, "Vault_OnlyOwner")
          .withArgs(d.anna);
        await d.vault.connect(d.anna).setOperator(d.bert, false);
        await expect(
          d.vault.connect(d.bert).transferFrom(d.anna, d.carl, asset, 3n),
        ).to.be.revertedWithCustomError(d.face, "ERC6909InsufficientAllowance");
      });

      it("stops the held and the listed, also by way of a spender; not credits to them", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        await d.vault.connect(d.anna).approve(d.bert, asset, 5n);
        const until = (await d.now()) + 101n;
        await d.at(until - 100n);
        await d.vault.connect(d.officer).hold(d.anna, 100n);
        for (const move of [
          () => d.vault.connect(d.anna).transfer(d.bert, asset, 1n),
          () => d.vault.connect(d.bert).transferFrom(d.anna, d.bert, asset, 1n),
        ]) {
          await expect(move()).to.be.revertedWithCustomError(d.vault, "Vault_Held").withArgs(d.anna, until);
        }
        await d.goTo(until);
        await d.sanctions.setListed(d.anna, true);
        await d.vault.connect(d.anna).transfer(d.bert, asset, 1n); // debits read the record
        await d.vault.screen(d.anna);
        await expect(d.vault.connect(d.anna).transfer(d.bert, asset, 1n))
          .to.be.revertedWithCustomError(d.vault, "Vault_Listed")
          .withArgs(d.anna);
        await d.vault.connect(d.bert).transfer(d.anna, asset, 1n);
        expect(await d.vault.balanceOf(d.anna, asset)).to.equal(10n * ONE);
      });

      it("moves on while everyone is held", async () => {
        const d = await load();
        await d.vault.connect(d.officer).hold(ethers.ZeroAddress, 100n);
        await d.vault.connect(d.anna).transfer(d.bert, d.assetId(kind), 1n);
        expect(await d.vault.balanceOf(d.bert, d.assetId(kind))).to.equal(1n);
      });
    });
  }

  it("says which interfaces it has", async () => {
    const d = await load();
    expect(await d.vault.supportsInterface("0x0f632fb3"), "ERC-6909").to.equal(true);
    expect(await d.vault.supportsInterface("0x01ffc9a7"), "ERC-165").to.equal(true);
    expect(await d.vault.supportsInterface("0xffffffff")).to.equal(false);
  });

  describe("callWith", () => {
    it("pushes the amounts, then calls the hook with owner, assets, amounts and data", async () => {
      const d = await load();
      const assets = [NATIVE, d.tokenId];
      await d.vault.connect(d.anna).callWith(d.app, assets, [3n, 4n], "0x1234");
      expect(await d.app.calls()).to.equal(1n);
      expect(await d.app.lastOwner()).to.equal(d.anna.address);
      expect(await d.app.lastData()).to.equal("0x1234");
      for (const [i, amount] of [3n, 4n].entries()) {
        expect(await d.app.lastAssets(i)).to.equal(assets[i]);
        expect(await d.app.lastAmounts(i)).to.equal(amount);
        expect(await d.vault.balanceOf(d.app, assets[i] ?? 0n)).to.equal(amount);
      }
    });

    it("calls without amounts, too", async () => {
      const d = await load();
      await d.vault.connect(d.bert).callWith(d.app, [], [], "0x");
      expect(await d.app.lastOwner()).to.equal(d.bert.address);
    });

    it("lets the app pay inside its hook, and what it pays lands fresh", async () => {
      const d = await load();
      await d.goTo(d.seasonsAt);
      await d.app.setPayTo(d.carl);
      await d.vault.connect(d.anna).callWith(d.app, [d.tokenId], [ONE], "0x");
      expect(await d.vault.balanceOf(d.carl, d.tokenId)).to.equal(ONE);
      expect((await d.vault.facts(d.carl, d.tokenId, 1n, d.carl)).seasoned).to.equal(0n);
    });

    it("undoes the push when the hook reverts", async () => {
      const d = await load();
      await d.app.setReverts(true);
      await expect(
        d.vault.connect(d.anna).callWith(d.app, [d.tokenId], [ONE], "0x"),
      ).to.be.revertedWithCustomError(d.app, "MockApp_Refused");
      expect(await d.vault.balanceOf(d.anna, d.tokenId)).to.equal(10n * ONE);
    });

    it("calls registered apps only: a token, an account or the Vault is none", async () => {
      const d = await load();
      for (const target of [await d.token.getAddress(), d.bert.address, d.vaultAddress]) {
        await expect(d.vault.connect(d.anna).callWith(target, [d.tokenId], [1n], "0x"))
          .to.be.revertedWithCustomError(d.vault, "Vault_NotAnApp")
          .withArgs(target);
      }
    });

    it("gives a retired app no new positions; it still pays out", async () => {
      const d = await load();
      await d.vault.connect(d.anna).callWith(d.app, [d.tokenId], [ONE], "0x");
      await d.vault.setKind(d.app, KIND.RETIRED);
      await expect(d.vault.connect(d.anna).callWith(d.app, [d.tokenId], [1n], "0x"))
        .to.be.revertedWithCustomError(d.vault, "Vault_AppTakesNoPositions")
        .withArgs(d.app);
      await d.app.pay(d.bert, d.tokenId, ONE);
      expect(await d.vault.balanceOf(d.bert, d.tokenId)).to.equal(ONE);
    });

    it("refuses lists of different lengths, too much, the held, the listed and apps", async () => {
      const d = await load();
      await expect(d.vault.connect(d.anna).callWith(d.app, [NATIVE, d.tokenId], [1n], "0x"))
        .to.be.revertedWithCustomError(d.vault, "Vault_LengthsDiffer")
        .withArgs(2n, 1n);
      await expect(d.vault.connect(d.bert).callWith(d.app, [d.tokenId], [1n], "0x"))
        .to.be.revertedWithCustomError(d.face, "ERC6909InsufficientBalance")
        .withArgs(d.bert, 0n, 1n, d.tokenId);
      await d.vault.connect(d.officer).hold(d.anna, 100n);
      await expect(d.vault.connect(d.anna).callWith(d.app, [], [], "0x")).to.be.revertedWithCustomError(
        d.vault,
        "Vault_Held",
      );
      await d.sanctions.setListed(d.bert, true);
      await d.vault.screen(d.bert);
      await expect(d.vault.connect(d.bert).callWith(d.app, [], [], "0x"))
        .to.be.revertedWithCustomError(d.vault, "Vault_Listed")
        .withArgs(d.bert);
      const data = d.vault.interface.encodeFunctionData("callWith", [await d.app.getAddress(), [], [], "0x"]);
      await expect(d.app.execute(d.vault, data))
        .to.be.revertedWithCustomError(d.vault, "Vault_AppsCannot")
        .withArgs(d.app);
    });

    it("lets an app neither withdraw nor move subjects", async () => {
      const d = await load();
      await d.vault.connect(d.anna).callWith(d.app, [d.tokenId], [ONE], "0x");
      const data = d.vault.interface.encodeFunctionData("withdraw", [d.tokenId, 1n, d.anna.address]);
      await expect(d.app.execute(d.vault, data))
        .to.be.revertedWithCustomError(d.vault, "Vault_AppsCannot")
        .withArgs(d.app);
      await expect(d.vault.connect(d.officer).setSubject(d.app, d.anna))
        .to.be.revertedWithCustomError(d.vault, "Vault_AppsCannot")
        .withArgs(d.app);
    });
  });
});
