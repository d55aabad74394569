import { expect } from "chai";
import hre from "hardhat";
import { DAY, FRESH_PERIOD, HOUR, ROLES } from "../support/deployCore.ts";
import {
  APPOINTMENT_WAIT,
  DELAY,
  LONGEST_DELAY,
  PEACE,
  SHORTEST_DELAY,
  STAGE,
  setRecoveryStage,
} from "../support/recoveryStage.ts";
import { CENT } from "../support/stage.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const MONEY = 1_000n * CENT;
const NOWHERE = ethers.ZeroAddress;
const EVIDENCE = ethers.id("passport");

/** Anna has seasoned money and two of three agents in force. Where a thief has her key, `thief` is that key. */
async function guarded() {
  const s = await setRecoveryStage(connection);
  const { id } = await s.token();
  await s.fund(s.anna, id, MONEY);
  await s.appointed();
  return { ...s, id, thief: s.recovery.connect(s.anna), thiefAtVault: s.vault.connect(s.anna) };
}

/** Anna has seasoned money and no agents. */
async function alone() {
  const s = await setRecoveryStage(connection);
  const { id } = await s.token();
  await s.fund(s.anna, id, MONEY);
  await s.season();
  return { ...s, id, asOwner: s.recovery.connect(s.anna) };
}

