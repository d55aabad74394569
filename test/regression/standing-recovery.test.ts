import { expect } from "chai";
import hre from "hardhat";
import { DAY } from "../support/deployCore.ts";
import { setRecoveryStage } from "../support/recoveryStage.ts";
import { CENT } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const MONEY = 1_000n * CENT;

// Agents of one's own and a recovery that is open already: a way out of a hold, with no delay left. What docs/operations/
// recover.md says of it must stay true.
describe("A recovery that stands open before the hold comes", () => {
  async function standing() {
    const s = await setRecoveryStage(connection);
    const { id } = await s.token();
    await s.appointed();
    const from = await s.approve(s.haven);
    await s.waitUntil(from);
    // Loot arrives only now.
    await s.fund(s.anna, id, MONEY);
    return { ...s, id };
  }

  it("sheds a hold at once; but nothing leaves within T of that, and a hold on the recipient stops it", async () => {
    const s = await networkHelpers.loadFixture(standing);
    await s.season();
    await s.guardian.connect(s.guardianKey).hold(s.anna, 7n * DAY);
    const held = await s.now();
    await s.at(held + 1n);
    await s.execute([s.id]);
    expect(await s.vault.balanceOf(s.haven, s.id)).to.equal(MONEY);
    expect((await s.vault.subjectRecord(s.haven)).heldUntil, "the hold stays behind").to.equal(0n);
    const asked = await s.ask(s.haven, s.id, CENT, s.haven);
    expect(asked.paid).to.equal(false);
    expect(asked.reasons).to.include("FRESH");
    await s.guardian.connect(s.guardianKey).hold(s.haven, 7n * DAY);
    await expect(s.vault.connect(s.haven).transfer(s.bert, s.id, 1n)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_Held",
    );
    await s.audit();
  });

  it("is on record for its whole window: whoever holds the account sees where the money can go", async () => {
    const s = await networkHelpers.loadFixture(standing);
    const status = await s.recovery.recoveryOf(s.anna);
    expect(status.to).to.equal(s.haven.address);
    expect(status.until - status.from).to.equal(14n * DAY);
  });
});
