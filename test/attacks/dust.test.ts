import { expect } from "chai";
import hre from "hardhat";
import { FRESH_PERIOD, NATIVE, TIERS } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

const MONEY = 100_000n * CENT;
/** Raw units in a step of a fresh bucket: a thousandth of a tick. */
const STEP = 10n ** 12n;

async function ready() {
  const s = await setStage(connection);
  const { id } = await s.token();
  await s.ready(s.anna, 1n, id, MONEY, s.anna);
  await s.ready(s.bert, 0n, id, MONEY, s.bert);
  await s.fund(s.mallory, id, MONEY);
  return { ...s, id };
}

const newest = (word: bigint) => word & ((1n << 36n) - 1n);

describe("attack: dust", () => {
  const setup = () => networkHelpers.loadFixture(ready);

  it("REVIEW 6: a 1-wei exit burns one cent of the pool and one tick of the asset, not four dollars", async () => {
    const s = await setup();
    // Near the limit too, where floating buckets lose most.
    await s.ask(s.bert, s.id, TIERS[0].single * CENT, s.bert);
    const pool = ethers.toBeHex(0xffn << 248n, 32);
    const [poolBefore, assetBefore] = [
      await s.vault.windowOf(pool),
      await s.vault.windowOf(ethers.toBeHex(s.id, 32)),
    ];
    for (let i = 0; i < 3; i++) expect((await s.ask(s.bert, s.id, 1n, s.bert)).paid).to.equal(true);
    expect(newest(await s.vault.windowOf(pool)) - newest(poolBefore)).to.equal(3n);
    expect(newest(await s.vault.windowOf(ethers.toBeHex(s.id, 32))) - newest(assetBefore)).to.equal(3n);
    await s.audit();
  });

  it("charges dust rounded up, so no number of tiny exits slips under a limit (INV-POL-1)", async () => {
    const s = await setup();
    const before = newest(await s.vault.windowOf(ethers.zeroPadValue(s.anna.address, 32)));
    for (let i = 0; i < 4; i++) await s.ask(s.anna, s.id, CENT + 1n, s.anna);
    const after = newest(await s.vault.windowOf(ethers.zeroPadValue(s.anna.address, 32)));
    expect(after - before).to.equal(8n);
    await s.audit();
  });

  it("dusting a victim makes a step of its money fresh per credit, not all of it", async () => {
    const s = await setup();
    for (let i = 0; i < 10; i++) await s.vault.connect(s.mallory).transfer(s.anna, s.id, 1n);
    const { seasoned } = await s.vault.facts(s.anna, s.id, 1n, s.anna);
    // Ten wei have come in; the ten steps that they count as are a hundred-thousandth of a dollar.
    expect(seasoned).to.equal(MONEY + 10n - 10n * STEP);
    expect((await s.ask(s.anna, s.id, seasoned, s.anna)).paid).to.equal(true);
    await s.audit();
  });

  it("dusting a victim again and again doesn't make its seasoning value start anew (INV-POL-6 the other way round)", async () => {
    const s = await setup();
    await s.fund(s.anna, s.id, MONEY);
    for (let i = 0; i < 8; i++) {
      await s.wait(FRESH_PERIOD / 4n);
      await s.vault.connect(s.mallory).transfer(s.anna, s.id, 1n);
    }
    await s.wait(10n);
    const { seasoned } = await s.vault.facts(s.anna, s.id, 1n, s.anna);
    expect(seasoned).to.be.at.least(2n * MONEY - 8n * STEP);
    await s.audit();
  });

  it("dust deposits and dust exits never break the sums: claims equal liabilities, holdings cover them (INV-CUS-1)", async () => {
    const s = await setup();
    for (let i = 0; i < 3; i++) await s.fund(s.carl, s.id, 1n);
    await s.queue(s.carl, s.id, 1n, s.mallory);
    const exit = await s.queue(s.carl, s.id, 1n, s.mallory);
    await s.payOut(exit);
    const { liabilities } = await s.vault.assetOf(s.id);
    expect(await s.vault.holdings(s.id)).to.equal(liabilities);
    // A send from outside is a gift: holdings exceed liabilities, nobody is credited.
    const gift = await ethers.deployContract("SelfDestructingSender", { value: 5n });
    await gift.getFunction("send")(s.vault);
    expect(await s.vault.holdings(NATIVE)).to.equal(5n);
    expect((await s.vault.assetOf(NATIVE)).liabilities).to.equal(0n);
    await s.audit();
  });
});
