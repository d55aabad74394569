import { expect } from "chai";
import hre from "hardhat";
import type { DenyListToken } from "../../typechain-types/index.ts";
import { DAY, KINDS, paramKey } from "../support/deployCore.ts";
import { addLevels } from "../support/reserves.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const MONEY = 1_000_000n * CENT;

/** Half of a token's holdings vanish. */
async function halved() {
  const s = await setStage(connection);
  const { id, token: coin } = await s.token("RebasingToken");
  await s.ready(s.anna, 1n, id, MONEY, s.anna);
  await s.fund(s.bert, id, MONEY);
  const exit = await s.queue(s.bert, id, 1_000n * CENT, s.carl);
  await s.waitUntil(exit.late);
  await coin.getFunction("setScale")(5n * 10n ** 17n);
  return { ...s, id, coin, exit };
}

describe("attack: impairment and crashing prices", () => {
  const setup = () => networkHelpers.loadFixture(halved);

  it("INV-CUS-1: anyone flags a hole, nobody runs through it first: nothing is instant while it is flagged", async () => {
    const s = await setup();
    await s.vault.connect(s.mallory).checkImpairment(s.id);
    expect((await s.ask(s.anna, s.id, CENT, s.anna)).reasons).to.include("IMPAIRED");
    await s.audit();
  });

  it("REVIEW 23: nobody forces the haircut on an owner who would rather wait", async () => {
    const s = await setup();
    await s.vault.connect(s.mallory).checkImpairment(s.id);
    await expect(s.vault.connect(s.mallory).release(s.exit)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_OnlyOwner",
    );
    await expect(s.vault.connect(s.carl).release(s.exit)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_OnlyOwner",
    );
    // The owner waits, the hole is filled, and the exit pays in full.
    await s.coin.getFunction("setScale")(10n ** 18n);
    await s.vault.connect(s.mallory).checkImpairment(s.id);
    await s.vault.connect(s.mallory).release(s.exit);
    expect(await s.holds(s.id, s.carl)).to.equal(1_000n * CENT);
    await s.audit();
  });

  it("REVIEW 23: an owner who takes the haircut gets a share and no more, whatever the order", async () => {
    const s = await setup();
    await s.vault.checkImpairment(s.id);
    await s.vault.connect(s.bert).release(s.exit);
    expect(await s.holds(s.id, s.carl)).to.equal(500n * CENT);
    const { liabilities } = await s.vault.assetOf(s.id);
    expect(await s.vault.holdings(s.id)).to.equal(liabilities / 2n);
    await s.audit();
  });

  it("REVIEW 23: an issuer freezes a reserve: taken out of the count it is a shortfall, shared, and made good when it thaws", async () => {
    const s = await setStage(connection);
    const { id, token } = await s.token("DenyListToken");
    const coin = token as unknown as DenyListToken;
    const { warm: level } = await addLevels(s, []);
    for (const owner of [s.anna, s.bert]) await s.fund(owner, id, MONEY);
    const exits = [
      await s.queue(s.anna, id, 1_000n * CENT, s.carl),
      await s.queue(s.bert, id, 1_000n * CENT, s.bert),
    ] as const;
    // Half of it lies in the level that is frozen: its balance is what it was, so nothing seems to be missing.
    const half = (MONEY - 2_000n * CENT) / 10n ** (await s.vault.assetOf(id)).tickExponent;
    for (const kind of [KINDS.HOT_MIN, KINDS.HOT_MAX]) await s.setParam("vault", paramKey(kind, id), half);
    await s.vault.sweep(id);
    expect(await s.holds(id, level.address)).to.equal(MONEY);
    await coin.setDenied(level.address, true);
    await expect(s.vault.checkImpairment(id)).to.be.revertedWithCustomError(s.vault, "Vault_Unchanged");
    await s.vault.removeReserve(level.address);
    await s.vault.connect(s.mallory).checkImpairment(id);
    await s.waitUntil(exits[1].late);
    await s.vault.connect(s.anna).release(exits[0]);
    expect(await s.holds(id, s.carl)).to.equal(500n * CENT);
    await expect(s.vault.connect(s.mallory).release(exits[1])).to.be.revertedWithCustomError(
      s.vault,
      "Vault_OnlyOwner",
    );
    await coin.setDenied(level.address, false);
    await s.vault.addReserve(level.address);
    await s.vault.connect(s.mallory).checkImpairment(id);
    await s.vault.connect(s.mallory).release(exits[1]);
    expect(await s.holds(id, s.bert)).to.equal(1_000n * CENT);
    await s.audit();
  });

  it("REVIEW 11: in a crash cents release unbounded units; the asset's own window doesn't", async () => {
    const s = await setup();
    await s.coin.getFunction("setScale")(10n ** 18n);
    await s.router.setPrice(s.id, 1n, 3n); // a millionth of a millionth of a dollar
    await s.setParam("policy", paramKey(KINDS.ASSET_BREAKER, s.id), 1_000_000n); // a thousand tokens
    expect((await s.ask(s.anna, s.id, 800_000n * CENT, s.anna)).reasons).to.deep.equal(["ASSET_LIMIT"]);
    expect((await s.ask(s.anna, s.id, 100_000n * CENT, s.anna)).paid).to.equal(true);
    expect((await s.ask(s.anna, s.id, 1n, s.anna)).reasons).to.deep.equal(["ASSET_LIMIT"]);
    await s.wait(DAY);
    await s.audit();
  });
});
