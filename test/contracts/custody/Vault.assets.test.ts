import { expect } from "chai";
import hre from "hardhat";
import { VAULT_NAMESPACE } from "../../../src/audit/compare.ts";
import type { RebasingToken } from "../../../typechain-types/index.ts";
import {
  erc20,
  KINDS,
  NATIVE,
  NATIVE_LISTING,
  NEVER,
  PLAIN_LISTING,
  paramKey,
  TOKEN_CLASS,
} from "../../support/deployCore.ts";
import { assetWord, deployVault, KIND, ONE } from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const deployed = () => deployVault(ethers, networkHelpers);
const load = () => networkHelpers.loadFixture(deployed);
type Fixture = Awaited<ReturnType<typeof deployed>>;

/** A token whose parameters are set, but that isn't listed. */
async function unlisted(d: Fixture, name: string, args: readonly unknown[] = []) {
  const token = await d.anotherToken(name, args);
  const asset = erc20(await token.getAddress());
  for (const kind of [KINDS.HOLDINGS_CAP, KINDS.SMALL_LANE_RATE, KINDS.LARGE_LANE_RATE]) {
    await d.setParam("vault", paramKey(kind, asset), 1_000n);
  }
  return { token, asset };
}

describe("Vault: assets", () => {
  describe("listing", () => {
    it("reads the token's decimals and says so with the slot", async () => {
      const d = await load();
      const { asset } = await unlisted(d, "MockERC20", ["Six", 6]);
      await expect(d.vault.list(asset, TOKEN_CLASS.FEE_TAKING, 3n))
        .to.emit(d.vault, "AssetListed")
        .withArgs(
          asset,
          TOKEN_CLASS.FEE_TAKING,
          assetWord(
            0n,
            { ...PLAIN_LISTING, tokenClass: TOKEN_CLASS.FEE_TAKING, tickExponent: 3n },
            { decimals: 6n },
          ),
        );
      const listed = await d.vault.assetOf(asset);
      expect([listed.class, listed.decimals, listed.tickExponent]).to.deep.equal([
        TOKEN_CLASS.FEE_TAKING,
        6n,
        3n,
      ]);
    });

    it("happens once", async () => {
      const d = await load();
      for (const [asset, tokenClass] of [
        [NATIVE, TOKEN_CLASS.NATIVE],
        [d.tokenId, TOKEN_CLASS.EXACT],
      ] as const) {
        await expect(d.vault.list(asset, tokenClass, 15n))
          .to.be.revertedWithCustomError(d.vault, "Vault_ListedAlready")
          .withArgs(asset);
      }
    });

    it("takes as many assets as a change of T can reach in one block", async () => {
      const d = await load();
      const { asset } = await unlisted(d, "MockERC20", ["Six", 6]);
      // The length of the list of listed assets, in place.
      const length = ethers.toBeHex(VAULT_NAMESPACE + 11n, 32);
      const before = await ethers.provider.getStorage(d.vaultAddress, length);
      expect(BigInt(before)).to.equal(BigInt((await d.vault.listedAssets()).length));
      await networkHelpers.setStorageAt(d.vaultAddress, length, ethers.toBeHex(1_000, 32));
      await expect(d.vault.list(asset, TOKEN_CLASS.EXACT, 3n))
        .to.be.revertedWithCustomError(d.vault, "Vault_TooManyAssets")
        .withArgs(1_000n);
      await networkHelpers.setStorageAt(d.vaultAddress, length, ethers.toBeHex(999, 32));
      await d.vault.list(asset, TOKEN_CLASS.EXACT, 3n);
    });

    it("refuses a class that doesn't fit the id", async () => {
      const d = await load();
      const { asset } = await unlisted(d, "MockERC20", ["Six", 6]);
      const foreign = (3n << 248n) | 5n;
      for (const [id, tokenClass] of [
        [asset, 0n],
        [asset, TOKEN_CLASS.NATIVE],
        [NATIVE | 1n, TOKEN_CLASS.NATIVE],
        [foreign, TOKEN_CLASS.EXACT],
        [asset | (1n << 160n), TOKEN_CLASS.EXACT],
        [2n << 248n, TOKEN_CLASS.EXACT],
      ] as const) {
        await expect(d.vault.list(id, tokenClass, 15n))
          .to.be.revertedWithCustomError(d.vault, "Vault_ClassDoesNotFit")
          .withArgs(id, tokenClass);
      }
    });

    it("refuses a tick above 10^30", async () => {
      const d = await load();
      const { asset } = await unlisted(d, "MockERC20", ["Six", 6]);
      await expect(d.vault.list(asset, TOKEN_CLASS.EXACT, 31n))
        .to.be.revertedWithCustomError(d.vault, "Vault_BadTick")
        .withArgs(31n, 30n);
      await d.vault.list(asset, TOKEN_CLASS.EXACT, 30n);
    });

    it("wants each of its parameters set before", async () => {
      const d = await load();
      const token = await d.anotherToken("MockERC20", ["Six", 6]);
      const asset = erc20(await token.getAddress());
      for (const kind of [KINDS.HOLDINGS_CAP, KINDS.SMALL_LANE_RATE, KINDS.LARGE_LANE_RATE]) {
        await expect(d.vault.list(asset, TOKEN_CLASS.EXACT, 3n))
          .to.be.revertedWithCustomError(d.vault, "Vault_ParameterMissing")
          .withArgs(paramKey(kind, asset));
        await d.setParam("vault", paramKey(kind, asset), 1_000n);
      }
      await d.vault.list(asset, TOKEN_CLASS.EXACT, 3n);
    });

    it("wants T set before, in a Vault of its own", async () => {
      const d = await load();
      const implementation = await ethers.deployContract("Vault", [
        await ethers.deployContract("VaultAdmin", [d.record]),
      ]);
      const face = d.vault.interface.encodeFunctionData("initialize", [await d.manager.getAddress()]);
      const proxy = await ethers.deployContract("TransparentUpgradeableProxy", [
        implementation,
        d.timelock,
        face,
      ]);
      const vault = await ethers.getContractAt("IVault", proxy.target);
      await expect(vault.getFunction("list")(NATIVE, TOKEN_CLASS.NATIVE, 12n))
        .to.be.revertedWithCustomError(d.vault, "Vault_ParameterMissing")
        .withArgs(paramKey(KINDS.FRESH_PERIOD));
    });

    it("refuses tokens that are unreadable or too large, with the reason", async () => {
      const d = await load();
      const silent = await unlisted(d, "NoDecimalsToken");
      await expect(d.vault.list(silent.asset, TOKEN_CLASS.EXACT, 3n))
        .to.be.revertedWithCustomError(d.vault, "Vault_TokenUnreadable")
        .withArgs(silent.token);
      const huge = await unlisted(d, "HugeToken");
      await expect(d.vault.list(huge.asset, TOKEN_CLASS.EXACT, 3n))
        .to.be.revertedWithCustomError(d.vault, "Vault_TokenTooLarge")
        .withArgs(huge.token, 18n, 1n << 120n);
      const fine = await unlisted(d, "MockERC20", ["Fine", 31]);
      await expect(d.vault.list(fine.asset, TOKEN_CLASS.EXACT, 3n))
        .to.be.revertedWithCustomError(d.vault, "Vault_TokenTooLarge")
        .withArgs(fine.token, 31n, 1_000_000_000n * ONE);
      // An address without code answers nothing.
      const nobody = erc20(d.carl.address);
      for (const kind of [KINDS.HOLDINGS_CAP, KINDS.SMALL_LANE_RATE, KINDS.LARGE_LANE_RATE]) {
        await d.setParam("vault", paramKey(kind, nobody), 1_000n);
      }
      await expect(d.vault.list(nobody, TOKEN_CLASS.EXACT, 3n))
        .to.be.revertedWithCustomError(d.vault, "Vault_TokenUnreadable")
        .withArgs(d.carl);
    });

    it("is for the timelock alone", async () => {
      const d = await load();
      await expect(d.vault.connect(d.riskOfficer).list(NATIVE, TOKEN_CLASS.NATIVE, 12n))
        .to.be.revertedWithCustomError(d.policy, "AccessManagedUnauthorized")
        .withArgs(d.riskOfficer);
    });
  });

  describe("impairment", () => {
    it("is flagged when liabilities exceed holdings, and cleared when they don't, by anyone", async () => {
      const d = await load();
      await d.give(d.anna, "native", 10n * ONE);
      const check = () => d.vault.connect(d.mallory).checkImpairment(NATIVE);
      await expect(check()).to.be.revertedWithCustomError(d.vault, "Vault_Unchanged");
      await networkHelpers.setBalance(d.vaultAddress, 10n * ONE - 1n);
      await expect(check())
        .to.emit(d.vault, "ImpairmentChecked")
        .withArgs(NATIVE, true, 10n * ONE - 1n, assetWord(10n * ONE, NATIVE_LISTING, { impaired: true }));
      await expect(check()).to.be.revertedWithCustomError(d.vault, "Vault_Unchanged");
      await networkHelpers.setBalance(d.vaultAddress, 10n * ONE);
      await expect(check())
        .to.emit(d.vault, "ImpairmentChecked")
        .withArgs(NATIVE, false, 10n * ONE, assetWord(10n * ONE, NATIVE_LISTING));
    });

    it("catches a token that rebases downwards", async () => {
      const d = await load();
      const token = await d.anotherToken<RebasingToken>("RebasingToken");
      const asset = await d.listToken(token);
      await d.vault.connect(d.anna).deposit(asset, 1_000n, d.anna);
      await token.setScale((9n * ONE) / 10n);
      await d.vault.checkImpairment(asset);
      expect((await d.vault.assetOf(asset)).impaired).to.equal(true);
      expect(await d.vault.holdings(asset)).to.equal(900n);
    });

    it("is asked of listed assets only", async () => {
      const d = await load();
      const token = await d.anotherToken("MockERC20", ["Six", 6]);
      const asset = erc20(await token.getAddress());
      await expect(d.vault.checkImpairment(asset))
        .to.be.revertedWithCustomError(d.vault, "Vault_NotListed")
        .withArgs(asset);
    });
  });

  describe("deployment", () => {
    it("needs the other half of its code, an authority, and initialises once, behind a proxy only", async () => {
      const d = await load();
      const halves = await ethers.getContractFactory("VaultAdmin");
      await expect(halves.deploy(d.anna.address)).to.be.revertedWithCustomError(d.vault, "Vault_ZeroAddress");
      const admin = await halves.deploy(d.record);
      const factory = await ethers.getContractFactory("Vault");
      await expect(factory.deploy(d.anna.address)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_ZeroAddress",
      );
      const implementation = await factory.deploy(admin);
      const nobody = d.vault.interface.encodeFunctionData("initialize", [ethers.ZeroAddress]);
      const proxies = await ethers.getContractFactory("TransparentUpgradeableProxy");
      await expect(proxies.deploy(implementation, d.timelock, nobody)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_ZeroAddress",
      );
      for (const target of [d.vaultAddress, await implementation.getAddress(), await admin.getAddress()]) {
        const vault = await ethers.getContractAt("IVault", target);
        await expect(vault.getFunction("initialize")(d.manager)).to.be.revertedWithCustomError(
          d.face,
          "InvalidInitialization",
        );
      }
      expect(await d.vault.authority()).to.equal(await d.manager.getAddress());
    });

    it("keeps its storage in its ERC-7201 namespace", async () => {
      const d = await load();
      const inner = BigInt(ethers.id("strongroom.storage.Vault")) - 1n;
      const slot = BigInt(ethers.keccak256(ethers.toBeHex(inner, 32))) & ~0xffn;
      // The door comes first: the policy, and until when everyone is held.
      expect(await ethers.provider.getStorage(d.vaultAddress, slot)).to.equal(
        ethers.zeroPadValue(await d.vault.policy(), 32),
      );
      expect(await ethers.provider.getStorage(d.vaultAddress, slot + 1n)).to.equal(
        ethers.zeroPadValue(await d.vault.sanctionsList(), 32),
      );
    });
  });

  it("gives an unverified newcomer's standing in plain views", async () => {
    const d = await load();
    const f = await d.vault.facts(d.carl, NATIVE, 7n, d.bert);
    expect([...f]).to.deep.equal([
      d.carl.address,
      d.carl.address,
      0n,
      d.bert.address,
      0n,
      0n,
      NATIVE,
      7n,
      0n,
      NEVER,
      86_400n,
      18n,
      NATIVE_LISTING.tickExponent,
    ]);
    expect((await d.vault.accountOf(d.carl)).kind).to.equal(KIND.USER);
  });
});
