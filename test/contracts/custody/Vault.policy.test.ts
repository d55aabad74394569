import { expect } from "chai";
import hre from "hardhat";
import type { ExitPolicy } from "../../../typechain-types/index.ts";
import { DAY, KINDS, MODE, NATIVE, NEVER, POOL, paramKey, TIERS } from "../../support/deployCore.ts";
import { deployVault, ONE, REASON, windowKey } from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const deployed = () => deployVault(ethers, networkHelpers);
const load = () => networkHelpers.loadFixture(deployed);
type Fixture = Awaited<ReturnType<typeof deployed>>;

const MAX64 = (1n << 64n) - 1n;

async function another(d: Fixture, list: string): Promise<ExitPolicy> {
  return (await ethers.deployContract("ExitPolicy", [d.manager, d.router, list])) as unknown as ExitPolicy;
}

describe("Vault: policy", () => {
  describe("replacing it", () => {
    it("takes the policy's own sanctions list along, and keeps the hold on everyone", async () => {
      const d = await load();
      await d.vault.connect(d.officer).hold(ethers.ZeroAddress, 1_000n);
      const heldUntil = await d.vault.everyoneHeldUntil();
      const list = await ethers.deployContract("MockSanctionsList");
      const next = await another(d, await list.getAddress());
      const door = BigInt(await next.getAddress()) | (heldUntil << 160n);
      await expect(d.vault.setPolicy(d.policy, await d.policy.revision(), NEVER, next))
        .to.emit(d.vault, "PolicySet")
        .withArgs(d.policy, next, list, door);
      expect(await d.vault.policy()).to.equal(await next.getAddress());
      expect(await d.vault.sanctionsList()).to.equal(await list.getAddress());
    });

    it("keeps the windows' usage", async () => {
      const d = await load();
      await d.give(d.anna, "erc20", 1_000n * ONE);
      await d.vault.connect(d.anna).setDestination(d.bert, true);
      await d.goTo(d.seasonsAt);
      await d.vault.connect(d.anna).withdraw(d.tokenId, 250n * ONE, d.bert);
      const used = await d.vault.windowOf(windowKey.subject(d.anna.address));
      await d.vault.setPolicy(
        d.policy,
        await d.policy.revision(),
        NEVER,
        await another(d, ethers.ZeroAddress),
      );
      expect(await d.vault.windowOf(windowKey.subject(d.anna.address))).to.equal(used);
      expect(used).not.to.equal(0n);
    });

    it("refuses what is late, stale, not what was expected, unchanged or no contract", async () => {
      const d = await load();
      const next = await another(d, ethers.ZeroAddress);
      const revision = await d.policy.revision();
      const validUntil = (await d.now()) + 5n;
      await d.at(validUntil + 1n);
      await expect(d.vault.setPolicy(d.policy, revision, validUntil, next))
        .to.be.revertedWithCustomError(d.vault, "Vault_Expired")
        .withArgs(validUntil);
      await expect(d.vault.setPolicy(next, revision, NEVER, next))
        .to.be.revertedWithCustomError(d.vault, "Vault_NotTheExpected")
        .withArgs(next, d.policy);
      await expect(d.vault.setPolicy(d.policy, revision, NEVER, d.policy)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_Unchanged",
      );
      await expect(d.vault.setPolicy(d.policy, revision, NEVER, d.carl))
        .to.be.revertedWithCustomError(d.vault, "Vault_BadPolicy")
        .withArgs(d.carl);
      await expect(d.vault.setPolicy(d.policy, revision - 1n, NEVER, next))
        .to.be.revertedWithCustomError(d.vault, "Vault_StalePolicy")
        .withArgs(revision - 1n, revision);
      await expect(d.vault.connect(d.riskOfficer).setPolicy(d.policy, revision, NEVER, next))
        .to.be.revertedWithCustomError(d.policy, "AccessManagedUnauthorized")
        .withArgs(d.riskOfficer);
    });

    it("can't undo an emergency with what was scheduled before it", async () => {
      const d = await load();
      const next = await another(d, ethers.ZeroAddress);
      const seen = await d.policy.revision();
      await d.policy.connect(d.riskOfficer).tighten(paramKey(KINDS.UNVERIFIED_POOL), 0n);
      await expect(d.vault.setPolicy(d.policy, seen, NEVER, next))
        .to.be.revertedWithCustomError(d.vault, "Vault_StalePolicy")
        .withArgs(seen, seen + 1n);
    });

    it("may leave everyone unscreened", async () => {
      const d = await load();
      await d.sanctions.setListed(d.anna, true);
      await d.vault.setPolicy(
        d.policy,
        await d.policy.revision(),
        NEVER,
        await another(d, ethers.ZeroAddress),
      );
      await expect(d.vault.screen(d.anna)).not.to.emit(d.vault, "Screened");
    });
  });

  describe("ExitPolicy", () => {
    /** Facts of a verified subject with nothing against it. */
    const facts = (d: Fixture, change: object = {}) => ({
      owner: d.anna.address,
      subject: d.mallory.address,
      tier: 1n,
      to: d.bert.address,
      usableFrom: 1n,
      instantFrom: 0n,
      asset: d.tokenId,
      amount: ONE,
      seasoned: ONE,
      cap: NEVER,
      freshPeriod: DAY,
      decimals: 18n,
      tickExponent: 15n,
      ...change,
    });

    it("needs an authority and a router", async () => {
      const d = await load();
      const factory = await ethers.getContractFactory("ExitPolicy");
      for (const args of [
        [ethers.ZeroAddress, d.router, d.sanctions],
        [d.manager, ethers.ZeroAddress, d.sanctions],
      ]) {
        await expect(factory.deploy(...args)).to.be.revertedWithCustomError(
          d.policy,
          "ExitPolicy_ZeroAddress",
        );
      }
      expect(await d.policy.priceRouter()).to.equal(await d.router.getAddress());
      expect(await d.policy.sanctionsList()).to.equal(await d.sanctions.getAddress());
    });

    it("charges the subject's window and the asset's", async () => {
      const d = await load();
      const quote = await d.policy.quote(facts(d, { amount: ONE + 1n, seasoned: 2n * ONE }));
      const row = TIERS[1];
      // A unit more than a dollar: 101 cents, 1001 ticks.
      expect([...quote]).to.deep.equal([
        ...[row.soon, row.late, 0n],
        ...[windowKey.subject(d.mallory.address), 101n, row.window],
        ...[windowKey.asset(d.tokenId), 1_001n, 1_000_000_000n],
        ...[ethers.ZeroHash, 0n, 0n],
      ]);
    });

    it("charges the unverified to their pool as well, and prices at the ask", async () => {
      const d = await load();
      const quote = await d.policy.quote(facts(d, { tier: 0n, asset: NATIVE, tickExponent: 12n }));
      expect([quote.poolWindow, quote.poolAmount, quote.poolLimit]).to.deep.equal([
        windowKey.pool,
        200_000n,
        POOL,
      ]);
    });

    it("gives the tighter of the tier's limit and the own cap", async () => {
      const d = await load();
      const quote = await d.policy.quote(facts(d, { cap: 77n }));
      expect(quote.subjectLimit).to.equal(77n);
    });

    it("has no price while halted: more cents than any window holds", async () => {
      const d = await load();
      await d.router.setPrice(d.tokenId, 10n ** 12n, MODE.HALT);
      const quote = await d.policy.quote(facts(d));
      expect(quote.reasons).to.equal(REASON.PRICE_NOT_NORMAL | REASON.ABOVE_SINGLE_LIMIT);
      expect(quote.subjectAmount).to.equal(MAX64);
    });

    it("takes the longest of all slices' delays and every reason", async () => {
      const d = await load();
      await d.sanctions.setListed(d.bert, true);
      const quote = await d.policy.quote(facts(d, { usableFrom: 0n, seasoned: 0n, instantFrom: NEVER }));
      expect([quote.soon, quote.late, quote.reasons]).to.deep.equal([
        30n * DAY,
        30n * DAY,
        REASON.NEW_DESTINATION | REASON.MOVED | REASON.FRESH | REASON.LISTED,
      ]);
    });

    it("screens an owner who pays itself once", async () => {
      const d = await load();
      const quote = await d.policy.quote(facts(d, { to: d.anna.address }));
      expect(quote.reasons).to.equal(0n);
    });
  });
});
