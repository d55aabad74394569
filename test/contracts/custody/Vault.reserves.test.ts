import { expect } from "chai";
import hre from "hardhat";
import type { FeeToken, PlainReserve, ReentrantToken } from "../../../typechain-types/index.ts";
import { DAY, HOUR, KINDS, NATIVE, PLAIN_LISTING, paramKey, TOKEN_CLASS } from "../../support/deployCore.ts";
import {
  ASSET_KINDS,
  type AssetKind,
  deployVault,
  ONE,
  queuedIn,
  REASON,
  type VaultFixture,
} from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

const plainReserve = async (vault: unknown) =>
  (await ethers.deployContract("PlainReserve", [vault])) as unknown as PlainReserve;

/** Of each asset anna has 100 and bert 900, seasoned; the Vault keeps 20 to 300, twice what went out, and a reserve. */
async function reserved() {
  const d = await deployVault(ethers, networkHelpers);
  for (const kind of ASSET_KINDS) {
    await d.give(d.anna, kind, 100n * ONE);
    await d.give(d.bert, kind, 900n * ONE);
    const tick = 10n ** (kind === "native" ? 12n : 15n);
    await d.setParam("vault", paramKey(KINDS.HOT_COVER, d.assetId(kind)), 20_000n);
    await d.setParam("vault", paramKey(KINDS.HOT_MIN, d.assetId(kind)), (20n * ONE) / tick);
    await d.setParam("vault", paramKey(KINDS.HOT_MAX, d.assetId(kind)), (300n * ONE) / tick);
  }
  const reserve = await plainReserve(d.vault);
  await d.vault.addReserve(reserve);
  // Anna may take out at once, to carl.
  await d.vault.connect(d.officer).setTier(d.anna, 3, 0, (1n << 40n) - 1n);
  await d.vault.connect(d.anna).setDestination(d.carl, true);
  await d.goTo(d.seasonsAt + 2n * DAY);
  return { ...d, reserve };
}

type Reserved = Awaited<ReturnType<typeof reserved>>;
const load = () => networkHelpers.loadFixture(reserved);

const held = async (d: VaultFixture, kind: AssetKind, account: { getAddress(): Promise<string> }) =>
  kind === "native"
    ? ethers.provider.getBalance(await account.getAddress())
    : d.token.balanceOf(await account.getAddress());

/** As if the reserve had lost all that it holds. */
async function empty(d: Reserved, kind: AssetKind) {
  const address = await d.reserve.getAddress();
  if (kind === "native") {
    await networkHelpers.setBalance(address, 0n);
    return;
  }
  const thief = await ethers.getImpersonatedSigner(address);
  await networkHelpers.setBalance(address, ONE);
  await d.token.connect(thief).transfer(d.mallory, await d.token.balanceOf(address));
}

