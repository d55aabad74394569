import { expect } from "chai";
import { id as hashOf, ZeroAddress } from "ethers";
import hre from "hardhat";
import { chainKey } from "../../../src/governance/parameters.ts";
import type { Gateway } from "../../../typechain-types/index.ts";
import { DAY, KINDS, NEVER, paramKey } from "../../support/deployCore.ts";
import {
  COIN,
  DEPOSIT,
  deployGateway,
  LITECOIN,
  LTC,
  NUMBERS,
  PAYOUT,
  payoutIn,
  SCRIPT,
} from "../../support/gatewayFixture.ts";
import { restrict } from "../../support/restrict.ts";

const { ethers, networkHelpers } = await hre.network.create();

async function deployed() {
  const d = await deployGateway(ethers, networkHelpers);
  /** Another gateway on the same committee, with the same numbers. */
  const anotherGateway = async (predecessor: unknown, vault: unknown = d.vault) => {
    const gateway = (await ethers.deployContract("Gateway", [
      d.manager,
      vault,
      d.committee,
      predecessor,
    ] as never)) as unknown as Gateway;
    await restrict(d.manager, "gateway", gateway);
    for (const [kind, value] of Object.entries(NUMBERS)) {
      const name = kind as keyof typeof NUMBERS;
      const ofChain = name === "FOREIGN_DELAY" || name === "CHAIN_OUT";
      const key = ofChain ? chainKey(KINDS[name], LITECOIN) : paramKey(KINDS[name], d.ltcId);
      await gateway.set(key, 0, NEVER, value);
    }
    return gateway;
  };
  return { ...d, anotherGateway };
}
const stage = () => networkHelpers.loadFixture(deployed);

