import { expect } from "chai";
import hre from "hardhat";
import type { MockApp } from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import { DAY, FRESH_PERIOD } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

const LOOT = 100_000n * CENT;
const SHARE = 20_000n * CENT;

/** Anna's key is stolen; mallory has prepared five verified mules, each with its destination in its book for long. */
async function stolen() {
  const s = await setStage(connection);
  const { id } = await s.token();
  const mules = s.crowd.slice(0, 5);
  await s.ready(s.anna, 2n, id, LOOT, s.anna);
  for (const mule of mules) {
    await s.attest(mule, 1n);
    await s.vault.connect(mule).setDestination(s.mallory, true);
    // Each attestor lifts three subjects a day.
    await s.wait(DAY);
  }
  await s.season();
  return { ...s, id, mules };
}

describe("attack: mule chains", () => {
  const setup = () => networkHelpers.loadFixture(stolen);

  it("REVIEW 1: a stolen balance spread over prepared mules is instant at none of them (INV-POL-6)", async () => {
    const s = await setup();
    for (const mule of s.mules) {
      await s.vault.connect(s.anna).transfer(mule, s.id, SHARE);
      const asked = await s.ask(mule, s.id, SHARE, s.mallory);
      expect(asked.paid).to.equal(false);
      expect(asked.reasons).to.deep.equal(["FRESH"]);
      if (!asked.paid) expect(asked.exit.soon - (await s.now())).to.be.at.least(FRESH_PERIOD);
    }
    expect(await s.holds(s.id, s.mallory)).to.equal(0n);
    await s.audit();
  });

  it("REVIEW 1: a hold on the thief's subject stops transfers too, also by an operator, and cancelling first doesn't help", async () => {
    const s = await setup();
    const exit = await s.queue(s.anna, s.id, SHARE, s.mallory);
    await s.vault.connect(s.anna).setOperator(s.mallory, true);
    await s.guardian.connect(s.guardianKey).hold(s.anna, DAY);
    await s.vault.connect(s.anna).cancel(exit);
    await expect(s.vault.connect(s.anna).transfer(s.mallory, s.id, 1n)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_Held",
    );
    await expect(
      s.vault.connect(s.mallory).transferFrom(s.anna, s.mallory, s.id, 1n),
    ).to.be.revertedWithCustomError(s.vault, "Vault_Held");
    await expect(s.vault.connect(s.anna).withdraw(s.id, 1n, s.mallory)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_Held",
    );
    expect(await s.vault.balanceOf(s.anna, s.id)).to.equal(LOOT);
    await s.audit();
  });

  it("REVIEW 18: each hop starts T again, however many hops and however long the chain", async () => {
    const s = await setup();
    let from = s.anna;
    for (const mule of s.mules) {
      await s.vault.connect(from).transfer(mule, s.id, SHARE);
      // Just short of T: the next hop finds it fresh still, and makes it fresh anew.
      await s.wait(FRESH_PERIOD - 10n);
      const asked = await s.ask(mule, s.id, 1_000n * CENT, s.mallory);
      expect(asked.reasons).to.deep.equal(["FRESH"]);
      if (!asked.paid) await s.vault.connect(mule).cancel(asked.exit);
      from = mule;
    }
    expect(await s.holds(s.id, s.mallory)).to.equal(0n);
    await s.audit();
  });

  it("REVIEW 18: a round trip through one's own second address, or onto oneself, comes back fresh", async () => {
    const s = await setup();
    const [second] = s.mules;
    if (!second) throw new Error("no mule");
    await s.link(second, s.anna);
    await s.season();
    await s.vault.connect(s.anna).transfer(second, s.id, LOOT);
    await s.vault.connect(second).transfer(s.anna, s.id, LOOT);
    expect((await s.vault.facts(s.anna, s.id, 1n, s.anna)).seasoned).to.equal(0n);
    await s.season();
    expect((await s.vault.facts(s.anna, s.id, 1n, s.anna)).seasoned).to.equal(LOOT);
    await s.vault.connect(s.anna).transfer(s.anna, s.id, LOOT);
    expect((await s.vault.facts(s.anna, s.id, 1n, s.anna)).seasoned).to.equal(0n);
    await s.audit();
  });

  it("REVIEW 18: a cancelled exit comes back fresh, so that queueing is no way to season", async () => {
    const s = await setup();
    const exit = await s.queue(s.anna, s.id, LOOT, s.mallory);
    await s.wait(10n * DAY);
    await s.vault.connect(s.anna).cancel(exit);
    const asked = await s.ask(s.anna, s.id, 1_000n * CENT, s.anna);
    expect(asked.reasons).to.deep.equal(["FRESH"]);
    await s.audit();
  });

  it("REVIEW 18: exits spend the oldest value first, so fresh value never hides behind seasoned value", async () => {
    const s = await setup();
    await s.fund(s.anna, s.id, LOOT);
    const asked = await s.ask(s.anna, s.id, LOOT / 10n, s.anna);
    expect(asked.paid).to.equal(true);
    const { seasoned } = await s.vault.facts(s.anna, s.id, 1n, s.anna);
    expect(seasoned).to.equal(LOOT - LOOT / 10n);
    // A transfer to a mule takes seasoned value as well, and none of what is left has seasoned by it.
    await s.vault.connect(s.anna).transfer(s.mallory, s.id, LOOT);
    expect((await s.vault.facts(s.anna, s.id, 1n, s.anna)).seasoned).to.equal(0n);
    await s.audit();
  });

  it("passes through an app's payout and finds it fresh as well", async () => {
    const s = await setup();
    const app = await deployAs<MockApp>(ethers, "MockApp", [s.vault]);
    await s.vault.setKind(app, 1);
    const [mule] = s.mules;
    if (!mule) throw new Error("no mule");
    await app.setPayTo(mule);
    await s.vault.connect(s.anna).callWith(app, [s.id], [SHARE], "0x");
    expect(await s.vault.balanceOf(mule, s.id)).to.equal(SHARE);
    expect((await s.ask(mule, s.id, 1_000n * CENT, s.mallory)).reasons).to.deep.equal(["FRESH"]);
    await s.audit();
  });
});
