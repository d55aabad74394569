import { expect } from "chai";
import hre from "hardhat";
import { DAY, HOUR } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

const EVERYONE = ethers.ZeroAddress;

async function ready() {
  const s = await setStage(connection);
  const { id } = await s.token();
  await s.fund(s.anna, id, 1_000_000n * CENT);
  const [otherKey] = s.crowd;
  if (!otherKey) throw new Error("too few signers");
  await s.guardian.setKey(otherKey, (await s.now()) + 300n * DAY, 30n * DAY);
  return { ...s, id, keys: [s.guardianKey, otherKey] as const };
}

describe("attack: hold renewal", () => {
  const setup = () => networkHelpers.loadFixture(ready);

  it("REVIEW 3: guardians together can't hold a subject for more than 7 days in any 90 (INV-CUS-5)", async () => {
    const s = await setup();
    const [first, second] = s.keys;
    await s.guardian.connect(first).hold(s.anna, 4n * DAY);
    await s.wait(4n * DAY - 60n);
    // The second key continues; what is left is 3 days and not a second more.
    await expect(s.guardian.connect(second).hold(s.anna, 3n * DAY + 120n)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_HoldBudgetSpent",
    );
    await s.guardian.connect(second).hold(s.anna, 3n * DAY);
    await s.wait(3n * DAY);
    // The subject's own verbs work again, and no renewal for the rest of the 90 days.
    await s.vault.connect(s.anna).transfer(s.bert, s.id, 1n);
    for (let i = 0; i < 4; i++) {
      await s.wait(20n * DAY);
      await expect(s.guardian.connect(first).hold(s.anna, DAY)).to.be.revertedWithCustomError(
        s.vault,
        "Vault_HoldBudgetSpent",
      );
    }
    await s.audit();
  });

  it("REVIEW 3: lifting and holding again refunds nothing", async () => {
    const s = await setup();
    const [first, second] = s.keys;
    for (let i = 0; i < 7; i++) {
      await s.guardian.connect(first).hold(s.anna, DAY);
      await s.guardian.connect(first).lift(s.anna);
    }
    await expect(s.guardian.connect(second).hold(s.anna, HOUR)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_HoldBudgetSpent",
    );
    await s.vault.connect(s.anna).transfer(s.bert, s.id, 1n);
    await s.audit();
  });

  it("REVIEW 3: the exit halt has a budget as well, per key and for all keys together", async () => {
    const s = await setup();
    const [first, second] = s.keys;
    await s.guardian.connect(first).hold(EVERYONE, 7n * DAY);
    await s.guardian.connect(first).lift(EVERYONE);
    await expect(s.guardian.connect(first).hold(EVERYONE, 60n)).to.be.revertedWithCustomError(
      s.guardian,
      "Guardian_BudgetForEveryoneSpent",
    );
    await expect(s.guardian.connect(second).hold(EVERYONE, 60n)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_HoldBudgetSpent",
    );
    await s.audit();
  });

  it("one stolen key can't hold everybody one by one: its own budget ends it, and renewing the key refills nothing", async () => {
    const s = await setup();
    const [first] = s.keys;
    const victims = [s.anna, s.bert, s.carl, s.mallory];
    for (const victim of victims) await s.guardian.connect(first).hold(victim, 7n * DAY);
    const [, next] = s.crowd;
    if (!next) throw new Error("too few signers");
    await expect(s.guardian.connect(first).hold(next, 3n * DAY)).to.be.revertedWithCustomError(
      s.guardian,
      "Guardian_BudgetSpent",
    );
    // ANCHORS 3.2 for holds: setting the key again must not give its budget back.
    await s.guardian.setKey(first, (await s.now()) + 300n * DAY, 30n * DAY);
    await expect(s.guardian.connect(first).hold(next, 3n * DAY)).to.be.revertedWithCustomError(
      s.guardian,
      "Guardian_BudgetSpent",
    );
    await s.guardian.connect(s.riskOfficer).removeKey(first);
    await expect(s.guardian.connect(first).lift(s.anna)).to.be.revertedWithCustomError(
      s.guardian,
      "Guardian_NotAKey",
    );
    await s.audit();
  });

  it("ANCHORS 3.9: extending doesn't re-arm what has lapsed for longer than it says, and only the timelock extends", async () => {
    const s = await setup();
    const [first] = s.keys;
    for (const caller of [first, s.riskOfficer, s.mallory]) {
      await expect(s.vault.connect(caller).extend(s.anna, DAY)).to.be.revertedWithCustomError(
        s.vault,
        "AccessManagedUnauthorized",
      );
    }
    await s.guardian.connect(first).hold(s.anna, DAY);
    await s.wait(40n * DAY);
    await s.vault.extend(s.anna, 30n * DAY);
    // From now, not from the old end, and not for more than 30 days.
    expect((await s.vault.subjectRecord(s.anna)).heldUntil).to.equal((await s.now()) + 30n * DAY);
    await expect(s.vault.extend(s.anna, 30n * DAY + 1n)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_HoldTooLong",
    );
    await s.audit();
  });

  it("a held owner's exit still matures, and its owner may cancel: a hold stops debits, not clocks", async () => {
    const s = await setup();
    const exit = await s.queue(s.anna, s.id, 100n * CENT, s.carl);
    const other = await s.queue(s.anna, s.id, 100n * CENT, s.carl);
    await s.guardian.connect(s.keys[0]).hold(s.anna, 7n * DAY);
    await s.vault.connect(s.anna).cancel(other);
    await s.waitUntil(exit.late + 4n * DAY + HOUR);
    await s.vault.release(exit);
    expect(await s.holds(s.id, s.carl)).to.equal(100n * CENT);
    await s.audit();
  });

  it("under the exit halt owners still enqueue, and nothing is paid (INV-CUS-8)", async () => {
    const s = await setup();
    const early = await s.queue(s.anna, s.id, 100n * CENT, s.carl);
    await s.waitUntil(early.late);
    await s.guardian.connect(s.keys[0]).hold(EVERYONE, DAY);
    const asked = await s.ask(s.anna, s.id, CENT, s.carl);
    expect(asked.reasons).to.include("EVERYONE_HELD");
    await expect(s.vault.release(early)).to.be.revertedWithCustomError(s.vault, "Vault_EveryoneHeld");
    await s.wait(DAY);
    await s.vault.release(early);
    expect(await s.holds(s.id, s.carl)).to.equal(100n * CENT);
    await s.audit();
  });
});
