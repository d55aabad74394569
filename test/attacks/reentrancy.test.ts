import { assert, expect } from "chai";
import hre from "hardhat";
import type { MockApp, ReentrantReceiver, ReentrantToken } from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import { NATIVE } from "../support/deployCore.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;

const MONEY = 1_000n * CENT;

/** A re-entrant token with an owner of everything, and a re-entrant receiver of the native currency. */
async function armed() {
  const s = await setStage(connection);
  const { id: asset, token: contract } = await s.token("ReentrantToken");
  const token = contract as unknown as ReentrantToken;
  const receiver = await deployAs<ReentrantReceiver>(ethers, "ReentrantReceiver");
  await s.ready(s.anna, 1n, asset, MONEY, s.anna, await receiver.getAddress());
  await s.fund(s.bert, asset, MONEY);
  await s.fund(s.anna, NATIVE, 10n ** 18n);
  await s.fund(s.bert, NATIVE, 10n ** 18n);
  await s.season();
  const lock = ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10);
  return { ...s, asset, token, receiver, lock };
}

type Armed = Awaited<ReturnType<typeof armed>>;

/** Every verb that touches tokens, as calldata: each must find the lock. */
async function lockedVerbs(s: Armed): Promise<[string, string, string][]> {
  const vault = await s.vault.getAddress();
  const exit = await s.queue(s.bert, s.asset, CENT, s.carl);
  await s.waitUntil(exit.late);
  const data = (name: string, args: unknown[]) =>
    s.vault.interface.encodeFunctionData(name as "deposit", args as never);
  return [
    ["deposit", vault, data("deposit", [s.asset, CENT, s.mallory.address])],
    ["withdraw", vault, data("withdraw", [s.asset, CENT, s.mallory.address])],
    ["release", vault, data("release", [exit])],
    ["checkImpairment", vault, data("checkImpairment", [s.asset])],
  ];
}

