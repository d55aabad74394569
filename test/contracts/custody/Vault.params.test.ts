import { expect } from "chai";
import hre from "hardhat";
import { entrySlot, VAULT_NAMESPACE } from "../../../src/audit/compare.ts";
import { hex32 } from "../../../src/audit/rebuild.ts";
import { unpack } from "../../../src/audit/slots.ts";
import { DAY, KINDS, NATIVE, NATIVE_LISTING, NEVER, paramKey, TIERS } from "../../support/deployCore.ts";
import { deployVault } from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const deployed = () => deployVault(ethers, networkHelpers);
const load = () => networkHelpers.loadFixture(deployed);

const MAX36 = (1n << 36n) - 1n;

/** One row each of the Vault's table and the policy's: both have the same face. */
const ROWS = [
  {
    target: "vault",
    name: "HOLDINGS_CAP",
    key: paramKey(KINDS.HOLDINGS_CAP, NATIVE),
    base: NATIVE_LISTING.cap,
    tighter: NATIVE_LISTING.cap - 1n,
    looser: NATIVE_LISTING.cap + 1n,
    spec: [0n, MAX36, 1n],
    beyond: MAX36 + 1n,
  },
  {
    target: "vault",
    name: "LARGE_LANE_RATE",
    key: paramKey(KINDS.LARGE_LANE_RATE, NATIVE),
    base: NATIVE_LISTING.largeLane,
    tighter: 200n,
    looser: 10_000n,
    spec: [200n, 10_000n, 1n],
    beyond: 199n,
  },
  {
    target: "policy",
    name: "TIER_LATE",
    key: paramKey(KINDS.TIER_LATE, 1n),
    base: TIERS[1].late,
    tighter: 30n * DAY,
    looser: 1n,
    spec: [1n, 30n * DAY, 2n],
    beyond: 30n * DAY + 1n,
  },
] as const;

