import { expect } from "chai";
import type { Contract } from "ethers";
import hre from "hardhat";
import { entrySlot, MEMBERS, VAULT_NAMESPACE } from "../../src/audit/compare.ts";
import type { ReentrantToken, RejectingReceiver } from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import { DAY, HOUR, KINDS, NATIVE, paramKey } from "../support/deployCore.ts";
import { addLevels, COLD_DELAY, type Level, VETO, WARM_DELAY } from "../support/reserves.ts";
import { CENT, type Exit, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const MONEY = 1_000_000n * CENT;

/** Two levels behind the Vault; anna and bert have had their money in it for long. The warm level keeps nothing. */
async function cold() {
  const s = await setStage(connection);
  const { id, token: coin } = await s.token();
  const levels = await addLevels(s, [NATIVE, id]);
  for (const [asset, amount] of [[NATIVE, MONEY / 1_000n] as const, [id, MONEY] as const]) {
    await s.fund(s.anna, asset, amount);
    await s.fund(s.bert, asset, 9n * amount);
  }
  await s.season();
  return { ...s, ...levels, id, coin, lock: ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10) };
}

type Story = Awaited<ReturnType<typeof cold>>;
const setup = () => networkHelpers.loadFixture(cold);
const inVault = (s: Story, asset: bigint) => s.holds(asset, s.vault as unknown as Contract);

/** Mallory sweeps whatever can be swept, as deep as it goes. */
async function sweepDown(s: Story, asset: bigint): Promise<void> {
  await s.vault.connect(s.mallory).sweep(asset);
  await s.warm.reserve.connect(s.mallory).sweep(asset);
}

const openSlot = (id: string) => entrySlot(VAULT_NAMESPACE + MEMBERS.opens, id);

async function announceTo(exit: Exit, ...levels: readonly Level[]): Promise<void> {
  for (const { reserve } of levels) await reserve.announce(exit);
}

