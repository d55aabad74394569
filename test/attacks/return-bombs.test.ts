import { assert, expect } from "chai";
import hre from "hardhat";
import type { HostilePolicy, ReturnBombReceiver } from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import { DAY, HOUR, NATIVE, NEVER } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

const MONEY = 1_000_000n * CENT;
/** `ListMode` and `PolicyMode` of the mocks. */
const LIST_BOMB = 4;
const POLICY = { REVERT: 0, SHORT: 1, BOMB: 2, BURN: 3, WRITE: 4, ETERNAL: 5 } as const;

async function ready() {
  const s = await setStage(connection);
  const { id } = await s.token();
  await s.ready(s.anna, 1n, id, MONEY, s.anna);
  await s.fund(s.bert, NATIVE, 10n ** 21n);
  return { ...s, id };
}

describe("attack: return bombs", () => {
  const setup = () => networkHelpers.loadFixture(ready);

  it("of a recipient: its answer isn't copied, so paying it costs what paying costs", async () => {
    const s = await setup();
    for (const size of [0n, 300_000n]) {
      const receiver = await deployAs<ReturnBombReceiver>(ethers, "ReturnBombReceiver", [size, false]);
      const exit = await s.queue(s.bert, NATIVE, 10n ** 15n, await receiver.getAddress());
      await s.waitUntil(exit.late);
      const receipt = await (await s.vault.release(exit)).wait();
      expect(await ethers.provider.getBalance(receiver)).to.equal(10n ** 15n);
      // 300,000 bytes cost the recipient 200,000 gas to make; copying would cost the Vault as much again.
      expect(receipt?.gasUsed).to.be.lessThan(size === 0n ? 120_000n : 350_000n);
    }
    await s.audit();
  });

  it("of a recipient that reverts with one: the exit stays payable and cancellable", async () => {
    const s = await setup();
    const receiver = await deployAs<ReturnBombReceiver>(ethers, "ReturnBombReceiver", [300_000n, true]);
    const exit = await s.queue(s.bert, NATIVE, 10n ** 15n, await receiver.getAddress());
    await s.waitUntil(exit.late);
    await expect(s.vault.release(exit)).to.be.revertedWithCustomError(s.vault, "Vault_PushFailed");
    await s.vault.connect(s.bert).cancel(exit);
    expect(await s.vault.balanceOf(s.bert, NATIVE)).to.equal(10n ** 21n);
    await s.audit();
  });

  it("of a token: it harms its own holders at most; another asset goes on", async () => {
    const s = await setup();
    const { id, token } = await s.token("ReturnBombToken");
    await s.ready(s.carl, 1n, id, MONEY, s.carl);
    for (const reverts of [true, false]) {
      await token.getFunction("arm")(100_000n, reverts);
      const before = await s.vault.balanceOf(s.carl, id);
      const sent = await s.vault
        .connect(s.carl)
        .withdraw(id, CENT, s.carl, { gasLimit: 5_000_000n })
        .then((tx) => tx.wait())
        .catch(() => null);
      // Paid whole or reverted whole.
      const left = sent ? CENT : 0n;
      expect(sent === null).to.equal(reverts);
      expect(before - (await s.vault.balanceOf(s.carl, id))).to.equal(left);
    }
    expect((await s.ask(s.anna, s.id, CENT, s.anna)).paid).to.equal(true);
    await s.audit();
  });

  it("of a sanctions list: one word is copied, an oversized answer that is no bool counts as none", async () => {
    const s = await setup();
    await s.sanctions.setMode(LIST_BOMB);
    const asked = await s.ask(s.anna, s.id, CENT, s.anna);
    expect(asked.reasons).to.deep.equal(["SCREENING_DOWN"]);
    if (asked.paid) assert.fail("it was instant");
    await s.waitUntil(asked.exit.late + 72n * HOUR);
    const receipt = await (await s.vault.release(asked.exit)).wait();
    expect(receipt?.gasUsed).to.be.lessThan(250_000n);
    await s.audit();
  });

  for (const mode of ["REVERT", "SHORT", "BOMB", "BURN", "WRITE"] as const) {
    it(`REVIEW 5: of a policy that answers with ${mode}: the request queues for 30 days with that reason, and pays`, async () => {
      const s = await setup();
      const hostile = await deployAs<HostilePolicy>(ethers, "HostilePolicy");
      await s.vault.setPolicy(s.policy, await s.policy.revision(), NEVER, hostile);
      await hostile.setMode(POLICY[mode]);
      const asked = await s.ask(s.anna, s.id, CENT, s.anna);
      expect(asked.reasons).to.deep.equal(["QUOTE_FAILED"]);
      expect(asked.gas).to.be.lessThan(1_000_000n);
      if (asked.paid) assert.fail("it was instant");
      expect(asked.exit.late - (await s.now())).to.equal(30n * DAY);
      await s.payOut(asked.exit);
      expect(await s.holds(s.id, s.anna)).to.equal(CENT);
      await s.audit();
    });
  }

  it("REVIEW 3: of a policy that asks for the longest delay there is: 30 days (INV-CUS-5)", async () => {
    const s = await setup();
    const hostile = await deployAs<HostilePolicy>(ethers, "HostilePolicy");
    await s.vault.setPolicy(s.policy, await s.policy.revision(), NEVER, hostile);
    await hostile.setMode(POLICY.ETERNAL);
    const exit = await s.queue(s.anna, s.id, CENT, s.anna);
    expect([exit.soon, exit.late]).to.deep.equal([(await s.now()) + 30n * DAY, (await s.now()) + 30n * DAY]);
    await s.payOut(exit);
    expect(await s.holds(s.id, s.anna)).to.equal(CENT);
    await s.audit();
  });
});
