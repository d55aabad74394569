import { expect } from "chai";
import type { Contract } from "ethers";
import hre from "hardhat";
import type {
  DenyListToken,
  ExtraTakingToken,
  FalseReturningToken,
  FeeToken,
  LyingToken,
  SickReserve,
} from "../../../typechain-types/index.ts";
import { deployAs } from "../../support/deployAs.ts";
import { DAY, HOUR, KINDS, NATIVE, NEVER, paramKey, TOKEN_CLASS } from "../../support/deployCore.ts";
import { addLevels, COLD_DELAY, deployLevel, type Level, VETO, WARM_DELAY } from "../../support/reserves.ts";
import { type Exit, type Stage, setStage } from "../../support/stage.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const ONE = 10n ** 18n;
const WEEK = 7n * DAY;
const ZERO = ethers.ZeroAddress;

type Named = "native" | "erc20";
const BOTH: readonly Named[] = ["native", "erc20"];

/** The slot of an announcement. */
const slotOf = (readyAt: bigint, vetoedUntil = 0n) => readyAt | (vetoedUntil << 40n);

/** Two levels behind a Vault in which anna has 100 and bert 900 of each asset, all seasoned. */
async function twoLevels() {
  const s = await setStage(connection);
  const { id: plain } = await s.token();
  const { warm, cold } = await addLevels(s, [NATIVE, plain]);
  const asset = (named: Named) => (named === "native" ? NATIVE : plain);
  for (const named of BOTH) {
    await s.fund(s.anna, asset(named), 100n * ONE);
    await s.fund(s.bert, asset(named), 900n * ONE);
  }
  await s.season();
  return { ...s, plain, warm, cold, asset };
}

type Cold = Awaited<ReturnType<typeof twoLevels>>;
const load = () => networkHelpers.loadFixture(twoLevels);

/** Everything is swept to the nearest level, and what that shall not keep to the coldest. */
async function sweepAll(s: Stage & { warm: Level; cold: Level }, asset: bigint, kept: bigint): Promise<void> {
  const { tickExponent } = await s.vault.assetOf(asset);
  await s.warm.set(paramKey(KINDS.KEEP, asset), kept / 10n ** tickExponent);
  await s.vault.sweep(asset);
  if ((await s.warm.reserve.sweepable(asset)) !== 0n) await s.warm.reserve.sweep(asset);
}

/** Anna's exit of `amount` to carl, who is new to her. Queued after everything was swept, so that the Vault has nothing. */
const ask = (s: Stage, asset: bigint, amount: bigint): Promise<Exit> =>
  s.queue(s.anna, asset, amount, s.carl);

/** Lets every clock of an exit run out: maturity, delay, lane. */
async function letMature(s: Cold, exit: Exit, levels: readonly Level[] = [s.warm, s.cold]): Promise<void> {
  for (const { reserve } of levels) await reserve.announce(exit);
  await s.waitUntil(exit.late + COLD_DELAY);
}