describe("Vault: params", () => {
  for (const row of ROWS) {
    describe(`given ${row.name} of the ${row.target}`, () => {
      it("shows the row, its bounds and what is in force", async () => {
        const d = await load();
        const target = d[row.target];
        expect([...(await target.param(row.key))]).to.deep.equal([row.base, 0n, 0n, 1n]);
        expect(await target.inForce(row.key)).to.equal(row.base);
        expect([...(await target.specOf(row.key))]).to.deep.equal([...row.spec]);
      });

      it("is tightened by the risk officer, for 14 days", async () => {
        const d = await load();
        const target = d[row.target];
        const revision = await target.revision();
        const time = (await d.now()) + 10n;
        const until = time + 14n * DAY;
        await d.at(time);
        const packed = row.base | (row.tighter << 64n) | (until << 128n) | (2n << 168n);
        await expect(target.connect(d.riskOfficer).tighten(row.key, row.tighter))
          .to.emit(target, "ParamTightened")
          .withArgs(row.key, row.tighter, until, packed, revision + 1n);
        expect(await target.inForce(row.key)).to.equal(row.tighter);
        await d.goTo(until);
        expect(await target.inForce(row.key)).to.equal(row.base);
        await expect(target.connect(d.riskOfficer).tighten(row.key, row.tighter))
          .to.be.revertedWithCustomError(target, "Params_TooSoonToTighten")
          .withArgs(row.key, until + 14n * DAY);
      });

      it("is loosened by governance only, which ends an overlay", async () => {
        const d = await load();
        const target = d[row.target];
        await expect(target.connect(d.riskOfficer).tighten(row.key, row.looser))
          .to.be.revertedWithCustomError(target, "Params_NotTighter")
          .withArgs(row.key, row.looser, row.base);
        await target.connect(d.riskOfficer).tighten(row.key, row.tighter);
        await expect(target.set(row.key, 1n, NEVER, row.looser))
          .to.be.revertedWithCustomError(target, "Params_StaleVersion")
          .withArgs(row.key, 1n, 2n);
        const time = (await d.now()) + 10n;
        const revision = await target.revision();
        await d.at(time);
        await expect(target.set(row.key, 2n, NEVER, row.looser))
          .to.emit(target, "ParamSet")
          .withArgs(row.key, row.looser, row.looser | (time << 128n) | (3n << 168n), revision + 1n);
        expect(await target.inForce(row.key)).to.equal(row.looser);
      });

      it("stays in its bounds and its time", async () => {
        const d = await load();
        const target = d[row.target];
        await expect(target.set(row.key, 1n, NEVER, row.beyond))
          .to.be.revertedWithCustomError(target, "Params_OutOfBounds")
          .withArgs(row.key, row.beyond, row.spec[0], row.spec[1]);
        const validUntil = (await d.now()) + 5n;
        await d.at(validUntil + 1n);
        await expect(target.set(row.key, 1n, validUntil, row.looser))
          .to.be.revertedWithCustomError(target, "Params_Expired")
          .withArgs(validUntil);
      });

      it("is for its roles alone", async () => {
        const d = await load();
        const target = d[row.target];
        for (const caller of [d.anna, d.officer, d.timelock]) {
          await expect(target.connect(caller).tighten(row.key, row.tighter))
            .to.be.revertedWithCustomError(d.policy, "AccessManagedUnauthorized")
            .withArgs(caller);
        }
        for (const caller of [d.anna, d.officer, d.riskOfficer]) {
          await expect(target.connect(caller).set(row.key, 1n, NEVER, row.tighter))
            .to.be.revertedWithCustomError(d.policy, "AccessManagedUnauthorized")
            .withArgs(caller);
        }
      });
    });
  }

  it("bounds every row, so that no number closes the Vault or opens it wide", async () => {
    const { vault, policy } = await load();
    // Least, most, and which way is tighter: 0 = neither, 1 = down, 2 = up.
    const bounds = [
      [vault, KINDS.FRESH_PERIOD, [1n, 168n, 0n]],
      [vault, KINDS.HOLDINGS_CAP, [0n, MAX36, 1n]],
      [vault, KINDS.SMALL_LANE_RATE, [200n, 10_000n, 1n]],
      [vault, KINDS.LARGE_LANE_RATE, [200n, 10_000n, 1n]],
      [vault, KINDS.HOT_COVER, [0n, 1_000_000n, 1n]],
      [vault, KINDS.HOT_MIN, [0n, MAX36, 1n]],
      [vault, KINDS.HOT_MAX, [0n, MAX36, 1n]],
      [vault, KINDS.WIND_DOWN_AFTER, [90n, 730n, 0n]],
      [policy, KINDS.TIER_WINDOW, [0n, MAX36, 1n]],
      [policy, KINDS.TIER_SINGLE, [0n, MAX36, 1n]],
      [policy, KINDS.TIER_SOON, [1n, 30n * DAY, 2n]],
      [policy, KINDS.TIER_LATE, [1n, 30n * DAY, 2n]],
      [policy, KINDS.ASSET_BREAKER, [0n, MAX36, 1n]],
      [policy, KINDS.UNVERIFIED_POOL, [0n, MAX36, 1n]],
    ] as const;
    for (const [target, kind, expected] of bounds) {
      expect([...(await target.specOf(paramKey(kind)))], `kind ${kind}`).to.deep.equal([...expected]);
    }
  });

  it("has no order for T: governance alone sets it", async () => {
    const d = await load();
    const key = paramKey(KINDS.FRESH_PERIOD);
    await expect(d.vault.connect(d.riskOfficer).tighten(key, 48n))
      .to.be.revertedWithCustomError(d.vault, "Params_HasNoOrder")
      .withArgs(key);
  });

  it("brings a new T into every listed asset's slot, and says so (INV-POL-6)", async () => {
    const d = await load();
    const key = paramKey(KINDS.FRESH_PERIOD);
    const assets = [...(await d.vault.listedAssets())];
    expect(assets).to.include.members([NATIVE, d.tokenId]);
    const { version } = await d.vault.param(key);
    const sent = d.vault.set(key, version, NEVER, 48n);
    const receipt = await (await sent).wait();
    for (const asset of assets) {
      const slot = await ethers.provider.getStorage(
        d.vaultAddress,
        entrySlot(VAULT_NAMESPACE + 5n, hex32(asset)),
      );
      expect(unpack("asset", BigInt(slot)).freshHours).to.equal(48n);
      await expect(sent).to.emit(d.vault, "FreshPeriodSpread").withArgs(asset, 48n, slot);
      expect((await d.vault.facts(d.anna, asset, 1n, d.anna)).freshPeriod).to.equal(48n * 3_600n);
    }
    // And another parameter's change into none.
    const rate = paramKey(KINDS.SMALL_LANE_RATE, NATIVE);
    const row = await d.vault.param(rate);
    const other = d.vault.set(rate, row.version, NEVER, row.base);
    await expect(other).not.to.emit(d.vault, "FreshPeriodSpread");
    // What a thousand assets cost beside that fits one transaction with some to spare: 2^24 gas (EIP-7825).
    const alone = (await (await other).wait())?.gasUsed ?? 0n;
    const each = ((receipt?.gasUsed ?? 0n) - alone) / BigInt(assets.length);
    expect(each).to.be.within(5_000n, 16_000n);
  });

  it("knows its own keys only", async () => {
    const d = await load();
    const unset = paramKey(KINDS.SMALL_LANE_RATE, 77n);
    await expect(d.vault.connect(d.riskOfficer).tighten(unset, 500n))
      .to.be.revertedWithCustomError(d.vault, "Params_NotSet")
      .withArgs(unset);
    for (const [target, key] of [
      [d.vault, paramKey(KINDS.TIER_WINDOW)],
      [d.policy, paramKey(KINDS.FRESH_PERIOD)],
    ] as const) {
      await expect(target.specOf(key))
        .to.be.revertedWithCustomError(d.vault, "Params_UnknownKey")
        .withArgs(key);
    }
  });
});
