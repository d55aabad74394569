import { expect } from "chai";
import { id as hashOf, ZeroAddress } from "ethers";
import hre from "hardhat";
import { outcomeContent, outcomeMessage } from "../../src/gateway/statement.ts";
import type { Gateway } from "../../typechain-types/index.ts";
import { DAY, HOUR, KINDS, NEVER, paramKey } from "../support/deployCore.ts";
import {
  COIN,
  committeeOf,
  DEPOSIT,
  deployGateway,
  NUMBERS,
  PAYOUT,
  payoutIn,
  SCRIPT,
  TICK,
  TOKEN,
  TX,
} from "../support/gatewayFixture.ts";
import { queuedIn } from "../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

async function deployed() {
  const d = await deployGateway(ethers, networkHelpers);
  const nextKeys = committeeOf("after the theft", 3);
  const next = await ethers.deployContract("MultisigVerifier", [nextKeys.map((key) => key.address), 2]);
  return { ...d, next, nextSigners: nextKeys.slice(0, 2), thief: d.gateway.connect(d.mallory) };
}
type Stage = Awaited<ReturnType<typeof deployed>>;
const stage = () => networkHelpers.loadFixture(deployed);

/** Mallory's handle, usable for instant exits. */
async function thiefsHandle(d: Stage, script = `0x5120${"66".repeat(32)}`) {
  await d.thief.registerDestination(d.mallory, d.chain, script);
  return d.gateway.handleOf(d.mallory, d.chain, script);
}

