import { expect } from "chai";
import hre from "hardhat";
import { DAY, POOL, TIERS } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const SINGLE = TIERS[0].single;

/** Ten sybils, unverified, each with seasoned money and a seasoned destination. */
async function crowd() {
  const s = await setStage(connection);
  const { id } = await s.token();
  const sybils = s.crowd.slice(0, 10);
  for (const sybil of sybils) {
    await s.vault.connect(sybil).setDestination(sybil, true);
    await s.fund(sybil, id, 2n * SINGLE * CENT);
  }
  await s.ready(s.anna, 1n, id, 100_000n * CENT, s.anna);
  return { ...s, id, sybils };
}

describe("attack: sybil pool draining", () => {
  const setup = () => networkHelpers.loadFixture(crowd);

  it("REVIEW 12: all unverified subjects together get one pool, however many they are", async () => {
    const s = await setup();
    let paid = 0n;
    for (const sybil of s.sybils) {
      const asked = await s.ask(sybil, s.id, SINGLE * CENT, sybil);
      if (asked.paid) paid += SINGLE;
      else expect(asked.reasons).to.deep.equal(["POOL_LIMIT"]);
    }
    expect(paid).to.equal(POOL);
    await s.audit();
  });

  it("REVIEW 12: a drained pool costs the verified nothing and refuses nobody: the rest queues", async () => {
    const s = await setup();
    for (const sybil of s.sybils) await s.ask(sybil, s.id, SINGLE * CENT, sybil);
    const verified = await s.ask(s.anna, s.id, 1_000n * CENT, s.anna);
    expect(verified.paid).to.equal(true);
    const last = s.sybils.at(-1);
    if (!last) throw new Error("no sybil");
    const waiting = await s.queue(last, s.id, CENT, last);
    await s.payOut(waiting);
    expect(await s.holds(s.id, last)).to.equal(CENT);
    await s.audit();
  });

  it("REVIEW 12: the same money can't go round: what comes back is fresh for a whole window and more", async () => {
    const s = await setup();
    const [sybil] = s.sybils;
    if (!sybil) throw new Error("no sybil");
    expect((await s.ask(sybil, s.id, SINGLE * CENT, sybil)).paid).to.equal(true);
    await s.fund(sybil, s.id, SINGLE * CENT);
    expect((await s.ask(sybil, s.id, SINGLE * CENT, sybil)).paid).to.equal(true);
    await s.wait(DAY - 10n);
    const again = await s.ask(sybil, s.id, SINGLE * CENT, sybil);
    expect(again.reasons).to.include("FRESH");
    await s.audit();
  });
});