describe("ForeignAsset", () => {
  it("is an ERC-20 with the name of its asset", async () => {
    const { ltc, gateway, vault, chain } = await stage();
    expect([await ltc.name(), await ltc.symbol(), await ltc.decimals()]).to.deep.equal([
      "Litecoin",
      "LTC",
      8n,
    ]);
    expect(await ltc.caip19()).to.equal(LTC);
    expect(await ltc.chain()).to.equal(chain);
    expect(chain).to.equal(hashOf(LITECOIN));
    expect(await ltc.gateway()).to.equal(await gateway.getAddress());
    expect(await ltc.vault()).to.equal(await vault.getAddress());
    expect(await ltc.wasGateway(gateway)).to.equal(true);
    expect(await ltc.wasGateway(vault)).to.equal(false);
  });

  it("is made with a name by CAIP-19, of parties that exist, of decimals that the Vault counts", async () => {
    const { ltc, vault, gateway } = await stage();
    const make = (caip19: string, decimals = 8, v: unknown = vault, g: unknown = gateway) =>
      ethers.deployContract("ForeignAsset", [v, g, caip19, "X", "X", decimals] as never);
    for (const name of [
      "",
      "/",
      ":",
      LITECOIN,
      `${LITECOIN}/`,
      `${LITECOIN}/slip44`,
      `${LITECOIN}/slip44:`,
      `${LITECOIN}/:2`,
      `bip122/slip44:2`,
      `:12a7/slip44:2`,
      `bip122:/slip44:2`,
      `bip122:a:b/slip44:2`,
      `${LITECOIN}/slip44:2:3`,
      `${LITECOIN}/slip44:2 `,
      `${LITECOIN}/slip44:é`,
      `bip122:${"a".repeat(122)}/slip44:2`,
      `${LITECOIN}/slip44:${"2".repeat(122)}`,
    ]) {
      await expect(make(name), name)
        .to.be.revertedWithCustomError(ltc, "ForeignAsset_BadName")
        .withArgs(name);
    }
    await make("eip155:1/erc721:0x06012c8cf97BEaD5deAe237070F9587f8E7A266d/771769");
    await make(`bip122:${"a".repeat(121)}/slip44:${"2".repeat(121)}`);
    await make(LTC, 30);
    await expect(make(LTC, 31)).to.be.revertedWithCustomError(ltc, "ForeignAsset_BadDecimals");
    await expect(make(LTC, 8, ZeroAddress)).to.be.revertedWithCustomError(ltc, "ForeignAsset_ZeroAddress");
    await expect(make(LTC, 8, vault, ZeroAddress)).to.be.revertedWithCustomError(
      ltc,
      "ForeignAsset_ZeroAddress",
    );
  });

  it("is made and burnt by its gateway only", async () => {
    const { ltc, mallory, vaultAddress } = await stage();
    await networkHelpers.impersonateAccount(vaultAddress);
    await networkHelpers.setBalance(vaultAddress, 10n ** 18n);
    const vault = await ethers.getSigner(vaultAddress);
    for (const caller of [mallory, vault]) {
      await expect(ltc.connect(caller).mint(1)).to.be.revertedWithCustomError(
        ltc,
        "ForeignAsset_NotTheGateway",
      );
      await expect(ltc.connect(caller).burn(1)).to.be.revertedWithCustomError(
        ltc,
        "ForeignAsset_NeverAGateway",
      );
      await expect(ltc.connect(caller).replaceGateway(mallory)).to.be.revertedWithCustomError(
        ltc,
        "ForeignAsset_NotTheGateway",
      );
    }
  });

  it("moves on its ways only", async () => {
    const d = await stage();
    for (const address of [d.vaultAddress, d.gatewayAddress]) {
      await networkHelpers.impersonateAccount(address);
      await networkHelpers.setBalance(address, 10n ** 18n);
    }
    const vault = d.ltc.connect(await ethers.getSigner(d.vaultAddress));
    const gateway = d.ltc.connect(await ethers.getSigner(d.gatewayAddress));
    await gateway.mint(COIN);
    for (const to of [d.anna.address, d.handle, d.gatewayAddress]) {
      await expect(gateway.transfer(to, 1))
        .to.be.revertedWithCustomError(d.ltc, "ForeignAsset_NoWay")
        .withArgs(d.gatewayAddress, to);
    }
    for (const to of [d.anna.address, d.gatewayAddress, d.vaultAddress]) {
      await expect(vault.transfer(to, COIN)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_UnknownHandle",
      );
    }
    // Nothing at all is less than the least, and moves nowhere either.
    const anyone = d.ltc.connect(d.mallory);
    await expect(anyone.transferFrom(d.vaultAddress, d.handle, 0)).to.be.revertedWithCustomError(
      d.gateway,
      "Gateway_BelowLeast",
    );
    await expect(anyone.transfer(d.vaultAddress, 0)).to.be.revertedWithCustomError(
      d.ltc,
      "ForeignAsset_NoWay",
    );
    await expect(anyone.transferFrom(d.gatewayAddress, d.vaultAddress, 1)).to.be.revertedWithCustomError(
      d.ltc,
      "ERC20InsufficientAllowance",
    );
    await expect(vault.transfer(ZeroAddress, 1)).to.be.revertedWithCustomError(d.ltc, "ERC20InvalidReceiver");
    await gateway.transfer(d.vaultAddress, COIN);
  });

  it("can't be swept to a reserve", async () => {
    const d = await stage();
    const reserve = await ethers.deployContract("PlainReserve", [d.vault]);
    await d.vault.addReserve(reserve);
    for (const kind of [KINDS.HOT_COVER, KINDS.HOT_MIN, KINDS.HOT_MAX]) {
      await d.setParam("vault", paramKey(kind, d.ltcId), 0n);
    }
    await expect(d.vault.sweep(d.ltcId)).to.be.revertedWithCustomError(d.gateway, "Gateway_UnknownHandle");
  });

  describe("a successor", () => {
    it("mints and takes payouts, asks what was consumed before, and the former one ends what it began", async () => {
      const d = await stage();
      const done = d.depositOf();
      await d.credit(done);
      const late = d.depositOf({ amount: 11n * COIN });
      const refused = d.depositOf({ amount: 12n * COIN });
      await d.credit(late);
      await d.credit(refused);
      await d.gateway.refuse(refused);
      const [open, paid, void_] = [await d.request(COIN), await d.request(COIN), await d.request(COIN)];
      await d.authorise(paid);
      await d.authorise(void_);

      const next = await d.anotherGateway(d.gateway);
      const turn = d.gateway.succeed(next);
      await expect(turn).to.emit(d.gateway, "GatewaySucceeded").withArgs(next);
      await expect(turn).to.emit(d.ltc, "GatewayReplaced").withArgs(d.gatewayAddress, next);
      await next.addAsset(d.ltcId);
      expect(await d.gateway.successor()).to.equal(await next.getAddress());
      expect(await next.predecessor()).to.equal(d.gatewayAddress);
      expect(await d.ltc.gateway()).to.equal(await next.getAddress());

      // What was consumed is consumed; what only waited is stated anew.
      for (const deposit of [done, refused]) {
        const id = await d.depositId(deposit);
        expect(await next.isConsumed(id)).to.equal(true);
        expect(await next.depositOf(id)).to.deep.equal([DEPOSIT.NONE, 0n]);
        await expect(next.credit(deposit, await d.attestDeposit(deposit)))
          .to.be.revertedWithCustomError(next, "Gateway_Consumed")
          .withArgs(id);
      }
      await next.credit(late, await d.attestDeposit(late));
      await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY);
      await expect(d.gateway.mature(late)).to.be.revertedWithCustomError(d.gateway, "Gateway_Succeeded");
      await next.mature(late);

      // The former begins nothing and ends everything.
      for (const sent of [
        () => d.credit(d.depositOf()),
        () => d.authorise(open),
        () => d.gateway.succeed(next),
      ]) {
        await expect(sent()).to.be.revertedWithCustomError(d.gateway, "Gateway_Succeeded");
      }
      await d.settle(paid);
      await d.voided(void_);
      await expect(d.gateway.connect(d.anna).retry(void_)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_Succeeded",
      );
      await d.gateway.refund(void_);
      await d.gateway.connect(d.mallory).cancel(open);
      expect(await d.statusOf(open)).to.equal(PAYOUT.CANCELLED);
      expect(await d.ltc.balanceOf(d.gateway)).to.equal(0n);
      expect(await d.ledger(d.anna)).to.equal((5n + 1n + 11n - 1n) * COIN);

      // The same handle, registered again.
      await d.goTo((await d.now()) + 2n * DAY);
      await expect(d.vault.connect(d.anna).withdraw(d.ltcId, COIN, d.handle)).to.be.revertedWithCustomError(
        next,
        "Gateway_UnknownHandle",
      );
      await next.registerDestination(d.anna, d.chain, `0x${SCRIPT}`);
      await payoutIn(next, d.vault.connect(d.anna).withdraw(d.ltcId, COIN, d.handle));
      expect(await d.ltc.balanceOf(next)).to.equal(COIN);
    });

    it("matures nothing that was refused by the one before meanwhile", async () => {
      const d = await stage();
      const deposit = d.depositOf({ amount: 11n * COIN });
      await d.credit(deposit);
      const next = await d.anotherGateway(d.gateway);
      await d.gateway.succeed(next);
      await next.addAsset(d.ltcId);
      await next.credit(deposit, await d.attestDeposit(deposit));
      await d.gateway.refuse(deposit);
      await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY);
      await expect(next.mature(deposit))
        .to.be.revertedWithCustomError(next, "Gateway_Consumed")
        .withArgs(await d.depositId(deposit));
      expect(await d.ledger(d.anna)).to.equal(5n * COIN);
    });

    it("leaves the one before no assets to add: what it took in then could never be authorised", async () => {
      const d = await stage();
      const doge = await ethers.deployContract("ForeignAsset", [
        ...[d.vault, d.gateway, `${LITECOIN}/slip44:3`, "Doge", "DOGE", 8],
      ] as never);
      const id = await d.listToken(doge);
      for (const kind of ["FOREIGN_CAP", "FOREIGN_INSTANT", "FOREIGN_WORTH", "FOREIGN_LEAST"] as const) {
        await d.gateway.set(paramKey(KINDS[kind], id), 0, NEVER, NUMBERS[kind]);
      }
      const next = await d.anotherGateway(d.gateway);
      await d.gateway.succeed(next);
      await expect(d.gateway.addAsset(id))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_Succeeded")
        .withArgs(next);
      expect(await d.gateway.foreignAssets()).to.deep.equal([d.ltcId]);
    });

    it("names the one it follows, on the same Vault, and takes its turn once", async () => {
      const d = await stage();
      const refused = (sent: Promise<unknown>) =>
        expect(sent).to.be.revertedWithCustomError(d.gateway, "Gateway_NotASuccessor");
      const stranger = await d.anotherGateway(ZeroAddress);
      await refused(d.gateway.succeed(stranger));
      await refused(d.gateway.succeed(d.gateway));
      await refused(d.gateway.succeed(d.anna));
      const other = (await ethers.deployContract("Gateway", [
        d.manager,
        d.token,
        d.committee,
        ZeroAddress,
      ] as never)) as unknown as Gateway;
      await expect(d.anotherGateway(other))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_NotThePredecessorsVault")
        .withArgs(other, d.token);
      await expect(d.gateway.connect(d.mallory).succeed(stranger)).to.be.revertedWithCustomError(
        d.gateway,
        "AccessManagedUnauthorized",
      );
      const second = await d.anotherGateway(d.gateway);
      const third = await d.anotherGateway(second);
      await refused(d.gateway.succeed(third));
      await d.gateway.succeed(second);
      await second.addAsset(d.ltcId);
      await second.succeed(third);
      await third.addAsset(d.ltcId);
      const done = d.depositOf();
      await third.credit(done, await d.attestDeposit(done));
      // Asked through all that came before.
      const [first] = await d.gateway.queryFilter(d.gateway.filters.DepositCredited());
      expect(await third.isConsumed(first?.args.depositId ?? "0x")).to.equal(true);
      await networkHelpers.impersonateAccount(await third.getAddress());
      await networkHelpers.setBalance(await third.getAddress(), 10n ** 18n);
      const asThird = d.ltc.connect(await ethers.getSigner(await third.getAddress()));
      for (const former of [d.gateway, second, third]) {
        await expect(asThird.replaceGateway(former)).to.be.revertedWithCustomError(
          d.ltc,
          "ForeignAsset_GatewayAlready",
        );
      }
      for (const next of [d.anna, stranger]) {
        await expect(asThird.replaceGateway(next)).to.be.revertedWithCustomError(
          d.ltc,
          "ForeignAsset_NotAGateway",
        );
      }
    });
  });
});
