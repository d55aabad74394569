import { expect } from "chai";
import { id as hashOf, ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";
import { handleOf } from "../../../src/gateway/destination.ts";
import { chainKey } from "../../../src/governance/parameters.ts";
import { DAY, KINDS, MODE, NEVER, paramKey, TIERS } from "../../support/deployCore.ts";
import {
  COIN,
  DEPOSIT,
  deployGateway,
  type GatewayFixture,
  LITECOIN,
  NUMBERS,
  PAYOUT,
  payoutIn,
  SCRIPT,
  TICK,
  TOKEN,
  TX,
} from "../../support/gatewayFixture.ts";
import { queuedIn, REASON, windowWord } from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

async function deployed() {
  return deployGateway(ethers, networkHelpers);
}
const stage = () => networkHelpers.loadFixture(deployed);

/** What the gateway holds beside what is on its way: nothing. */
async function expectInFlight(d: GatewayFixture, amount: bigint) {
  expect(await d.ltc.balanceOf(d.gateway)).to.equal(amount);
  expect(await d.ltc.totalSupply()).to.equal((await d.ltc.balanceOf(d.vault)) + amount);
}

/** Accounts that are contracts of ours without a way to spend a balance. */
async function nobodys(d: GatewayFixture) {
  return [d.vaultAddress, d.gatewayAddress, await d.ltc.getAddress()];
}

describe("Gateway", () => {
  describe("crediting a deposit", () => {
    it("mints it into the Vault for its account, fresh, and counts it in the trailing day", async () => {
      const d = await stage();
      const deposit = d.depositOf({ account: d.bert.address, amount: 2n * COIN + 1n });
      const time = (await d.now()) + 10n;
      const proof = await d.attestDeposit(deposit);
      await d.at(time);
      const id = await d.depositId(deposit);
      await expect(d.gateway.connect(d.mallory).credit(deposit, proof))
        .to.emit(d.gateway, "DepositCredited")
        // Ticks are rounded up: what is counted is never less than what came.
        .withArgs(id, d.bert, d.ltcId, deposit.amount, windowWord(DAY, time, (2n * COIN) / TICK + 1n));
      expect(await d.ledger(d.bert)).to.equal(deposit.amount);
      expect(await d.gateway.depositOf(id)).to.deep.equal([DEPOSIT.CREDITED, 0n]);
      expect(await d.gateway.isConsumed(id)).to.equal(true);
      expect(await d.gateway.creditWindowOf(d.ltcId)).to.equal(
        windowWord(DAY, time, (2n * COIN) / TICK + 1n),
      );
      await expectInFlight(d, 0n);
      const facts = await d.vault.facts(d.bert, d.ltcId, deposit.amount, d.carl);
      expect(facts.seasoned).to.equal(0n);
    });

    it("once: not again, and not by another statement of the same output", async () => {
      const d = await stage();
      const deposit = d.depositOf();
      await d.credit(deposit);
      for (const again of [deposit, { ...deposit, account: d.mallory.address, amount: 1n }]) {
        await expect(d.credit(again)).to.be.revertedWithCustomError(d.gateway, "Gateway_Consumed");
      }
      await d.credit({ ...deposit, index: 1n });
      expect(await d.ledger(d.anna)).to.equal(7n * COIN);
    });

    it("delays what the trailing day has no room for, and then credits it", async () => {
      const d = await stage();
      await d.credit(d.depositOf({ amount: 9n * COIN }));
      const deposit = d.depositOf({ amount: COIN + 1n });
      const id = await d.depositId(deposit);
      const proof = await d.attestDeposit(deposit);
      const time = (await d.now()) + 10n;
      const due = time + NUMBERS.FOREIGN_DELAY;
      await d.at(time);
      await expect(d.gateway.credit(deposit, proof))
        .to.emit(d.gateway, "DepositDelayed")
        .withArgs(id, d.anna, d.ltcId, deposit.amount, due, 1n);
      expect(await d.gateway.depositOf(id)).to.deep.equal([DEPOSIT.DELAYED, due]);
      expect(await d.gateway.isConsumed(id)).to.equal(false);
      expect(await d.ledger(d.anna)).to.equal(14n * COIN);
      await expect(d.gateway.credit(deposit, proof))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_Delayed")
        .withArgs(id, due);
      await expect(d.gateway.mature(deposit)).to.be.revertedWithCustomError(d.gateway, "Gateway_Delayed");
      await d.at(due - 1n);
      await expect(d.gateway.mature(deposit)).to.be.revertedWithCustomError(d.gateway, "Gateway_Delayed");
      await d.at(due);
      await expect(d.gateway.connect(d.mallory).mature(deposit))
        .to.emit(d.gateway, "DepositMatured")
        .withArgs(id, d.anna, d.ltcId, deposit.amount);
      expect(await d.ledger(d.anna)).to.equal(15n * COIN + 1n);
      await expect(d.gateway.mature(deposit)).to.be.revertedWithCustomError(d.gateway, "Gateway_NotDelayed");
    });

    it("a day later the same amount is credited at once", async () => {
      const d = await stage();
      await d.credit(d.depositOf({ amount: 10n * COIN }));
      await expect(d.credit(d.depositOf({ amount: 1n }))).to.emit(d.gateway, "DepositDelayed");
      await d.goTo((await d.now()) + 2n * DAY);
      await expect(d.credit(d.depositOf({ amount: 10n * COIN }))).to.emit(d.gateway, "DepositCredited");
    });

    it("matures only what was said of it, to the unit", async () => {
      const d = await stage();
      const deposit = d.depositOf({ amount: 11n * COIN });
      await d.credit(deposit);
      await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY);
      for (const other of [
        { ...deposit, amount: 12n * COIN },
        { ...deposit, account: d.mallory.address },
      ]) {
        await expect(d.gateway.mature(other)).to.be.revertedWithCustomError(
          d.gateway,
          "Gateway_OtherContent",
        );
      }
      await expect(d.gateway.mature({ ...deposit, index: 1n })).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_NotDelayed",
      );
      await d.gateway.mature(deposit);
    });

    it("never credits what governance has refused", async () => {
      const d = await stage();
      const deposit = d.depositOf({ amount: 11n * COIN });
      const id = await d.depositId(deposit);
      await expect(d.gateway.refuse(deposit)).to.be.revertedWithCustomError(d.gateway, "Gateway_NotDelayed");
      await d.credit(deposit);
      await expect(d.gateway.connect(d.mallory).refuse(deposit)).to.be.revertedWithCustomError(
        d.gateway,
        "AccessManagedUnauthorized",
      );
      for (const other of [
        { ...deposit, amount: deposit.amount + 1n },
        { ...deposit, account: d.bert.address },
      ]) {
        await expect(d.gateway.refuse(other))
          .to.be.revertedWithCustomError(d.gateway, "Gateway_OtherContent")
          .withArgs(id);
      }
      await expect(d.gateway.refuse(deposit)).to.emit(d.gateway, "DepositRefused").withArgs(id);
      expect(await d.gateway.depositOf(id)).to.deep.equal([DEPOSIT.REFUSED, 0n]);
      await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY);
      await expect(d.gateway.mature(deposit)).to.be.revertedWithCustomError(d.gateway, "Gateway_NotDelayed");
      await expect(d.credit(deposit)).to.be.revertedWithCustomError(d.gateway, "Gateway_Consumed");
      await expect(d.gateway.refuse(deposit)).to.be.revertedWithCustomError(d.gateway, "Gateway_NotDelayed");
    });

    it("keeps the supply under its cap, payouts on their way included", async () => {
      const d = await stage();
      await d.setNumber("FOREIGN_CAP", (8n * COIN) / TICK);
      const payout = await d.request(2n * COIN);
      expect(await d.gateway.roomOf(d.ltcId)).to.deep.equal([3n * COIN, 3n * COIN]);
      await expect(d.credit(d.depositOf({ amount: 3n * COIN + 1n })))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_NoRoom")
        .withArgs(d.ltcId, 3n * COIN);
      await d.credit(d.depositOf({ amount: 3n * COIN }));
      await d.authorise(payout);
      await d.settle(payout);
      // What has left makes room again.
      await d.credit(d.depositOf({ amount: 2n * COIN }));
      await expect(d.credit(d.depositOf({ amount: 1n }))).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_NoRoom",
      );
    });

    it("leaves the Vault room for what may come back, whatever the cap", async () => {
      const d = await stage();
      await d.vault.connect(d.riskOfficer).tighten(paramKey(KINDS.HOLDINGS_CAP, d.ltcId), (6n * COIN) / TICK);
      const payout = await d.request(2n * COIN);
      // The Vault would take three more, of which two may return.
      expect(await d.vault.room(d.ltcId)).to.equal(3n * COIN);
      await expect(d.credit(d.depositOf({ amount: COIN + 1n })))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_NoRoom")
        .withArgs(d.ltcId, COIN);
      await d.credit(d.depositOf({ amount: COIN }));
      await d.gateway.connect(d.anna).cancel(payout);
      expect(await d.ledger(d.anna)).to.equal(6n * COIN);
    });

    it("waits to mature while there is no room", async () => {
      const d = await stage();
      const deposit = d.depositOf({ amount: 11n * COIN });
      await d.credit(deposit);
      await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY);
      await d.setNumber("FOREIGN_CAP", (15n * COIN) / TICK);
      await expect(d.gateway.mature(deposit)).to.be.revertedWithCustomError(d.gateway, "Gateway_NoRoom");
      await d.setNumber("FOREIGN_CAP", (16n * COIN) / TICK);
      await d.gateway.mature(deposit);
    });

    it("refuses what is no deposit of an asset served here", async () => {
      const d = await stage();
      await expect(d.credit(d.depositOf({ asset: d.tokenId })))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_UnknownAsset")
        .withArgs(d.tokenId);
      const bitcoin = hashOf("bip122:000000000019d6689c085ae165831e93");
      await expect(d.credit(d.depositOf({ chain: bitcoin })))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_OtherChain")
        .withArgs(d.ltcId, bitcoin, d.chain);
      await expect(d.credit(d.depositOf({ amount: 0n }))).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_ZeroAmount",
      );
      await expect(d.credit(d.depositOf({ account: ZeroAddress }))).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_ZeroAddress",
      );
      for (const account of await nobodys(d)) {
        await expect(d.credit(d.depositOf({ account })))
          .to.be.revertedWithCustomError(d.gateway, "Gateway_NobodysAccount")
          .withArgs(account);
      }
    });

    it("refuses a proof of anything else", async () => {
      const d = await stage();
      const deposit = d.depositOf();
      const proof = await d.attestDeposit(deposit);
      for (const other of [
        { ...deposit, amount: deposit.amount + 1n },
        { ...deposit, account: d.mallory.address },
        { ...deposit, index: 1n },
        { ...deposit, txId: hashOf("another") },
      ]) {
        await expect(d.gateway.credit(other, proof)).to.be.revertedWithCustomError(
          d.committee,
          "Committee_BadSignature",
        );
      }
    });
  });

  describe("registering a destination", () => {
    it("keeps the text for good, by anyone, and again is no error", async () => {
      const d = await stage();
      const script = `0x${"00".repeat(22)}`;
      const handle = handleOf({ account: d.bert.address, chain: LITECOIN, script: script.slice(2) });
      expect(await d.gateway.handleOf(d.bert, d.chain, script)).to.equal(handle);
      expect(await d.gateway.destinationOf(handle)).to.deep.equal([ZeroAddress, ZeroHash, "0x"]);
      await expect(d.gateway.connect(d.mallory).registerDestination(d.bert, d.chain, script))
        .to.emit(d.gateway, "DestinationRegistered")
        .withArgs(handle, d.bert, d.chain, script);
      await expect(d.gateway.registerDestination(d.bert, d.chain, script)).not.to.emit(
        d.gateway,
        "DestinationRegistered",
      );
      expect(await d.gateway.destinationOf(handle)).to.deep.equal([d.bert.address, d.chain, script]);
    });

    it("gives each account, chain and script another handle", async () => {
      const d = await stage();
      const texts = [
        [d.anna.address, SCRIPT],
        [d.bert.address, SCRIPT],
        [d.anna.address, `${SCRIPT}00`],
        [d.anna.address, SCRIPT.slice(2)],
      ] as const;
      const handles = texts.map(([account, script]) => handleOf({ account, chain: LITECOIN, script }));
      handles.push(handleOf({ account: d.anna.address, chain: "bip122:other", script: SCRIPT }));
      expect(new Set(handles).size).to.equal(5);
    });

    it("bounds the script, and knows chains that are served only", async () => {
      const d = await stage();
      const most = await d.gateway.MAX_SCRIPT();
      await d.gateway.registerDestination(d.bert, d.chain, `0x${"01".repeat(Number(most))}`);
      for (const size of [0n, most + 1n]) {
        await expect(d.gateway.registerDestination(d.bert, d.chain, `0x${"01".repeat(Number(size))}`))
          .to.be.revertedWithCustomError(d.gateway, "Gateway_BadScript")
          .withArgs(size, most);
      }
      await expect(
        d.gateway.registerDestination(d.bert, hashOf("eip155:1"), `0x${SCRIPT}`),
      ).to.be.revertedWithCustomError(d.gateway, "Gateway_UnknownChain");
      await expect(
        d.gateway.registerDestination(ZeroAddress, d.chain, `0x${SCRIPT}`),
      ).to.be.revertedWithCustomError(d.gateway, "Gateway_ZeroAddress");
    });
  });

  it("registers no destination of an account that could get nothing back", async () => {
    const d = await stage();
    for (const account of await nobodys(d)) {
      await expect(d.gateway.registerDestination(account, d.chain, `0x${SCRIPT}`))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_NobodysAccount")
        .withArgs(account);
      // So nobody's money gets into a payout that can't come back: the exit isn't paid.
      const handle = handleOf({ account, chain: LITECOIN, script: SCRIPT });
      await d.vault.connect(d.anna).setDestination(handle, true);
      await d.goTo((await d.now()) + 2n * DAY);
      await expect(d.vault.connect(d.anna).withdraw(d.ltcId, COIN, handle))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_UnknownHandle")
        .withArgs(handle);
    }
    expect(await d.ledger(d.anna)).to.equal(5n * COIN);
  });

  describe("requesting a payout", () => {
    it("by an exit that is paid at once: the amount is in the gateway, and all is said", async () => {
      const d = await stage();
      const sent = d.vault.connect(d.anna).withdraw(d.ltcId, COIN, d.handle);
      await expect(sent)
        .to.emit(d.gateway, "PayoutRequested")
        .withArgs(
          (await payoutIn(d.gateway, sent)).id,
          d.anna,
          d.handle,
          d.ltcId,
          COIN,
          d.chain,
          `0x${SCRIPT}`,
          1n,
        );
      const { id } = await payoutIn(d.gateway, sent);
      expect(await d.gateway.payoutOf(id)).to.deep.equal([
        PAYOUT.REQUESTED,
        1n,
        d.anna.address,
        d.handle,
        d.ltcId,
        COIN,
        ZeroHash,
      ]);
      await expectInFlight(d, COIN);
    });

    it("by an exit that was queued, when it is released", async () => {
      const d = await stage();
      await d.credit(d.depositOf());
      const { exit } = await queuedIn(d, d.vault.connect(d.anna).withdraw(d.ltcId, 6n * COIN, d.handle));
      await d.goTo(exit.late + DAY);
      const release = () => d.vault.connect(d.mallory).release(exit);
      const first = await (await release()).wait();
      const requested = first?.logs.some((log) => log.address === d.gatewayAddress);
      if (!requested) {
        await d.goTo((await d.now()) + DAY);
        await release();
      }
      await expectInFlight(d, 6n * COIN);
      expect(await d.ledger(d.anna)).to.equal(0n);
    });

    it("goes through the door of every exit: priced, and counted in the tier's window", async () => {
      const d = await stage();
      const anna = d.vault.connect(d.anna);
      const dollars = (count: bigint) => count * 10n ** 12n;
      const queuedFor = async (amount: bigint) =>
        (await queuedIn(d, anna.withdraw(d.ltcId, amount, d.handle))).reasons;
      await d.router.setPrice(d.ltcId, dollars(100n), MODE.DEGRADED);
      expect(await queuedFor(COIN)).to.equal(REASON.PRICE_NOT_NORMAL);
      // A coin is worth as much as leaves in a day.
      await d.router.setPrice(d.ltcId, dollars(TIERS[3].window / 100n), MODE.NORMAL);
      expect(await queuedFor(COIN / 2n + TICK)).to.equal(REASON.ABOVE_SINGLE_LIMIT);
      await d.request(COIN / 2n);
      await d.request(COIN / 2n);
      expect(await queuedFor(TICK)).to.equal(REASON.SUBJECT_LIMIT);
      await expectInFlight(d, COIN);
    });

    it("gives equal exits different payouts", async () => {
      const d = await stage();
      const ids = [await d.request(COIN), await d.request(COIN)];
      expect(new Set(ids).size).to.equal(2);
      await expectInFlight(d, 2n * COIN);
    });

    it("belongs to the handle's account, whoever exited to it", async () => {
      const d = await stage();
      await d.face.connect(d.anna).transfer(d.bert, d.ltcId, COIN);
      const { exit } = await queuedIn(d, d.vault.connect(d.bert).withdraw(d.ltcId, COIN, d.handle));
      await d.goTo(exit.late + DAY);
      await d.vault.release(exit);
      if ((await d.ltc.balanceOf(d.gateway)) === 0n) {
        await d.goTo((await d.now()) + DAY);
        await d.vault.release(exit);
      }
      const [log] = await d.gateway.queryFilter(d.gateway.filters.PayoutRequested());
      expect(log?.args.account).to.equal(d.anna.address);
      await expect(d.gateway.connect(d.bert).cancel(log?.args.payoutId ?? ZeroHash))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_NotTheAccount")
        .withArgs(d.bert, d.anna);
    });

    it("refuses any other recipient: at once nothing leaves, queued it stays its owner's to cancel", async () => {
      const d = await stage();
      await d.vault.connect(d.anna).setDestination(d.carl, true);
      await d.vault.connect(d.anna).setDestination(d.gatewayAddress, true);
      await d.goTo((await d.now()) + 2n * DAY);
      for (const to of [d.carl.address, d.gatewayAddress]) {
        await expect(d.vault.connect(d.anna).withdraw(d.ltcId, COIN, to))
          .to.be.revertedWithCustomError(d.gateway, "Gateway_UnknownHandle")
          .withArgs(to);
      }
      const { exit } = await queuedIn(d, d.vault.connect(d.anna).withdraw(d.ltcId, COIN, d.bert));
      await d.goTo(exit.late + 2n * DAY);
      await expect(d.vault.release(exit)).to.be.revertedWithCustomError(d.gateway, "Gateway_UnknownHandle");
      await d.vault.connect(d.anna).cancel(exit);
      expect(await d.ledger(d.anna)).to.equal(5n * COIN);
    });

    it("refuses less than an asset's least", async () => {
      const d = await stage();
      const least = NUMBERS.FOREIGN_LEAST * TICK;
      await expect(d.vault.connect(d.anna).withdraw(d.ltcId, least - 1n, d.handle))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_BelowLeast")
        .withArgs(d.ltcId, least - 1n, least);
      await d.request(least);
    });

    it("refuses a handle of another chain", async () => {
      const d = await stage();
      const bitcoin = "bip122:000000000019d6689c085ae165831e93";
      const btc = await ethers.deployContract("ForeignAsset", [
        d.vault,
        d.gateway,
        `${bitcoin}/slip44:0`,
        "Bitcoin",
        "BTC",
        8,
      ]);
      const id = await d.listToken(btc, { tickExponent: 3n, price: 60_000n * 10n ** 12n });
      for (const kind of ["FOREIGN_CAP", "FOREIGN_INSTANT", "FOREIGN_WORTH", "FOREIGN_LEAST"] as const) {
        await d.gateway.set(paramKey(KINDS[kind], id), 0, NEVER, NUMBERS[kind]);
      }
      for (const kind of ["FOREIGN_DELAY", "CHAIN_OUT"] as const) {
        await d.gateway.set(chainKey(KINDS[kind], bitcoin), 0, NEVER, NUMBERS[kind]);
      }
      await expect(d.gateway.addAsset(id))
        .to.emit(d.gateway, "ForeignAssetAdded")
        .withArgs(id, hashOf(bitcoin), btc, await btc.getFunction("caip19")());
      expect(await d.gateway.foreignAssets()).to.deep.equal([d.ltcId, id]);
      await d.gateway.registerDestination(d.anna, hashOf(bitcoin), `0x${SCRIPT}`);
      const handle = await d.gateway.handleOf(d.anna, hashOf(bitcoin), `0x${SCRIPT}`);
      await d.vault.connect(d.anna).setDestination(handle, true);
      await d.goTo((await d.now()) + 2n * DAY);
      await expect(d.vault.connect(d.anna).withdraw(d.ltcId, COIN, handle))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_OtherChain")
        .withArgs(d.ltcId, hashOf(bitcoin), d.chain);
    });

    it("takes no payout from anyone but its own tokens", async () => {
      const d = await stage();
      await expect(d.gateway.connect(d.mallory).onPayout(d.handle, COIN)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_UnknownAsset",
      );
    });
  });

  describe("a payout's life", () => {
    it("authorised with a token, then settled: the amount is burnt", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      const time = (await d.now()) + 10n;
      const proof = await d.attestToken(id, TOKEN);
      await d.at(time);
      await expect(d.gateway.connect(d.mallory).authorise(id, TOKEN, proof))
        .to.emit(d.gateway, "PayoutAuthorised")
        .withArgs(id, 1n, TOKEN, windowWord(DAY, time, 10_000n));
      expect((await d.gateway.payoutOf(id)).token).to.equal(TOKEN);
      expect(await d.gateway.outWindowOf(d.chain)).to.equal(windowWord(DAY, time, 10_000n));
      expect(await d.gateway.outRoomOf(d.chain)).to.equal(NUMBERS.CHAIN_OUT - 10_000n);
      await expect(d.settle(id)).to.emit(d.gateway, "PayoutSettled").withArgs(id, 1n, `0x${TX}`);
      expect(await d.statusOf(id)).to.equal(PAYOUT.SETTLED);
      await expectInFlight(d, 0n);
      expect(await d.ltc.totalSupply()).to.equal(4n * COIN);
    });

    it("voided, then refunded by anyone, fresh", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      await d.authorise(id);
      await expect(d.voided(id)).to.emit(d.gateway, "PayoutVoided").withArgs(id, 1n, `0x${TX}`);
      await expect(d.gateway.connect(d.mallory).refund(id)).to.emit(d.gateway, "PayoutRefunded").withArgs(id);
      expect(await d.statusOf(id)).to.equal(PAYOUT.REFUNDED);
      expect(await d.ledger(d.anna)).to.equal(5n * COIN);
      expect((await d.vault.facts(d.anna, d.ltcId, 1n, d.handle)).seasoned).to.equal(4n * COIN);
      await expectInFlight(d, 0n);
    });

    it("voided, then tried again: what was said of the first attempt says nothing of the second", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      const first = await d.attestToken(id, TOKEN);
      await d.authorise(id);
      const paid = await d.attestOutcome(id, "PAID", TX);
      await d.voided(id);
      await expect(d.gateway.connect(d.mallory).retry(id)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_NotTheAccount",
      );
      await expect(d.gateway.connect(d.anna).retry(id)).to.emit(d.gateway, "PayoutRetried").withArgs(id, 2n);
      const { attempt, token, status } = await d.gateway.payoutOf(id);
      expect([status, attempt, token]).to.deep.equal([PAYOUT.REQUESTED, 2n, ZeroHash]);
      await expect(d.gateway.authorise(id, TOKEN, first)).to.be.revertedWithCustomError(
        d.committee,
        "Committee_BadSignature",
      );
      await d.authorise(id, hashOf("outpoint:bb:1"), 2n);
      await expect(d.gateway.settle(id, `0x${TX}`, paid)).to.be.revertedWithCustomError(
        d.committee,
        "Committee_BadSignature",
      );
      await d.settle(id, "d2".repeat(32), 2n);
    });

    it("cancelled by its account before it is authorised, and by nobody else", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      await expect(d.gateway.connect(d.mallory).cancel(id)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_NotTheAccount",
      );
      await expect(d.gateway.connect(d.anna).cancel(id))
        .to.emit(d.gateway, "PayoutCancelled")
        .withArgs(id)
        .and.to.emit(d.vault, "Deposited");
      expect(await d.ledger(d.anna)).to.equal(5n * COIN);
      expect(await d.statusOf(id)).to.equal(PAYOUT.CANCELLED);
      await expectInFlight(d, 0n);
    });

    it("recalled by governance before it is authorised, to its account", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      await expect(d.gateway.connect(d.anna).recall(id)).to.be.revertedWithCustomError(
        d.gateway,
        "AccessManagedUnauthorized",
      );
      await expect(d.gateway.recall(id)).to.emit(d.gateway, "PayoutCancelled").withArgs(id);
      expect(await d.ledger(d.anna)).to.equal(5n * COIN);
    });

    type Step = (d: GatewayFixture, id: string) => Promise<unknown>;
    const steps: Record<string, Step> = {
      cancel: (d, id) => d.gateway.connect(d.anna).cancel(id),
      recall: (d, id) => d.gateway.recall(id),
      authorise: (d, id) => d.authorise(id),
      settle: (d, id) => d.settle(id),
      voided: (d, id) => d.voided(id),
      refund: (d, id) => d.gateway.refund(id),
      retry: (d, id) => d.gateway.connect(d.anna).retry(id),
    };
    const reach: Record<keyof typeof PAYOUT, readonly (keyof typeof steps)[]> = {
      NONE: [],
      REQUESTED: [],
      AUTHORISED: ["authorise"],
      SETTLED: ["authorise", "settle"],
      VOIDED: ["authorise", "voided"],
      REFUNDED: ["authorise", "voided", "refund"],
      CANCELLED: ["cancel"],
    };
    const allowed: Partial<Record<keyof typeof PAYOUT, readonly string[]>> = {
      REQUESTED: ["cancel", "recall", "authorise"],
      AUTHORISED: ["settle", "voided"],
      VOIDED: ["refund", "retry"],
    };
    for (const [status, path] of Object.entries(reach)) {
      it(`${status}: only ${allowed[status as keyof typeof PAYOUT]?.join(", ") ?? "nothing"} follows`, async () => {
        const d = await stage();
        const id = status === "NONE" ? hashOf("nothing") : await d.request(COIN);
        for (const step of path) await (steps[step] as Step)(d, id);
        expect(await d.statusOf(id)).to.equal(PAYOUT[status as keyof typeof PAYOUT]);
        for (const [name, step] of Object.entries(steps)) {
          if (allowed[status as keyof typeof PAYOUT]?.includes(name)) {
            const snapshot = await networkHelpers.takeSnapshot();
            await step(d, id);
            expect(await d.statusOf(id)).not.to.equal(PAYOUT[status as keyof typeof PAYOUT]);
            await snapshot.restore();
          } else {
            await expect(step(d, id), name)
              .to.be.revertedWithCustomError(d.gateway, "Gateway_NotIn")
              .withArgs(id, PAYOUT[status as keyof typeof PAYOUT]);
          }
        }
      });
    }

    it("refuses a token of zero, a proof of another token, and an outcome of another transaction", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      await expect(d.authorise(id, ZeroHash)).to.be.revertedWithCustomError(d.gateway, "Gateway_ZeroToken");
      const proof = await d.attestToken(id, TOKEN);
      await expect(d.gateway.authorise(id, hashOf("another"), proof)).to.be.revertedWithCustomError(
        d.committee,
        "Committee_BadSignature",
      );
      await d.authorise(id);
      const paid = await d.attestOutcome(id, "PAID", TX);
      const voided = await d.attestOutcome(id, "VOIDED", TX);
      for (const sent of [
        () => d.gateway.settle(id, hashOf("another"), paid),
        () => d.gateway.settle(id, `0x${TX}`, voided),
        () => d.gateway.voided(id, `0x${TX}`, paid),
      ]) {
        await expect(sent()).to.be.revertedWithCustomError(d.committee, "Committee_BadSignature");
      }
    });

    it("refunds again later while the Vault has no room, or lets it be tried again", async () => {
      const d = await stage();
      const id = await d.request(2n * COIN);
      await d.authorise(id);
      await d.voided(id);
      await d.vault.connect(d.riskOfficer).tighten(paramKey(KINDS.HOLDINGS_CAP, d.ltcId), (4n * COIN) / TICK);
      await expect(d.gateway.refund(id)).to.be.revertedWithCustomError(d.vault, "Vault_CapReached");
      expect(await d.statusOf(id)).to.equal(PAYOUT.VOIDED);
      const snapshot = await networkHelpers.takeSnapshot();
      await d.gateway.connect(d.anna).retry(id);
      await d.authorise(id, TOKEN, 2n);
      await snapshot.restore();
      // The tightening lapses.
      await d.goTo((await d.now()) + 14n * DAY);
      await d.gateway.refund(id);
      await expectInFlight(d, 0n);
    });
  });

  describe("while the Vault winds the asset down", () => {
    async function windingDown() {
      const d = await deployed();
      const [asked, void_] = [await d.request(COIN), await d.request(COIN)];
      await d.authorise(void_);
      await d.voided(void_);
      await d.setParam("vault", paramKey(KINDS.WIND_DOWN_AFTER), 90n);
      await d.goTo((await d.vault.governedAt()) + 90n * DAY);
      await d.vault.connect(d.mallory).windDown(d.ltcId);
      return { ...d, asked, void_ };
    }

    it("nothing goes back or comes in, and payouts go on to their end", async () => {
      const d = await networkHelpers.loadFixture(windingDown);
      const anna = d.gateway.connect(d.anna);
      for (const sent of [
        () => anna.cancel(d.asked),
        () => d.gateway.recall(d.asked),
        () => d.gateway.refund(d.void_),
      ]) {
        await expect(sent()).to.be.revertedWithCustomError(d.vault, "Vault_WindingDown").withArgs(d.ltcId);
      }
      expect(await d.statusOf(d.asked)).to.equal(PAYOUT.REQUESTED);
      expect(await d.statusOf(d.void_)).to.equal(PAYOUT.VOIDED);
      await expect(d.credit(d.depositOf()))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_NoRoom")
        .withArgs(d.ltcId, 0n);
      await d.authorise(d.asked);
      await d.settle(d.asked);
      await anna.retry(d.void_);
      await d.authorise(d.void_, hashOf("outpoint:bb:0"), 2n);
      await d.settle(d.void_, TX, 2n);
      const id = await d.request(COIN);
      await d.authorise(id);
      await d.settle(id);
      await expectInFlight(d, 0n);
    });

    it("goes back once governance is there again", async () => {
      const d = await networkHelpers.loadFixture(windingDown);
      await d.vault.revive(d.ltcId);
      await d.gateway.connect(d.anna).cancel(d.asked);
      await d.gateway.refund(d.void_);
      expect(await d.ledger(d.anna)).to.equal(5n * COIN);
      await expectInFlight(d, 0n);
    });
  });

  describe("authorising", () => {
    it("holds to the chain's trailing day, and says when it fits", async () => {
      const d = await stage();
      await d.setNumber("CHAIN_OUT", 15_000n);
      const [one, two] = [await d.request(COIN), await d.request(COIN)];
      await d.authorise(one);
      let fitsFrom = 0n;
      await expect(d.authorise(two))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_ChainLimitReached")
        .withArgs(d.chain, 10_000n, 5_000n, (from: bigint) => {
          fitsFrom = from;
          return true;
        });
      const proof = await d.attestToken(two, TOKEN);
      await d.at(fitsFrom - 1n);
      await expect(d.gateway.authorise(two, TOKEN, proof)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_ChainLimitReached",
      );
      await d.at(fitsFrom);
      await d.gateway.authorise(two, TOKEN, proof);
    });

    it("counts worth in cents, rounded up", async () => {
      const d = await stage();
      const id = await d.request(COIN + 1n);
      await d.authorise(id);
      expect(await d.gateway.outRoomOf(d.chain)).to.equal(NUMBERS.CHAIN_OUT - 10_001n);
    });

    it("waits while its account's customer is held, listed or moved under one who is", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      await d.vault.connect(d.officer).hold(d.anna, 3_600);
      const until = (await d.vault.subjectRecord(d.anna)).heldUntil;
      await expect(d.authorise(id))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_AccountHeld")
        .withArgs(d.anna, until);
      await d.vault.connect(d.officer).lift(d.anna);
      await d.sanctions.setListed(d.anna, true);
      await d.vault.screen(d.anna);
      await expect(d.authorise(id))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_AccountListed")
        .withArgs(d.anna);
      await d.sanctions.setListed(d.anna, false);
      await d.vault.screen(d.anna);
      await d.vault.connect(d.officer).setSubject(d.anna, d.carl);
      await d.vault.connect(d.officer).hold(d.carl, 3_600);
      await expect(d.authorise(id)).to.be.revertedWithCustomError(d.gateway, "Gateway_AccountHeld");
      // Its account still cancels.
      await d.gateway.connect(d.anna).cancel(id);
    });

    it("asks the sanctions list itself: what nobody has put on record yet stops it too", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      await d.sanctions.setListed(d.anna, true);
      expect((await d.vault.subjectRecord(d.anna)).listed).to.equal(0n);
      await expect(d.authorise(id))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_AccountListed")
        .withArgs(d.anna);
      await d.sanctions.setListed(d.anna, false);
      await d.authorise(id);
    });

    it("goes by the record where the list is silent", async () => {
      const d = await stage();
      const [one, two] = [await d.request(COIN), await d.request(COIN)];
      for (const sick of [1n, 2n, 3n, 4n, 5n]) {
        await d.sanctions.setMode(sick);
        const snapshot = await networkHelpers.takeSnapshot();
        await d.authorise(one);
        await snapshot.restore();
      }
      await d.sanctions.setMode(0n);
      await d.sanctions.setListed(d.anna, true);
      await d.vault.screen(d.anna);
      await d.sanctions.setMode(1n);
      await expect(d.authorise(two)).to.be.revertedWithCustomError(d.gateway, "Gateway_AccountListed");
    });

    it("waits while everyone is held", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      await d.vault.connect(d.officer).hold(ZeroAddress, 3_600);
      await expect(d.authorise(id)).to.be.revertedWithCustomError(d.gateway, "Gateway_EveryoneHeld");
      await d.vault.connect(d.officer).lift(ZeroAddress);
      await d.authorise(id);
    });
  });

  describe("holding a chain", () => {
    it("by a guardian, as a customer: credits and authorisations wait, everything else goes on", async () => {
      const d = await stage();
      const [one, two, three] = [await d.request(COIN), await d.request(COIN), await d.request(COIN)];
      await d.authorise(one);
      await d.authorise(two);
      const late = d.depositOf({ amount: 11n * COIN });
      await d.credit(late);
      await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY);
      const account = await d.gateway.chainAccount(d.chain);
      expect(account.toLowerCase()).to.equal(`0x${d.chain.slice(-40)}`);
      expect(await d.gateway.isOpen(d.chain)).to.equal(true);
      await d.guardian.connect(d.guardianKey).hold(account, DAY);
      expect(await d.gateway.isOpen(d.chain)).to.equal(false);
      for (const sent of [
        () => d.credit(d.depositOf()),
        () => d.gateway.mature(late),
        () => d.authorise(three),
      ]) {
        await expect(sent()).to.be.revertedWithCustomError(d.gateway, "Gateway_ChainHeld");
      }
      await d.settle(one);
      await d.voided(two);
      await d.gateway.refund(two);
      await d.gateway.connect(d.anna).cancel(three);
      await d.request(COIN);
      await d.gateway.refuse(late);
      await d.goTo((await d.now()) + DAY);
      await d.credit(d.depositOf());
    });
  });

  describe("equivocation", () => {
    const message = hashOf("a message");
    const [A, B, C] = [hashOf("A"), hashOf("B"), hashOf("C")];
    async function prove(d: GatewayFixture, a = A, b = B, messageId = message, chain = d.chain) {
      return d.gateway
        .connect(d.mallory)
        .proveEquivocation(
          chain,
          messageId,
          a,
          await d.attest({ chain, messageId, content: a }, d.keys.slice(0, 2)),
          b,
          await d.attest({ chain, messageId, content: b }, d.keys.slice(1, 3)),
        );
    }

    it("halts the chain for credits and authorisations, until governance resumes it", async () => {
      const d = await stage();
      const [one, two] = [await d.request(COIN), await d.request(COIN)];
      await d.authorise(one);
      await expect(prove(d)).to.emit(d.gateway, "EquivocationProven").withArgs(d.chain, message, A, B);
      expect(await d.gateway.haltOf(d.chain)).to.equal(message);
      expect(await d.gateway.isOpen(d.chain)).to.equal(false);
      for (const sent of [() => d.credit(d.depositOf()), () => d.authorise(two)]) {
        await expect(sent())
          .to.be.revertedWithCustomError(d.gateway, "Gateway_ChainHalted")
          .withArgs(d.chain, message);
      }
      await d.settle(one);
      await d.gateway.connect(d.anna).cancel(two);
      await expect(d.gateway.connect(d.mallory).resume(d.chain, message)).to.be.revertedWithCustomError(
        d.gateway,
        "AccessManagedUnauthorized",
      );
      await expect(d.gateway.resume(d.chain, message)).to.emit(d.gateway, "ChainResumed").withArgs(d.chain);
      await d.credit(d.depositOf());
    });

    it("a message halts once: what everybody has seen doesn't halt what was resumed", async () => {
      const d = await stage();
      await prove(d);
      await d.gateway.resume(d.chain, message);
      for (const [a, b] of [
        [A, B],
        [B, A],
        [A, C],
      ] as const) {
        await expect(prove(d, a, b)).to.be.revertedWithCustomError(d.gateway, "Gateway_ShownAlready");
      }
      await prove(d, A, B, hashOf("another message"));
      expect(await d.gateway.isOpen(d.chain)).to.equal(false);
    });

    it("what was decided for one halt doesn't end the next", async () => {
      const d = await stage();
      const next = hashOf("another message");
      await prove(d);
      await prove(d, A, B, next);
      await expect(d.gateway.resume(d.chain, message))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_NotHalted")
        .withArgs(d.chain, message);
      await expect(d.gateway.resume(d.chain, ZeroHash)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_NotHalted",
      );
      await d.gateway.resume(d.chain, next);
      await expect(d.gateway.resume(d.chain, next)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_NotHalted",
      );
    });

    it("needs two contents, two proofs and a chain that is served", async () => {
      const d = await stage();
      await expect(prove(d, A, A)).to.be.revertedWithCustomError(d.gateway, "Gateway_NoEquivocation");
      await expect(prove(d, A, B, ZeroHash)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_NoEquivocation",
      );
      await expect(prove(d, A, B, message, hashOf("eip155:1"))).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_UnknownChain",
      );
      const a = await d.attest({ chain: d.chain, messageId: message, content: A });
      const one = await d.attest({ chain: d.chain, messageId: message, content: B }, d.keys.slice(0, 1));
      for (const [proofA, proofB] of [
        [a, a],
        [a, one],
        [one, a],
      ] as const) {
        await expect(
          d.gateway.proveEquivocation(d.chain, message, A, proofA, B, proofB),
        ).to.be.revertedWithCustomError(d.committee, "Committee_BadSignature");
      }
    });
  });

  describe("its routes and numbers", () => {
    it("serves an asset once, that is its own, listed, and has numbers", async () => {
      const d = await stage();
      await expect(d.gateway.addAsset(d.ltcId)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_KnownAsset",
      );
      await expect(d.gateway.connect(d.mallory).addAsset(d.ltcId)).to.be.revertedWithCustomError(
        d.gateway,
        "AccessManagedUnauthorized",
      );
      const make = async (vault: unknown, gateway: unknown) =>
        ethers.deployContract("ForeignAsset", [
          vault,
          gateway,
          "bip122:1a91e3dace36e2be3bf030a65679fe82/slip44:3",
          "Doge",
          "DOGE",
          8,
        ] as never);
      const unlisted = await make(d.vault, d.gateway);
      await expect(
        d.gateway.addAsset((2n << 248n) | BigInt(await unlisted.getAddress())),
      ).to.be.revertedWithCustomError(d.gateway, "Gateway_NotListed");
      for (const [vault, gateway] of [
        [d.vault, d.anna],
        [d.anna, d.gateway],
      ] as const) {
        const id = await d.listToken(await make(vault, gateway));
        await expect(d.gateway.addAsset(id)).to.be.revertedWithCustomError(d.gateway, "Gateway_NotOurs");
      }
      const id = await d.listToken(await make(d.vault, d.gateway));
      await expect(d.gateway.addAsset(id))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_ParameterMissing")
        .withArgs(paramKey(KINDS.FOREIGN_CAP, id));
    });

    it("tightens and sets within bounds", async () => {
      const d = await stage();
      const rows = [
        ["FOREIGN_CAP", 0n, (1n << 36n) - 1n, 1n],
        ["FOREIGN_INSTANT", 0n, (1n << 36n) - 1n, 1n],
        ["FOREIGN_DELAY", 3_600n, 30n * DAY, 2n],
        ["CHAIN_OUT", 0n, (1n << 36n) - 1n, 1n],
        ["FOREIGN_WORTH", 1n, (1n << 36n) - 1n, 0n],
        ["FOREIGN_LEAST", 1n, 1_000_000n, 0n],
      ] as const;
      for (const [kind, min, max, direction] of rows) {
        expect(await d.gateway.specOf(paramKey(KINDS[kind]))).to.deep.equal([min, max, direction]);
      }
      await expect(d.gateway.specOf(paramKey(KINDS.HOLDINGS_CAP))).to.be.revertedWithCustomError(
        d.gateway,
        "Params_UnknownKey",
      );
      const risk = d.gateway.connect(d.riskOfficer);
      await risk.tighten(paramKey(KINDS.FOREIGN_INSTANT, d.ltcId), 0n);
      await expect(d.credit(d.depositOf({ amount: 1n }))).to.emit(d.gateway, "DepositDelayed");
      await expect(risk.tighten(paramKey(KINDS.FOREIGN_LEAST, d.ltcId), 5n)).to.be.revertedWithCustomError(
        d.gateway,
        "Params_HasNoOrder",
      );
      await expect(
        d.gateway.connect(d.mallory).tighten(paramKey(KINDS.FOREIGN_CAP, d.ltcId), 0n),
      ).to.be.revertedWithCustomError(d.gateway, "AccessManagedUnauthorized");
    });

    it("says what it serves, and through whom", async () => {
      const d = await stage();
      expect(await d.gateway.foreignOf(d.ltcId)).to.deep.equal([
        await d.ltc.getAddress(),
        1n,
        8n,
        3n,
        d.chain,
      ]);
      expect(await d.gateway.foreignOf(d.tokenId)).to.deep.equal([ZeroAddress, 0n, 0n, 0n, ZeroHash]);
      expect(await d.gateway.vault()).to.equal(d.vaultAddress);
      expect(await d.gateway.committee()).to.equal(await d.committee.getAddress());
      expect(await d.gateway.MAX_ASSETS()).to.equal(256n);
    });

    it("refuses zero addresses", async () => {
      const d = await stage();
      const zero = ZeroAddress;
      for (const args of [
        [d.manager, zero, d.committee, zero],
        [d.manager, d.vault, zero, zero],
      ]) {
        await expect(ethers.deployContract("Gateway", args as never)).to.be.revertedWithCustomError(
          d.gateway,
          "Gateway_ZeroAddress",
        );
      }
    });
  });
});