describe("attack: recovery of an account, by and against thieves", () => {
  describe("a thief with the key of an owner who has agents", () => {
    const setup = () => networkHelpers.loadFixture(guarded);

    it("REVIEW 22: can't veto the agents' recovery of that key, nor withdraw it", async () => {
      const s = await setup();
      const from = await s.approve(s.haven);
      await expect(s.thief.veto(s.anna)).to.be.revertedWithCustomError(s.recovery, "Recovery_NothingToVeto");
      await expect(s.thief.vote(s.anna, NOWHERE)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_NotAnAgent",
      );
      await expect(s.thief.dropAppointment()).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_NothingWaits",
      );
      await s.guardian.connect(s.guardianKey).hold(s.anna, DELAY + HOUR);
      await s.waitUntil(from);
      await s.execute([s.id]);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal(MONEY);
      await s.audit();
    });

    it("REVIEW 22: can't replace or remove the agents in time: for 30 days the true ones act", async () => {
      const s = await setup();
      for (const mine of [[s.mallory.address], []]) {
        await s.thief.appoint(mine, mine.length, mine.length === 0 ? 0 : SHORTEST_DELAY, mine.length === 0);
        expect((await s.recovery.agentsOf(s.anna)).inForce.threshold).to.equal(2n);
      }
      await s.wait(APPOINTMENT_WAIT - DELAY - 10n * HOUR);
      expect((await s.recovery.agentsOf(s.anna)).inForce.threshold).to.equal(2n);
      await s.waitUntil(await s.approve(s.haven));
      await s.execute([s.id]);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal(MONEY);
      await s.audit();
    });

    it("REVIEW 22: his agents don't come into force while the true ones' recovery runs, so can't withdraw it", async () => {
      const s = await setup();
      const [a, b] = s.agents;
      // The owner likes long delays.
      await s.thief.appoint([a, b], 2, LONGEST_DELAY, false);
      await s.wait(APPOINTMENT_WAIT);
      await s.thief.appoint([s.mallory], 1, SHORTEST_DELAY, true);
      await s.wait(APPOINTMENT_WAIT - HOUR);
      const from = await s.approve(s.haven);
      for (const wait of [2n * HOUR, LONGEST_DELAY]) {
        await s.wait(wait);
        await expect(s.recovery.connect(s.mallory).vote(s.anna, NOWHERE)).to.be.revertedWithCustomError(
          s.recovery,
          "Recovery_NotAnAgent",
        );
        expect((await s.recovery.agentsOf(s.anna)).inForce.threshold).to.equal(2n);
      }
      await s.waitUntil(from);
      await s.execute([s.id]);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal(MONEY);
      // Once it is over his come into force, to find nothing.
      await s.waitUntil((await s.recovery.recoveryOf(s.anna)).until);
      expect((await s.recovery.agentsOf(s.anna)).inForce.agents).to.deep.equal([s.mallory.address]);
      await s.audit();
    });

    it("REVIEW 22: can't stop an execution by cancelling or asking for exits in front of it", async () => {
      const s = await setup();
      const exits = [];
      for (let i = 0; i < 3; i++) exits.push(await s.queue(s.anna, s.id, MONEY / 4n, s.mallory));
      await s.guardian.connect(s.guardianKey).hold(s.anna, 7n * DAY);
      await s.waitUntil(await s.approve(s.haven));
      const [first] = exits;
      if (!first) throw new Error("no exit");
      await s.thiefAtVault.cancel(first);
      const passes = await s.recovery.execute.staticCall(s.anna, [s.id], exits).then(
        () => true,
        () => false,
      );
      expect(passes, "one cancelled exit stopped the execution").to.equal(true);
      await s.execute([s.id], exits);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal(MONEY);
      for (const exit of exits) {
        await expect(s.vault.connect(s.mallory).release(exit)).to.be.revertedWithCustomError(
          s.vault,
          "Vault_NotOpen",
        );
      }
      await s.audit();
    });

    it("REVIEW 22: under a hold drains nothing in the delay, by no verb", async () => {
      const s = await setup();
      const exit = await s.queue(s.anna, s.id, MONEY / 2n, s.mallory);
      await s.thiefAtVault.setOperator(s.mallory, true);
      await s.guardian.connect(s.guardianKey).hold(s.anna, 7n * DAY);
      const from = await s.approve(s.haven);
      await s.waitUntil(from - HOUR);
      const tries = [
        () => s.thiefAtVault.transfer(s.mallory, s.id, 1n),
        () => s.vault.connect(s.mallory).transferFrom(s.anna, s.mallory, s.id, 1n),
        () => s.thiefAtVault.withdraw(s.id, 1n, s.mallory),
        () => s.vault.connect(s.mallory).release(exit),
      ];
      for (const attempt of tries) {
        await expect(attempt()).to.be.revertedWithCustomError(s.vault, "Vault_Held");
      }
      await s.waitUntil(from);
      await s.execute([s.id], [exit]);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal(MONEY);
      // The hold ends, the account is empty, and his old exit isn't payable.
      await s.wait(7n * DAY);
      await expect(s.vault.release(exit)).to.be.revertedWithCustomError(s.vault, "Vault_NotOpen");
      expect(await s.holds(s.id, s.mallory)).to.equal(0n);
      await s.audit();
    });

    it("without a hold he has the delay: agents save what is there, an exit that isn't paid yet included", async () => {
      const s = await setup();
      // What has been moved inside the ledger is gone, as any transfer is.
      await s.thiefAtVault.transfer(s.mallory, s.id, MONEY / 4n);
      const from = await s.approve(s.haven);
      // An exit of the unverified takes 3 days; a hold on the last day is soon enough for this one.
      const exit = await s.queue(s.anna, s.id, MONEY / 2n, s.mallory);
      await s.guardian.connect(s.guardianKey).hold(s.anna, 6n * DAY);
      await s.waitUntil(from);
      await s.execute([s.id], [exit]);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal((MONEY * 3n) / 4n);
      await s.audit();
    });
  });

  describe("rogue agents", () => {
    const setup = () => networkHelpers.loadFixture(guarded);

    it("REVIEW 22: one below the threshold recovers nothing, however often it votes or signs", async () => {
      const s = await setup();
      const [rogue] = s.agents;
      const deadline = (await s.now()) + DAY;
      await s.recovery.connect(rogue).vote(s.anna, s.mallory);
      await s.recovery.connect(rogue).vote(s.anna, s.mallory);
      const vote = await s.signVote(rogue, s.mallory.address, deadline);
      // The same signature twice in one list is one vote.
      await s.recovery.voteBySig(s.anna, s.mallory, deadline, [vote, vote]);
      expect((await s.recovery.voteOf(s.anna, rogue)).nonce).to.equal(3n);
      await s.recovery.voteBySig(s.anna, s.mallory, deadline, [vote]);
      expect((await s.recovery.voteOf(s.anna, rogue)).nonce).to.equal(3n);
      // Nor does it speak for another.
      await expect(
        s.recovery.voteBySig(s.anna, s.mallory, deadline, [
          await s.signVote(s.agents[1], s.mallory.address, deadline, { signer: rogue }),
        ]),
      ).to.be.revertedWithCustomError(s.recovery, "Recovery_BadSignature");
      // Nobody's vote is needed to be counted: an empty list starts nothing either.
      await s.recovery.voteBySig(s.anna, s.mallory, deadline, []);
      expect([...(await s.recovery.votesFor(s.anna, s.mallory))]).to.deep.equal([1n, 2n]);
      expect(await s.stage()).to.equal(STAGE.NONE);
      await expect(s.execute([s.id])).to.be.revertedWithCustomError(s.recovery, "Recovery_NotRunning");
    });

    it("ANCHORS 3.10: a vote is for one chain, contract, owner, recipient, round and nonce", async () => {
      const s = await setup();
      const [a, b, c] = s.agents;
      const deadline = (await s.now()) + 10n * DAY;
      const { round } = await s.recovery.recoveryOf(s.anna);
      const bad = [
        s.signVote(a, s.haven.address, deadline, {}, { ...s.domain, chainId: s.chainId + 1n }),
        s.signVote(a, s.haven.address, deadline, {}, { ...s.domain, verifyingContract: s.mallory.address }),
        s.signVote(a, s.haven.address, deadline, {}, { ...s.domain, name: "Strongroom Vault" }),
        s.signVote(a, s.haven.address, deadline, {}, { ...s.domain, version: "2" }),
        s.signVote(a, s.haven.address, deadline, { owner: s.bert.address, round, nonce: 0n }),
        s.signVote(a, s.carl.address, deadline),
        s.signVote(a, s.haven.address, deadline, { round: round + 1n }),
        s.signVote(a, s.haven.address, deadline, { nonce: 1n }),
        s.signVote(a, s.haven.address, deadline + 1n),
      ];
      for (const vote of bad) {
        await expect(s.recovery.voteBySig(s.anna, s.haven, deadline, [await vote]))
          .to.be.revertedWithCustomError(s.recovery, "Recovery_BadSignature")
          .withArgs(a);
      }
      // A vote taken back on chain can't be brought again by whoever has kept its signature.
      const kept = await s.signVote(a, s.haven.address, deadline);
      await s.recovery.voteBySig(s.anna, s.haven, deadline, [kept]);
      await s.recovery.connect(a).vote(s.anna, NOWHERE);
      await expect(
        s.recovery.connect(s.mallory).voteBySig(s.anna, s.haven, deadline, [kept]),
      ).to.be.revertedWithCustomError(s.recovery, "Recovery_BadSignature");
      // Nor one that was signed and kept for a round that is over.
      const spare = await s.signVote(c, s.haven.address, deadline);
      await s.approve(s.haven);
      for (const agent of [a, b]) await s.recovery.connect(agent).vote(s.anna, NOWHERE);
      await expect(
        s.recovery.connect(s.mallory).voteBySig(s.anna, s.haven, deadline, [spare]),
      ).to.be.revertedWithCustomError(s.recovery, "Recovery_BadSignature");
    });

    it("a threshold of them meets the owner's own defence: it moves its money within the delay", async () => {
      const s = await setup();
      const from = await s.approve(s.mallory);
      await s.waitUntil(from - HOUR);
      await s.vault.connect(s.anna).transfer(s.bert, s.id, MONEY);
      await s.waitUntil(from);
      await s.execute([s.id]);
      expect(await s.vault.balanceOf(s.mallory, s.id)).to.equal(0n);
      expect(await s.vault.balanceOf(s.bert, s.id)).to.equal(MONEY);
      await s.audit();
    });

    it("two of them in different years don't add up: a vote counts for 14 days", async () => {
      const s = await setup();
      await s.recovery.connect(s.agents[0]).vote(s.anna, s.mallory);
      await s.wait(300n * DAY);
      await s.recovery.connect(s.agents[1]).vote(s.anna, s.mallory);
      expect(await s.stage()).to.equal(STAGE.NONE);
    });
  });

  describe("the office", () => {
    const setup = () => networkHelpers.loadFixture(alone);

    it("REVIEW 9, 22: a stolen attestor alone starts nothing, and can't stand in another's way", async () => {
      const s = await setup();
      const thief = s.recovery.connect(s.attestor);
      for (const to of [s.mallory, s.carl]) await thief.propose(s.anna, to, EVIDENCE);
      await expect(thief.confirm(s.anna, s.mallory)).to.be.revertedWithCustomError(
        s.recovery,
        "AccessManagedUnauthorized",
      );
      expect(await s.stage()).to.equal(STAGE.NONE);
      await expect(s.execute([s.id])).to.be.revertedWithCustomError(s.recovery, "Recovery_NotRunning");
      // A true proposal stands beside his: REVIEWER confirms by recipient, not whatever came last.
      const [, , , , , other] = s.crowd;
      if (!other) throw new Error("too few signers");
      await s.manager.grantRole(ROLES.ATTESTOR, other, 0);
      await s.recovery.connect(other).propose(s.anna, s.haven, EVIDENCE);
      await thief.propose(s.anna, s.mallory, EVIDENCE);
      await s.recovery.connect(s.reviewer).confirm(s.anna, s.haven);
      expect((await s.recovery.recoveryOf(s.anna)).to).to.equal(s.haven.address);
    });

    it("REVIEW 22: a stolen REVIEWER alone starts nothing", async () => {
      const s = await setup();
      const thief = s.recovery.connect(s.reviewer);
      await expect(thief.propose(s.anna, s.mallory, EVIDENCE)).to.be.revertedWithCustomError(
        s.recovery,
        "AccessManagedUnauthorized",
      );
      await expect(thief.confirm(s.anna, s.mallory)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_NotProposed",
      );
      // What was proposed for another recipient isn't his to use.
      await s.recovery.connect(s.attestor).propose(s.anna, s.haven, EVIDENCE);
      await expect(thief.confirm(s.anna, s.mallory)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_NotProposed",
      );
      expect(await s.stage()).to.equal(STAGE.NONE);
    });

    it("REVIEW 22: attestor and REVIEWER together meet the veto of an owner with a live key, till the last second", async () => {
      const s = await setup();
      const from = await s.confirm(s.mallory);
      await s.at(from - 1n);
      await s.asOwner.veto(s.anna);
      await s.waitUntil(from);
      await expect(s.execute([s.id])).to.be.revertedWithCustomError(s.recovery, "Recovery_NotRunning");
      expect(await s.vault.balanceOf(s.anna, s.id)).to.equal(MONEY);
      await s.audit();
    });

    it("REVIEW 22: nor do they weaken an owner who has agents: one agent vetoes, or the owner has closed the path", async () => {
      const s = await networkHelpers.loadFixture(guarded);
      const from = await s.confirm(s.mallory);
      await s.waitUntil(from);
      await s.recovery.connect(s.agents[1]).veto(s.anna);
      await expect(s.execute([s.id])).to.be.revertedWithCustomError(s.recovery, "Recovery_NotRunning");
      await s.appointed(true);
      await s.wait(PEACE);
      await expect(s.recovery.connect(s.attestor).propose(s.anna, s.mallory, EVIDENCE))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_OfficeClosed")
        .withArgs(s.anna);
    });

    it("nuisance: proposals alone cost the owner nothing, and one veto brings 30 quiet days", async () => {
      const s = await setup();
      for (let i = 0; i < 3; i++) {
        await s.confirm(s.mallory);
        await s.asOwner.veto(s.anna);
        const quietUntil = (await s.recovery.recoveryOf(s.anna)).officeFrom;
        expect(quietUntil).to.equal((await s.now()) + PEACE);
        await s.waitUntil(quietUntil - HOUR);
        await expect(
          s.recovery.connect(s.attestor).propose(s.anna, s.mallory, EVIDENCE),
        ).to.be.revertedWithCustomError(s.recovery, "Recovery_VetoedUntil");
        await s.waitUntil(quietUntil);
      }
    });

    it("a thief with the key of an owner without agents does veto the office: against him only agents help", async () => {
      const s = await setup();
      await s.confirm(s.haven);
      await s.asOwner.veto(s.anna);
      expect(await s.stage()).to.equal(STAGE.NONE);
      // Agents that he appoints then close nothing for 30 days, and give him no more than the key does.
      await s.asOwner.appoint([s.mallory], 1, SHORTEST_DELAY, true);
      await s.wait(APPOINTMENT_WAIT - HOUR);
      await expect(s.recovery.connect(s.mallory).vote(s.anna, s.mallory)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_NoAgents",
      );
    });
  });

  describe("what is recovered", () => {
    const setup = () => networkHelpers.loadFixture(guarded);

    it("REVIEW 18, INV-POL-6: can't leave within T, though the mule it goes to has tier 3 and a seasoned book", async () => {
      const s = await setup();
      await s.ready(s.mallory, 3n, s.id, 0n, s.mallory);
      const from = await s.approve(s.mallory);
      await s.waitUntil(from);
      await s.execute([s.id]);
      const asked = await s.ask(s.mallory, s.id, CENT, s.mallory);
      if (asked.paid) throw new Error("recovered value was paid at once");
      expect(asked.reasons).to.deep.equal(["FRESH"]);
      // An endorsement doesn't help either.
      expect(asked.exit.soon).to.be.greaterThanOrEqual((await s.now()) + FRESH_PERIOD);
      // In that time the guardians hold the mule.
      await s.guardian.connect(s.guardianKey).hold(s.mallory, 7n * DAY);
      await s.waitUntil(asked.exit.late);
      await expect(s.vault.release(asked.exit)).to.be.revertedWithCustomError(s.vault, "Vault_Held");
      expect(await s.holds(s.id, s.mallory)).to.equal(0n);
      await s.audit();
    });

    it("cancelled exits are as fresh as balances, however mature they were", async () => {
      const s = await setup();
      await s.ready(s.haven, 3n, s.id, 0n, s.haven);
      const exit = await s.queue(s.anna, s.id, MONEY, s.carl);
      await s.waitUntil(await s.approve(s.haven));
      expect(await s.now()).to.be.greaterThan(exit.late);
      await s.execute([s.id], [exit]);
      expect((await s.ask(s.haven, s.id, CENT, s.haven)).reasons).to.deep.equal(["FRESH"]);
      await s.season();
      expect((await s.ask(s.haven, s.id, CENT, s.haven)).paid).to.equal(true);
      await s.audit();
    });

    it("doesn't shed a hold unseen: the recipient is known a delay ahead and can be held as well", async () => {
      const s = await setup();
      await s.guardian.connect(s.guardianKey).hold(s.anna, 7n * DAY);
      const from = await s.approve(s.mallory);
      await s.waitUntil(from - HOUR);
      await s.guardian.connect(s.guardianKey).hold((await s.recovery.recoveryOf(s.anna)).to, 7n * DAY);
      await s.waitUntil(from);
      await s.execute([s.id]);
      await expect(s.vault.connect(s.mallory).transfer(s.bert, s.id, 1n)).to.be.revertedWithCustomError(
        s.vault,
        "Vault_Held",
      );
      await s.audit();
    });

    it("REVIEW 3: comes through while everyone is held, and stays inside", async () => {
      const s = await setup();
      const exit = await s.queue(s.anna, s.id, MONEY / 2n, s.mallory);
      const from = await s.approve(s.haven);
      await s.waitUntil(from - HOUR);
      await s.guardian.connect(s.guardianKey).hold(NOWHERE, 2n * DAY);
      await s.waitUntil(from);
      await s.execute([s.id], [exit]);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal(MONEY);
      expect((await s.ask(s.haven, s.id, CENT, s.haven)).reasons).to.include("EVERYONE_HELD");
      await s.audit();
    });

    it("a listed owner's stays where it is, whoever asks, until the list says otherwise", async () => {
      const s = await setup();
      await s.sanctions.setListed(s.anna, true);
      await s.vault.screen(s.anna);
      await s.waitUntil(await s.approve(s.haven));
      await expect(s.execute([s.id])).to.be.revertedWithCustomError(s.vault, "Vault_Listed");
      expect(await s.vault.balanceOf(s.anna, s.id)).to.equal(MONEY);
      await s.sanctions.setListed(s.anna, false);
      await s.vault.screen(s.anna);
      await s.execute([s.id]);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal(MONEY);
      await s.audit();
    });

    it("isn't anybody's by another way: the Vault's verb is this contract's alone", async () => {
      const s = await setup();
      for (const one of [s.anna, s.agents[0], s.attestor, s.reviewer, s.riskOfficer, s.timelock]) {
        await expect(s.vault.connect(one).recover(s.anna, s.mallory, [s.id], []))
          .to.be.revertedWithCustomError(s.vault, "AccessManagedUnauthorized")
          .withArgs(one);
      }
    });
  });
});