describe("attack: re-entrant token and receiver across functions", () => {
  const setup = () => networkHelpers.loadFixture(armed);

  for (const when of ["before", "after"] as const) {
    it(`a token that calls back ${when} it moves, in deposit, withdraw and release, finds every such verb locked`, async () => {
      const s = await setup();
      for (const [name, target, data] of await lockedVerbs(s)) {
        await s.token.arm(target, data, when === "before");
        await s.fund(s.carl, s.asset, CENT);
        expect([name, await s.token.called(), await s.token.succeeded()]).to.deep.equal([name, true, false]);
        expect(await s.token.answer(), name).to.equal(s.lock);

        await s.token.arm(target, data, when === "before");
        expect((await s.ask(s.anna, s.asset, CENT, s.anna)).paid).to.equal(true);
        expect([name, await s.token.called(), await s.token.succeeded()]).to.deep.equal([name, true, false]);
        expect(await s.token.answer(), name).to.equal(s.lock);
      }
      const exit = await s.queue(s.bert, s.asset, CENT / 2n, s.carl);
      for (const [name, target, data] of await lockedVerbs(s)) {
        await s.waitUntil(exit.late);
        const fresh = await s.queue(s.bert, s.asset, CENT / 2n, s.carl);
        await s.waitUntil(fresh.late);
        await s.token.arm(target, data, when === "before");
        await s.vault.release(fresh);
        expect([name, await s.token.called(), await s.token.succeeded()]).to.deep.equal([name, true, false]);
        expect(await s.token.answer(), name).to.equal(s.lock);
      }
      await s.audit();
    });
  }

  it("ANCHORS 3.4: a token that releases the same exit again while it is being paid gets nothing twice (INV-CUS-2)", async () => {
    const s = await setup();
    const exit = await s.queue(s.bert, s.asset, CENT, s.carl);
    await s.waitUntil(exit.late);
    await s.token.arm(s.vault, s.vault.interface.encodeFunctionData("release", [exit]), true);
    await s.vault.release(exit);
    expect(await s.token.succeeded()).to.equal(false);
    expect(await s.holds(s.asset, s.carl)).to.equal(CENT);
    await expect(s.vault.release(exit)).to.be.revertedWithCustomError(s.vault, "Vault_NotOpen");
    await s.audit();
  });

  it("ANCHORS 3.4: a receiver that cancels the exit that is paying it finds it gone", async () => {
    const s = await setup();
    const to = await s.receiver.getAddress();
    const { vault } = s;
    await s.fund(to, NATIVE, 10n ** 18n);
    const ask = vault.interface.encodeFunctionData("withdraw", [NATIVE, 10n ** 14n, to]);
    const asked = await s.outcome(s.receiver.execute(vault, 0, ask));
    if (asked.paid) assert.fail("it was instant");
    await s.waitUntil(asked.exit.late);
    await s.receiver.arm(vault, vault.interface.encodeFunctionData("cancel", [asked.exit]));
    await vault.release(asked.exit);
    expect([await s.receiver.called(), await s.receiver.succeeded()]).to.deep.equal([true, false]);
    expect((await s.receiver.answer()).slice(0, 10)).to.equal(
      vault.interface.getError("Vault_NotOpen")?.selector,
    );
    expect(await vault.balanceOf(to, NATIVE)).to.equal(10n ** 18n - 10n ** 14n);
    await s.audit();
  });

  it("a receiver that withdraws again inside its payment finds the lock; ledger verbs move its claims once", async () => {
    const s = await setup();
    const to = await s.receiver.getAddress();
    await s.fund(to, NATIVE, 10n ** 18n);
    await s.vault
      .connect(s.anna)
      .setDestination(to, true)
      .catch(() => undefined);
    await s.season();
    await s.receiver.arm(s.vault, s.vault.interface.encodeFunctionData("withdraw", [NATIVE, 1n, to]));
    const amount = 10n ** 15n;
    expect((await s.ask(s.anna, NATIVE, amount, to)).paid).to.equal(true);
    expect(await s.receiver.answer()).to.equal(s.lock);
    // The ledger is open to it: a transfer of its own claim, exactly once.
    await s.receiver.arm(
      s.vault,
      s.vault.interface.encodeFunctionData("transfer", [s.carl.address, NATIVE, 7n]),
    );
    expect((await s.ask(s.anna, NATIVE, amount, to)).paid).to.equal(true);
    expect(await s.receiver.succeeded()).to.equal(true);
    expect(await s.vault.balanceOf(s.carl, NATIVE)).to.equal(7n);
    expect(await s.vault.balanceOf(to, NATIVE)).to.equal(10n ** 18n - 7n);
    await s.audit();
  });

  it("a cancel from inside a deposit's pull survives it: the deposit credits on the slots as they are by then", async () => {
    const s = await setup();
    const token = await s.token.getAddress();
    // The token itself is the owner of an exit; it cancels it while somebody else deposits.
    await s.fund(token, s.asset, MONEY);
    const call = async (data: string) => {
      await s.token.arm(s.vault, data, true);
      await s.fund(s.carl, s.asset, CENT);
      expect(await s.token.succeeded()).to.equal(true);
    };
    // A withdrawal from inside would be locked, so it arms a transfer and a cancel: both are ledger verbs.
    await call(s.vault.interface.encodeFunctionData("transfer", [s.mallory.address, s.asset, 5n * CENT]));
    expect(await s.vault.balanceOf(s.mallory, s.asset)).to.equal(5n * CENT);
    // Depositing to the very account that moves its balance meanwhile.
    await s.token.arm(
      s.vault,
      s.vault.interface.encodeFunctionData("transfer", [s.mallory.address, s.asset, CENT]),
      true,
    );
    await s.fund(token, s.asset, 3n * CENT);
    expect(await s.vault.balanceOf(token, s.asset)).to.equal(MONEY - 5n * CENT - CENT + 3n * CENT);
    await s.audit();
  });

  it("flush of a deposit address: a token that calls flush or deposit again credits nothing twice", async () => {
    const s = await setup();
    const home = await s.factory.addressOf(s.carl);
    const flush = s.factory.interface.encodeFunctionData("flush", [s.carl.address, s.asset]);
    for (const before of [true, false]) {
      await s.token.mint(home, MONEY);
      const had = await s.vault.balanceOf(s.carl, s.asset);
      await s.token.arm(s.factory, flush, before);
      await s.factory.flush(s.carl, s.asset);
      expect([await s.token.called(), await s.token.succeeded()]).to.deep.equal([true, false]);
      expect((await s.vault.balanceOf(s.carl, s.asset)) - had).to.equal(MONEY);
      expect(await s.token.allowance(home, s.vault)).to.equal(0n);
    }
    await s.audit();
  });

  it("read-only: the views that others price by never show more claims than money, before or after a move", async () => {
    const s = await setup();
    const { vault, asset } = s;
    const look = async (name: "assetOf" | "holdings", act: () => Promise<unknown>, before: boolean) => {
      await s.token.arm(vault, vault.interface.encodeFunctionData(name as "holdings", [asset]), before);
      await act();
      expect(await s.token.succeeded()).to.equal(true);
      return BigInt((await s.token.answer()).slice(0, 66));
    };
    const acts = [() => s.fund(s.carl, asset, CENT), () => s.ask(s.anna, asset, CENT, s.anna)];
    for (const act of acts) {
      for (const before of [true, false]) {
        const liabilities = await look("assetOf", act, before);
        const outer = await vault.holdings(asset);
        const held = await look("holdings", act, before);
        // Both acts move one cent: between the two looks it is the same, so the pair is what one observer would see.
        const drift = act === acts[0] ? CENT : -CENT;
        expect(held - drift, `before ${before}`).to.be.at.least(liabilities);
        expect(outer).to.equal((await vault.assetOf(asset)).liabilities - drift);
      }
    }
    await s.audit();
  });

  it("REVIEW 25: an app pays inside its own hook: no global lock stops it", async () => {
    const s = await setup();
    const app = await deployAs<MockApp>(ethers, "MockApp", [s.vault]);
    await s.vault.setKind(app, 1);
    await app.setPayTo(s.carl);
    await s.vault.connect(s.anna).callWith(app, [s.asset], [CENT], "0x");
    expect(await s.vault.balanceOf(s.carl, s.asset)).to.equal(CENT);
    expect(await s.vault.balanceOf(app, s.asset)).to.equal(0n);
    await s.audit();
  });
});