describe("Vault: reserves", () => {
  for (const kind of ASSET_KINDS) {
    describe(`given a reserve and a full Vault (${kind})`, () => {
      it("sweeps what exceeds the ceiling, by anyone, and counts it still (INV-CUS-1)", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        expect(await d.vault.hotCeiling(asset)).to.equal(20n * ONE);
        expect(await d.vault.connect(d.mallory).sweep.staticCall(asset)).to.equal(980n * ONE);
        await expect(d.vault.connect(d.mallory).sweep(asset))
          .to.emit(d.vault, "Swept")
          .withArgs(asset, d.reserve, 980n * ONE);
        expect(await held(d, kind, d.reserve)).to.equal(980n * ONE);
        expect(await held(d, kind, d.vault)).to.equal(20n * ONE);
        expect(await d.vault.holdings(asset)).to.equal(1_000n * ONE);
        await expect(d.vault.checkImpairment(asset)).to.be.revertedWithCustomError(
          d.vault,
          "Vault_Unchanged",
        );
        await expect(d.vault.sweep(asset))
          .to.be.revertedWithCustomError(d.vault, "Vault_NothingToSweep")
          .withArgs(asset, 20n * ONE, 20n * ONE);
      });

      it("is impaired once the reserve has lost it (INV-CUS-1)", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        await d.vault.sweep(asset);
        await empty(d, kind);
        await expect(d.vault.checkImpairment(asset)).to.emit(d.vault, "ImpairmentChecked");
        expect((await d.vault.assetOf(asset)).impaired).to.equal(true);
      });

      it("keeps every open exit, and gives it up when the exit is cancelled (REVIEW 7)", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const first = await queuedIn(d, d.vault.connect(d.bert).withdraw(asset, 400n * ONE, d.carl));
        const second = await queuedIn(d, d.vault.connect(d.bert).withdraw(asset, 1n, d.carl));
        const tick = 10n ** (kind === "native" ? 12n : 15n);
        expect((await d.vault.assetOf(asset)).queuedTicks).to.equal((400n * ONE) / tick + 1n);
        expect(await d.vault.hotCeiling(asset)).to.equal(420n * ONE + tick);
        await d.vault.sweep(asset);
        expect(await held(d, kind, d.vault)).to.equal(420n * ONE + tick);
        await d.vault.connect(d.bert).cancel(first.exit);
        expect(await d.vault.hotCeiling(asset)).to.equal(20n * ONE + tick);
        await d.goTo(second.exit.late);
        await d.vault.release(second.exit);
        expect(await d.vault.hotCeiling(asset)).to.equal(20n * ONE);
      });

      it("follows what instant exits took in the trailing day, between governed bounds", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        await d.vault.connect(d.anna).withdraw(asset, 30n * ONE, d.carl);
        expect(await d.vault.hotCeiling(asset)).to.equal(60n * ONE);
        await d.setParam("vault", paramKey(KINDS.HOT_COVER, asset), 1_000_000n);
        expect(await d.vault.hotCeiling(asset)).to.equal(300n * ONE);
        await d.goTo((await d.now()) + 2n * DAY);
        expect(await d.vault.hotCeiling(asset)).to.equal(20n * ONE);
      });

      it("queues what the Vault itself doesn't hold, charging nothing; the lens says so (INV-CUS-8)", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        await d.vault.sweep(asset);
        const lens = await ethers.deployContract("VaultLens", [d.vault]);
        const said = await lens.getFunction("explain")(d.anna, asset, 20n * ONE + 1n, d.carl);
        expect([said.reasons, said.instantNow]).to.deep.equal([REASON.NOT_IN_HOT, 20n * ONE]);
        const asked = d.vault.connect(d.anna).withdraw.staticCall(asset, 20n * ONE + 1n, d.carl);
        const answer = await asked.then(
          () => "taken",
          () => "refused",
        );
        expect(answer).to.equal("taken");
        const sent = d.vault.connect(d.anna).withdraw(asset, 20n * ONE + 1n, d.carl);
        const { exit, reasons } = await queuedIn(d, sent);
        expect(reasons).to.equal(REASON.NOT_IN_HOT);
        expect(await d.vault.windowOf(ethers.toBeHex(asset, 32))).to.equal(0n);
        await expect(d.vault.connect(d.anna).withdraw(asset, 20n * ONE, d.carl)).to.emit(
          d.vault,
          "Withdrawn",
        );
        // Mature, it waits for the reserve and loses nothing.
        await d.goTo(exit.late);
        const refusal = [asset, 0n, exit.amount];
        await expect(d.vault.release(exit))
          .to.be.revertedWithCustomError(d.vault, "Vault_NotFunded")
          .withArgs(...refusal);
        const { blocked } = await lens.getFunction("statusOf")(exit, d.carl);
        expect(blocked).to.equal(d.vault.interface.encodeErrorResult("Vault_NotFunded", refusal));
        const amount = 50n * ONE;
        await expect(d.reserve.give(asset, amount))
          .to.emit(d.vault, "Refilled")
          .withArgs(asset, d.reserve, amount);
        await expect(d.vault.release(exit)).to.emit(d.vault, "Released");
      });
    });
  }

  describe("given what can't be swept", () => {
    it("refuses without a reserve and without a ceiling", async () => {
      const d = await load();
      const other = await d.listToken(await d.anotherToken("MockERC20", ["Other", 18]));
      await expect(d.vault.sweep(other))
        .to.be.revertedWithCustomError(d.vault, "Vault_ParameterMissing")
        .withArgs(paramKey(KINDS.HOT_MAX, other));
      await d.vault.removeReserve(d.reserve);
      await expect(d.vault.sweep(NATIVE)).to.be.revertedWithCustomError(d.vault, "Vault_NoReserve");
    });

    it("refuses a token that takes a fee, an unlisted asset and an impaired one", async () => {
      const d = await load();
      const fee = await d.anotherToken<FeeToken>("FeeToken", [100n]);
      const feeId = await d.listToken(fee, { tokenClass: TOKEN_CLASS.FEE_TAKING });
      for (const asset of [feeId, 5n]) {
        await expect(d.vault.sweep(asset))
          .to.be.revertedWithCustomError(d.vault, "Vault_NotSweepable")
          .withArgs(asset);
      }
      await d.vault.sweep(d.tokenId);
      await empty(d, "erc20");
      await d.vault.checkImpairment(d.tokenId);
      await d.token.connect(d.mallory).transfer(d.vaultAddress, 500n * ONE);
      await expect(d.vault.sweep(d.tokenId))
        .to.be.revertedWithCustomError(d.vault, "Vault_NotSweepable")
        .withArgs(d.tokenId);
    });
  });

  describe("given who may", () => {
    it("takes a refill from a reserve alone, and native money only as such", async () => {
      const d = await load();
      await expect(d.vault.connect(d.mallory).refill(NATIVE, { value: 1n }))
        .to.be.revertedWithCustomError(d.vault, "Vault_NotAReserve")
        .withArgs(d.mallory);
      await d.vault.sweep(d.tokenId);
      await expect(d.reserve.give(d.tokenId, 1n, { value: 7n }))
        .to.be.revertedWithCustomError(d.vault, "Vault_WrongValue")
        .withArgs(7n, 0n);
    });

    it("takes none while another verb counts tokens: a deposit isn't credited what a reserve brings", async () => {
      const d = await load();
      const token = (await d.anotherToken("ReentrantToken")) as unknown as ReentrantToken;
      const asset = await d.listToken(token as never, PLAIN_LISTING);
      await token.transfer(d.reserve, 10n * ONE);
      const call = d.reserve.interface.encodeFunctionData("give", [asset, ONE]);
      await token.arm(d.reserve, call, true);
      const credited = await d.vault
        .connect(d.anna)
        .deposit.staticCall(asset, 5n * ONE, d.anna)
        .then(String, () => "refused");
      expect(credited).to.equal(String(5n * ONE));
      await d.vault.connect(d.anna).deposit(asset, 5n * ONE, d.anna);
      expect(await token.succeeded()).to.equal(false);
      expect(await d.vault.balanceOf(d.anna, asset)).to.equal(5n * ONE);
      expect(await token.balanceOf(d.reserve)).to.equal(10n * ONE);
    });

    it("adds and removes reserves for governance alone; each serves this Vault, four at most, in order", async () => {
      const d = await load();
      const more = [await plainReserve(d.vault), await plainReserve(d.vault), await plainReserve(d.vault)];
      for (const verb of ["addReserve", "removeReserve"] as const) {
        await expect(d.vault.connect(d.mallory)[verb](d.reserve)).to.be.revertedWithCustomError(
          d.vault,
          "AccessManagedUnauthorized",
        );
      }
      await expect(d.vault.addReserve(d.reserve)).to.be.revertedWithCustomError(d.vault, "Vault_Unchanged");
      const foreign = await plainReserve(d.mallory);
      for (const no of [foreign, d.mallory]) {
        await expect(d.vault.addReserve(no))
          .to.be.revertedWithCustomError(d.vault, "Vault_NotAReserve")
          .withArgs(no);
      }
      for (const one of more)
        await expect(d.vault.addReserve(one)).to.emit(d.vault, "ReserveAdded").withArgs(one);
      await expect(d.vault.addReserve(await plainReserve(d.vault)))
        .to.be.revertedWithCustomError(d.vault, "Vault_TooManyReserves")
        .withArgs(4n);
      const [first, second, third] = more;
      if (!first || !second || !third) throw new Error("three were made");
      await expect(d.vault.removeReserve(first)).to.emit(d.vault, "ReserveRemoved").withArgs(first);
      await expect(d.vault.removeReserve(first))
        .to.be.revertedWithCustomError(d.vault, "Vault_NotAReserve")
        .withArgs(first);
      expect(await d.vault.reserves()).to.deep.equal(
        await Promise.all([d.reserve, second, third].map((one) => one.getAddress())),
      );
    });
  });

  it("counts what it holds in each reserve once", async () => {
    const d = await load();
    const second = await plainReserve(d.vault);
    await d.vault.addReserve(second);
    await d.token.connect(d.mallory).transfer(second, 5n * ONE);
    await d.vault.sweep(d.tokenId);
    expect(await d.vault.holdings(d.tokenId)).to.equal(1_005n * ONE);
    expect(await d.token.balanceOf(d.reserve), "the first is the nearest").to.equal(980n * ONE);
    await d.goTo((await d.now()) + HOUR);
    await d.vault.removeReserve(second);
    expect(await d.vault.holdings(d.tokenId)).to.equal(1_000n * ONE);
  });
});
