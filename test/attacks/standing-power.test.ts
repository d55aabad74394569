import { expect } from "chai";
import hre from "hardhat";
import type { DepositAddress, MockApp, MockERC20, ReentrantReceiver } from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import { HOUR, TIERS } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

const MONEY = 1_000_000n * CENT;

async function ready() {
  const s = await setStage(connection);
  const { id, token: coin } = await s.token();
  await s.ready(s.anna, 1n, id, MONEY, s.anna, s.mallory);
  const app = await deployAs<MockApp>(ethers, "MockApp", [s.vault]);
  await s.vault.setKind(app, 1);
  return { ...s, id, coin, app };
}

describe("attack: standing power", () => {
  const setup = () => networkHelpers.loadFixture(ready);

  it("REVIEW 17: callWith(token, …, transfer(thief, all)) is impossible: the callee is no app, the hook is fixed", async () => {
    const s = await setup();
    const raw = s.coin.interface.encodeFunctionData("transfer", [s.mallory.address, MONEY]);
    const vault = s.vault.connect(s.mallory);
    for (const target of [s.coin, s.vault, s.policy, s.mallory]) {
      await expect(vault.callWith(target as never, [], [], raw)).to.be.revertedWithCustomError(
        s.vault,
        "Vault_NotAnApp",
      );
    }
    // Even a token that governance registers by mistake is only ever asked for its hook.
    await s.vault.setKind(s.coin as never, 1);
    await expect(vault.callWith(s.coin as never, [], [], raw)).to.revert(ethers);
    expect(await s.vault.holdings(s.id)).to.equal(MONEY);
    expect(await s.holds(s.id, s.mallory)).to.equal(0n);
    await s.audit();
  });

  it("REVIEW 17: an app gets what was pushed to it and the fixed hook, nothing of the caller's choosing", async () => {
    const s = await setup();
    const raw = s.coin.interface.encodeFunctionData("transfer", [s.mallory.address, MONEY]);
    await s.vault.connect(s.anna).callWith(s.app, [s.id], [CENT], raw);
    expect([await s.app.calls(), await s.app.lastOwner(), await s.app.lastData()]).to.deep.equal([
      1n,
      s.anna.address,
      raw,
    ]);
    expect(await s.vault.balanceOf(s.app, s.id)).to.equal(CENT);
    expect(await s.vault.balanceOf(s.anna, s.id)).to.equal(MONEY - CENT);
    await s.audit();
  });

  it("REVIEW 2: apps can't exit, can't call other apps, can't be held, but always pay out; retired ones too", async () => {
    const s = await setup();
    await s.vault.connect(s.anna).callWith(s.app, [s.id], [10n * CENT], "0x");
    const as = (data: string) => s.app.execute(s.vault, data);
    const withdraw = s.vault.interface.encodeFunctionData("withdraw", [s.id, CENT, s.mallory.address]);
    await expect(as(withdraw)).to.be.revertedWithCustomError(s.vault, "Vault_AppsCannot");
    const call = s.vault.interface.encodeFunctionData("callWith", [await s.app.getAddress(), [], [], "0x"]);
    await expect(as(call)).to.be.revertedWithCustomError(s.vault, "Vault_AppsCannot");
    // A hold on its address changes nothing for it: the money in it is other people's.
    await s.guardian.connect(s.guardianKey).hold(s.app, HOUR);
    await s.app.pay(s.bert, s.id, CENT);
    await s.vault.setKind(s.app, 2);
    await expect(s.vault.connect(s.anna).callWith(s.app, [s.id], [CENT], "0x")).to.be.revertedWithCustomError(
      s.vault,
      "Vault_AppTakesNoPositions",
    );
    await s.app.pay(s.bert, s.id, CENT);
    expect(await s.vault.balanceOf(s.bert, s.id)).to.equal(2n * CENT);
    await expect(s.vault.setKind(s.app, 0)).to.be.revertedWithCustomError(s.vault, "Vault_BadApp");
    await s.audit();
  });

  it("REVIEW 2: an app that needs to be called by users who are held isn't a way around their hold", async () => {
    const s = await setup();
    await s.guardian.connect(s.guardianKey).hold(s.anna, HOUR);
    await expect(s.vault.connect(s.anna).callWith(s.app, [s.id], [CENT], "0x")).to.be.revertedWithCustomError(
      s.vault,
      "Vault_Held",
    );
    await s.audit();
  });

  it("REVIEW 2: an app has no allowance: it can't take from a user, not even one who has used it", async () => {
    const s = await setup();
    await s.vault.connect(s.anna).callWith(s.app, [s.id], [CENT], "0x");
    const take = s.vault.interface.encodeFunctionData("transferFrom", [
      s.anna.address,
      s.mallory.address,
      s.id,
      CENT,
    ]);
    const face = await ethers.getContractAt("Vault", await s.vault.getAddress());
    await expect(s.app.execute(s.vault, take)).to.be.revertedWithCustomError(
      face,
      "ERC6909InsufficientAllowance",
    );
    await s.audit();
  });

  it("operators move, they don't withdraw, cancel, name destinations or lift caps (INV-CUS-4)", async () => {
    const s = await setup();
    await s.vault.connect(s.anna).setOperator(s.mallory, true);
    const operator = s.vault.connect(s.mallory);
    const face = await ethers.getContractAt("Vault", await s.vault.getAddress());
    const exit = await s.queue(s.anna, s.id, MONEY / 2n, s.anna);
    await expect(operator.cancel(exit)).to.be.revertedWithCustomError(s.vault, "Vault_OnlyOwner");
    // Withdrawing draws on the operator's own balance, which is empty.
    await expect(operator.withdraw(s.id, CENT, s.mallory)).to.be.revertedWithCustomError(
      face,
      "ERC6909InsufficientBalance",
    );
    await operator.setDestination(s.carl, true);
    expect(await s.vault.destinationOf(s.anna, s.carl)).to.equal(0n);
    const intent = await s.intent(s.anna, { verb: 2, asset: s.id, amount: CENT, to: s.mallory.address });
    await expect(operator.bySig(intent, "0x", await s.sign(s.mallory, intent))).to.be.revertedWithCustomError(
      s.vault,
      "Vault_BadSignature",
    );
    // What it may do is move, and the money arrives fresh.
    await operator.transferFrom(s.anna, s.mallory, s.id, CENT);
    expect((await s.ask(s.mallory, s.id, CENT, s.mallory)).reasons).to.include("FRESH");
    await s.audit();
  });

  it("REVIEW 2: an unregistered pooling contract is one unverified subject, whoever stands behind it", async () => {
    const s = await setup();
    const pool = await deployAs<ReentrantReceiver>(ethers, "ReentrantReceiver");
    const address = await pool.getAddress();
    const data = (to: string) => s.vault.interface.encodeFunctionData("setDestination", [to, true]);
    await pool.execute(s.vault, 0, data(s.anna.address));
    await pool.execute(s.vault, 0, data(s.bert.address));
    await s.vault.connect(s.anna).transfer(address, s.id, MONEY / 2n);
    await s.season();
    const ask = (to: string, cents: bigint) =>
      s.outcome(
        pool.execute(s.vault, 0, s.vault.interface.encodeFunctionData("withdraw", [s.id, cents * CENT, to])),
      );
    expect((await ask(s.anna.address, TIERS[0].single + 1n)).reasons).to.deep.equal(["ABOVE_SINGLE_LIMIT"]);
    expect((await ask(s.anna.address, TIERS[0].single)).paid).to.equal(true);
    expect((await ask(s.bert.address, TIERS[0].single)).paid).to.equal(true);
    expect((await ask(s.bert.address, 1n)).reasons).to.include("SUBJECT_LIMIT");
    await s.audit();
  });

  it("ANCHORS 3.8: a token that returns false burns no limit: the exit reverts whole", async () => {
    const s = await setup();
    const { id, token } = await s.token("FalseReturningToken");
    await s.ready(s.bert, 1n, id, MONEY, s.bert);
    const key = ethers.zeroPadValue(s.bert.address, 32);
    // It returns false where others revert.
    await token.getFunction("setFails")(true);
    await expect(s.vault.connect(s.bert).withdraw(id, CENT, s.bert)).to.revert(ethers);
    expect(await s.vault.windowOf(key)).to.equal(0n);
    expect(await s.vault.balanceOf(s.bert, id)).to.equal(MONEY);
    await token.getFunction("setFails")(false);
    // Nor does a token that has lost the money: what isn't there isn't asked for, and the exit queues.
    const thief = await ethers.getImpersonatedSigner(await s.vault.getAddress());
    await networkHelpers.setBalance(thief.address, 10n ** 18n);
    await token.connect(thief).getFunction("transfer")(s.mallory, MONEY);
    await networkHelpers.setBalance(thief.address, 0n);
    const asked = await s.ask(s.bert, id, CENT, s.bert);
    expect([asked.paid, asked.reasons]).to.deep.equal([false, ["NOT_IN_HOT"]]);
    expect(await s.vault.windowOf(key)).to.equal(0n);
    await s.audit();
  });

  it("a listed token can't be recovered past the vault from a deposit address; an unlisted one can", async () => {
    const s = await setup();
    await s.factory.deploy(s.bert);
    const home = (await ethers.getContractAt(
      "DepositAddress",
      await s.factory.addressOf(s.bert),
    )) as unknown as DepositAddress;
    await s.coin.getFunction("mint")(home, 10n * CENT);
    await expect(home.connect(s.bert).recover(s.id, CENT, s.bert)).to.be.revertedWithCustomError(
      home,
      "DepositAddress_TheVaultTakesIt",
    );
    const stray = await deployAs<MockERC20>(ethers, "MockERC20", ["Stray", 18]);
    await stray.mint(home, CENT);
    const id = (2n << 248n) | BigInt(await stray.getAddress());
    await expect(home.connect(s.mallory).recover(id, CENT, s.mallory)).to.be.revertedWithCustomError(
      home,
      "DepositAddress_OnlyAccount",
    );
    await home.connect(s.bert).recover(id, CENT, s.bert);
    expect(await stray.balanceOf(s.bert)).to.equal(CENT);
    await s.audit();
  });
});
