import { expect } from "chai";
import hre from "hardhat";
import { DAY } from "../support/deployCore.ts";
import { addLevels, COLD_DELAY, VETO } from "../support/reserves.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const MONEY = 1_000n * CENT;

// A level has two vetoes, of one exit and of everything, and they don't have to overlap.
describe("A stolen Safe that vetoes one exit, then everything", () => {
  async function swept() {
    const s = await setStage(connection);
    const { id } = await s.token();
    const levels = await addLevels(s, [id]);
    await s.fund(s.anna, id, 1_000n * MONEY);
    await s.season();
    await s.vault.sweep(id);
    await levels.warm.reserve.sweep(id);
    const exit = await s.queue(s.anna, id, MONEY, s.carl);
    await levels.cold.reserve.announce(exit);
    await s.waitUntil(exit.late + COLD_DELAY);
    return { ...s, ...levels, id, exit };
  }

  for (const order of ["one exit first", "everything first"] as const) {
    it(`stops that exit for 60 days, and no longer: ${order} (INV-CUS-7)`, async () => {
      const s = await networkHelpers.loadFixture(swept);
      const safe = s.cold.reserve.connect(s.cold.safe);
      const first = async () => (order === "one exit first" ? safe.veto(s.idOf(s.exit)) : safe.vetoAll());
      const second = async () => (order === "one exit first" ? safe.vetoAll() : safe.veto(s.idOf(s.exit)));
      await first();
      const begun = await s.now();
      await networkHelpers.time.setNextBlockTimestamp(begun + VETO - 1n);
      await second();
      const end = begun + 2n * VETO - 1n;
      await s.waitUntil(end - DAY);
      await expect(s.cold.reserve.refill(s.exit)).to.be.revertedWithCustomError(
        s.cold.reserve,
        order === "one exit first" ? "Reserve_AllVetoed" : "Reserve_IsVetoed",
      );
      // Neither comes again before somebody has had the exit paid.
      await s.waitUntil(end);
      await expect(safe.veto(s.idOf(s.exit))).to.be.revertedWithCustomError(safe, "Reserve_VetoedBefore");
      await expect(safe.vetoAll()).to.be.revertedWithCustomError(safe, "Reserve_VetoedAllBefore");
      await s.cold.reserve.connect(s.mallory).refill(s.exit);
      expect(await s.holds(s.id, s.carl)).to.equal(MONEY);
      await s.audit();
    });
  }
});
