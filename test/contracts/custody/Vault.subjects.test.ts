import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import hre from "hardhat";
import { DAY, HOUR, NEVER } from "../../support/deployCore.ts";
import { accountWord, deployVault, KIND, subjectWord, windowKey } from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const deployed = () => deployVault(ethers, networkHelpers);
const load = () => networkHelpers.loadFixture(deployed);
type Fixture = Awaited<ReturnType<typeof deployed>>;

const tierOf = async (d: Fixture, who: HardhatEthersSigner) => (await d.vault.facts(who, 0n, 0n, who)).tier;
const capOf = async (d: Fixture, who: HardhatEthersSigner) => (await d.vault.facts(who, 0n, 0n, who)).cap;

describe("Vault: subjects", () => {
  describe("destinations", () => {
    it("are usable after T and gone at once", async () => {
      const d = await load();
      const time = (await d.now()) + 10n;
      await d.at(time);
      await expect(d.vault.connect(d.anna).setDestination(d.bert, true))
        .to.emit(d.vault, "DestinationSet")
        .withArgs(d.anna, d.bert, time + DAY);
      expect(await d.vault.destinationOf(d.anna, d.bert)).to.equal(time + DAY);
      await expect(d.vault.connect(d.anna).setDestination(d.bert, false))
        .to.emit(d.vault, "DestinationSet")
        .withArgs(d.anna, d.bert, 0n);
      expect(await d.vault.destinationOf(d.anna, d.bert)).to.equal(0n);
    });

    it("are refused unchanged, as nobody and as the Vault", async () => {
      const d = await load();
      const anna = d.vault.connect(d.anna);
      await expect(anna.setDestination(d.bert, false)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_Unchanged",
      );
      await anna.setDestination(d.bert, true);
      await expect(anna.setDestination(d.bert, true)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_Unchanged",
      );
      for (const to of [ethers.ZeroAddress, d.vaultAddress]) {
        await expect(anna.setDestination(to, true))
          .to.be.revertedWithCustomError(d.vault, "Vault_BadRecipient")
          .withArgs(to);
      }
    });

    it("belong to the subject, whichever of its accounts names them", async () => {
      const d = await load();
      await d.vault.connect(d.officer).setSubject(d.anna, d.bert);
      await d.vault.connect(d.anna).setDestination(d.carl, true);
      expect(await d.vault.destinationOf(d.bert, d.carl)).to.be.greaterThan(0n);
      expect(await d.vault.destinationOf(d.anna, d.carl)).to.equal(0n);
    });
  });

  describe("own cap", () => {
    it("goes down at once", async () => {
      const d = await load();
      expect(await capOf(d, d.anna)).to.equal(NEVER);
      const time = (await d.now()) + 10n;
      await d.at(time);
      await expect(d.vault.connect(d.anna).setCap(500n))
        .to.emit(d.vault, "CapSet")
        .withArgs(d.anna, 500n, time, subjectWord({ cap: 501n }));
      expect(await capOf(d, d.anna)).to.equal(500n);
      await d.vault.connect(d.anna).setCap(0n);
      expect(await capOf(d, d.anna), "zero is a cap, too").to.equal(0n);
    });

    it("goes up after 2T, also to none", async () => {
      const d = await load();
      await d.vault.connect(d.anna).setCap(500n);
      for (const [cents, stored, current] of [
        [800n, 801n, 500n],
        [NEVER, 0n, 800n],
      ] as const) {
        const time = (await d.now()) + 10n;
        const nextCapFrom = time + 2n * DAY;
        await d.at(time);
        await expect(d.vault.connect(d.anna).setCap(cents))
          .to.emit(d.vault, "CapSet")
          .withArgs(
            d.anna,
            cents,
            nextCapFrom,
            subjectWord({ cap: current + 1n, nextCap: stored, nextCapFrom }),
          );
        await d.goTo(nextCapFrom - 1n);
        expect(await capOf(d, d.anna)).to.equal(current);
        await d.goTo(nextCapFrom);
        expect(await capOf(d, d.anna)).to.equal(cents);
      }
    });

    it("takes back a raise in waiting by naming what is in force", async () => {
      const d = await load();
      const anna = d.vault.connect(d.anna);
      await anna.setCap(500n);
      await expect(anna.setCap(500n)).to.be.revertedWithCustomError(d.vault, "Vault_Unchanged");
      await anna.setCap(800n);
      await anna.setCap(500n);
      await d.goTo((await d.now()) + 3n * DAY);
      expect(await capOf(d, d.anna)).to.equal(500n);
    });

    it("can't be set to none where there is none", async () => {
      const d = await load();
      await expect(d.vault.connect(d.anna).setCap(NEVER)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_Unchanged",
      );
    });

    it("starts waiting again with each further raise", async () => {
      const d = await load();
      const anna = d.vault.connect(d.anna);
      await anna.setCap(500n);
      await anna.setCap(800n);
      await d.goTo((await d.now()) + DAY);
      const time = (await d.now()) + 10n;
      await d.at(time);
      await anna.setCap(900n);
      await d.goTo(time + 2n * DAY - 1n);
      expect(await capOf(d, d.anna)).to.equal(500n);
    });
  });

  describe("links", () => {
    it("make an account its subject's, without instant exits for 2T", async () => {
      const d = await load();
      const time = (await d.now()) + 10n;
      const instantFrom = time + 2n * DAY;
      await d.at(time);
      await expect(d.vault.connect(d.officer).setSubject(d.anna, d.bert))
        .to.emit(d.vault, "SubjectSet")
        .withArgs(
          d.anna,
          d.bert,
          accountWord({ subject: d.bert.address, instantFrom }),
          accountWord({ members: 1n }),
        );
      expect(await d.vault.subjectOf(d.anna)).to.equal(d.bert.address);
      expect((await d.vault.facts(d.anna, 0n, 0n, d.carl)).instantFrom).to.equal(instantFrom);
      expect((await d.vault.facts(d.bert, 0n, 0n, d.carl)).instantFrom).to.equal(0n);
    });

    it("undone make it its own again, and it waits again", async () => {
      const d = await load();
      const registry = d.vault.connect(d.officer);
      await registry.setSubject(d.anna, d.bert);
      const time = (await d.now()) + 10n;
      const instantFrom = time + 2n * DAY;
      await d.at(time);
      await expect(registry.setSubject(d.anna, d.anna))
        .to.emit(d.vault, "SubjectSet")
        .withArgs(d.anna, d.anna, accountWord({ instantFrom }), accountWord());
      expect(await d.vault.subjectOf(d.anna)).to.equal(d.anna.address);
    });

    it("have one level", async () => {
      const d = await load();
      const registry = d.vault.connect(d.officer);
      await registry.setSubject(d.anna, d.bert);
      await expect(registry.setSubject(d.anna, d.carl))
        .to.be.revertedWithCustomError(d.vault, "Vault_NotPrimary")
        .withArgs(d.anna);
      await expect(registry.setSubject(d.carl, d.anna))
        .to.be.revertedWithCustomError(d.vault, "Vault_NotPrimary")
        .withArgs(d.anna);
      await expect(registry.setSubject(d.bert, d.carl))
        .to.be.revertedWithCustomError(d.vault, "Vault_HasMembers")
        .withArgs(d.bert, 1n);
    });

    it("are refused for nobody and where nothing would change", async () => {
      const d = await load();
      const registry = d.vault.connect(d.officer);
      for (const [account, subject] of [
        [ethers.ZeroAddress, d.anna.address],
        [d.anna.address, ethers.ZeroAddress],
      ] as const) {
        await expect(registry.setSubject(account, subject)).to.be.revertedWithCustomError(
          d.vault,
          "Vault_ZeroAddress",
        );
      }
      await expect(registry.setSubject(d.anna, d.anna)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_Unchanged",
      );
    });

    it("don't move while either side is held or listed", async () => {
      const d = await load();
      const registry = d.vault.connect(d.officer);
      for (const side of [d.anna, d.bert]) {
        await registry.hold(side, HOUR);
        await expect(registry.setSubject(d.anna, d.bert)).to.be.revertedWithCustomError(
          d.vault,
          "Vault_Held",
        );
        await registry.lift(side);
        await d.sanctions.setListed(side, true);
        await d.vault.screen(side);
        await expect(registry.setSubject(d.anna, d.bert))
          .to.be.revertedWithCustomError(d.vault, "Vault_Listed")
          .withArgs(side);
        await d.sanctions.setListed(side, false);
        await d.vault.screen(side);
      }
      await registry.setSubject(d.anna, d.bert);
      await registry.hold(d.bert, HOUR);
      await expect(registry.setSubject(d.anna, d.anna)).to.be.revertedWithCustomError(d.vault, "Vault_Held");
    });

    it("share window, tier and cap; charge the subject", async () => {
      const d = await load();
      const registry = d.vault.connect(d.officer);
      await registry.setSubject(d.anna, d.bert);
      await registry.setTier(d.bert, 2n, await d.now(), NEVER);
      await d.vault.connect(d.anna).setCap(70_000n);
      const f = await d.vault.facts(d.anna, d.tokenId, 1n, d.carl);
      expect([f.subject, f.tier, f.cap]).to.deep.equal([d.bert.address, 2n, 70_000n]);
      await d.give(d.anna, "erc20", 10n ** 18n);
      await d.vault.connect(d.bert).setDestination(d.carl, true);
      await d.goTo((await d.now()) + 3n * DAY);
      await expect(d.vault.connect(d.anna).withdraw(d.tokenId, 10n ** 18n, d.carl)).to.emit(
        d.vault,
        "Withdrawn",
      );
      expect(await d.vault.windowOf(windowKey.subject(d.bert.address))).not.to.equal(0n);
      expect(await d.vault.windowOf(windowKey.subject(d.anna.address))).to.equal(0n);
    });
  });

  describe("tiers", () => {
    it("hold from `from` until `until`; before that the one in force stays", async () => {
      const d = await load();
      const registry = d.vault.connect(d.officer);
      const t = await d.now();
      await expect(registry.setTier(d.anna, 1n, t, t + 10n * DAY))
        .to.emit(d.vault, "TierSet")
        .withArgs(
          d.anna,
          1n,
          t,
          t + 10n * DAY,
          subjectWord({ tiers: 1n, tierFrom: t, tierUntil: t + 10n * DAY }),
        );
      expect(await tierOf(d, d.anna)).to.equal(1n);
      const from = t + 2n * DAY;
      const until = t + 5n * DAY;
      await expect(registry.setTier(d.anna, 3n, from, until))
        .to.emit(d.vault, "TierSet")
        .withArgs(d.anna, 3n, from, until, subjectWord({ tiers: 0x13n, tierFrom: from, tierUntil: until }));
      await d.goTo(from - 1n);
      expect(await tierOf(d, d.anna)).to.equal(1n);
      await d.goTo(from);
      expect(await tierOf(d, d.anna)).to.equal(3n);
      await d.goTo(until - 1n);
      expect(await tierOf(d, d.anna)).to.equal(3n);
      await d.goTo(until);
      expect(await tierOf(d, d.anna)).to.equal(0n);
    });

    it("are refused beyond 15, too far ahead, for nobody and for linked accounts", async () => {
      const d = await load();
      const registry = d.vault.connect(d.officer);
      const time = (await d.now()) + 10n;
      await expect(registry.setTier(d.anna, 16n, 0n, NEVER))
        .to.be.revertedWithCustomError(d.vault, "Vault_BadTier")
        .withArgs(16n);
      await d.at(time);
      await expect(registry.setTier(d.anna, 1n, time + 30n * DAY + 1n, NEVER))
        .to.be.revertedWithCustomError(d.vault, "Vault_BadTier")
        .withArgs(1n);
      await expect(registry.setTier(ethers.ZeroAddress, 1n, 0n, NEVER)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_ZeroAddress",
      );
      await registry.setTier(d.anna, 15n, time + 30n * DAY, NEVER);
      await registry.setSubject(d.anna, d.bert);
      await expect(registry.setTier(d.anna, 1n, 0n, NEVER))
        .to.be.revertedWithCustomError(d.vault, "Vault_NotPrimary")
        .withArgs(d.anna);
    });
  });

  describe("screening", () => {
    it("records the list's answer, once per change, and counts per subject", async () => {
      const d = await load();
      await d.vault.connect(d.officer).setSubject(d.anna, d.bert);
      const { instantFrom } = await d.vault.accountOf(d.anna);
      const subject = d.bert.address;
      await d.sanctions.setListed(d.anna, true);
      await d.sanctions.setListed(d.bert, true);
      await expect(d.vault.screen(d.anna))
        .to.emit(d.vault, "Screened")
        .withArgs(
          d.anna,
          true,
          accountWord({ subject, instantFrom, listed: true }),
          subjectWord({ listed: 1n }),
        );
      await expect(d.vault.screen(d.anna)).not.to.emit(d.vault, "Screened");
      await expect(d.vault.screen(d.bert))
        .to.emit(d.vault, "Screened")
        .withArgs(d.bert, true, accountWord({ listed: true, members: 1n }), subjectWord({ listed: 2n }));
      await d.sanctions.setListed(d.anna, false);
      await expect(d.vault.screen(d.anna))
        .to.emit(d.vault, "Screened")
        .withArgs(d.anna, false, accountWord({ subject, instantFrom }), subjectWord({ listed: 1n }));
      await d.give(d.anna, "erc20", 5n);
      await expect(d.vault.connect(d.anna).transfer(d.carl, d.tokenId, 1n), "bert still is")
        .to.be.revertedWithCustomError(d.vault, "Vault_Listed")
        .withArgs(d.bert);
    });

    it("keeps the record while the list is silent", async () => {
      const d = await load();
      await d.sanctions.setListed(d.anna, true);
      await d.vault.screen(d.anna);
      for (const mode of [1n, 2n, 3n, 4n, 5n]) {
        await d.sanctions.setMode(mode);
        await expect(d.vault.screen(d.anna))
          .to.be.revertedWithCustomError(d.vault, "Vault_ScreeningDown")
          .withArgs(d.anna, 0n);
      }
      expect((await d.vault.accountOf(d.anna)).listed).to.equal(true);
    });
  });

  describe("kinds", () => {
    it("register a contract as an app, and retire it; never back", async () => {
      const d = await load();
      const other = await ethers.deployContract("MockApp", [d.vault]);
      await expect(d.vault.setKind(other, KIND.APP))
        .to.emit(d.vault, "KindSet")
        .withArgs(other, KIND.APP, accountWord({ kind: KIND.APP }));
      await expect(d.vault.setKind(other, KIND.APP)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_Unchanged",
      );
      await expect(d.vault.setKind(other, KIND.RETIRED))
        .to.emit(d.vault, "KindSet")
        .withArgs(other, KIND.RETIRED, accountWord({ kind: KIND.RETIRED }));
      await expect(d.vault.setKind(other, KIND.USER))
        .to.be.revertedWithCustomError(d.vault, "Vault_BadApp")
        .withArgs(other);
      await d.vault.setKind(other, KIND.APP);
      expect((await d.vault.accountOf(other)).kind).to.equal(KIND.APP);
    });

    it("refuse accounts without code, with exits, linked or with members", async () => {
      const d = await load();
      const bad = (app: { getAddress(): Promise<string> }) =>
        expect(d.vault.setKind(app, KIND.APP))
          .to.be.revertedWithCustomError(d.vault, "Vault_BadApp")
          .withArgs(app);
      await bad(d.anna);
      await d.vault.connect(d.anna).deposit(d.tokenId, 5n, d.wallet);
      const withdraw = d.vault.interface.encodeFunctionData("withdraw", [d.tokenId, 1n, d.carl.address]);
      await d.wallet.connect(d.anna).execute(d.vault, 0n, withdraw);
      await bad(d.wallet);
      const registry = d.vault.connect(d.officer);
      const linked = await ethers.deployContract("MockWallet1271", [d.anna]);
      await registry.setSubject(linked, d.bert);
      await bad(linked);
      const primary = await ethers.deployContract("MockWallet1271", [d.anna]);
      await registry.setSubject(d.carl, primary);
      await bad(primary);
    });
  });

  it("are for the registry and the timelock alone", async () => {
    const d = await load();
    for (const caller of [d.anna, d.riskOfficer]) {
      const vault = d.vault.connect(caller);
      for (const send of [
        () => vault.setSubject(d.anna, d.bert),
        () => vault.setTier(d.anna, 3n, 0n, NEVER),
        () => vault.setKind(d.app, KIND.RETIRED),
        () => vault.endorse(ethers.ZeroHash),
      ]) {
        await expect(send())
          .to.be.revertedWithCustomError(d.policy, "AccessManagedUnauthorized")
          .withArgs(caller);
      }
    }
  });
});
