import { anyValue } from "@nomicfoundation/hardhat-ethers-chai-matchers/withArgs";
import { expect } from "chai";
import hre from "hardhat";
import type {
  DepositAddress,
  FalseReturningToken,
  FeeToken,
  LyingToken,
  MockERC20,
  ReentrantReceiver,
  ReentrantToken,
  RejectingReceiver,
  UsdtLike,
} from "../../../typechain-types/index.ts";
import {
  deployCore,
  erc20,
  KINDS,
  NATIVE,
  PLAIN_LISTING,
  paramKey,
  TOKEN_CLASS,
} from "../../support/deployCore.ts";

const { ethers, networkHelpers } = await hre.network.create();

const ONE = 10n ** 18n;
const FOREIGN = (3n << 248n) | 7n;

async function deployed() {
  const core = await deployCore(ethers);
  const [anna, bert, mallory] = core.users;
  if (!anna || !bert || !mallory) throw new Error("too few signers");
  const token = (await ethers.deployContract("MockERC20", ["USD", 18])) as unknown as MockERC20;
  const asset = erc20(await token.getAddress());
  await core.list(asset, PLAIN_LISTING);
  const unlisted = (await ethers.deployContract("MockERC20", ["NEW", 18])) as unknown as MockERC20;
  const at = await core.factory.addressOf(anna);
  const box = (await ethers.getContractAt("DepositAddress", at)) as unknown as DepositAddress;
  return {
    ...core,
    anna,
    bert,
    mallory,
    token,
    asset,
    unlisted,
    unlistedAsset: erc20(await unlisted.getAddress()),
    at,
    box,
  };
}

type Deployed = Awaited<ReturnType<typeof deployed>>;

/** What the Vault would still take of the asset is all but `room` ticks used up. */
async function leaveRoom(d: Deployed, ticks: bigint): Promise<void> {
  await d.setParam("vault", paramKey(KINDS.HOLDINGS_CAP, d.asset), ticks);
}

describe("DepositFactory", () => {
  const setup = () => networkHelpers.loadFixture(deployed);

  it("names its Vault, and refuses zero", async () => {
    const d = await setup();
    expect(await d.factory.vault()).to.equal(d.vault.target);
    await expect(ethers.deployContract("DepositFactory", [ethers.ZeroAddress])).to.be.revertedWithCustomError(
      d.factory,
      "DepositFactory_ZeroAddress",
    );
  });

  it("knows every address beforehand: CREATE2 over factory, account and code (EIP-1014)", async () => {
    const d = await setup();
    const { bytecode } = await ethers.getContractFactory("DepositAddress");
    const args = ethers.AbiCoder.defaultAbiCoder().encode(
      ["address", "address"],
      [d.vault.target, d.anna.address],
    );
    const expected = ethers.getCreate2Address(
      await d.factory.getAddress(),
      ethers.zeroPadValue(d.anna.address, 32),
      ethers.keccak256(ethers.concat([bytecode, args])),
    );
    expect(d.at).to.equal(expected);
    expect(await d.factory.addressOf(d.bert)).to.not.equal(expected);
    expect(await ethers.provider.getCode(d.at)).to.equal("0x");
  });

  it("deploys an address, by anyone, and only once", async () => {
    const d = await setup();
    const factory = d.factory.connect(d.mallory);
    await expect(factory.deploy(d.anna))
      .to.emit(factory, "DepositAddressDeployed")
      .withArgs(d.anna.address, d.at);
    expect(await d.box.account()).to.equal(d.anna.address);
    expect(await d.box.vault()).to.equal(d.vault.target);
    await expect(factory.deploy(d.anna)).to.not.emit(factory, "DepositAddressDeployed");
    expect(await factory.deploy.staticCall(d.anna)).to.equal(d.at);
    await expect(factory.deploy(ethers.ZeroAddress)).to.be.revertedWithCustomError(
      factory,
      "DepositFactory_ZeroAddress",
    );
  });

  it("flushes what was sent before the deployment, native and token, and emits what was credited", async () => {
    const d = await setup();
    await d.mallory.sendTransaction({ to: d.at, value: ONE });
    await d.token.mint(d.at, 5n * ONE);
    const factory = d.factory.connect(d.mallory);
    const first = factory.flush(d.anna, NATIVE);
    await expect(first).to.emit(factory, "DepositAddressDeployed").withArgs(d.anna.address, d.at);
    await expect(first).to.emit(factory, "Flushed").withArgs(d.anna.address, NATIVE, ONE);
    await expect(first)
      .to.emit(d.vault, "Deposited")
      .withArgs(NATIVE, d.anna.address, d.at, ONE, anyValue, anyValue);
    const second = factory.flush(d.anna, d.asset);
    await expect(second)
      .to.emit(factory, "Flushed")
      .withArgs(d.anna.address, d.asset, 5n * ONE);
    await expect(second).to.not.emit(factory, "DepositAddressDeployed");
    expect(await d.vault.balanceOf(d.anna, NATIVE)).to.equal(ONE);
    expect(await d.vault.balanceOf(d.anna, d.asset)).to.equal(5n * ONE);
    expect(await ethers.provider.getBalance(d.at)).to.equal(0n);
    expect(await d.token.balanceOf(d.at)).to.equal(0n);
  });

  it("what it flushes is fresh: nothing of it is instant", async () => {
    const d = await setup();
    await d.token.mint(d.at, ONE);
    await d.factory.flush(d.anna, d.asset);
    expect((await d.vault.facts(d.anna, d.asset, ONE, d.bert)).seasoned).to.equal(0n);
  });
});

