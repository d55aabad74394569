import { expect } from "chai";
import hre from "hardhat";
import { DAY, HOUR } from "../../support/deployCore.ts";
import { deployVault, subjectWord, windowKey, windowWord } from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const load = () => networkHelpers.loadFixture(deployed);
const deployed = () => deployVault(ethers, networkHelpers);

const EVERYONE = ethers.ZeroAddress;
const BUDGET = 7n * DAY;
const WINDOW = 90n * DAY;

describe("Vault: holds", () => {
  for (const whom of ["a subject", "everyone"] as const) {
    describe(`given ${whom}`, () => {
      /** The hold's end on record, and the slot that keeps it. */
      const setup = async () => {
        const d = await load();
        const subject = whom === "everyone" ? EVERYONE : d.anna.address;
        const policy = BigInt(await d.vault.policy());
        return {
          ...d,
          subject,
          guardian_: d.vault.connect(d.officer),
          until: async () =>
            whom === "everyone"
              ? d.vault.everyoneHeldUntil()
              : (await d.vault.subjectRecord(subject)).heldUntil,
          slot: (heldUntil: bigint) =>
            whom === "everyone" ? policy | (heldUntil << 160n) : subjectWord({ heldUntil }),
        };
      };

      it("holds from now and charges the seconds to the budget", async () => {
        const d = await setup();
        const time = (await d.now()) + 10n;
        await d.at(time);
        const window = windowWord(WINDOW, time, HOUR);
        await expect(d.guardian_.hold(d.subject, HOUR))
          .to.emit(d.vault, "Held")
          .withArgs(d.subject, time + HOUR, window, d.slot(time + HOUR));
        expect(await d.until()).to.equal(time + HOUR);
        expect(await d.vault.windowOf(windowKey.hold(d.subject))).to.equal(window);
      });

      it("charges a renewal for what it adds only", async () => {
        const d = await setup();
        const time = (await d.now()) + 10n;
        await d.at(time);
        await d.guardian_.hold(d.subject, DAY);
        await d.at(time + HOUR);
        await expect(d.guardian_.hold(d.subject, DAY))
          .to.emit(d.vault, "Held")
          .withArgs(
            d.subject,
            time + HOUR + DAY,
            windowWord(WINDOW, time, DAY + HOUR),
            d.slot(time + HOUR + DAY),
          );
      });

      it("refuses nothing, more than the budget at once, and what adds nothing", async () => {
        const d = await setup();
        await expect(d.guardian_.hold(d.subject, 0n)).to.be.revertedWithCustomError(
          d.vault,
          "Vault_ZeroAmount",
        );
        await expect(d.guardian_.hold(d.subject, BUDGET + 1n))
          .to.be.revertedWithCustomError(d.vault, "Vault_HoldTooLong")
          .withArgs(BUDGET + 1n, BUDGET);
        await d.guardian_.hold(d.subject, DAY);
        await expect(d.guardian_.hold(d.subject, HOUR)).to.be.revertedWithCustomError(
          d.vault,
          "Vault_Unchanged",
        );
      });

      it("has 7 days in any 90, renewed and lifted or not", async () => {
        const d = await setup();
        // At the start of a sub-period of 18 days, so that the arithmetic is plain.
        const sub = 18n * DAY;
        const time = ((await d.now()) / sub + 1n) * sub;
        await d.at(time);
        await d.guardian_.hold(d.subject, 4n * DAY);
        await d.guardian_.lift(d.subject);
        await d.at(time + DAY);
        await expect(d.guardian_.hold(d.subject, 3n * DAY + 1n))
          .to.be.revertedWithCustomError(d.vault, "Vault_HoldBudgetSpent")
          .withArgs(d.subject, 3n * DAY + 1n, 3n * DAY);
        await d.guardian_.hold(d.subject, 3n * DAY);
        await d.at(time + WINDOW);
        await expect(d.guardian_.hold(d.subject, 1n), "90 days later it still counts")
          .to.be.revertedWithCustomError(d.vault, "Vault_HoldBudgetSpent")
          .withArgs(d.subject, 1n, 0n);
        await d.at(time + WINDOW + sub);
        await d.guardian_.hold(d.subject, BUDGET);
        expect(await d.until()).to.equal(time + WINDOW + sub + BUDGET);
      });

      it("ends by a lift, which refunds nothing", async () => {
        const d = await setup();
        await d.guardian_.hold(d.subject, DAY);
        const spent = await d.vault.windowOf(windowKey.hold(d.subject));
        await expect(d.guardian_.lift(d.subject)).to.emit(d.vault, "Lifted").withArgs(d.subject, d.slot(0n));
        expect(await d.until()).to.equal(0n);
        expect(await d.vault.windowOf(windowKey.hold(d.subject))).to.equal(spent);
      });

      it("can't be lifted where there is none, or none any more", async () => {
        const d = await setup();
        const none = () =>
          expect(d.guardian_.lift(d.subject))
            .to.be.revertedWithCustomError(d.vault, "Vault_NotHeld")
            .withArgs(d.subject);
        await none();
        const time = (await d.now()) + 10n;
        await d.at(time);
        await d.guardian_.hold(d.subject, HOUR);
        await d.at(time + HOUR);
        await none();
      });

      it("is extended by the timelock by up to 30 days an act, outside of the budget", async () => {
        const d = await setup();
        const time = (await d.now()) + 10n;
        await d.at(time);
        await d.guardian_.hold(d.subject, DAY);
        const until = time + 31n * DAY;
        await expect(d.vault.extend(d.subject, 30n * DAY))
          .to.emit(d.vault, "HoldExtended")
          .withArgs(d.subject, until, d.slot(until));
        await d.vault.extend(d.subject, 30n * DAY);
        expect(await d.until()).to.equal(until + 30n * DAY);
        expect(await d.vault.windowOf(windowKey.hold(d.subject))).to.equal(windowWord(WINDOW, time, DAY));
        await expect(d.vault.extend(d.subject, 0n)).to.be.revertedWithCustomError(
          d.vault,
          "Vault_ZeroAmount",
        );
        await expect(d.vault.extend(d.subject, 30n * DAY + 1n))
          .to.be.revertedWithCustomError(d.vault, "Vault_HoldTooLong")
          .withArgs(30n * DAY + 1n, 30n * DAY);
      });

      it("may start with an extension", async () => {
        const d = await setup();
        const time = (await d.now()) + 10n;
        await d.at(time);
        await d.vault.extend(d.subject, HOUR);
        expect(await d.until()).to.equal(time + HOUR);
      });

      it("is for its roles alone", async () => {
        const d = await setup();
        for (const caller of [d.anna, d.mallory, d.riskOfficer]) {
          const vault = d.vault.connect(caller);
          for (const send of [
            () => vault.hold(d.subject, 1n),
            () => vault.lift(d.subject),
            () => vault.extend(d.subject, 1n),
          ]) {
            await expect(send())
              .to.be.revertedWithCustomError(d.policy, "AccessManagedUnauthorized")
              .withArgs(caller);
          }
        }
      });
    });
  }

  it("is on the subject: a linked account can't be named, and is held with it", async () => {
    const d = await load();
    await d.vault.connect(d.officer).setSubject(d.anna, d.bert);
    await expect(d.vault.connect(d.officer).hold(d.anna, 1n))
      .to.be.revertedWithCustomError(d.vault, "Vault_NotPrimary")
      .withArgs(d.anna);
    await d.give(d.anna, "erc20", 5n);
    await d.vault.connect(d.officer).hold(d.bert, HOUR);
    await expect(d.vault.connect(d.anna).transfer(d.carl, d.tokenId, 1n)).to.be.revertedWithCustomError(
      d.vault,
      "Vault_Held",
    );
  });

  it("keeps the budgets of subjects and of everyone apart", async () => {
    const d = await load();
    const guardian = d.vault.connect(d.officer);
    for (const subject of [d.anna.address, d.bert.address, EVERYONE]) await guardian.hold(subject, BUDGET);
    expect(await d.vault.everyoneHeldUntil()).to.be.greaterThan(0n);
  });
});
