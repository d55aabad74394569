import { expect } from "chai";
import hre from "hardhat";
import { MODE, TIERS } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

/** Anna is verified and has fresh money only; mallory is in nobody's book. */
async function ready() {
  const s = await setStage(connection);
  const { id } = await s.token();
  await s.ready(s.anna, 1n, id, 0n, s.anna);
  await s.fund(s.anna, id, 10_000_000n * CENT);
  return { ...s, id };
}

describe("attack: the machine around the lattice", () => {
  const setup = () => networkHelpers.loadFixture(ready);

  it("ANCHORS 3.14: no slice that is content keeps another from speaking: every reason is told at once (INV-POL-2)", async () => {
    const s = await setup();
    const large = TIERS[1].single * 2n * CENT;
    const told = ["ABOVE_SINGLE_LIMIT", "NEW_DESTINATION", "FRESH"];
    expect((await s.ask(s.anna, s.id, large, s.mallory)).reasons).to.deep.equal(told);
    await s.router.setPrice(s.id, 10n ** 12n, MODE.DISPUTED);
    expect((await s.ask(s.anna, s.id, large, s.mallory)).reasons).to.deep.equal([
      ...told,
      "PRICE_NOT_NORMAL",
    ]);
    await s.sanctions.setListed(s.mallory, true);
    expect((await s.ask(s.anna, s.id, large, s.mallory)).reasons).to.deep.equal([
      ...told,
      "LISTED",
      "PRICE_NOT_NORMAL",
    ]);
    await s.audit();
  });

  it("ANCHORS 3.14: one reason is enough, whichever slice gives it, and its delay is the longest of all", async () => {
    const s = await setup();
    await s.season();
    expect((await s.ask(s.anna, s.id, CENT, s.anna)).paid).to.equal(true);
    await s.sanctions.setListed(s.anna, true);
    const listed = await s.ask(s.anna, s.id, CENT, s.anna);
    expect(listed.reasons).to.deep.equal(["LISTED"]);
    if (!listed.paid) expect(listed.exit.late - (await s.now())).to.equal(30n * 86_400n);
    await s.sanctions.setListed(s.anna, false);
    const abroad = await s.ask(s.anna, s.id, CENT, s.mallory);
    expect(abroad.reasons).to.deep.equal(["NEW_DESTINATION"]);
    if (!abroad.paid) expect(abroad.exit.late - (await s.now())).to.equal(TIERS[1].late);
    expect(await s.vault.windowOf(ethers.zeroPadValue(s.anna.address, 32))).to.not.equal(0n);
    await s.audit();
  });
});