describe("DepositAddress", () => {
  const setup = () => networkHelpers.loadFixture(deployed);

  describe("receive", () => {
    it("takes a send of 2300 gas, as exchanges' contracts give, before and after deployment", async () => {
      const d = await setup();
      for (const deployFirst of [false, true]) {
        if (deployFirst) await d.factory.deploy(d.anna);
        // The transaction itself costs 21,000; the stipend is what is left.
        await d.mallory.sendTransaction({ to: d.at, value: 1n, gasLimit: 23_300n });
      }
      expect(await ethers.provider.getBalance(d.at)).to.equal(2n);
      const used = await ethers.provider.estimateGas({ from: d.mallory.address, to: d.at, value: 1n });
      expect(used - 21_000n).to.be.lessThan(200n);
    });
  });

  describe("forward", () => {
    it("by anyone, straight at the address, for its account only", async () => {
      const d = await setup();
      await d.factory.deploy(d.anna);
      await d.token.mint(d.at, ONE);
      await d.box.connect(d.mallory).forward(d.asset);
      expect(await d.vault.balanceOf(d.anna, d.asset)).to.equal(ONE);
      expect(await d.vault.balanceOf(d.mallory, d.asset)).to.equal(0n);
    });

    it("refuses when nothing is here, and ids of other chains or of no class", async () => {
      const d = await setup();
      await d.factory.deploy(d.anna);
      for (const asset of [NATIVE, d.asset]) {
        await expect(d.box.forward(asset))
          .to.be.revertedWithCustomError(d.box, "DepositAddress_NothingHere")
          .withArgs(asset);
      }
      for (const asset of [FOREIGN, 0n, NATIVE | 1n]) {
        await expect(d.box.forward(asset))
          .to.be.revertedWithCustomError(d.box, "DepositAddress_NotOnThisChain")
          .withArgs(asset);
      }
    });

    it("an unlisted token stays here", async () => {
      const d = await setup();
      await d.unlisted.mint(d.at, ONE);
      await expect(d.factory.flush(d.anna, d.unlistedAsset))
        .to.be.revertedWithCustomError(d.vault, "Vault_NotListed")
        .withArgs(d.unlistedAsset);
      expect(await d.unlisted.balanceOf(d.at)).to.equal(ONE);
    });

    it("given no room, all stays here until there is", async () => {
      const d = await setup();
      await leaveRoom(d, 0n);
      await d.token.mint(d.at, ONE);
      await expect(d.factory.flush(d.anna, d.asset))
        .to.be.revertedWithCustomError(d.vault, "Vault_CapReached")
        .withArgs(d.asset, 0n);
      await leaveRoom(d, 1_000n);
      await d.factory.flush(d.anna, d.asset);
      expect(await d.vault.balanceOf(d.anna, d.asset)).to.equal(ONE);
    });

    it("dust of one unit passes, and leaves what has seasoned seasoned", async () => {
      const d = await setup();
      await d.token.mint(d.at, ONE);
      await d.factory.flush(d.anna, d.asset);
      await networkHelpers.time.increase(2n * 86_400n);
      await d.token.connect(d.mallory).mint(d.at, 1n);
      await d.factory.connect(d.mallory).flush(d.anna, d.asset);
      const { seasoned } = await d.vault.facts(d.anna, d.asset, ONE, d.bert);
      expect(await d.vault.balanceOf(d.anna, d.asset)).to.equal(ONE + 1n);
      expect(ONE - seasoned).to.be.lessThanOrEqual(10n ** 12n);
    });

    describe("tokens", () => {
      it("as USDT, twice: no return value, approval by way of zero, none left", async () => {
        const d = await setup();
        const usdt = (await ethers.deployContract("UsdtLike")) as unknown as UsdtLike;
        const asset = erc20(await usdt.getAddress());
        await d.list(asset, { ...PLAIN_LISTING, tickExponent: 3n });
        for (let i = 1n; i <= 2n; ++i) {
          await usdt.mint(d.at, 1_000_000n);
          await d.factory.flush(d.anna, asset);
          expect(await d.vault.balanceOf(d.anna, asset)).to.equal(i * 1_000_000n);
          expect(await usdt.allowance(d.at, d.vault)).to.equal(0n);
        }
      });

      it("taking a fee: what arrived is credited, or all is refused, by class", async () => {
        const d = await setup();
        for (const tokenClass of [TOKEN_CLASS.FEE_TAKING, TOKEN_CLASS.EXACT]) {
          const token = (await ethers.deployContract("FeeToken", [100])) as unknown as FeeToken;
          const asset = erc20(await token.getAddress());
          await d.list(asset, { ...PLAIN_LISTING, tokenClass });
          await token.mint(d.at, ONE);
          const flush = d.factory.flush(d.anna, asset);
          const arrived = (ONE * 99n) / 100n;
          if (tokenClass === TOKEN_CLASS.FEE_TAKING) {
            await expect(flush).to.emit(d.factory, "Flushed").withArgs(d.anna.address, asset, arrived);
            expect(await d.vault.balanceOf(d.anna, asset)).to.equal(arrived);
          } else {
            await expect(flush)
              .to.be.revertedWithCustomError(d.vault, "Vault_ReceivedDiffers")
              .withArgs(asset, ONE, arrived);
            expect(await token.balanceOf(d.at)).to.equal(ONE);
          }
        }
      });

      it("lying: returns true, moves nothing, is credited nothing, keeps no approval", async () => {
        const d = await setup();
        const token = (await ethers.deployContract("LyingToken")) as unknown as LyingToken;
        const asset = erc20(await token.getAddress());
        await d.list(asset, PLAIN_LISTING);
        await token.mint(d.at, ONE);
        await expect(d.factory.flush(d.anna, asset)).to.be.revertedWithCustomError(
          d.vault,
          "Vault_NothingReceived",
        );
        expect(await token.allowance(d.at, d.vault)).to.equal(0n);
        expect(await d.vault.balanceOf(d.anna, asset)).to.equal(0n);
      });

      it("moving without using up its allowance: the rest is taken back", async () => {
        const d = await setup();
        const token = await ethers.deployContract("KeepsAllowanceToken");
        const asset = erc20(await token.getAddress());
        await d.list(asset, PLAIN_LISTING);
        await token.getFunction("mint")(d.at, ONE);
        await d.factory.flush(d.anna, asset);
        expect(await d.vault.balanceOf(d.anna, asset)).to.equal(ONE);
        expect(await token.getFunction("allowance")(d.at, d.vault)).to.equal(0n);
      });

      it("calling back in mid-transfer: a second deposit or a recovery from inside gets nothing", async () => {
        const d = await setup();
        const token = (await ethers.deployContract("ReentrantToken")) as unknown as ReentrantToken;
        const asset = erc20(await token.getAddress());
        await d.list(asset, PLAIN_LISTING);
        await d.factory.deploy(d.anna);
        const attacks = [
          d.box.interface.encodeFunctionData("forward", [asset]),
          d.box.interface.encodeFunctionData("recover", [asset, ONE, d.mallory.address]),
        ];
        let credited = 0n;
        for (const data of attacks) {
          for (const beforeMove of [true, false]) {
            await token.mint(d.at, ONE);
            await token.arm(d.at, data, beforeMove);
            await d.factory.flush(d.anna, asset);
            credited += ONE;
            expect(await token.called()).to.equal(true);
            expect(await token.succeeded()).to.equal(false);
            expect(await d.vault.balanceOf(d.anna, asset)).to.equal(credited);
            expect(await token.balanceOf(d.vault)).to.equal(credited);
          }
        }
        expect(await token.balanceOf(d.mallory)).to.equal(0n);
      });
    });
  });

  describe("recover", () => {
    it("of an unlisted token: any part, to wherever the account says", async () => {
      const d = await setup();
      await d.factory.deploy(d.anna);
      await d.unlisted.mint(d.at, 3n * ONE);
      await expect(d.box.connect(d.anna).recover(d.unlistedAsset, ONE, d.bert))
        .to.emit(d.box, "Recovered")
        .withArgs(d.unlistedAsset, d.bert.address, ONE);
      await d.box.connect(d.anna).recover(d.unlistedAsset, 2n * ONE, d.anna);
      expect(await d.unlisted.balanceOf(d.bert)).to.equal(ONE);
      expect(await d.unlisted.balanceOf(d.anna)).to.equal(2n * ONE);
    });

    it("of a listed one: what exceeds the Vault's room, and no more", async () => {
      const d = await setup();
      await d.factory.deploy(d.anna);
      await leaveRoom(d, 2_000n);
      await d.token.mint(d.at, 5n * ONE);
      const box = d.box.connect(d.anna);
      await expect(box.recover(d.asset, 3n * ONE + 1n, d.anna))
        .to.be.revertedWithCustomError(box, "DepositAddress_TheVaultTakesIt")
        .withArgs(d.asset, 3n * ONE + 1n, 3n * ONE);
      await box.recover(d.asset, 3n * ONE, d.anna);
      await expect(box.recover(d.asset, 1n, d.anna))
        .to.be.revertedWithCustomError(box, "DepositAddress_TheVaultTakesIt")
        .withArgs(d.asset, 1n, 0n);
      await d.factory.flush(d.anna, d.asset);
      expect(await d.vault.balanceOf(d.anna, d.asset)).to.equal(2n * ONE);
    });

    it("of the native currency, likewise; a recipient that refuses reverts it", async () => {
      const d = await setup();
      await d.factory.deploy(d.anna);
      await d.mallory.sendTransaction({ to: d.at, value: 2n * ONE });
      const box = d.box.connect(d.anna);
      await expect(box.recover(NATIVE, 1n, d.bert)).to.be.revertedWithCustomError(
        box,
        "DepositAddress_TheVaultTakesIt",
      );
      await d.setParam("vault", paramKey(KINDS.HOLDINGS_CAP, NATIVE), 0n);
      const refuser = (await ethers.deployContract("RejectingReceiver")) as unknown as RejectingReceiver;
      await expect(box.recover(NATIVE, ONE, refuser))
        .to.be.revertedWithCustomError(box, "DepositAddress_NotSent")
        .withArgs(refuser.target, ONE);
      await expect(box.recover(NATIVE, 2n * ONE, d.bert)).to.changeEtherBalances(
        ethers,
        [d.at, d.bert],
        [-2n * ONE, 2n * ONE],
      );
    });

    it("refuses anybody but the account, nothing, nowhere, more than is here, and other chains", async () => {
      const d = await setup();
      await d.factory.deploy(d.anna);
      await d.unlisted.mint(d.at, ONE);
      for (const caller of [d.mallory, d.timelock, d.riskOfficer]) {
        await expect(d.box.connect(caller).recover(d.unlistedAsset, ONE, caller))
          .to.be.revertedWithCustomError(d.box, "DepositAddress_OnlyAccount")
          .withArgs(caller.address, d.anna.address);
      }
      const box = d.box.connect(d.anna);
      await expect(box.recover(d.unlistedAsset, 0, d.anna)).to.be.revertedWithCustomError(
        box,
        "DepositAddress_ZeroAmount",
      );
      await expect(box.recover(d.unlistedAsset, ONE, ethers.ZeroAddress)).to.be.revertedWithCustomError(
        box,
        "DepositAddress_ZeroAddress",
      );
      await expect(box.recover(d.unlistedAsset, ONE + 1n, d.anna))
        .to.be.revertedWithCustomError(box, "DepositAddress_NotEnough")
        .withArgs(d.unlistedAsset, ONE + 1n, ONE);
      await expect(box.recover(FOREIGN, ONE, d.anna))
        .to.be.revertedWithCustomError(box, "DepositAddress_NotOnThisChain")
        .withArgs(FOREIGN);
    });

    describe("attacks", () => {
      it("a stolen key can't take what the Vault would take: it enters and is fresh", async () => {
        const d = await setup();
        await d.factory.deploy(d.anna);
        await d.token.mint(d.at, ONE);
        await expect(d.box.connect(d.anna).recover(d.asset, ONE, d.mallory))
          .to.be.revertedWithCustomError(d.box, "DepositAddress_TheVaultTakesIt")
          .withArgs(d.asset, ONE, 0n);
      });

      it("a token that is listed later is no longer recoverable, but can be flushed", async () => {
        const d = await setup();
        await d.factory.deploy(d.anna);
        await d.unlisted.mint(d.at, 2n * ONE);
        const box = d.box.connect(d.anna);
        await box.recover(d.unlistedAsset, ONE, d.anna);
        await d.list(d.unlistedAsset, PLAIN_LISTING);
        await expect(box.recover(d.unlistedAsset, ONE, d.anna)).to.be.revertedWithCustomError(
          box,
          "DepositAddress_TheVaultTakesIt",
        );
        await d.factory.flush(d.anna, d.unlistedAsset);
        expect(await d.vault.balanceOf(d.anna, d.unlistedAsset)).to.equal(ONE);
      });

      it("a token that returns false reverts instead of passing for a recovery", async () => {
        const d = await setup();
        await d.factory.deploy(d.anna);
        const token = (await ethers.deployContract("FalseReturningToken")) as unknown as FalseReturningToken;
        await token.mint(d.at, ONE);
        await token.setFails(true);
        await expect(d.box.connect(d.anna).recover(erc20(await token.getAddress()), ONE, d.anna))
          .to.be.revertedWithCustomError(d.box, "SafeERC20FailedOperation")
          .withArgs(token.target);
      });

      it("an account that calls back while it is paid gets each unit once", async () => {
        const d = await setup();
        const thief = (await ethers.deployContract("ReentrantReceiver")) as unknown as ReentrantReceiver;
        await d.factory.deploy(thief);
        const at = await d.factory.addressOf(thief);
        await d.setParam("vault", paramKey(KINDS.HOLDINGS_CAP, NATIVE), 0n);
        await d.mallory.sendTransaction({ to: at, value: 3n * ONE });
        const data = d.box.interface.encodeFunctionData("recover", [
          NATIVE,
          2n * ONE,
          await thief.getAddress(),
        ]);
        await thief.arm(at, data);
        await thief.execute(at, 0, data);
        expect(await thief.called()).to.equal(true);
        expect(await thief.succeeded()).to.equal(false);
        expect(await ethers.provider.getBalance(thief)).to.equal(2n * ONE);
        expect(await ethers.provider.getBalance(at)).to.equal(ONE);
      });
    });
  });
});
