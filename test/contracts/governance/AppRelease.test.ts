import { expect } from "chai";
import hre from "hardhat";
import type { AppRelease, MockApp, Pawnshop } from "../../../typechain-types/index.ts";
import { deployAs } from "../../support/deployAs.ts";
import { DAY, KINDS, NEVER, PLAIN_LISTING, paramKey } from "../../support/deployCore.ts";
import { restrict } from "../../support/restrict.ts";
import { CENT, setStage } from "../../support/stage.ts";
import { KIND } from "../../support/vaultFixture.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const TICK = 10n ** PLAIN_LISTING.tickExponent;
const DOLLAR = 100n * CENT;
const PLEDGE = 100n * DOLLAR;
const FEE = PLEDGE / 100n;
/** How many customers the app has. */
const CUSTOMERS = 12;
/** Any data but none: pays the fee and redeems. */
const REDEEM = "0x01";

/** An app in its stable deployment, a second one beside it, and customers with money. */
async function ready() {
  const s = await setStage(connection);
  const { id: asset } = await s.token();
  const release = await deployAs<AppRelease>(ethers, "AppRelease", [s.manager, s.vault]);
  await restrict(s.manager, "appRelease", release);
  const shop = async () => {
    const made = await deployAs<Pawnshop>(ethers, "Pawnshop", [s.vault, release]);
    await s.vault.setKind(made, KIND.APP);
    return made;
  };
  const [stable, canary] = [await shop(), await shop()];
  await release.nameCanary(stable);
  await release.promote(stable);
  const customers = s.users.slice(1, CUSTOMERS + 1);
  for (const customer of customers) await s.fund(customer, asset, 3n * PLEDGE);

  const shareKey = paramKey(KINDS.CANARY_SHARE, BigInt(String(canary.target)));
  const capKey = paramKey(KINDS.CANARY_CAP, asset);
  const setNumber = async (key: string, value: bigint) =>
    release.set(key, (await release.param(key)).version, NEVER, value);
  /** Names the canary, for a share and up to a cap in pledges. */
  const open = async (shareBps: bigint, pledges: bigint) => {
    await release.nameCanary(canary);
    await setNumber(capKey, (pledges * PLEDGE) / TICK);
    await setNumber(shareKey, shareBps);
  };
  const pledge = (who: (typeof customers)[number], at: Pawnshop, amount = PLEDGE) =>
    s.vault.connect(who).callWith(at, [asset], [amount], "0x");
  const redeem = (who: (typeof customers)[number], at: Pawnshop) =>
    s.vault.connect(who).callWith(at, [asset], [FEE], REDEEM);
  const where = (who: (typeof customers)[number], amount = PLEDGE) =>
    release.deploymentFor(who, [asset], [amount]);
  /** The customers whose place is below this share. */
  const below = async (shareBps: bigint) => {
    const places = await Promise.all(customers.map((who) => release.placeOf(canary, who)));
    return customers.filter((_, i) => (places[i] ?? 0n) < shareBps);
  };
  return {
    ...s,
    asset,
    release,
    stable,
    canary,
    shop,
    customers,
    shareKey,
    capKey,
    setNumber,
    open,
    pledge,
    redeem,
    where,
    below,
  };
}