describe("Reserve", () => {
  describe("construction", () => {
    it("names its Vault, its colder level and its own authority", async () => {
      const { vault, warm, cold } = await load();
      expect(await warm.reserve.vault()).to.equal(vault.target);
      expect(await warm.reserve.colder()).to.equal(cold.address);
      expect(await cold.reserve.colder()).to.equal(ZERO);
      expect(await warm.reserve.authority()).to.equal(warm.manager.target);
      expect(warm.manager.target).to.not.equal(cold.manager.target);
      expect(await warm.reserve.VETO_FOR()).to.equal(VETO);
      expect(await vault.reserves()).to.deep.equal([warm.address, cold.address]);
    });

    it("refuses zero, and a colder level that serves another Vault", async () => {
      const { vault, warm, manager, registry } = await load();
      for (const args of [
        [ZERO, vault.target, ZERO],
        [manager.target, ZERO, ZERO],
      ]) {
        await expect(ethers.deployContract("Reserve", args)).to.be.revertedWithCustomError(
          warm.reserve,
          "Reserve_ZeroAddress",
        );
      }
      await expect(ethers.deployContract("Reserve", [manager.target, registry.target, warm.address]))
        .to.be.revertedWithCustomError(warm.reserve, "Reserve_ServesAnother")
        .withArgs(warm.address, vault.target);
    });
  });

  describe("its numbers", () => {
    it("a delay never set is the longest; set, it is from an hour to a week, and tighter is longer", async () => {
      const s = await load();
      const key = paramKey(KINDS.REFILL_DELAY);
      const [a, b] = s.crowd;
      if (!a || !b) throw new Error("too few signers");
      const fresh = await deployLevel(s, [a, b], ZERO);
      expect(await fresh.reserve.refillDelay()).to.equal(WEEK);
      expect([...(await fresh.reserve.specOf(key))]).to.deep.equal([HOUR, WEEK, 2n]);
      await fresh.set(key, HOUR);
      expect(await fresh.reserve.refillDelay()).to.equal(HOUR);
      await expect(fresh.reserve.connect(fresh.safe).tighten(key, WEEK)).to.emit(
        fresh.reserve,
        "ParamTightened",
      );
      expect(await fresh.reserve.refillDelay()).to.equal(WEEK);
      for (const value of [HOUR - 1n, WEEK + 1n]) {
        await expect(fresh.reserve.set(key, 2, NEVER, value))
          .to.be.revertedWithCustomError(fresh.reserve, "Params_OutOfBounds")
          .withArgs(key, value, HOUR, WEEK);
      }
    });

    it("keeping less is tighter; other keys are unknown", async () => {
      const { warm, plain } = await load();
      const key = paramKey(KINDS.KEEP, plain);
      expect([...(await warm.reserve.specOf(key))]).to.deep.equal([0n, (1n << 36n) - 1n, 1n]);
      await warm.set(key, 5n);
      await warm.reserve.connect(warm.safe).tighten(key, 1n);
      expect(await warm.reserve.inForce(key)).to.equal(1n);
      await expect(warm.reserve.set(paramKey(1n), 0, NEVER, 5n))
        .to.be.revertedWithCustomError(warm.reserve, "Params_UnknownKey")
        .withArgs(paramKey(1n));
    });

    it("belong to this level's timelock and Safe: the Vault's own governance has no say", async () => {
      const s = await load();
      const key = paramKey(KINDS.REFILL_DELAY);
      const id = ethers.ZeroHash;
      for (const who of [s.timelock, s.riskOfficer, s.cold.timelock, s.cold.safe, s.mallory]) {
        const r = s.warm.reserve.connect(who);
        for (const sent of [
          () => r.set(key, 1, NEVER, DAY),
          () => r.tighten(key, DAY),
          () => r.veto(id),
          () => r.unveto(id),
          () => r.vetoAll(),
          () => r.unvetoAll(),
          () => r.send(NATIVE, 1n),
        ]) {
          await expect(sent())
            .to.be.revertedWithCustomError(s.warm.reserve, "AccessManagedUnauthorized")
            .withArgs(who.address);
        }
      }
    });
  });

  describe("announce", () => {
    it("starts the delay once, by anyone, beside the exit's own clock", async () => {
      const s = await load();
      const exit = await ask(s, s.plain, ONE);
      const id = s.idOf(exit);
      const readyAt = (await s.now()) + 1n + WARM_DELAY;
      await expect(s.warm.reserve.connect(s.mallory).announce(exit))
        .to.emit(s.warm.reserve, "Announced")
        .withArgs(id, Object.values(exit), slotOf(readyAt));
      expect([...(await s.warm.reserve.announcedOf(id))]).to.deep.equal([readyAt, 0n]);
      expect(readyAt).to.be.lessThan(exit.late);
      await expect(s.warm.reserve.announce(exit))
        .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_AnnouncedAlready")
        .withArgs(id, readyAt);
      expect([...(await s.cold.reserve.announcedOf(id))], "each level on its own").to.deep.equal([0n, 0n]);
    });

    it("refuses what isn't open: never asked for, altered, cancelled, paid", async () => {
      const s = await load();
      const exit = await ask(s, s.plain, ONE);
      const other = await ask(s, s.plain, ONE);
      await s.vault.connect(s.anna).cancel(exit);
      await s.payOut(other);
      for (const gone of [exit, other, { ...other, amount: 2n * ONE }, { ...other, seq: 9n }]) {
        await expect(s.warm.reserve.announce(gone))
          .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_NotOpen")
          .withArgs(s.idOf(gone));
      }
    });

    it("INV-CUS-7: stands for 90 days once it is ready; then it is announced anew, and a veto stays spent", async () => {
      const s = await load();
      await sweepAll(s, s.plain, 10_000n * ONE);
      const exit = await ask(s, s.plain, ONE);
      const id = s.idOf(exit);
      const { reserve, safe } = s.warm;
      await reserve.announce(exit);
      await reserve.connect(safe).veto(id);
      const { readyAt, vetoedUntil } = await reserve.announcedOf(id);
      const lapse = readyAt + (await reserve.ANNOUNCED_FOR());
      // No veto, nor both one after the other, outlasts it.
      expect(lapse).to.be.greaterThan(vetoedUntil + VETO);
      const last = await networkHelpers.takeSnapshot();
      await networkHelpers.time.setNextBlockTimestamp(lapse - 1n);
      await expect(reserve.refill(exit)).to.emit(s.vault, "Released");
      await last.restore();
      await s.waitUntil(lapse - 2n);
      await expect(reserve.announce(exit)).to.be.revertedWithCustomError(reserve, "Reserve_AnnouncedAlready");
      await networkHelpers.time.setNextBlockTimestamp(lapse);
      await expect(reserve.refill(exit))
        .to.be.revertedWithCustomError(reserve, "Reserve_AnnouncementLapsed")
        .withArgs(id, readyAt);
      await expect(reserve.announce(exit)).to.emit(reserve, "Announced");
      await expect(reserve.connect(safe).veto(id))
        .to.be.revertedWithCustomError(reserve, "Reserve_VetoedBefore")
        .withArgs(id, vetoedUntil);
      await s.wait(WARM_DELAY);
      await reserve.refill(exit);
    });

    it("INV-CUS-7: a delay that is prolonged or cut while it runs moves no announcement", async () => {
      const s = await load();
      const key = paramKey(KINDS.REFILL_DELAY);
      const exit = await ask(s, s.plain, ONE);
      await s.warm.reserve.announce(exit);
      const { readyAt } = await s.warm.reserve.announcedOf(s.idOf(exit));
      await s.warm.reserve.connect(s.warm.safe).tighten(key, WEEK);
      expect((await s.warm.reserve.announcedOf(s.idOf(exit))).readyAt).to.equal(readyAt);
      await s.warm.set(key, HOUR);
      expect((await s.warm.reserve.announcedOf(s.idOf(exit))).readyAt).to.equal(readyAt);
    });
  });

  for (const named of BOTH) {
    describe(`refill (${named})`, () => {
      it("brings what the Vault lacks and no more, and the exit is paid in the same call", async () => {
        const s = await load();
        const asset = s.asset(named);
        await sweepAll(s, asset, 10_000n * ONE);
        await s.fund(s.carl, asset, 3n * ONE);
        const exit = await ask(s, asset, 10n * ONE);
        const id = s.idOf(exit);
        await letMature(s, exit);
        await s.waitUntil(exit.late + 5n * DAY);
        expect(await s.warm.reserve.lackingFor(exit)).to.equal(7n * ONE);
        const before = await s.holds(asset, s.carl);
        const refill = s.warm.reserve.connect(s.mallory).refill;
        expect(await refill.staticCall(exit)).to.equal(7n * ONE);
        const sent = refill(exit);
        await expect(sent)
          .to.emit(s.warm.reserve, "Covered")
          .withArgs(id, asset, 7n * ONE);
        await expect(sent)
          .to.emit(s.vault, "Refilled")
          .withArgs(asset, s.warm.address, 10n * ONE);
        await expect(sent).to.emit(s.vault, "Released");
        expect((await s.holds(asset, s.carl)) - before).to.equal(10n * ONE);
        expect(await s.holds(asset, s.vault as unknown as Contract)).to.equal(0n);
        expect(await s.vault.holdings(asset)).to.equal((await s.vault.assetOf(asset)).liabilities);
        await expect(s.warm.reserve.refill(exit))
          .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_NotAnnounced")
          .withArgs(id);
        await expect(s.warm.reserve.lackingFor(exit)).to.be.revertedWithCustomError(
          s.warm.reserve,
          "Reserve_NotOpen",
        );
        await s.audit();
      });

      it("takes the warm level's money first, then the cold one's, whichever is called", async () => {
        const s = await load();
        const asset = s.asset(named);
        await sweepAll(s, asset, 6n * ONE);
        const first = await ask(s, asset, 2n * ONE);
        const second = await ask(s, asset, 20n * ONE);
        await letMature(s, first);
        await letMature(s, second);
        await s.waitUntil(second.late + 9n * DAY);
        await expect(s.cold.reserve.refill(first))
          .to.emit(s.warm.reserve, "Covered")
          .withArgs(s.idOf(first), asset, 2n * ONE);
        const cold = await s.holds(asset, s.cold.address);
        const sent = s.warm.reserve.refill(second);
        await expect(sent)
          .to.emit(s.warm.reserve, "Covered")
          .withArgs(s.idOf(second), asset, 4n * ONE);
        await expect(sent)
          .to.emit(s.cold.reserve, "Covered")
          .withArgs(s.idOf(second), asset, 16n * ONE);
        expect(cold - (await s.holds(asset, s.cold.address))).to.equal(16n * ONE);
        expect(await s.holds(asset, s.warm.address)).to.equal(0n);
        await s.audit();
      });

      it("brings the one unit that the Vault lacks, and asks no level for more", async () => {
        const s = await load();
        const asset = s.asset(named);
        await sweepAll(s, asset, 6n * ONE);
        await s.fund(s.carl, asset, 2n * ONE - 1n);
        const exit = await ask(s, asset, 2n * ONE);
        await letMature(s, exit);
        await s.waitUntil(exit.late + 5n * DAY);
        const sent = s.warm.reserve.refill(exit);
        await expect(sent).to.emit(s.warm.reserve, "Covered").withArgs(s.idOf(exit), asset, 1n);
        await expect(sent).to.emit(s.vault, "Released");
        await expect(sent).not.to.emit(s.cold.reserve, "AnnouncementSpent");
      });

      it("brings a level's last unit, and passes over a level that has nothing in silence", async () => {
        const s = await load();
        const asset = s.asset(named);
        await sweepAll(s, asset, 6n * ONE);
        const exits: Exit[] = [];
        for (const amount of [6n * ONE - 1n, 2n * ONE, ONE]) {
          const exit = await ask(s, asset, amount);
          await letMature(s, exit);
          await s.waitUntil(exit.late + 9n * DAY);
          exits.push(exit);
        }
        const [first, second, third] = exits as [Exit, Exit, Exit];
        await s.warm.reserve.refill(first);
        await expect(s.cold.reserve.refill(second))
          .to.emit(s.warm.reserve, "Covered")
          .withArgs(s.idOf(second), asset, 1n);
        expect(await s.holds(asset, s.warm.address)).to.equal(0n);
        const sent = s.cold.reserve.refill(third);
        await expect(sent).to.emit(s.cold.reserve, "Covered").withArgs(s.idOf(third), asset, ONE);
        await expect(sent).not.to.emit(s.warm.reserve, "Covered");
      });

      it("moves nothing until every level that it needs is ready", async () => {
        const s = await load();
        const asset = s.asset(named);
        await sweepAll(s, asset, 6n * ONE);
        const exit = await ask(s, asset, 20n * ONE);
        await s.warm.reserve.announce(exit);
        await s.waitUntil(exit.late + 9n * DAY);
        await expect(s.warm.reserve.refill(exit))
          .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_TooLittle")
          .withArgs(asset, 14n * ONE);
        await expect(s.cold.reserve.refill(exit))
          .to.be.revertedWithCustomError(s.cold.reserve, "Reserve_NotAnnounced")
          .withArgs(s.idOf(exit));
        expect(await s.holds(asset, s.warm.address)).to.equal(6n * ONE);
        await s.cold.reserve.announce(exit);
        await s.wait(COLD_DELAY);
        await expect(s.warm.reserve.refill(exit)).to.emit(s.vault, "Released");
      });

      it("waits for the delay, for maturity and for the lane, to the second", async () => {
        const s = await load();
        const asset = s.asset(named);
        await sweepAll(s, asset, 10_000n * ONE);
        // A tenth of the liabilities at 5 % a day: a day ahead.
        const exit = await ask(s, asset, 100n * ONE);
        const id = s.idOf(exit);
        const { reserve } = s.warm;
        await networkHelpers.time.setNextBlockTimestamp(exit.late - HOUR);
        await reserve.announce(exit);
        const readyAt = exit.late - HOUR + WARM_DELAY;
        await networkHelpers.time.setNextBlockTimestamp(readyAt - 1n);
        await expect(reserve.refill(exit))
          .to.be.revertedWithCustomError(reserve, "Reserve_NotReady")
          .withArgs(id, readyAt);
        // The lane's slot lies ahead: the Vault's answer is no, and nothing moves.
        await networkHelpers.time.setNextBlockTimestamp(readyAt);
        await expect(reserve.refill(exit))
          .to.be.revertedWithCustomError(reserve, "Reserve_NotReleased")
          .withArgs(id);
        await s.vault.release(exit);
        const { slot } = await s.vault.openOf(id);
        const from = (slot + 255n) / 256n;
        await networkHelpers.time.setNextBlockTimestamp(from - 1n);
        await expect(reserve.refill(exit))
          .to.be.revertedWithCustomError(reserve, "Reserve_NotMature")
          .withArgs(id, from);
        await networkHelpers.time.setNextBlockTimestamp(from);
        await expect(reserve.refill(exit)).to.emit(s.vault, "Released");
      });

      it("an endorsed exit is refilled from `soon`, another one from `late`", async () => {
        const s = await load();
        const asset = s.asset(named);
        await sweepAll(s, asset, 10_000n * ONE);
        const [slow, quick] = [await ask(s, asset, ONE / 2n), await ask(s, asset, ONE / 2n)];
        const { reserve } = s.warm;
        for (const exit of [slow, quick]) await reserve.announce(exit);
        await s.vault.connect(s.reviewer).endorse(s.idOf(quick));
        await networkHelpers.time.setNextBlockTimestamp(quick.soon - 1n);
        await expect(reserve.refill(quick))
          .to.be.revertedWithCustomError(reserve, "Reserve_NotMature")
          .withArgs(s.idOf(quick), quick.soon);
        await networkHelpers.time.setNextBlockTimestamp(quick.soon);
        await reserve.refill(quick);
        await networkHelpers.time.setNextBlockTimestamp(slow.late - 1n);
        await expect(reserve.refill(slow))
          .to.be.revertedWithCustomError(reserve, "Reserve_NotMature")
          .withArgs(s.idOf(slow), slow.late);
        await networkHelpers.time.setNextBlockTimestamp(slow.late);
        await reserve.refill(slow);
      });

      it("brings nothing where the Vault has enough by then, and still has the exit paid", async () => {
        const s = await load();
        const asset = s.asset(named);
        await sweepAll(s, asset, 10_000n * ONE);
        const exit = await ask(s, asset, ONE);
        await letMature(s, exit);
        await s.fund(s.carl, asset, 5n * ONE);
        const warm = await s.holds(asset, s.warm.address);
        await expect(s.warm.reserve.refill(exit)).to.emit(s.vault, "Released");
        expect(await s.holds(asset, s.warm.address)).to.equal(warm);
      });
    });
  }

  describe("cover", () => {
    it("is for the Vault's other reserves only, and each level keeps its own rules", async () => {
      const s = await load();
      await sweepAll(s, s.plain, 10_000n * ONE);
      const exit = await ask(s, s.plain, ONE);
      await letMature(s, exit, [s.warm]);
      for (const who of [s.mallory, s.anna, s.timelock, s.warm.safe]) {
        await expect(s.warm.reserve.connect(who).cover(exit))
          .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_OnlyReserves")
          .withArgs(who.address);
      }
      const asLevel = await ethers.getImpersonatedSigner(s.cold.address);
      await networkHelpers.setBalance(s.cold.address, ONE);
      const early = await ask(s, s.plain, ONE);
      await expect(s.warm.reserve.connect(asLevel).cover(early))
        .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_NotAnnounced")
        .withArgs(s.idOf(early));
      await s.warm.reserve.announce(early);
      await s.wait(WARM_DELAY);
      await expect(s.warm.reserve.connect(asLevel).cover(early))
        .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_NotMature")
        .withArgs(s.idOf(early), early.late);
    });

    it("a level that fails leaves its part to the colder ones; so does one that the token denies", async () => {
      const s = await load();
      const { id: asset, token } = await s.token("DenyListToken");
      const coin = token as unknown as DenyListToken;
      await s.setParam("vault", paramKey(KINDS.HOT_MAX, asset), 0n);
      await s.fund(s.anna, asset, 100n * ONE);
      await sweepAll(s, asset, 60n * ONE);
      const sick = await deployAs<SickReserve>(ethers, "SickReserve", [s.vault]);
      await s.vault.addReserve(sick);
      const exit = await ask(s, asset, 30n * ONE);
      await letMature(s, exit);
      await s.vault.release(exit);
      await s.waitUntil(exit.late + 20n * DAY);
      await coin.setDenied(s.warm.address, true);
      await expect(s.warm.reserve.refill(exit)).to.be.revertedWithCustomError(coin, "DenyListToken_Denied");
      await expect(s.cold.reserve.refill(exit))
        .to.emit(s.cold.reserve, "Covered")
        .withArgs(s.idOf(exit), asset, 30n * ONE);
    });
  });

  describe("vetoAll", () => {
    it("stops every refill and return for 30 days, then rests for 60: a Vault that lies can't be vetoed one by one", async () => {
      const s = await load();
      await s.setParam("vault", paramKey(KINDS.WIND_DOWN_AFTER), 90n);
      await sweepAll(s, s.plain, 500n * ONE);
      const { reserve, safe } = s.warm;
      const exit = await ask(s, s.plain, 50n * ONE);
      await reserve.announce(exit);
      await s.wait(40n * DAY);
      await expect(reserve.connect(safe).unvetoAll()).to.be.revertedWithCustomError(
        reserve,
        "Reserve_NothingVetoed",
      );
      const until = (await s.now()) + 1n + VETO;
      await expect(reserve.connect(safe).vetoAll()).to.emit(reserve, "VetoedAll").withArgs(until);
      expect(await reserve.allVetoedUntil()).to.equal(until);
      await expect(reserve.refill(exit))
        .to.be.revertedWithCustomError(reserve, "Reserve_AllVetoed")
        .withArgs(until);
      await s.waitUntil(until);
      await expect(reserve.connect(safe).vetoAll())
        .to.be.revertedWithCustomError(reserve, "Reserve_VetoedAllBefore")
        .withArgs(until + 60n * DAY);
      await expect(reserve.refill(exit)).to.emit(s.vault, "Released");
      await s.waitUntil(until + 60n * DAY);
      await s.vault.windDown(s.plain);
      await reserve.announceReturn(s.plain);
      await reserve.connect(safe).vetoAll();
      await s.wait(7n * DAY);
      await expect(reserve.returnAll(s.plain)).to.be.revertedWithCustomError(reserve, "Reserve_AllVetoed");
      await expect(reserve.connect(safe).unvetoAll()).to.emit(reserve, "UnvetoedAll");
      await expect(reserve.returnAll(s.plain)).to.emit(reserve, "Returned");
      await expect(reserve.connect(safe).vetoAll()).to.be.revertedWithCustomError(
        reserve,
        "Reserve_VetoedAllBefore",
      );
    });

    it("ends to the second, for what comes back as for what is refilled", async () => {
      const s = await load();
      await s.setParam("vault", paramKey(KINDS.WIND_DOWN_AFTER), 90n);
      await sweepAll(s, s.plain, 500n * ONE);
      const { reserve, safe } = s.warm;
      await s.wait(90n * DAY);
      await s.vault.windDown(s.plain);
      await reserve.connect(safe).vetoAll();
      const until = await reserve.allVetoedUntil();
      await s.waitUntil(until - (await reserve.refillDelay()) - HOUR);
      await reserve.announceReturn(s.plain);
      await networkHelpers.time.setNextBlockTimestamp(until - 1n);
      await expect(reserve.returnAll(s.plain))
        .to.be.revertedWithCustomError(reserve, "Reserve_AllVetoed")
        .withArgs(until);
      await networkHelpers.time.setNextBlockTimestamp(until);
      await expect(reserve.returnAll(s.plain)).to.emit(reserve, "Returned");
    });
  });

  describe("veto", () => {
    it("forbids one exit for 30 days from now, once; then it is refillable, whoever has signed", async () => {
      const s = await load();
      await sweepAll(s, s.plain, 10_000n * ONE);
      const exit = await ask(s, s.plain, ONE);
      const id = s.idOf(exit);
      const { reserve, safe } = s.warm;
      await letMature(s, exit, [s.warm]);
      const { readyAt } = await reserve.announcedOf(id);
      const until = (await s.now()) + 1n + VETO;
      await expect(reserve.connect(safe).veto(id))
        .to.emit(reserve, "Vetoed")
        .withArgs(id, slotOf(readyAt, until));
      await networkHelpers.time.setNextBlockTimestamp(until - 1n);
      await expect(reserve.refill(exit))
        .to.be.revertedWithCustomError(reserve, "Reserve_IsVetoed")
        .withArgs(id, until);
      await expect(reserve.connect(safe).veto(id))
        .to.be.revertedWithCustomError(reserve, "Reserve_VetoedBefore")
        .withArgs(id, until);
      await s.waitUntil(until);
      await expect(reserve.connect(safe).veto(id)).to.be.revertedWithCustomError(
        reserve,
        "Reserve_VetoedBefore",
      );
      await reserve.refill(exit);
    });

    it("may come before the announcement, which then keeps it", async () => {
      const s = await load();
      await sweepAll(s, s.plain, 10_000n * ONE);
      const exit = await ask(s, s.plain, ONE);
      const id = s.idOf(exit);
      await s.warm.reserve.connect(s.warm.safe).veto(id);
      const { vetoedUntil } = await s.warm.reserve.announcedOf(id);
      const readyAt = (await s.now()) + 1n + WARM_DELAY;
      await expect(s.warm.reserve.announce(exit))
        .to.emit(s.warm.reserve, "Announced")
        .withArgs(id, Object.values(exit), slotOf(readyAt, vetoedUntil));
      expect([...(await s.warm.reserve.announcedOf(id))]).to.deep.equal([readyAt, vetoedUntil]);
    });

    it("is of one level: another one with enough pays", async () => {
      const s = await load();
      await sweepAll(s, s.plain, 500n * ONE);
      const exit = await ask(s, s.plain, ONE);
      await letMature(s, exit);
      await s.warm.reserve.connect(s.warm.safe).veto(s.idOf(exit));
      await expect(s.cold.reserve.refill(exit))
        .to.emit(s.cold.reserve, "Covered")
        .withArgs(s.idOf(exit), s.plain, ONE);
    });

    it("ends by the Safe's word, for good", async () => {
      const s = await load();
      await sweepAll(s, s.plain, 10_000n * ONE);
      const exit = await ask(s, s.plain, ONE);
      const id = s.idOf(exit);
      const reserve = s.warm.reserve.connect(s.warm.safe);
      await letMature(s, exit, [s.warm]);
      await expect(reserve.unveto(id))
        .to.be.revertedWithCustomError(reserve, "Reserve_NotVetoed")
        .withArgs(id);
      await reserve.veto(id);
      const { readyAt } = await reserve.announcedOf(id);
      await expect(reserve.unveto(id))
        .to.emit(reserve, "Unvetoed")
        .withArgs(id, slotOf(readyAt, (await s.now()) + 1n));
      await expect(reserve.veto(id)).to.be.revertedWithCustomError(reserve, "Reserve_VetoedBefore");
      await expect(reserve.unveto(id)).to.be.revertedWithCustomError(reserve, "Reserve_NotVetoed");
      await s.warm.reserve.refill(exit);
    });

    it("wants an open exit", async () => {
      const s = await load();
      await expect(s.warm.reserve.connect(s.warm.safe).veto(ethers.ZeroHash))
        .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_NotOpen")
        .withArgs(ethers.ZeroHash);
    });
  });

  describe("send", () => {
    for (const named of BOTH) {
      it(`brings the Vault what the Safe approves (${named})`, async () => {
        const s = await load();
        const asset = s.asset(named);
        await sweepAll(s, asset, 10_000n * ONE);
        const reserve = s.warm.reserve.connect(s.warm.safe);
        const sent = reserve.send(asset, 40n * ONE);
        await expect(sent)
          .to.emit(reserve, "Sent")
          .withArgs(asset, 40n * ONE);
        await expect(sent)
          .to.emit(s.vault, "Refilled")
          .withArgs(asset, s.warm.address, 40n * ONE);
        expect(await s.holds(asset, s.warm.address)).to.equal(960n * ONE);
        await expect(reserve.send(asset, 961n * ONE))
          .to.be.revertedWithCustomError(reserve, "Reserve_TooLittle")
          .withArgs(asset, ONE);
        await expect(reserve.send(asset, 0n)).to.be.revertedWithCustomError(reserve, "Reserve_ZeroAmount");
        await s.audit();
      });
    }

    it("knows listed assets only", async () => {
      const s = await load();
      const stray = await ethers.deployContract("MockERC20", ["Stray", 18]);
      const token = (2n << 248n) | BigInt(await stray.getAddress());
      await stray.getFunction("mint")(s.warm.address, ONE);
      const { reserve, safe } = s.warm;
      for (const asset of [token, (2n << 248n) | BigInt(s.mallory.address), NATIVE | 1n, 0n]) {
        for (const move of [
          () => reserve.connect(safe).send(asset, 1n),
          () => reserve.sweep(asset),
          () => reserve.returnAll(asset),
        ]) {
          await expect(move()).to.be.revertedWithCustomError(reserve, "Reserve_NotListed").withArgs(asset);
        }
      }
    });

    it("bears a fee that a token has begun to take, so that its money isn't trapped", async () => {
      const s = await load();
      const { id: asset, token } = await s.token("FeeToken", [0n]);
      const coin = token as unknown as FeeToken;
      await s.setParam("vault", paramKey(KINDS.HOT_MAX, asset), 0n);
      await s.fund(s.anna, asset, 100n * ONE);
      await s.vault.sweep(asset);
      const exit = await ask(s, asset, ONE);
      await letMature(s, exit);
      await coin.setFeeBps(100n);
      await expect(s.warm.reserve.refill(exit))
        .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_ArrivedDiffers")
        .withArgs(asset, ONE, (ONE * 99n) / 100n);
      await expect(s.warm.reserve.sweep(asset), "nobody makes it pay fees").to.be.revertedWithCustomError(
        s.warm.reserve,
        "Reserve_ArrivedDiffers",
      );
      await s.warm.reserve.connect(s.warm.safe).send(asset, 2n * ONE);
      expect(await s.holds(asset, s.vault as unknown as Contract)).to.equal((2n * ONE * 99n) / 100n);
      await s.vault.release(exit);
    });
  });

  describe("sweep", () => {
    for (const named of BOTH) {
      it(`leaves what it shall keep, and what the Vault lacks for all that is queued (${named})`, async () => {
        const s = await load();
        const asset = s.asset(named);
        const { reserve } = s.warm;
        await s.vault.sweep(asset);
        await s.warm.set(
          paramKey(KINDS.KEEP, asset),
          (100n * ONE) / 10n ** (await s.vault.assetOf(asset)).tickExponent,
        );
        await ask(s, asset, 30n * ONE);
        await s.fund(s.carl, asset, 10n * ONE);
        // 1,000 here; kept are 100, and 30 - 10 that the Vault lacks.
        expect(await reserve.sweepable(asset)).to.equal(880n * ONE);
        expect(await reserve.connect(s.mallory).sweep.staticCall(asset)).to.equal(880n * ONE);
        await expect(reserve.connect(s.mallory).sweep(asset))
          .to.emit(reserve, "SweptColder")
          .withArgs(asset, s.cold.address, 880n * ONE);
        expect(await s.holds(asset, s.cold.address)).to.equal(880n * ONE);
        expect(await s.vault.holdings(asset)).to.equal(1_010n * ONE);
        expect(await reserve.sweepable(asset)).to.equal(0n);
        await expect(reserve.sweep(asset))
          .to.be.revertedWithCustomError(reserve, "Reserve_NothingToSweep")
          .withArgs(asset, 120n * ONE, 120n * ONE);
        await s.audit();
      });
    }

    it("moves nothing colder while the asset is being wound down: it would have to come back", async () => {
      const s = await load();
      await s.setParam("vault", paramKey(KINDS.WIND_DOWN_AFTER), 90n);
      await s.vault.sweep(s.plain);
      expect(await s.warm.reserve.sweepable(s.plain)).to.equal(1_000n * ONE);
      await s.wait(90n * DAY);
      await s.vault.windDown(s.plain);
      expect(await s.warm.reserve.sweepable(s.plain)).to.equal(0n);
      await expect(s.warm.reserve.connect(s.mallory).sweep(s.plain))
        .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_WindingDown")
        .withArgs(s.plain);
    });

    it("the coldest has nowhere to sweep to", async () => {
      const s = await load();
      await sweepAll(s, s.plain, 0n);
      await expect(s.cold.reserve.sweep(s.plain)).to.be.revertedWithCustomError(
        s.cold.reserve,
        "Reserve_NothingColder",
      );
      expect(await s.cold.reserve.sweepable(s.plain)).to.equal(0n);
    });

    it("INV-CUS-1: moves nothing to where the Vault doesn't count it", async () => {
      const s = await load();
      await s.vault.sweep(s.plain);
      await s.vault.removeReserve(s.cold.address);
      expect(await s.warm.reserve.sweepable(s.plain)).to.equal(0n);
      await expect(s.warm.reserve.connect(s.mallory).sweep(s.plain))
        .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_OnlyReserves")
        .withArgs(s.cold.address);
    });

    it("a colder level that doesn't take the native currency stops the sweep", async () => {
      const s = await load();
      const [a, b] = s.crowd;
      if (!a || !b) throw new Error("too few signers");
      const sick = await deployAs<SickReserve>(ethers, "SickReserve", [s.vault]);
      const level = await deployLevel(s, [a, b], await sick.getAddress());
      await s.vault.addReserve(level.address);
      await s.vault.addReserve(sick);
      await networkHelpers.setBalance(level.address, ONE);
      await expect(level.reserve.sweep(NATIVE))
        .to.be.revertedWithCustomError(level.reserve, "Reserve_PushFailed")
        .withArgs(await sick.getAddress());
    });
  });

  describe("tokens that lie", () => {
    it("takes for sent only what has left, exactly", async () => {
      const s = await load();
      const { id: liar, token: lying } = await s.token("LyingToken");
      await (lying as unknown as LyingToken).setLies(false);
      const { id: greedy, token: taking } = await s.token("ExtraTakingToken", [0n]);
      const { id: quiet, token: failing } = await s.token("FalseReturningToken");
      for (const asset of [liar, greedy, quiet]) {
        await s.setParam("vault", paramKey(KINDS.HOT_MAX, asset), 0n);
        await s.fund(s.anna, asset, 100n * ONE);
        await s.vault.sweep(asset);
      }
      const exits = [];
      for (const asset of [liar, greedy, quiet]) {
        const exit = await ask(s, asset, ONE);
        await s.warm.reserve.announce(exit);
        exits.push(exit);
      }
      await s.wait(10n * DAY);
      await (lying as unknown as LyingToken).setLies(true);
      await (taking as unknown as ExtraTakingToken).setExtra(7n);
      await (failing as unknown as FalseReturningToken).setFails(true);
      const { reserve, safe } = s.warm;
      for (const [i, [asset, sent]] of [[liar, 0n] as const, [greedy, ONE + 7n] as const].entries()) {
        const exit = exits[i];
        if (!exit) throw new Error("no exit");
        for (const move of [() => reserve.refill(exit), () => reserve.connect(safe).send(asset, ONE)]) {
          await expect(move())
            .to.be.revertedWithCustomError(reserve, "Reserve_SentDiffers")
            .withArgs(asset, ONE, sent);
        }
        await expect(reserve.sweep(asset)).to.be.revertedWithCustomError(reserve, "Reserve_SentDiffers");
      }
      const last = exits[2];
      if (!last) throw new Error("no exit");
      await expect(reserve.refill(last)).to.be.revertedWithCustomError(reserve, "SafeERC20FailedOperation");
    });

    it("a token that swallows all that it moves isn't sent at all", async () => {
      const s = await load();
      const { id: asset, token } = await s.token("FeeToken", [0n]);
      await s.setParam("vault", paramKey(KINDS.HOT_MAX, asset), 0n);
      await s.fund(s.anna, asset, 100n * ONE);
      await s.vault.sweep(asset);
      await (token as unknown as FeeToken).setFeeBps(10_000n);
      await expect(s.warm.reserve.connect(s.warm.safe).send(asset, ONE))
        .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_ArrivedDiffers")
        .withArgs(asset, ONE, 0n);
    });

    it("tokens that take fees never come here: the Vault keeps them", async () => {
      const s = await load();
      const { id: asset } = await s.token("FeeToken", [100n], { tokenClass: TOKEN_CLASS.FEE_TAKING });
      await s.setParam("vault", paramKey(KINDS.HOT_MAX, asset), 0n);
      await s.fund(s.anna, asset, 100n * ONE);
      await expect(s.vault.sweep(asset)).to.be.revertedWithCustomError(s.vault, "Vault_NotSweepable");
    });
  });

  describe("while an asset is impaired", () => {
    /** A tenth of a token's holdings is gone; anna's exit of 50 has matured and is ready at both levels. */
    async function short(s: Cold) {
      const { id: asset, token } = await s.token("RebasingToken");
      await s.setParam("vault", paramKey(KINDS.HOT_MAX, asset), 0n);
      await s.fund(s.anna, asset, 100n * ONE);
      await s.fund(s.bert, asset, 900n * ONE);
      await sweepAll(s, asset, 20n * ONE);
      const exit = await ask(s, asset, 50n * ONE);
      await letMature(s, exit);
      await s.waitUntil(exit.late + 9n * DAY);
      await token.getFunction("setScale")((9n * ONE) / 10n);
      await s.vault.checkImpairment(asset);
      return { asset, exit, token };
    }

    it("REVIEW 23: the owner alone calls; its share is brought, from both levels, and it releases next", async () => {
      const s = await load();
      const { asset, exit } = await short(s);
      for (const who of [s.mallory, s.carl, s.bert]) {
        await expect(s.warm.reserve.connect(who).refill(exit))
          .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_OnlyOwner")
          .withArgs(s.anna.address);
      }
      expect(await s.warm.reserve.lackingFor(exit)).to.equal(45n * ONE);
      const sent = s.warm.reserve.connect(s.anna).refill(exit);
      await expect(sent)
        .to.emit(s.warm.reserve, "Covered")
        .withArgs(s.idOf(exit), asset, 18n * ONE);
      await expect(sent)
        .to.emit(s.cold.reserve, "Covered")
        .withArgs(s.idOf(exit), asset, 27n * ONE);
      expect((await s.vault.openOf(s.idOf(exit))).phase, "not paid yet").to.equal(1n);
      await expect(s.warm.reserve.connect(s.anna).refill(exit), "nothing twice")
        .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_NotAnnounced")
        .withArgs(s.idOf(exit));
      await s.vault.connect(s.anna).release(exit);
      expect(await s.holds(asset, s.carl)).to.equal(45n * ONE);
      await s.audit();
    });

    it("brings nothing for an owner whose release is stopped: held, listed, or everyone held", async () => {
      const s = await load();
      const { exit } = await short(s);
      const reserve = s.warm.reserve.connect(s.anna);
      const refused = async () =>
        expect(reserve.refill(exit))
          .to.be.revertedWithCustomError(reserve, "Reserve_OwnerStopped")
          .withArgs(s.anna.address);
      const guardian = s.guardian.connect(s.guardianKey);
      for (const subject of [s.anna.address, ZERO]) {
        await guardian.hold(subject, DAY);
        await refused();
        await guardian.lift(subject);
      }
      await s.sanctions.setListed(s.anna, true);
      await s.vault.screen(s.anna);
      await refused();
      await s.sanctions.setListed(s.anna, false);
      await s.vault.screen(s.anna);
      await reserve.refill(exit);
    });
  });

  describe("returnAll", () => {
    it("waits for the winding down and a delay; then anyone brings all back, whatever exits are vetoed", async () => {
      const s = await load();
      await s.setParam("vault", paramKey(KINDS.WIND_DOWN_AFTER), 90n);
      for (const named of BOTH) {
        const asset = s.asset(named);
        await sweepAll(s, asset, 500n * ONE);
        for (const call of ["announceReturn", "returnAll"] as const) {
          await expect(s.warm.reserve[call](asset))
            .to.be.revertedWithCustomError(s.warm.reserve, "Reserve_NotWindingDown")
            .withArgs(asset);
        }
      }
      const exit = await ask(s, s.plain, 50n * ONE);
      await s.wait(90n * DAY);
      await s.warm.reserve.connect(s.warm.safe).veto(s.idOf(exit));
      await s.cold.reserve.connect(s.cold.safe).veto(s.idOf(exit));
      for (const named of BOTH) {
        const asset = s.asset(named);
        await s.vault.connect(s.mallory).windDown(asset);
        for (const { reserve } of [s.warm, s.cold]) {
          await expect(reserve.returnAll(asset))
            .to.be.revertedWithCustomError(reserve, "Reserve_ReturnNotReady")
            .withArgs(asset, 0n);
          const readyAt = (await s.now()) + 1n + (await reserve.refillDelay());
          await expect(reserve.connect(s.mallory).announceReturn(asset))
            .to.emit(reserve, "ReturnAnnounced")
            .withArgs(asset, readyAt);
          expect(await reserve.returnReadyAt(asset)).to.equal(readyAt);
          await expect(reserve.announceReturn(asset))
            .to.be.revertedWithCustomError(reserve, "Reserve_ReturnAnnounced")
            .withArgs(asset, readyAt);
          await expect(reserve.returnAll(asset))
            .to.be.revertedWithCustomError(reserve, "Reserve_ReturnNotReady")
            .withArgs(asset, readyAt);
          await s.waitUntil(readyAt);
          await expect(reserve.connect(s.mallory).returnAll(asset))
            .to.emit(reserve, "Returned")
            .withArgs(asset, 500n * ONE);
          await expect(reserve.returnAll(asset), "spent")
            .to.be.revertedWithCustomError(reserve, "Reserve_ReturnNotReady")
            .withArgs(asset, 0n);
          await reserve.announceReturn(asset);
          await s.wait(COLD_DELAY);
          await expect(reserve.returnAll(asset))
            .to.be.revertedWithCustomError(reserve, "Reserve_NothingHere")
            .withArgs(asset);
        }
        expect(await s.holds(asset, s.vault as unknown as Contract)).to.equal(1_000n * ONE);
      }
      await s.vault.release(exit);
      await s.audit();
    });

    it("lapses when nobody makes it: a later winding down has a delay of its own", async () => {
      const s = await load();
      await s.setParam("vault", paramKey(KINDS.WIND_DOWN_AFTER), 90n);
      await sweepAll(s, NATIVE, 500n * ONE);
      await s.wait(90n * DAY);
      await s.vault.windDown(NATIVE);
      const { reserve } = s.warm;
      await reserve.announceReturn(NATIVE);
      const readyAt = await reserve.returnReadyAt(NATIVE);
      await s.waitUntil(readyAt + (await reserve.RETURN_TERM()));
      await expect(reserve.returnAll(NATIVE))
        .to.be.revertedWithCustomError(reserve, "Reserve_ReturnNotReady")
        .withArgs(NATIVE, readyAt);
      await expect(reserve.announceReturn(NATIVE)).to.emit(reserve, "ReturnAnnounced");
    });

    it("pays a share to anyone's refill once an impaired asset is being wound down", async () => {
      const s = await load();
      await s.setParam("vault", paramKey(KINDS.WIND_DOWN_AFTER), 90n);
      const { id: asset, token } = await s.token("RebasingToken");
      await s.setParam("vault", paramKey(KINDS.HOT_MAX, asset), 0n);
      await s.fund(s.anna, asset, 100n * ONE);
      await s.fund(s.bert, asset, 900n * ONE);
      await s.vault.sweep(asset);
      const exit = await ask(s, asset, 10n * ONE);
      await s.warm.reserve.announce(exit);
      await token.getFunction("setScale")(ONE / 2n);
      await s.vault.checkImpairment(asset);
      await s.wait(90n * DAY);
      await s.vault.windDown(asset);
      await s.warm.reserve.connect(s.mallory).refill(exit);
      expect(await s.holds(asset, s.carl)).to.equal(5n * ONE);
    });
  });

  it("takes native currency from anyone: a gift backs claims, and leaves the same ways", async () => {
    const s = await load();
    await s.mallory.sendTransaction({ to: s.cold.address, value: 5n * ONE });
    expect(await s.vault.holdings(NATIVE)).to.equal(1_005n * ONE);
    await s.cold.reserve.connect(s.cold.safe).send(NATIVE, 5n * ONE);
    expect(await s.holds(NATIVE, s.vault as unknown as Contract)).to.equal(1_005n * ONE);
  });
});