describe("Attacks on the gateway", () => {
  describe("REVIEW 14: a refund and a late foreign payment", () => {
    it("no time makes an authorised payout refundable: only its token, spent otherwise", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      await d.authorise(id);
      await d.goTo((await d.now()) + 3_650n * DAY);
      for (const sent of [
        () => d.gateway.refund(id),
        () => d.gateway.connect(d.anna).cancel(id),
        () => d.gateway.recall(id),
        () => d.gateway.connect(d.anna).retry(id),
      ]) {
        await expect(sent()).to.be.revertedWithCustomError(d.gateway, "Gateway_NotIn");
      }
      await d.settle(id);
      await expect(d.gateway.refund(id)).to.be.revertedWithCustomError(d.gateway, "Gateway_NotIn");
      expect(await d.ltc.totalSupply()).to.equal(4n * COIN);
    });

    it("a committee that says both paid and void of one attempt is heard once, and convicts itself", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      await d.authorise(id);
      const paid = await d.attestOutcome(id, "PAID", TX);
      const voided = await d.attestOutcome(id, "VOIDED", TX);
      await d.gateway.settle(id, `0x${TX}`, paid);
      await expect(d.gateway.voided(id, `0x${TX}`, voided)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_NotIn",
      );
      await d.thief.proveEquivocation(
        d.chain,
        outcomeMessage(id, 1n),
        outcomeContent("PAID", TX),
        paid,
        outcomeContent("VOIDED", TX),
        voided,
      );
      expect(await d.gateway.isOpen(d.chain)).to.equal(false);
    });

    it("a refund and a retry of one void payout: whichever comes first", async () => {
      const d = await stage();
      const [one, two] = [await d.request(COIN), await d.request(COIN)];
      for (const id of [one, two]) {
        await d.authorise(id);
        await d.voided(id);
      }
      await d.thief.refund(one);
      await expect(d.gateway.connect(d.anna).retry(one)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_NotIn",
      );
      await d.gateway.connect(d.anna).retry(two);
      await expect(d.thief.refund(two)).to.be.revertedWithCustomError(d.gateway, "Gateway_NotIn");
      await expect(d.thief.refund(one)).to.be.revertedWithCustomError(d.gateway, "Gateway_NotIn");
      expect(await d.ltc.balanceOf(d.gateway)).to.equal(COIN);
    });

    it("a cancel in front of an authorisation leaves nothing to authorise, and one behind it nothing to cancel", async () => {
      const d = await stage();
      const [one, two] = [await d.request(COIN), await d.request(COIN)];
      const proof = await d.attestToken(one, TOKEN);
      await d.gateway.connect(d.anna).cancel(one);
      await expect(d.gateway.authorise(one, TOKEN, proof)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_NotIn",
      );
      await d.authorise(two);
      await expect(d.gateway.connect(d.anna).cancel(two)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_NotIn",
      );
    });

    it("the void of a first attempt doesn't void the second, which was paid", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      await d.authorise(id);
      const first = await d.attestOutcome(id, "VOIDED", TX);
      await d.gateway.voided(id, `0x${TX}`, first);
      await d.gateway.connect(d.anna).retry(id);
      await d.authorise(id, hashOf("outpoint:bb:0"), 2n);
      await expect(d.thief.voided(id, `0x${TX}`, first)).to.be.revertedWithCustomError(
        d.committee,
        "Committee_BadSignature",
      );
      await d.settle(id, "77".repeat(32), 2n);
    });
  });

  describe("REVIEW 14: many deposits just under a threshold", () => {
    it("count together: what is credited at once in a day stays under the limit, however small its parts", async () => {
      const d = await stage();
      const part = COIN / 3n - 1n;
      const before = await d.ledger(d.mallory);
      let delayed = 0;
      for (let i = 0; i < 40; ++i) {
        const deposit = d.depositOf({ account: d.mallory.address, amount: part });
        await d.credit(deposit);
        const [status] = await d.gateway.depositOf(await d.depositId(deposit));
        if (status === DEPOSIT.DELAYED) ++delayed;
      }
      expect(delayed).to.be.greaterThan(8);
      const credited = (await d.ledger(d.mallory)) - before;
      expect(credited).to.be.at.most(NUMBERS.FOREIGN_INSTANT * TICK);
    });

    it("dust fills it by whole ticks: splitting finer brings less", async () => {
      const d = await stage();
      await d.setNumber("FOREIGN_INSTANT", 10n);
      for (let i = 0; i < 10; ++i) await d.credit(d.depositOf({ amount: 1n }));
      await expect(d.credit(d.depositOf({ amount: 1n }))).to.emit(d.gateway, "DepositDelayed");
    });
  });

  describe("REVIEW 14: a stolen committee's coins become collateral", () => {
    it("what is forged at once is bounded and fresh, the rest never matures: hold, rotate, revoke", async () => {
      const d = await stage();
      const instant = d.depositOf({ account: d.mallory.address, amount: 10n * COIN });
      await d.credit(instant);
      const forged = Array.from({ length: 5 }, () =>
        d.depositOf({ account: d.mallory.address, amount: 100n * COIN }),
      );
      for (const deposit of forged) await d.credit(deposit);
      expect(await d.ledger(d.mallory)).to.equal(NUMBERS.FOREIGN_INSTANT * TICK);
      // Nothing of it leaves at once: it is fresh.
      const handle = await thiefsHandle(d);
      await d.vault.connect(d.mallory).setDestination(handle, true);
      const { exit } = await queuedIn(d, d.vault.connect(d.mallory).withdraw(d.ltcId, COIN, handle));
      await d.guardian.connect(d.guardianKey).hold(await d.gateway.chainAccount(d.chain), 7n * DAY);
      await d.guardian.connect(d.guardianKey).hold(d.mallory, 7n * DAY);
      await d.goTo(exit.late + HOUR);
      await expect(d.vault.release(exit)).to.be.revertedWithCustomError(d.vault, "Vault_Held");
      await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY);
      for (const deposit of forged) {
        await expect(d.thief.mature(deposit)).to.be.revertedWithCustomError(d.gateway, "Gateway_ChainHeld");
      }
      await d.committee.rotate(1, d.next, 0, NEVER);
      await d.committee.connect(d.riskOfficer).revoke(1);
      await d.goTo((await d.now()) + 8n * DAY);
      for (const deposit of forged) {
        await expect(d.thief.mature(deposit)).to.be.revertedWithCustomError(
          d.gateway,
          "Gateway_CommitteeRevoked",
        );
        await expect(d.thief.credit(deposit, await d.attestDeposit(deposit))).to.be.revertedWithCustomError(
          d.committee,
          "Committee_EpochRevoked",
        );
      }
      expect(await d.ledger(d.mallory)).to.equal(NUMBERS.FOREIGN_INSTANT * TICK - COIN);
    });

    it("the day's limit doesn't start anew with another committee, account or chain of deposits", async () => {
      const d = await stage();
      await d.credit(d.depositOf({ account: d.mallory.address, amount: 10n * COIN }));
      await d.committee.rotate(1, d.next, DAY, NEVER);
      const deposit = d.depositOf({ account: d.carl.address, amount: 1n });
      await d.gateway.credit(deposit, await d.attestDeposit(deposit, d.nextSigners, 2n));
      expect(await d.ledger(d.carl)).to.equal(0n);
    });

    it("a refusal that was left over refuses nothing that the next committee has corrected", async () => {
      const d = await stage();
      const forged = d.depositOf({ account: d.mallory.address, amount: 11n * COIN });
      await d.credit(forged);
      await d.committee.rotate(1, d.next, 0, NEVER);
      await d.committee.connect(d.riskOfficer).revoke(1);
      const real = { ...forged, account: d.bert.address, amount: 12n * COIN };
      await d.gateway.credit(real, await d.attestDeposit(real, d.nextSigners, 2n));
      await expect(d.gateway.refuse(forged))
        .to.be.revertedWithCustomError(d.gateway, "Gateway_OtherContent")
        .withArgs(await d.depositId(real));
      await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY);
      await d.thief.mature(real);
      expect(await d.ledger(d.bert)).to.equal(12n * COIN);
    });

    it("false outcomes reach all that is authorised by then, and the day's limit only what follows", async () => {
      const d = await stage();
      await d.setNumber("CHAIN_OUT", 10_000n);
      const ids: string[] = [];
      for (let day = 0; day < 3; ++day) {
        const id = await d.request(COIN);
        await d.authorise(id);
        ids.push(id);
        await d.goTo((await d.now()) + 2n * DAY);
      }
      await d.guardian.connect(d.guardianKey).hold(await d.gateway.chainAccount(d.chain), DAY);
      // None was paid. Within one day, and under a hold, three days' payouts are said to be.
      for (const id of ids) await d.settle(id);
      expect(await d.ltc.totalSupply()).to.equal(2n * COIN);
      await expect(d.authorise(await d.request(COIN))).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_ChainHeld",
      );
    });

    it("what it authorises in a day is bounded too", async () => {
      const d = await stage();
      await d.setNumber("CHAIN_OUT", 25_000n);
      const ids = [await d.request(COIN), await d.request(COIN), await d.request(COIN)];
      await d.authorise(ids[0] ?? "");
      await d.authorise(ids[1] ?? "");
      await expect(d.authorise(ids[2] ?? "")).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_ChainLimitReached",
      );
    });
  });

  describe("stolen keys of an account", () => {
    it("the victim's coins on their way to the thief are stopped by a hold, called back, and recovered", async () => {
      const d = await stage();
      const script = `0x5120${"66".repeat(32)}`;
      await d.thief.registerDestination(d.anna, d.chain, script);
      const handle = await d.gateway.handleOf(d.anna, d.chain, script);
      // The thief has anna's key, and waits until the destination is usable.
      await d.vault.connect(d.anna).setDestination(handle, true);
      await d.goTo((await d.now()) + 2n * DAY);
      const { id } = await payoutIn(d.gateway, d.vault.connect(d.anna).withdraw(d.ltcId, 5n * COIN, handle));
      await d.guardian.connect(d.guardianKey).hold(d.anna, DAY);
      await expect(d.authorise(id)).to.be.revertedWithCustomError(d.gateway, "Gateway_AccountHeld");
      await d.gateway.recall(id);
      expect(await d.ledger(d.anna)).to.equal(5n * COIN);
      // Under the hold the thief gets it out by no way.
      await expect(
        d.vault.connect(d.anna).withdraw(d.ltcId, 5n * COIN, handle),
      ).to.be.revertedWithCustomError(d.vault, "Vault_Held");
    });

    it("a thief's handle of his own account only moves what an exit could move", async () => {
      const d = await stage();
      const handle = await thiefsHandle(d);
      const { exit } = await queuedIn(d, d.vault.connect(d.anna).withdraw(d.ltcId, COIN, handle));
      await d.goTo(exit.late + DAY);
      await d.guardian.connect(d.guardianKey).hold(d.mallory, 2n * DAY);
      const { id } = await payoutIn(d.gateway, d.vault.release(exit));
      // It is the thief's payout, so it is the thief's customer who is held.
      await expect(d.authorise(id)).to.be.revertedWithCustomError(d.gateway, "Gateway_AccountHeld");
    });
  });

  describe("handles and ways of the token", () => {
    it("nobody registers a text under another handle, or changes one", async () => {
      const d = await stage();
      const before = await d.gateway.destinationOf(d.handle);
      await d.thief.registerDestination(d.mallory, d.chain, `0x${SCRIPT}`);
      await d.thief.registerDestination(d.anna, d.chain, `0x${SCRIPT}`);
      expect(await d.gateway.destinationOf(d.handle)).to.deep.equal(before);
    });

    it("a token that calls itself foreign requests nothing", async () => {
      const d = await stage();
      const fake = await ethers.deployContract("ForeignAsset", [
        d.mallory,
        d.gateway,
        "bip122:12a765e31ffd4059bada1e25190f6e98/slip44:2",
        "Litecoin",
        "LTC",
        8,
      ]);
      // Mallory is that token's vault: her transfers are payouts, but of no asset that is served.
      await expect(
        fake.connect(d.mallory).getFunction("transfer")(d.handle, 0n),
      ).to.be.revertedWithCustomError(d.gateway, "Gateway_UnknownAsset");
    });

    it("coins can't be pulled, pushed or burnt past the books", async () => {
      const d = await stage();
      const id = await d.request(COIN);
      const ltc = d.ltc.connect(d.mallory);
      await expect(ltc.burn(1n)).to.be.revertedWithCustomError(d.ltc, "ForeignAsset_NeverAGateway");
      await expect(ltc.transferFrom(d.gateway, d.vault, COIN)).to.be.revertedWithCustomError(
        d.ltc,
        "ERC20InsufficientAllowance",
      );
      await expect(ltc.transferFrom(d.vault, d.handle, COIN)).to.be.revertedWithCustomError(
        d.ltc,
        "ERC20InsufficientAllowance",
      );
      // A transfer of nothing passes allowances, and changes nothing.
      await ltc.transferFrom(d.gateway, d.vault, 0n);
      expect(await d.ltc.balanceOf(d.gateway)).to.equal(COIN);
      expect(await d.statusOf(id)).to.equal(PAYOUT.REQUESTED);
    });
  });

  describe("replays", () => {
    it("a proof for one committee is none for another of the same keys", async () => {
      const d = await stage();
      const verifier = await ethers.deployContract("MultisigVerifier", [d.keys.map((key) => key.address), 2]);
      const committee = await ethers.deployContract("Committee", [d.manager, verifier]);
      const gateway = (await ethers.deployContract("Gateway", [
        d.manager,
        d.vault,
        committee,
        ZeroAddress,
      ] as never)) as unknown as Gateway;
      const statement = { chain: d.chain, messageId: hashOf("m"), content: hashOf("c") };
      const proof = await d.attest(statement);
      expect(await d.committee.verify(statement, proof)).to.equal(1n);
      await expect(committee.getFunction("verify")(statement, proof)).to.be.revertedWithCustomError(
        d.committee,
        "Committee_BadSignature",
      );
      expect(await gateway.isConsumed(hashOf("anything"))).to.equal(false);
    });

    it("a resume that was left over ends no later halt, and evidence halts once", async () => {
      const d = await stage();
      const [A, B] = [hashOf("A"), hashOf("B")];
      const halt = async (name: string) => {
        const messageId = hashOf(name);
        const say = (content: string) => d.attest({ chain: d.chain, messageId, content });
        await d.thief.proveEquivocation(d.chain, messageId, A, await say(A), B, await say(B));
        return messageId;
      };
      const first = await halt("first");
      await d.gateway.resume(d.chain, first);
      await expect(halt("first")).to.be.revertedWithCustomError(d.gateway, "Gateway_ShownAlready");
      await halt("second");
      await expect(d.gateway.resume(d.chain, first)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_NotHalted",
      );
    });

    it("a set that was scheduled before an emergency doesn't loosen what was tightened in it", async () => {
      const d = await stage();
      const key = paramKey(KINDS.FOREIGN_INSTANT, d.ltcId);
      const { version } = await d.gateway.param(key);
      await d.gateway.connect(d.riskOfficer).tighten(key, 1n);
      await expect(d.gateway.set(key, version, NEVER, NUMBERS.FOREIGN_INSTANT)).to.be.revertedWithCustomError(
        d.gateway,
        "Params_StaleVersion",
      );
      expect(await d.gateway.inForce(key)).to.equal(1n);
    });
  });

  describe("stopping it for ever", () => {
    it("guardians hold a chain for 7 days in 90, and no longer", async () => {
      const d = await stage();
      const account = await d.gateway.chainAccount(d.chain);
      await d.guardian.connect(d.guardianKey).hold(account, 7n * DAY);
      await d.goTo((await d.now()) + 7n * DAY);
      await expect(d.guardian.connect(d.guardianKey).hold(account, HOUR)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_HoldBudgetSpent",
      );
      await d.credit(d.depositOf());
    });

    it("an exit that is refused at the door is never lost", async () => {
      const d = await stage();
      const { exit } = await queuedIn(d, d.vault.connect(d.anna).withdraw(d.ltcId, 1_000n, d.bert));
      await d.goTo(exit.late + DAY);
      await expect(d.vault.release(exit)).to.be.revertedWithCustomError(d.gateway, "Gateway_UnknownHandle");
      await d.setNumber("FOREIGN_LEAST", 1_000_000n);
      await d.vault.connect(d.anna).cancel(exit);
      expect(await d.ledger(d.anna)).to.equal(5n * COIN);
    });

    it("a held or halted chain still pays back, settles and takes requests", async () => {
      const d = await stage();
      const [one, two, three] = [await d.request(COIN), await d.request(COIN), await d.request(COIN)];
      await d.authorise(one);
      await d.authorise(two);
      await d.guardian.connect(d.guardianKey).hold(await d.gateway.chainAccount(d.chain), DAY);
      await d.vault.connect(d.officer).hold(ZeroAddress, DAY);
      await d.settle(one);
      await d.voided(two);
      await d.thief.refund(two);
      await d.gateway.connect(d.anna).cancel(three);
      expect(await d.ltc.balanceOf(d.gateway)).to.equal(0n);
    });
  });
});