describe("attack: cold storage", () => {
  it("REVIEW 7, INV-CUS-7: a quiet week, the ceiling falls, anyone sweeps, signers are absent: paid within the delay", async () => {
    const s = await setup();
    await s.setParam("vault", paramKey(KINDS.HOT_COVER, s.id), 30_000n);
    await s.setParam("vault", paramKey(KINDS.HOT_MAX, s.id), 10n ** 9n);
    await s.ready(s.bert, 3n, s.id, 0n, s.bert);
    expect((await s.ask(s.bert, s.id, 1_000n * CENT, s.bert)).paid).to.equal(true);
    // A busy day: three times what left at once stays. A quiet week later nothing does.
    expect(await s.vault.hotCeiling(s.id)).to.equal(3_000n * CENT);
    await s.wait(7n * DAY);
    expect(await s.vault.hotCeiling(s.id)).to.equal(0n);
    await sweepDown(s, s.id);
    expect(await inVault(s, s.id)).to.equal(0n);
    expect(await s.holds(s.id, s.warm.address)).to.equal(0n);

    // The first exit after it meets an empty Vault. Nobody of the cold level ever signs anything.
    const exit = await s.queue(s.anna, s.id, 500n * CENT, s.carl);
    const announcedAt = (await s.now()) + 1n;
    await s.cold.reserve.connect(s.mallory).announce(exit);
    expect(exit.late).to.be.greaterThan(announcedAt + COLD_DELAY);
    await networkHelpers.time.setNextBlockTimestamp(exit.late);
    await expect(s.vault.release(exit))
      .to.be.revertedWithCustomError(s.vault, "Vault_NotFunded")
      .withArgs(s.id, 0n, 500n * CENT);
    await s.cold.reserve.connect(s.mallory).refill(exit);
    expect(await s.holds(s.id, s.carl)).to.equal(500n * CENT);

    // Announced at the very last moment it takes the delay of the level, and no more.
    const late = await s.queue(s.anna, s.id, 500n * CENT, s.carl);
    await s.waitUntil(late.late + DAY);
    const from = (await s.now()) + 1n;
    await s.cold.reserve.announce(late);
    await networkHelpers.time.setNextBlockTimestamp(from + COLD_DELAY);
    await s.cold.reserve.refill(late);
    expect(await s.holds(s.id, s.carl)).to.equal(1_000n * CENT);
    await s.audit();
  });

  it("REVIEW 7, INV-CUS-7: stolen Safes of all levels veto, once each, at the last moment: 30 days, then it is paid", async () => {
    const s = await setup();
    await s.warm.set(paramKey(KINDS.KEEP, s.id), 100_000n);
    await sweepDown(s, s.id);
    const exit = await s.queue(s.anna, s.id, 1_000n * CENT, s.carl);
    await announceTo(exit, s.warm, s.cold);
    await s.waitUntil(exit.late + DAY);
    for (const { reserve, safe } of [s.warm, s.cold]) await reserve.connect(safe).veto(s.idOf(exit));
    const last = (await s.now()) + VETO;
    for (const { reserve, safe } of [s.warm, s.cold]) {
      await expect(reserve.refill(exit)).to.be.revertedWithCustomError(reserve, "Reserve_IsVetoed");
      // Neither another veto, nor a new one after lifting it, nor a longer delay makes it last.
      await expect(reserve.connect(safe).veto(s.idOf(exit))).to.be.revertedWithCustomError(
        reserve,
        "Reserve_VetoedBefore",
      );
      await reserve.connect(safe).tighten(paramKey(KINDS.REFILL_DELAY), 7n * DAY);
    }
    await s.waitUntil(last);
    await s.warm.reserve.connect(s.mallory).refill(exit);
    expect(await s.holds(s.id, s.carl)).to.equal(1_000n * CENT);
    await s.audit();
  });

  it("REVIEW 7: sweeping the warm level on doesn't prolong what is queued: what the Vault lacks for it stays", async () => {
    const s = await setup();
    await s.vault.sweep(s.id);
    const exit = await s.queue(s.anna, s.id, 1_000n * CENT, s.carl);
    await announceTo(exit, s.warm);
    await s.waitUntil(exit.late);
    await s.warm.reserve.connect(s.mallory).sweep(s.id);
    expect(await s.holds(s.id, s.warm.address)).to.equal(1_000n * CENT);
    await s.warm.reserve.refill(exit);
    expect(await s.holds(s.id, s.carl)).to.equal(1_000n * CENT);
  });

  it("INV-CUS-1: a thief with a level's Safe sends to the Vault only, and anyone sends it back to cold storage", async () => {
    const s = await setup();
    await sweepDown(s, s.id);
    const before = await s.vault.holdings(s.id);
    const thief = s.cold.reserve.connect(s.cold.safe);
    await thief.send(s.id, 10n * MONEY);
    expect(await inVault(s, s.id)).to.equal(before);
    expect(await s.vault.holdings(s.id)).to.equal(before);
    await sweepDown(s, s.id);
    expect(await s.holds(s.id, s.cold.address)).to.equal(before);
    // No function of a reserve names a recipient.
    const inputs = s.cold.reserve.interface.fragments.flatMap((f) =>
      f.type === "function" && "stateMutability" in f && f.stateMutability !== "view"
        ? f.inputs.map(({ type, name }) => `${type} ${name}`)
        : [],
    );
    expect(inputs.filter((input) => input.startsWith("address"))).to.deep.equal(["address newAuthority"]);
  });

  it("INV-CUS-7: what is brought for one exit can't be taken by another: it is paid in the same call", async () => {
    const s = await setup();
    await s.attest(s.bert, 3n);
    await s.ready(s.bert, 0n, s.id, 0n, s.bert);
    await sweepDown(s, s.id);
    const exit = await s.queue(s.anna, s.id, 1_000n * CENT, s.carl);
    await announceTo(exit, s.cold);
    await s.waitUntil(exit.late + COLD_DELAY);
    await networkHelpers.mine();
    await ethers.provider.send("evm_setAutomine", [false]);
    const refill = await s.cold.reserve.refill(exit, { gasLimit: 1_000_000n });
    const greedy = await s.vault
      .connect(s.bert)
      .withdraw(s.id, 1_000n * CENT, s.bert, { gasLimit: 1_000_000n });
    await networkHelpers.mine();
    await ethers.provider.send("evm_setAutomine", [true]);
    expect((await refill.wait())?.blockNumber).to.equal((await greedy.wait())?.blockNumber);
    expect(await s.holds(s.id, s.carl)).to.equal(1_000n * CENT);
    expect(await s.holds(s.id, s.bert)).to.equal(0n);
    expect(await inVault(s, s.id)).to.equal(0n);
    await s.audit();
  });

  it("a held or listed owner's exit draws nothing out of cold storage", async () => {
    const s = await setup();
    await sweepDown(s, s.id);
    const exit = await s.queue(s.anna, s.id, 1_000n * CENT, s.carl);
    await announceTo(exit, s.cold);
    await s.waitUntil(exit.late + COLD_DELAY);
    const before = await s.holds(s.id, s.cold.address);
    for (const [subject, error] of [
      [s.anna.address, "Vault_Held"],
      [ethers.ZeroAddress, "Vault_EveryoneHeld"],
    ] as const) {
      await s.guardian.connect(s.guardianKey).hold(subject, DAY);
      await expect(s.cold.reserve.refill(exit)).to.be.revertedWithCustomError(s.vault, error);
      await s.guardian.connect(s.guardianKey).lift(subject);
    }
    for (const [end, error] of [
      [s.anna, "Vault_Listed"],
      [s.carl, "Vault_RecipientListed"],
    ] as const) {
      await s.sanctions.setListed(end, true);
      await expect(s.cold.reserve.refill(exit))
        .to.be.revertedWithCustomError(s.cold.reserve, "Reserve_NotReleased")
        .withArgs(s.idOf(exit));
      await s.vault.screen(end);
      await expect(s.cold.reserve.refill(exit)).to.be.revertedWithCustomError(s.vault, error);
      await s.sanctions.setListed(end, false);
      await s.vault.screen(end);
    }
    expect(await s.holds(s.id, s.cold.address)).to.equal(before);
    await s.cold.reserve.refill(exit);
    await s.audit();
  });

  it("announcements are of one exit: cancelled and asked for again, nothing of the old one counts", async () => {
    const s = await setup();
    await sweepDown(s, s.id);
    const old = await s.queue(s.anna, s.id, 1_000n * CENT, s.carl);
    await announceTo(old, s.cold);
    await s.cold.reserve.connect(s.cold.safe).veto(s.idOf(old));
    await s.vault.connect(s.anna).cancel(old);
    await s.season();
    const exit = await s.queue(s.anna, s.id, 1_000n * CENT, s.carl);
    await s.waitUntil(exit.late + DAY);
    await expect(s.cold.reserve.refill(old)).to.be.revertedWithCustomError(
      s.cold.reserve,
      "Reserve_IsVetoed",
    );
    await expect(s.cold.reserve.refill(exit))
      .to.be.revertedWithCustomError(s.cold.reserve, "Reserve_NotAnnounced")
      .withArgs(s.idOf(exit));
    await announceTo(exit, s.cold);
    await s.wait(COLD_DELAY);
    await s.cold.reserve.refill(exit);
    await expect(s.cold.reserve.connect(s.cold.safe).unveto(s.idOf(old)), "still of the old one").to.emit(
      s.cold.reserve,
      "Unvetoed",
    );
  });

  it("a Vault whose code has turned finds nothing ready of what was paid or cancelled in better days", async () => {
    const s = await setup();
    await sweepDown(s, s.id);
    const paid = await s.queue(s.anna, s.id, 1_000n * CENT, s.carl);
    const cancelled = await s.queue(s.anna, s.id, 1_000n * CENT, s.carl);
    for (const exit of [paid, cancelled]) await announceTo(exit, s.warm, s.cold);
    await s.vault.connect(s.anna).cancel(cancelled);
    const { reserve } = s.cold;
    await expect(reserve.connect(s.mallory).forget(s.idOf(paid)))
      .to.be.revertedWithCustomError(reserve, "Reserve_StillOpen")
      .withArgs(s.idOf(paid));
    await expect(reserve.connect(s.mallory).forget(s.idOf(cancelled)))
      .to.emit(reserve, "AnnouncementSpent")
      .withArgs(s.idOf(cancelled), 0n);
    await expect(reserve.forget(s.idOf(cancelled)))
      .to.be.revertedWithCustomError(reserve, "Reserve_NotAnnounced")
      .withArgs(s.idOf(cancelled));
    const word = await ethers.provider.getStorage(s.vault.target, openSlot(s.idOf(paid)));
    await s.waitUntil(paid.late + COLD_DELAY);
    const refilled = reserve.connect(s.mallory).refill(paid);
    for (const level of [s.warm.reserve, s.cold.reserve]) {
      await expect(refilled).to.emit(level, "AnnouncementSpent").withArgs(s.idOf(paid), 0n);
    }
    // The Vault says that both are open, as a thief's code would.
    const before = await s.holds(s.id, s.cold.address);
    for (const exit of [paid, cancelled]) {
      await networkHelpers.setStorageAt(s.vault.target as string, openSlot(s.idOf(exit)), word);
      await expect(reserve.refill(exit))
        .to.be.revertedWithCustomError(reserve, "Reserve_NotAnnounced")
        .withArgs(s.idOf(exit));
    }
    // What is announced from now on waits, and can be vetoed.
    await reserve.announce(paid);
    await expect(reserve.refill(paid)).to.be.revertedWithCustomError(reserve, "Reserve_NotReady");
    await reserve.connect(s.cold.safe).vetoAll();
    await s.wait(COLD_DELAY);
    await expect(reserve.refill(paid)).to.be.revertedWithCustomError(reserve, "Reserve_AllVetoed");
    expect(await s.holds(s.id, s.cold.address)).to.equal(before);
  });

  it("a level that is to be removed is filled again by anyone's sweep, unless the hot part is to keep everything", async () => {
    const s = await setup();
    const remove = () => s.vault.removeReserve(s.warm.address);
    await s.vault.connect(s.mallory).sweep(s.id);
    await s.warm.reserve.connect(s.warm.safe).send(s.id, await s.holds(s.id, s.warm.address));
    // The Safe has emptied it, and whoever executes the removal sweeps first.
    const attacked = await networkHelpers.takeSnapshot();
    await s.vault.connect(s.mallory).sweep(s.id);
    await remove();
    await s.vault.checkImpairment(s.id);
    expect((await s.vault.assetOf(s.id)).impaired).to.equal(true);
    await attacked.restore();
    // The way of docs/operations/sweep.md.
    for (const kind of [KINDS.HOT_MIN, KINDS.HOT_MAX]) {
      await s.setParam("vault", paramKey(kind, s.id), (await s.vault.specOf(paramKey(kind, s.id))).max);
    }
    await expect(s.vault.connect(s.mallory).sweep(s.id)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_NothingToSweep",
    );
    await remove();
    await expect(s.vault.checkImpairment(s.id)).to.be.revertedWithCustomError(s.vault, "Vault_Unchanged");
    await s.audit();
  });

  it("REVIEW 15: a recipient that takes nothing makes the refill revert, and nothing has moved", async () => {
    const s = await setup();
    await sweepDown(s, NATIVE);
    const receiver = await deployAs<RejectingReceiver>(ethers, "RejectingReceiver");
    const exit = await s.queue(s.anna, NATIVE, CENT, await receiver.getAddress());
    await announceTo(exit, s.cold);
    await s.waitUntil(exit.late + COLD_DELAY);
    const before = await s.holds(NATIVE, s.cold.address);
    await expect(s.cold.reserve.refill(exit)).to.be.revertedWithCustomError(s.vault, "Vault_PushFailed");
    expect(await s.holds(NATIVE, s.cold.address)).to.equal(before);
    expect((await s.vault.openOf(s.idOf(exit))).phase).to.equal(1n);
    await receiver.setRejects(false);
    await s.cold.reserve.refill(exit);
    expect(await s.holds(NATIVE, await receiver.getAddress())).to.equal(CENT);
  });

  it("ANCHORS 3.4: a token that calls back while a level moves it finds that level locked, and nothing twice", async () => {
    const s = await setup();
    const { id, token } = await s.token("ReentrantToken");
    const coin = token as unknown as ReentrantToken;
    await s.setParam("vault", paramKey(KINDS.HOT_MAX, id), 0n);
    await s.fund(s.anna, id, MONEY);
    await sweepDown(s, id);
    for (const before of [true, false]) {
      const { reserve, safe } = s.cold;
      const exit = await s.queue(s.anna, id, 10n * CENT, s.carl);
      await announceTo(exit, s.warm, s.cold);
      await s.waitUntil(exit.late + COLD_DELAY);
      const verbs = {
        refill: reserve.interface.encodeFunctionData("refill", [exit]),
        cover: reserve.interface.encodeFunctionData("cover", [exit]),
        sweep: reserve.interface.encodeFunctionData("sweep", [id]),
        returnAll: reserve.interface.encodeFunctionData("returnAll", [id]),
      };
      const acts = [() => reserve.connect(safe).send(id, CENT), () => reserve.refill(exit)];
      for (const act of acts) {
        for (const [name, data] of Object.entries(verbs)) {
          const snapshot = await networkHelpers.takeSnapshot();
          await coin.arm(s.cold.address, data, before);
          await act();
          expect([name, await coin.called(), await coin.succeeded()]).to.deep.equal([name, true, false]);
          expect(await coin.answer(), name).to.equal(s.lock);
          await snapshot.restore();
        }
      }
      // Through another level's door: that one's announcement is spent, as it was asked before this one.
      await coin.arm(s.warm.address, verbs.refill, before);
      const all = await s.vault.holdings(id);
      const paid = await s.holds(id, s.carl);
      await reserve.refill(exit);
      expect([await coin.called(), await coin.succeeded()]).to.deep.equal([true, false]);
      expect(await coin.answer()).to.equal(
        reserve.interface.encodeErrorResult("Reserve_NotAnnounced", [s.idOf(exit)]),
      );
      expect((await s.holds(id, s.carl)) - paid).to.equal(10n * CENT);
      expect(await s.vault.holdings(id)).to.equal(all - 10n * CENT);
    }
    // And a sweep between levels.
    await s.cold.reserve.connect(s.cold.safe).send(id, MONEY / 2n);
    await s.vault.sweep(id);
    await coin.arm(s.warm.address, s.warm.reserve.interface.encodeFunctionData("sweep", [id]), false);
    await s.warm.reserve.sweep(id);
    expect([await coin.called(), await coin.succeeded()]).to.deep.equal([true, false]);
    expect(await coin.answer()).to.equal(s.lock);
    await s.audit();
  });

  it("a reserve's money inside somebody's deposit isn't counted as deposited", async () => {
    const s = await setup();
    const { id, token } = await s.token("ReentrantToken");
    const coin = token as unknown as ReentrantToken;
    await s.setParam("vault", paramKey(KINDS.HOT_MAX, id), 0n);
    await s.fund(s.anna, id, MONEY);
    await sweepDown(s, id);
    const exit = await s.queue(s.anna, id, 10n * CENT, s.carl);
    await announceTo(exit, s.cold);
    await s.waitUntil(exit.late + COLD_DELAY);
    const credited = await s.vault.balanceOf(s.mallory, id);
    await coin.arm(s.cold.address, s.cold.reserve.interface.encodeFunctionData("refill", [exit]), true);
    await s.fund(s.mallory, id, CENT);
    expect([await coin.called(), await coin.succeeded()]).to.deep.equal([true, false]);
    expect((await s.vault.balanceOf(s.mallory, id)) - credited).to.equal(CENT);
    await s.audit();
  });

  it("dust, gifts and endless announcements change nothing for anyone", async () => {
    const s = await setup();
    await sweepDown(s, s.id);
    const exit = await s.queue(s.anna, s.id, 1_000n * CENT, s.carl);
    await announceTo(exit, s.cold);
    // Mallory's own exits, as many as she likes, each announced; her dust lies in every place.
    await s.fund(s.mallory, s.id, CENT);
    for (let i = 0; i < 5; i++) {
      const spam = await s.queue(s.mallory, s.id, 1n, s.mallory);
      await announceTo(spam, s.warm, s.cold);
      await s.vault.connect(s.mallory).cancel(spam);
    }
    for (const to of [s.vault.target, s.warm.address, s.cold.address]) {
      await s.coin.getFunction("mint")(to, 1n);
    }
    await s.waitUntil(exit.late + HOUR);
    expect(await s.warm.reserve.sweepable(s.id), "less than the Vault lacks for what is queued").to.equal(0n);
    await s.cold.reserve.refill(exit);
    expect(await s.holds(s.id, s.carl)).to.equal(1_000n * CENT);
    expect(WARM_DELAY).to.be.lessThan(COLD_DELAY);
    await s.audit();
  });

  it("an exit larger than every single level is paid from all of them, or not at all", async () => {
    const s = await setup();
    await s.warm.set(paramKey(KINDS.KEEP, s.id), MONEY / 10n ** 15n / 2n);
    await sweepDown(s, s.id);
    await s.fund(s.carl, s.id, 7n * CENT);
    const exit = await s.queue(s.bert, s.id, 9n * MONEY, s.carl);
    await announceTo(exit, s.warm, s.cold);
    await s.waitUntil(exit.late + COLD_DELAY);
    // 90 % of the liabilities at 5 % a day: the lane's turn comes after weeks.
    await s.vault.release(exit);
    const { slot } = await s.vault.openOf(s.idOf(exit));
    await s.waitUntil((slot + 255n) / 256n);
    await s.cold.reserve.connect(s.cold.safe).veto(s.idOf(exit));
    const warm = await s.holds(s.id, s.warm.address);
    await expect(s.warm.reserve.refill(exit)).to.be.revertedWithCustomError(
      s.warm.reserve,
      "Reserve_TooLittle",
    );
    expect(await s.holds(s.id, s.warm.address), "no part of it waits in the Vault").to.equal(warm);
    await s.wait(VETO);
    await s.warm.reserve.refill(exit);
    expect(await s.holds(s.id, s.carl)).to.equal(9n * MONEY);
    expect(await inVault(s, s.id)).to.equal(0n);
    await s.audit();
  });
});