describe("AppRelease", () => {
  const setup = () => networkHelpers.loadFixture(ready);
  type Setup = Awaited<ReturnType<typeof setup>>;

  /** Every customer is let in where the release says, and nowhere else. */
  const letsIn = async (s: Setup) => {
    let inside = 0;
    for (const who of s.customers) {
      const before = await networkHelpers.takeSnapshot();
      const there = (await s.where(who)) === s.canary.target ? s.canary : s.stable;
      const other = there === s.canary ? s.stable : s.canary;
      await expect(s.pledge(who, other))
        .to.be.revertedWithCustomError(s.release, "AppRelease_WrongDeployment")
        .withArgs(who.address, there.target);
      await s.pledge(who, there);
      expect((await there.pledgeOf(who)).amount).to.equal(PLEDGE);
      if (there === s.canary) inside++;
      await before.restore();
    }
    return inside;
  };

  it("INV-GOV-5: moves a share of accounts to the canary, raises it, and takes it back at once, with nobody trapped", async () => {
    const s = await setup();
    const few = await s.below(1_000n);
    const half = await s.below(5_000n);
    // Otherwise this shows nothing: some are in the tenth, more in the half, some in neither.
    const sizes = [few.length, half.length, s.customers.length];
    expect(few.length).to.be.greaterThan(0);
    expect(half.length).to.be.greaterThan(few.length);
    expect(half.length).to.be.lessThan(s.customers.length);
    for (const who of few) expect(half).to.include(who);

    await s.open(1_000n, 1_000n);
    expect(await letsIn(s)).to.equal(sizes[0]);
    for (const who of few) await s.pledge(who, s.canary);
    await s.setNumber(s.shareKey, 5_000n);
    expect(await s.release.inCanary(few[0] ?? s.anna)).to.equal(true);
    for (const who of half) if (!few.includes(who)) await s.pledge(who, s.canary);
    const held = BigInt(half.length) * PLEDGE;
    expect(await s.vault.balanceOf(s.canary, s.asset)).to.equal(held);

    // Something is wrong with it.
    await s.release.connect(s.riskOfficer).tighten(s.shareKey, 0n);
    for (const who of s.customers) {
      expect(await s.release.inCanary(who)).to.equal(false);
      expect(await s.where(who)).to.equal(s.stable.target);
    }
    const [first, ...others] = half;
    if (!first) throw new Error("nobody is in the canary");
    await expect(s.pledge(first, s.canary))
      .to.be.revertedWithCustomError(s.release, "AppRelease_WrongDeployment")
      .withArgs(first.address, s.stable.target);
    await s.redeem(first, s.canary);
    expect(await s.vault.balanceOf(first, s.asset)).to.equal(3n * PLEDGE - FEE);
    for (const who of others) await s.canary.connect(who).redeem();
    expect(await s.vault.balanceOf(s.canary, s.asset)).to.equal(BigInt(half.length) * FEE);
    await s.pledge(first, s.stable);
    await s.audit();
  });

  it("settles after the canary is retired, after it is promoted, and when its release is broken", async () => {
    const s = await setup();
    const [who, two, three] = await s.below(5_000n);
    if (!who || !two || !three) throw new Error("too few are in the canary");
    await s.open(5_000n, 1_000n);
    for (const one of [who, two, three]) await s.pledge(one, s.canary);
    const named = await networkHelpers.takeSnapshot();

    await expect(s.release.retire(s.canary)).to.emit(s.release, "CanaryRetired").withArgs(s.canary.target);
    await s.redeem(who, s.canary);
    await expect(s.pledge(who, s.canary))
      .to.be.revertedWithCustomError(s.release, "AppRelease_NotADeployment")
      .withArgs(s.canary.target);
    await s.pledge(who, s.stable);
    await named.restore();

    const settled = s.customers.find((one) => ![who, two, three].includes(one)) ?? s.carl;
    await s.pledge(settled, (await s.where(settled)) === s.canary.target ? s.canary : s.stable);
    await expect(s.release.promote(s.canary))
      .to.emit(s.release, "CanaryPromoted")
      .withArgs(s.canary.target, s.stable.target);
    expect([await s.release.stable(), await s.release.canary()]).to.deep.equal([
      s.canary.target,
      ethers.ZeroAddress,
    ]);
    await s.redeem(who, s.canary);
    // Everyone's new positions are the promoted one's, beyond the canary's cap too.
    await s.setNumber(s.capKey, 0n);
    await s.pledge(who, s.canary);
    await expect(s.pledge(s.bert, s.stable)).to.be.revertedWithCustomError(
      s.release,
      "AppRelease_NotADeployment",
    );
    await s.vault.setKind(s.stable, KIND.RETIRED);
    await named.restore();

    await networkHelpers.setCode(String(s.release.target), "0xfe");
    await s.redeem(who, s.canary);
    await s.canary.connect(two).redeem();
    await expect(s.pledge(who, s.canary)).to.be.revert(ethers);
    await s.audit();
  });

  it("lets the canary hold no more than its cap, and sends whom it has no room for to the stable one", async () => {
    const s = await setup();
    const [one, two, three] = await s.below(5_000n);
    if (!one || !two || !three) throw new Error("too few are in the canary");
    await s.open(5_000n, 2n);
    await s.pledge(one, s.canary);
    expect(await s.where(two, PLEDGE)).to.equal(s.canary.target);
    expect(await s.where(two, PLEDGE + 1n)).to.equal(s.stable.target);
    await expect(s.pledge(two, s.canary, PLEDGE + 1n))
      .to.be.revertedWithCustomError(s.release, "AppRelease_CanaryFull")
      .withArgs(s.asset, 2n * PLEDGE + 1n, 2n * PLEDGE);
    await s.pledge(two, s.canary);
    await expect(s.pledge(three, s.canary))
      .to.be.revertedWithCustomError(s.release, "AppRelease_CanaryFull")
      .withArgs(s.asset, 3n * PLEDGE, 2n * PLEDGE);
    await s.pledge(three, s.stable);
    // Tightened at once by the risk officer, it lets go whom it holds.
    await s.release.connect(s.riskOfficer).tighten(s.capKey, PLEDGE / TICK);
    await s.redeem(one, s.canary);
    await expect(s.pledge(one, s.canary)).to.be.revertedWithCustomError(s.release, "AppRelease_CanaryFull");
    await s.pledge(one, s.stable);
  });

  it("adds up an asset that is named twice, before and after it was moved", async () => {
    const s = await setup();
    const [who] = await s.below(5_000n);
    if (!who) throw new Error("nobody is in the canary");
    await s.open(5_000n, 2n);
    const twice = (amount: bigint) => s.release.deploymentFor(who, [s.asset, s.asset], [amount, PLEDGE]);
    expect(await twice(PLEDGE)).to.equal(s.canary.target);
    expect(await twice(PLEDGE + 1n)).to.equal(s.stable.target);
  });

  it("keeps accounts in as the share rises, gives another canary other accounts, and takes all at last", async () => {
    const s = await setup();
    await s.release.nameCanary(s.canary);
    const many = Array.from({ length: 400 }, (_, i) =>
      ethers.getAddress(ethers.dataSlice(ethers.id(`${i}`), 12)),
    );
    let before = new Set<string>();
    for (const share of [1_000n, 2_500n, 5_000n, 9_000n, 10_000n]) {
      await s.setNumber(s.shareKey, share);
      const now_ = new Set<string>();
      for (const account of many) if (await s.release.inCanary(account)) now_.add(account);
      for (const account of before) expect(now_.has(account)).to.equal(true);
      // Six standard deviations at most.
      expect(Math.abs(now_.size - Number(share) / 25)).to.be.lessThan(60);
      before = now_;
    }
    expect(before.size).to.equal(many.length);
    const places = await Promise.all(
      many
        .slice(0, 5)
        .map(async (account) => [
          await s.release.placeOf(s.canary, account),
          await s.release.placeOf(s.stable, account),
        ]),
    );
    expect(places.some(([here, there]) => here !== there)).to.equal(true);
    const [first] = many;
    const hash = ethers.keccak256(
      ethers.AbiCoder.defaultAbiCoder().encode(["address", "address"], [s.canary.target, first]),
    );
    expect(await s.release.placeOf(s.canary, first ?? "")).to.equal(BigInt(hash) % 10_000n);
  });

  describe("governance", () => {
    it("names, promotes and retires by the timelock alone, and tightens by the risk officer alone", async () => {
      const s = await setup();
      await s.open(1_000n, 1n);
      const { release } = s;
      const refused = async (sent: Promise<unknown>) =>
        expect(sent).to.be.revertedWithCustomError(release, "AccessManagedUnauthorized");
      for (const who of [s.mallory, s.riskOfficer, s.anna]) {
        const as = release.connect(who);
        await refused(as.nameCanary(s.canary));
        await refused(as.promote(s.canary));
        await refused(as.retire(s.canary));
        await refused(as.set(s.shareKey, 1, NEVER, 10_000n));
      }
      for (const who of [s.mallory, s.timelock]) await refused(release.connect(who).tighten(s.shareKey, 0n));
      await expect(release.connect(s.riskOfficer).tighten(s.shareKey, 1_001n)).to.be.revertedWithCustomError(
        release,
        "Params_NotTighter",
      );
      // What the risk officer has taken back comes again unless governance agrees.
      await release.connect(s.riskOfficer).tighten(s.shareKey, 0n);
      await s.wait(14n * DAY);
      expect(await release.inForce(s.shareKey)).to.equal(1_000n);
    });

    it("names one canary at a time: a registered app, not the stable one, with no share left", async () => {
      const s = await setup();
      const { release } = s;
      await expect(release.nameCanary(s.stable))
        .to.be.revertedWithCustomError(release, "AppRelease_StableAlready")
        .withArgs(s.stable.target);
      const stranger = await deployAs<Pawnshop>(ethers, "Pawnshop", [s.vault, release]);
      for (const app of [stranger.target, s.anna.address, ethers.ZeroAddress]) {
        await expect(release.nameCanary(app))
          .to.be.revertedWithCustomError(release, "AppRelease_NotAnApp")
          .withArgs(app);
      }
      await s.vault.setKind(s.canary, KIND.RETIRED);
      await expect(release.nameCanary(s.canary)).to.be.revertedWithCustomError(
        release,
        "AppRelease_NotAnApp",
      );
      await s.vault.setKind(s.canary, KIND.APP);
      await s.setNumber(s.shareKey, 1n);
      await expect(release.nameCanary(s.canary))
        .to.be.revertedWithCustomError(release, "AppRelease_ShareLeft")
        .withArgs(s.canary.target, 1n);
      await s.setNumber(s.shareKey, 0n);
      await expect(release.nameCanary(s.canary))
        .to.emit(release, "CanaryNamed")
        .withArgs(s.canary.target, s.stable.target);
      await expect(release.nameCanary(await s.shop()))
        .to.be.revertedWithCustomError(release, "AppRelease_CanaryAlready")
        .withArgs(s.canary.target);
      // Until someone sets a share, it takes nobody in.
      expect(await letsIn(s)).to.equal(0);
    });

    it("promotes and retires what was meant", async () => {
      const s = await setup();
      const { release } = s;
      for (const verb of ["promote", "retire"] as const) {
        for (const expected of [ethers.ZeroAddress, s.canary.target]) {
          await expect(release[verb](expected))
            .to.be.revertedWithCustomError(release, "AppRelease_NotTheCanary")
            .withArgs(expected, ethers.ZeroAddress);
        }
      }
      await release.nameCanary(s.canary);
      for (const verb of ["promote", "retire"] as const) {
        await expect(release[verb](s.stable))
          .to.be.revertedWithCustomError(release, "AppRelease_NotTheCanary")
          .withArgs(s.stable.target, s.canary.target);
      }
    });

    it("bounds its numbers, and knows no others", async () => {
      const s = await setup();
      const { release } = s;
      expect([...(await release.specOf(s.shareKey))]).to.deep.equal([0n, 10_000n, 1n]);
      expect([...(await release.specOf(s.capKey))]).to.deep.equal([0n, (1n << 36n) - 1n, 1n]);
      await expect(s.setNumber(s.shareKey, 10_001n)).to.be.revertedWithCustomError(
        release,
        "Params_OutOfBounds",
      );
      await expect(release.specOf(paramKey(KINDS.HOLDINGS_CAP, s.asset))).to.be.revertedWithCustomError(
        release,
        "Params_UnknownKey",
      );
      expect(await release.vault()).to.equal(s.vault.target);
      const factory = await ethers.getContractFactory("AppRelease");
      for (const args of [
        [ethers.ZeroAddress, s.vault],
        [s.manager, ethers.ZeroAddress],
      ] as const) {
        await expect(factory.deploy(...args)).to.be.revertedWithCustomError(
          release,
          "AppRelease_ZeroAddress",
        );
      }
    });
  });

  describe("an app that is released by it", () => {
    it("takes its hook's call from the Vault alone, and a release of the same Vault alone", async () => {
      const s = await setup();
      await expect(s.stable.connect(s.mallory).onVaultCall(s.mallory, [s.asset], [PLEDGE], "0x"))
        .to.be.revertedWithCustomError(s.stable, "ReleasedApp_NotTheVault")
        .withArgs(s.mallory.address);
      const factory = await ethers.getContractFactory("Pawnshop");
      await expect(factory.deploy(s.anna, s.release))
        .to.be.revertedWithCustomError(s.stable, "ReleasedApp_OtherVault")
        .withArgs(s.anna.address);
    });

    it("is no deployment unless it is named, whatever it asks", async () => {
      const s = await setup();
      const third = await s.shop();
      const [customer] = s.customers;
      if (!customer) throw new Error("there are no customers");
      await expect(s.pledge(customer, third))
        .to.be.revertedWithCustomError(s.release, "AppRelease_NotADeployment")
        .withArgs(third.target);
      const app = await deployAs<MockApp>(ethers, "MockApp", [s.vault]);
      const data = s.release.interface.encodeFunctionData("admit", [s.anna.address, [], []]);
      await expect(app.execute(s.release, data)).to.be.revertedWithCustomError(
        s.release,
        "AppRelease_NotADeployment",
      );
    });

    it("keeps its own books: one pledge each, in one asset, for the right fee", async () => {
      const s = await setup();
      const { anna, stable, asset } = s;
      await expect(stable.connect(anna).redeem())
        .to.be.revertedWithCustomError(stable, "Pawnshop_NothingPledged")
        .withArgs(anna.address);
      await s.fund(anna, asset, 3n * PLEDGE);
      await s.pledge(anna, stable);
      await expect(s.pledge(anna, stable))
        .to.be.revertedWithCustomError(stable, "Pawnshop_PledgedAlready")
        .withArgs(anna.address);
      await expect(s.vault.connect(anna).callWith(stable, [asset], [FEE + 1n], REDEEM))
        .to.be.revertedWithCustomError(stable, "Pawnshop_WrongFee")
        .withArgs(FEE + 1n, FEE);
      await expect(s.vault.connect(anna).callWith(stable, [], [], REDEEM)).to.be.revertedWithCustomError(
        stable,
        "Pawnshop_OneAsset",
      );
      await s.redeem(anna, stable);
      expect(await s.vault.balanceOf(stable, asset)).to.equal(FEE);
    });
  });
});
