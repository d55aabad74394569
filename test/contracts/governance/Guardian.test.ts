import { expect } from "chai";
import hre from "hardhat";
import { DAY, deployCore } from "../../support/deployCore.ts";

const { ethers, networkHelpers } = await hre.network.create();

const EVERYONE = ethers.ZeroAddress;
const PERIOD = 90n * DAY;
const WEEK = 7n * DAY;
const YEAR = 365n * DAY;
/** A bucket of the window of 90 days. */
const SUB = PERIOD / 5n;

async function deployed() {
  const core = await deployCore(ethers);
  const [anna, bert, second, mallory] = core.users;
  if (!anna || !bert || !second || !mallory) throw new Error("too few signers");
  return { ...core, anna, bert, second, mallory, asKey: core.guardian.connect(core.guardianKey) };
}

const now = async () => BigInt(await networkHelpers.time.latest());
const newestBucket = (packed: bigint) => packed & ((1n << 36n) - 1n);

describe("Guardian", () => {
  const setup = () => networkHelpers.loadFixture(deployed);

  describe("construction", () => {
    it("names its Vault and authority, and refuses zero for either", async () => {
      const d = await setup();
      expect(await d.guardian.vault()).to.equal(d.vault.target);
      expect(await d.guardian.authority()).to.equal(d.manager.target);
      for (const args of [
        [EVERYONE, d.vault.target],
        [d.manager.target, EVERYONE],
      ]) {
        await expect(ethers.deployContract("Guardian", args)).to.be.revertedWithCustomError(
          d.guardian,
          "Guardian_ZeroAddress",
        );
      }
    });

    it("states its constants", async () => {
      const { guardian } = await setup();
      expect(await guardian.PERIOD()).to.equal(PERIOD);
      expect(await guardian.EVERYONE_BUDGET()).to.equal(WEEK);
      expect(await guardian.LONGEST_TERM()).to.equal(YEAR);
    });
  });

  describe("setKey", () => {
    it("names a key with its expiry and budget", async () => {
      const d = await setup();
      const expiry = (await now()) + 30n * DAY;
      await expect(d.guardian.connect(d.timelock).setKey(d.second, expiry, DAY))
        .to.emit(d.guardian, "KeySet")
        .withArgs(d.second.address, expiry, DAY);
      expect([...(await d.guardian.keyOf(d.second))]).to.deep.equal([expiry, DAY]);
      expect([...(await d.guardian.roomOf(d.second))]).to.deep.equal([DAY, WEEK]);
      expect([...(await d.guardian.windowsOf(d.second))]).to.deep.equal([0n, 0n]);
    });

    it("refuses zero, an expiry that has passed, and one more than a year away", async () => {
      const d = await setup();
      const guardian = d.guardian.connect(d.timelock);
      await expect(guardian.setKey(EVERYONE, (await now()) + DAY, DAY)).to.be.revertedWithCustomError(
        guardian,
        "Guardian_ZeroAddress",
      );
      const t = (await now()) + 10n;
      await networkHelpers.time.setNextBlockTimestamp(t);
      await expect(guardian.setKey(d.second, t, DAY))
        .to.be.revertedWithCustomError(guardian, "Guardian_ExpiryTooSoon")
        .withArgs(t);
      await networkHelpers.time.setNextBlockTimestamp(t + 1n);
      await expect(guardian.setKey(d.second, t + 1n + YEAR + 1n, DAY))
        .to.be.revertedWithCustomError(guardian, "Guardian_ExpiryTooFar")
        .withArgs(t + YEAR + 2n, t + YEAR + 1n);
      await networkHelpers.time.setNextBlockTimestamp(t + 2n);
      await guardian.setKey(d.second, t + 2n + YEAR, DAY);
      await networkHelpers.time.setNextBlockTimestamp(t + 3n);
      await guardian.setKey(d.second, t + 4n, DAY);
    });

    it("is governance's alone: a key can't renew itself", async () => {
      const d = await setup();
      const expiry = (await now()) + DAY;
      for (const caller of [d.guardianKey, d.riskOfficer, d.mallory]) {
        await expect(d.guardian.connect(caller).setKey(caller, expiry, DAY))
          .to.be.revertedWithCustomError(d.guardian, "AccessManagedUnauthorized")
          .withArgs(caller.address);
      }
    });

    it("given a renewal or a removal in between, what was used stays used (CCIP's refill, ANCHORS 3.2)", async () => {
      const d = await setup();
      await d.asKey.hold(d.anna, 5n * DAY);
      await d.asKey.hold(EVERYONE, 3n * DAY);
      const used = [...(await d.guardian.windowsOf(d.guardianKey))];
      await d.guardian.connect(d.riskOfficer).removeKey(d.guardianKey);
      await d.guardian.connect(d.timelock).setKey(d.guardianKey, (await now()) + 30n * DAY, 10n * DAY);
      expect([...(await d.guardian.windowsOf(d.guardianKey))]).to.deep.equal(used);
      expect([...(await d.guardian.roomOf(d.guardianKey))]).to.deep.equal([5n * DAY, 4n * DAY]);
    });
  });

  describe("removeKey", () => {
    it("ends a key at once; what it holds stays held", async () => {
      const d = await setup();
      await d.asKey.hold(d.anna, DAY);
      const { heldUntil } = await d.vault.subjectRecord(d.anna);
      await expect(d.guardian.connect(d.riskOfficer).removeKey(d.guardianKey))
        .to.emit(d.guardian, "KeyRemoved")
        .withArgs(d.guardianKey.address);
      expect([...(await d.guardian.keyOf(d.guardianKey))]).to.deep.equal([0n, 0n]);
      expect([...(await d.guardian.roomOf(d.guardianKey))]).to.deep.equal([0n, 0n]);
      expect((await d.vault.subjectRecord(d.anna)).heldUntil).to.equal(heldUntil);
      for (const call of [d.asKey.hold(d.bert, DAY), d.asKey.lift(d.anna)]) {
        await expect(call)
          .to.be.revertedWithCustomError(d.guardian, "Guardian_NotAKey")
          .withArgs(d.guardianKey.address);
      }
    });

    it("is refused for what is no key, and to who may not", async () => {
      const d = await setup();
      await expect(d.guardian.connect(d.riskOfficer).removeKey(d.second))
        .to.be.revertedWithCustomError(d.guardian, "Guardian_NotAKey")
        .withArgs(d.second.address);
      await expect(d.asKey.removeKey(d.guardianKey))
        .to.be.revertedWithCustomError(d.guardian, "AccessManagedUnauthorized")
        .withArgs(d.guardianKey.address);
    });
  });

  describe("hold", () => {
    it("of a subject: holds it in the Vault and charges the key", async () => {
      const d = await setup();
      const at = (await now()) + 10n;
      await networkHelpers.time.setNextBlockTimestamp(at);
      const sent = await d.asKey.hold(d.anna, DAY);
      const [window, everyone] = await d.guardian.windowsOf(d.guardianKey);
      await expect(sent)
        .to.emit(d.guardian, "HoldPlaced")
        .withArgs(d.guardianKey.address, d.anna.address, DAY, window);
      expect(newestBucket(window)).to.equal(DAY);
      expect(window >> 216n).to.equal(at / SUB);
      expect(everyone).to.equal(0n);
      expect((await d.vault.subjectRecord(d.anna)).heldUntil).to.equal(at + DAY);
      expect([...(await d.guardian.roomOf(d.guardianKey))]).to.deep.equal([29n * DAY, WEEK]);
    });

    it("of everyone: halts exits and charges the other window", async () => {
      const d = await setup();
      const at = (await now()) + 10n;
      await networkHelpers.time.setNextBlockTimestamp(at);
      const sent = await d.asKey.hold(EVERYONE, 2n * DAY);
      const [subjects, window] = await d.guardian.windowsOf(d.guardianKey);
      await expect(sent)
        .to.emit(d.guardian, "HoldPlaced")
        .withArgs(d.guardianKey.address, EVERYONE, 2n * DAY, window);
      expect(newestBucket(window)).to.equal(2n * DAY);
      expect(subjects).to.equal(0n);
      expect(await d.vault.everyoneHeldUntil()).to.equal(at + 2n * DAY);
      expect([...(await d.guardian.roomOf(d.guardianKey))]).to.deep.equal([30n * DAY, 5n * DAY]);
    });

    it("charges all seconds, also where a hold in place makes it shorter", async () => {
      const d = await setup();
      await d.asKey.hold(d.anna, DAY);
      await d.asKey.hold(d.anna, 2n * DAY);
      expect((await d.guardian.roomOf(d.guardianKey)).subjects).to.equal(27n * DAY);
    });

    it("a hold that the Vault refuses charges nothing", async () => {
      const d = await setup();
      await expect(d.asKey.hold(d.anna, 8n * DAY)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_HoldTooLong",
      );
      expect((await d.guardian.roomOf(d.guardianKey)).subjects).to.equal(30n * DAY);
    });

    it("refuses zero seconds", async () => {
      const d = await setup();
      await expect(d.asKey.hold(d.anna, 0)).to.be.revertedWithCustomError(d.guardian, "Guardian_ZeroSeconds");
    });

    describe("attacks", () => {
      it("only a key holds; only the Guardian reaches the Vault", async () => {
        const d = await setup();
        for (const caller of [d.mallory, d.timelock, d.riskOfficer]) {
          await expect(d.guardian.connect(caller).hold(d.anna, DAY))
            .to.be.revertedWithCustomError(d.guardian, "Guardian_NotAKey")
            .withArgs(caller.address);
        }
        await expect(d.vault.connect(d.guardianKey).hold(d.anna, DAY))
          .to.be.revertedWithCustomError(d.guardian, "AccessManagedUnauthorized")
          .withArgs(d.guardianKey.address);
      });

      it("an expired key can neither hold nor lift, to the second", async () => {
        const d = await setup();
        const expiry = (await now()) + 10n * DAY;
        await d.guardian.connect(d.timelock).setKey(d.second, expiry, 10n * DAY);
        const second = d.guardian.connect(d.second);
        await networkHelpers.time.setNextBlockTimestamp(expiry - 1n);
        await second.hold(d.anna, DAY);
        await networkHelpers.time.setNextBlockTimestamp(expiry);
        await expect(second.hold(d.bert, DAY))
          .to.be.revertedWithCustomError(d.guardian, "Guardian_KeyExpired")
          .withArgs(d.second.address, expiry);
        await expect(second.lift(d.anna))
          .to.be.revertedWithCustomError(d.guardian, "Guardian_KeyExpired")
          .withArgs(d.second.address, expiry);
        await networkHelpers.time.increaseTo(expiry);
        expect([...(await d.guardian.roomOf(d.second))]).to.deep.equal([0n, 0n]);
      });

      it("a stolen key can't hold everyone for longer than 7 days in any 90", async () => {
        const d = await setup();
        const first = await now();
        await d.asKey.hold(EVERYONE, 4n * DAY);
        await expect(d.asKey.hold(EVERYONE, 4n * DAY))
          .to.be.revertedWithCustomError(d.guardian, "Guardian_BudgetForEveryoneSpent")
          .withArgs(d.guardianKey.address, 4n * DAY, 3n * DAY);
        await networkHelpers.time.increase(4n * DAY);
        await d.asKey.hold(EVERYONE, 3n * DAY);
        const free = ((first + 4n * DAY) / SUB + 6n) * SUB;
        await networkHelpers.time.increaseTo((first / SUB + 6n) * SUB - 2n);
        await expect(d.asKey.hold(EVERYONE, 1))
          .to.be.revertedWithCustomError(d.guardian, "Guardian_BudgetForEveryoneSpent")
          .withArgs(d.guardianKey.address, 1n, 0n);
        await networkHelpers.time.increaseTo(free);
        await expect(d.asKey.hold(EVERYONE, WEEK)).to.emit(d.guardian, "HoldPlaced");
      });

      it("several keys together can't either: the Vault counts for all of them", async () => {
        const d = await setup();
        await d.guardian.connect(d.timelock).setKey(d.second, (await now()) + 30n * DAY, 30n * DAY);
        await d.asKey.hold(EVERYONE, WEEK);
        await networkHelpers.time.increase(WEEK);
        await expect(d.guardian.connect(d.second).hold(EVERYONE, DAY))
          .to.be.revertedWithCustomError(d.vault, "Vault_HoldBudgetSpent")
          .withArgs(EVERYONE, DAY, 0n);
      });

      it("renewing a hold ends at the subject's 7 days in any 90, with any number of keys (hold renewal)", async () => {
        const d = await setup();
        await d.guardian.connect(d.timelock).setKey(d.second, (await now()) + 30n * DAY, 30n * DAY);
        for (let day = 0; day < 7; ++day) {
          const key = day % 2 === 0 ? d.guardianKey : d.second;
          await d.guardian.connect(key).hold(d.anna, DAY);
          await networkHelpers.time.increase(DAY);
        }
        for (const key of [d.guardianKey, d.second]) {
          await expect(d.guardian.connect(key).hold(d.anna, 1))
            .to.be.revertedWithCustomError(d.vault, "Vault_HoldBudgetSpent")
            .withArgs(d.anna.address, 1n, 0n);
        }
        expect((await d.vault.subjectRecord(d.anna)).heldUntil).to.be.lessThanOrEqual(await now());
      });

      it("a key's budget covers all its subjects together", async () => {
        const d = await setup();
        for (const subject of d.users.slice(4, 8)) await d.asKey.hold(subject, WEEK);
        await expect(d.asKey.hold(d.anna, 3n * DAY))
          .to.be.revertedWithCustomError(d.guardian, "Guardian_BudgetSpent")
          .withArgs(d.guardianKey.address, 3n * DAY, 2n * DAY);
        await d.asKey.hold(d.anna, 2n * DAY);
        await expect(d.asKey.hold(d.bert, 1))
          .to.be.revertedWithCustomError(d.guardian, "Guardian_BudgetSpent")
          .withArgs(d.guardianKey.address, 1n, 0n);
        // Its budget for everyone is another one: the emergency brake works still.
        await expect(d.asKey.hold(EVERYONE, DAY)).to.emit(d.guardian, "HoldPlaced");
      });

      it("seconds beyond what a window counts are refused, not truncated", async () => {
        const d = await setup();
        const most = (1n << 40n) - 1n;
        await expect(d.asKey.hold(d.anna, most))
          .to.be.revertedWithCustomError(d.guardian, "Guardian_BudgetSpent")
          .withArgs(d.guardianKey.address, most, 30n * DAY);
        await expect(d.asKey.hold(EVERYONE, 1n << 36n))
          .to.be.revertedWithCustomError(d.guardian, "Guardian_BudgetForEveryoneSpent")
          .withArgs(d.guardianKey.address, 1n << 36n, WEEK);
      });
    });
  });

  describe("lift", () => {
    it("ends a hold and refunds nothing", async () => {
      const d = await setup();
      for (const subject of [d.anna.address, EVERYONE]) {
        await d.asKey.hold(subject, DAY);
        const windows = [...(await d.guardian.windowsOf(d.guardianKey))];
        await expect(d.asKey.lift(subject))
          .to.emit(d.guardian, "HoldLifted")
          .withArgs(d.guardianKey.address, subject);
        expect([...(await d.guardian.windowsOf(d.guardianKey))]).to.deep.equal(windows);
      }
      expect((await d.vault.subjectRecord(d.anna)).heldUntil).to.equal(0n);
      expect(await d.vault.everyoneHeldUntil()).to.equal(0n);
    });

    it("any live key ends any key's hold", async () => {
      const d = await setup();
      await d.guardian.connect(d.timelock).setKey(d.second, (await now()) + DAY, 0);
      await d.asKey.hold(d.anna, DAY);
      await d.guardian.connect(d.second).lift(d.anna);
      expect((await d.vault.subjectRecord(d.anna)).heldUntil).to.equal(0n);
    });

    it("is refused to others, and where nothing is held", async () => {
      const d = await setup();
      await d.asKey.hold(d.anna, DAY);
      await expect(d.guardian.connect(d.anna).lift(d.anna))
        .to.be.revertedWithCustomError(d.guardian, "Guardian_NotAKey")
        .withArgs(d.anna.address);
      await expect(d.asKey.lift(d.bert))
        .to.be.revertedWithCustomError(d.vault, "Vault_NotHeld")
        .withArgs(d.bert.address);
    });

    it("holding and lifting in turns wastes the budget, never adds to it", async () => {
      const d = await setup();
      for (let i = 0; i < 7; ++i) {
        await d.asKey.hold(d.anna, DAY);
        await d.asKey.lift(d.anna);
      }
      await expect(d.asKey.hold(d.anna, DAY)).to.be.revertedWithCustomError(d.vault, "Vault_HoldBudgetSpent");
      expect((await d.guardian.roomOf(d.guardianKey)).subjects).to.equal(23n * DAY);
    });
  });
});
