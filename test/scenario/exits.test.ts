import { expect } from "chai";
import { Wallet } from "ethers";
import {
  attest,
  attestorOf,
  callOf,
  DAY,
  depositByAddress,
  ETHER,
  eth,
  ethers,
  HOUR,
  now,
  REASON,
  scene,
  season,
  withdraw,
} from "./scene.ts";

const ILL = 1n;
/** Enough that a small exit is a thousandth of liabilities. */
const CROWD = 500n * ETHER;

describe("Exits through the deployed suite", () => {
  it("pays a deposit out only once it is seasoned, and to a new destination only later", async () => {
    const s = await scene();
    const [home, elsewhere] = [Wallet.createRandom().address, Wallet.createRandom().address];
    const { vault } = s.contracts;
    await vault.connect(s.anna).setDestination(home, true);
    await s.wait(DAY);
    await s.mocks.refreshPrices();
    await depositByAddress(s, s.anna, ETHER);
    expect(await vault.balanceOf(s.anna, eth(s))).to.equal(ETHER);

    const fresh = await withdraw(s, s.anna, ETHER / 10n, home);
    expect([fresh.paid, fresh.reasons]).to.deep.equal([false, REASON.FRESH]);

    await s.wait(2n * DAY);
    await s.mocks.refreshPrices();
    expect((await withdraw(s, s.anna, ETHER / 10n, home)).paid).to.equal(true);
    expect(await ethers.provider.getBalance(home)).to.equal(ETHER / 10n);

    const waiting = await withdraw(s, s.anna, ETHER / 10n, elsewhere);
    expect([waiting.paid, waiting.reasons]).to.deep.equal([false, REASON.NEW_DESTINATION]);
    await vault.connect(s.anna).setDestination(elsewhere, true);
    await s.wait(DAY + HOUR);
    await s.mocks.refreshPrices();
    expect((await withdraw(s, s.anna, ETHER / 10n, elsewhere)).paid).to.equal(true);
    expect(await ethers.provider.getBalance(elsewhere)).to.equal(ETHER / 10n);
  });

  it("queues a large exit, holds it by the guardian's Safe, and gives it back to its owner while held", async () => {
    const s = await scene();
    const home = Wallet.createRandom().address;
    const { vault, guardian } = s.contracts;
    await season(s, s.anna, 20n * ETHER, home);
    const asked = await withdraw(s, s.anna, 10n * ETHER, home);
    expect(asked.paid).to.equal(false);
    expect(asked.reasons & REASON.ABOVE_SINGLE_LIMIT).to.equal(REASON.ABOVE_SINGLE_LIMIT);
    expect(await vault.balanceOf(s.anna, eth(s))).to.equal(10n * ETHER);

    const hold = callOf(guardian, "hold", [s.anna.address, 7n * DAY]);
    await expect(s.safes.guardian.send(hold, s.keys.guardian.slice(0, 1))).to.be.revert(ethers);
    await s.safes.guardian.send(hold, s.keys.guardian.slice(0, 2));
    await s.wait(asked.late - (await now()) - HOUR);
    await expect(vault.release(asked.exit)).to.be.revertedWithCustomError(vault, "Vault_NotMature");
    // The budget lets nobody be held for more than 7 days in 90, so the hold ends about when the exit matures.
    await expect(
      s.safes.guardian.send(
        callOf(guardian, "hold", [s.anna.address, 2n * DAY]),
        s.keys.guardian.slice(0, 2),
      ),
    ).to.be.revert(ethers);
    await expect(vault.connect(s.anna).withdraw(eth(s), ETHER, home)).to.be.revertedWithCustomError(
      vault,
      "Vault_Held",
    );
    await vault.connect(s.anna).cancel(asked.exit);
    expect(await vault.balanceOf(s.anna, eth(s))).to.equal(20n * ETHER);
    await expect(vault.release(asked.exit)).to.be.revertedWithCustomError(vault, "Vault_NotOpen");
    expect(await ethers.provider.getBalance(home)).to.equal(0n);
  });

  it("lifts a tier 24 hours after the attestation, and no earlier", async () => {
    const s = await scene();
    const home = Wallet.createRandom().address;
    const { registry } = s.contracts;
    await season(s, s.anna, 20n * ETHER, home);
    await attest(s, attestorOf(s), s.anna.address, 2n);
    await s.wait(DAY - HOUR);
    await s.mocks.refreshPrices();
    expect(await registry.tierInForce(s.anna)).to.equal(0n);
    expect((await withdraw(s, s.anna, 2n * ETHER, home)).paid).to.equal(false);
    await s.wait(HOUR);
    await s.mocks.refreshPrices();
    expect(await registry.tierInForce(s.anna)).to.equal(2n);
    expect((await withdraw(s, s.anna, 2n * ETHER, home)).paid).to.equal(true);
    expect(await ethers.provider.getBalance(home)).to.equal(2n * ETHER);
  });

  it("traps nothing when every price feed dies: exits queue and are released", async () => {
    const s = await scene();
    const home = Wallet.createRandom().address;
    const { vault } = s.contracts;
    await depositByAddress(s, s.bert, CROWD);
    await season(s, s.anna, ETHER, home);
    for (const feed of s.mocks.feeds.eth ?? []) await feed.fallIll(ILL);
    await s.wait(2n * HOUR);
    const asked = await withdraw(s, s.anna, ETHER / 10n, home);
    expect(asked.paid).to.equal(false);
    expect(asked.reasons & REASON.PRICE_NOT_NORMAL).to.equal(REASON.PRICE_NOT_NORMAL);
    await s.wait(asked.late - (await now()));
    await vault.connect(s.mallory).release(asked.exit);
    expect(await ethers.provider.getBalance(home)).to.equal(ETHER / 10n);
  });

  it("lets the reviewers' Safe shorten a wait", async () => {
    const s = await scene();
    const home = Wallet.createRandom().address;
    const { vault } = s.contracts;
    await depositByAddress(s, s.bert, CROWD);
    await season(s, s.anna, 20n * ETHER, home);
    const asked = await withdraw(s, s.anna, ETHER, home);
    await s.safes.reviewer.send(callOf(vault, "endorse", [asked.id]), s.keys.reviewer.slice(0, 2));
    await s.wait(3n * DAY);
    await vault.release(asked.exit);
    expect(await ethers.provider.getBalance(home)).to.equal(ETHER);
  });
});
