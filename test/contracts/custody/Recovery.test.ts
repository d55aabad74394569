import { expect } from "chai";
import hre from "hardhat";
import type { AppointmentStructOutput } from "../../../typechain-types/contracts/custody/Recovery.ts";
import type { MockWallet1271 } from "../../../typechain-types/index.ts";
import { DAY, HOUR, ROLES } from "../../support/deployCore.ts";
import {
  APPOINTMENT_WAIT,
  DELAY,
  LONGEST_DELAY,
  OFFICE_DELAY,
  PATH,
  PEACE,
  PROPOSAL_TERM,
  SHORTEST_DELAY,
  STAGE,
  setRecoveryStage,
  VOTE_TERM,
  WINDOW,
} from "../../support/recoveryStage.ts";
import { CENT } from "../../support/stage.ts";
import { KIND } from "../../support/vaultFixture.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const NOWHERE = ethers.ZeroAddress;
const EVIDENCE = ethers.id("passport");
const MONEY = 1_000n * CENT;

async function deployed() {
  const s = await setRecoveryStage(connection);
  const { id } = await s.token();
  const app = await ethers.deployContract("MockApp", [s.vault]);
  await s.vault.setKind(app, KIND.APP);
  return { ...s, id, app, asAnna: s.recovery.connect(s.anna) };
}

async function withAgents() {
  const s = await deployed();
  await s.appointed();
  return s;
}

async function withMoney() {
  const s = await deployed();
  await s.fund(s.anna, s.id, MONEY);
  await s.appointed();
  return s;
}

/** Addresses that nobody has, ascending. */
const strangers = (n: number) =>
  Array.from({ length: n }, (_, i) => ethers.zeroPadValue(ethers.toBeHex(i + 1), 20));

/** An appointment as plain values. */
const told = ({ agents, threshold, delay, closed }: AppointmentStructOutput) => [
  [...agents],
  threshold,
  delay,
  closed,
];

describe("Recovery", () => {
  describe("construction", () => {
    it("names its Vault and authority, and refuses zero for either", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      expect(await s.recovery.vault()).to.equal(s.vault.target);
      expect(await s.recovery.authority()).to.equal(s.manager.target);
      for (const args of [
        [NOWHERE, s.vault],
        [s.manager, NOWHERE],
      ]) {
        await expect(ethers.deployContract("Recovery", args)).to.be.revertedWithCustomError(
          s.recovery,
          "Recovery_ZeroAddress",
        );
      }
    });

    it("states its constants", async () => {
      const { recovery } = await networkHelpers.loadFixture(deployed);
      expect(await recovery.APPOINTMENT_WAIT()).to.equal(APPOINTMENT_WAIT);
      expect(await recovery.MOST_AGENTS()).to.equal(16n);
      expect(await recovery.SHORTEST_DELAY()).to.equal(SHORTEST_DELAY);
      expect(await recovery.LONGEST_DELAY()).to.equal(LONGEST_DELAY);
      expect(await recovery.VOTE_TERM()).to.equal(VOTE_TERM);
      expect(await recovery.PROPOSAL_TERM()).to.equal(PROPOSAL_TERM);
      expect(await recovery.OFFICE_DELAY()).to.equal(OFFICE_DELAY);
      expect(await recovery.PEACE()).to.equal(PEACE);
      expect(await recovery.WINDOW()).to.equal(WINDOW);
      expect(await recovery.CONFIRMATIONS()).to.equal(50n);
      expect(await recovery.CONFIRMATIONS_PERIOD()).to.equal(7n * DAY);
    });
  });

  describe("appoint", () => {
    it("waits for 30 days, to the second, and is shown while it waits", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      const [a, b, c] = s.agents;
      const t = (await s.now()) + 10n;
      await s.at(t);
      await expect(s.asAnna.appoint([a, b, c], 2, DELAY, true))
        .to.emit(s.recovery, "AgentsAppointed")
        .withArgs(s.anna, 1n, [a.address, b.address, c.address], 2n, DELAY, true, t + APPOINTMENT_WAIT);
      const shown = [[a.address, b.address, c.address], 2n, DELAY, true];
      const none = [[], 0n, 0n, false];
      const { inForce, waiting, from } = await s.recovery.agentsOf(s.anna);
      expect([told(inForce), told(waiting), from]).to.deep.equal([none, shown, t + APPOINTMENT_WAIT]);
      await s.at(t + APPOINTMENT_WAIT - 1n);
      await expect(s.recovery.connect(a).vote(s.anna, s.haven))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_NoAgents")
        .withArgs(s.anna);
      await s.at(t + APPOINTMENT_WAIT);
      await s.recovery.connect(a).vote(s.anna, s.haven);
      const later = await s.recovery.agentsOf(s.anna);
      expect([told(later.inForce), told(later.waiting), later.from]).to.deep.equal([shown, none, 0n]);
    });

    it("until a new one is in force, the old one stays; a third replaces the one that waits, and waits anew", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      const [a] = s.agents;
      await s.asAnna.appoint([s.carl], 1, SHORTEST_DELAY, false);
      await s.wait(APPOINTMENT_WAIT - 100n);
      await s.asAnna.appoint([s.bert], 1, SHORTEST_DELAY, false);
      await s.wait(200n);
      await expect(s.recovery.connect(s.carl).vote(s.anna, s.haven))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_NotAnAgent")
        .withArgs(s.anna, s.carl);
      await s.recovery.connect(a).vote(s.anna, s.haven);
      await s.wait(APPOINTMENT_WAIT);
      await expect(s.recovery.connect(a).vote(s.anna, s.haven)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_NotAnAgent",
      );
      await s.recovery.connect(s.bert).vote(s.anna, s.haven);
      expect(await s.stage()).to.equal(STAGE.DELAY);
    });

    it("given votes under the old agents, they don't count under new ones, though the agent is among them", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      const [a, b] = s.agents;
      await s.asAnna.appoint([a, b], 2, DELAY, false);
      await s.wait(APPOINTMENT_WAIT - HOUR);
      await s.recovery.connect(a).vote(s.anna, s.haven);
      expect([...(await s.recovery.votesFor(s.anna, s.haven))]).to.deep.equal([1n, 2n]);
      await s.wait(2n * HOUR);
      expect([...(await s.recovery.votesFor(s.anna, s.haven))]).to.deep.equal([0n, 2n]);
      await s.recovery.connect(b).vote(s.anna, s.haven);
      expect(await s.stage()).to.equal(STAGE.NONE);
    });

    it("of nobody removes the agents, and waits as well", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      await s.asAnna.appoint([], 0, 0, false);
      expect((await s.recovery.agentsOf(s.anna)).inForce.threshold).to.equal(2n);
      await s.wait(APPOINTMENT_WAIT);
      expect((await s.recovery.agentsOf(s.anna)).inForce.agents).to.deep.equal([]);
      await expect(s.recovery.connect(s.agents[0]).vote(s.anna, s.haven)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_NoAgents",
      );
      // A threshold of nobody isn't met by nobody's votes.
      await expect(
        s.recovery.connect(s.mallory).voteBySig(s.anna, s.mallory, (await s.now()) + DAY, []),
      ).to.be.revertedWithCustomError(s.recovery, "Recovery_NoAgents");
    });

    it("takes 16 agents, and refuses more", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      await s.asAnna.appoint(strangers(16), 16, LONGEST_DELAY, false);
      await expect(s.asAnna.appoint(strangers(17), 16, LONGEST_DELAY, false))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_TooManyAgents")
        .withArgs(17n, 16n);
    });

    it("refuses a threshold that nobody or anybody meets", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      for (const [n, threshold] of [
        [3, 0],
        [3, 4],
        [0, 1],
      ] as const) {
        await expect(s.asAnna.appoint(strangers(n), threshold, DELAY, false))
          .to.be.revertedWithCustomError(s.recovery, "Recovery_BadThreshold")
          .withArgs(threshold, n);
      }
    });

    it("refuses a delay under 3 or over 30 days, and one without agents", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      for (const delay of [SHORTEST_DELAY - 1n, LONGEST_DELAY + 1n]) {
        await expect(s.asAnna.appoint(strangers(1), 1, delay, false))
          .to.be.revertedWithCustomError(s.recovery, "Recovery_BadDelay")
          .withArgs(delay, SHORTEST_DELAY, LONGEST_DELAY);
      }
      await expect(s.asAnna.appoint([], 0, SHORTEST_DELAY, false))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_BadDelay")
        .withArgs(SHORTEST_DELAY, 0n, 0n);
      await s.asAnna.appoint(strangers(1), 1, SHORTEST_DELAY, false);
      await s.asAnna.appoint(strangers(1), 1, LONGEST_DELAY, false);
    });

    it("refuses zero, oneself, and what isn't ascending, so nobody counts twice", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      const [one = "", two = ""] = strangers(2);
      await expect(s.asAnna.appoint([NOWHERE, one], 1, DELAY, false)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_ZeroAddress",
      );
      await expect(s.asAnna.appoint([one, s.anna], 1, DELAY, false))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_OwnAgent")
        .withArgs(s.anna);
      for (const [x, y] of [
        [two, one],
        [one, one],
      ] as const) {
        await expect(s.asAnna.appoint([x, y], 1, DELAY, false))
          .to.be.revertedWithCustomError(s.recovery, "Recovery_NotSorted")
          .withArgs(x, y);
      }
    });
  });

  describe("dropAppointment", () => {
    it("drops the one that waits; the one in force stays", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      await s.asAnna.appoint([s.mallory], 1, SHORTEST_DELAY, false);
      await expect(s.asAnna.dropAppointment()).to.emit(s.recovery, "AppointmentDropped").withArgs(s.anna, 2n);
      await s.wait(APPOINTMENT_WAIT);
      expect((await s.recovery.agentsOf(s.anna)).inForce.threshold).to.equal(2n);
      await expect(s.asAnna.dropAppointment())
        .to.be.revertedWithCustomError(s.recovery, "Recovery_NothingWaits")
        .withArgs(s.anna);
      // What is in force doesn't wait any more either, though nobody has written that down yet.
      await s.asAnna.appoint([s.mallory], 1, SHORTEST_DELAY, false);
      await s.wait(APPOINTMENT_WAIT);
      await expect(s.asAnna.dropAppointment()).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_NothingWaits",
      );
    });
  });

  describe("vote", () => {
    it("at the threshold the delay begins", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      const [a, b] = s.agents;
      const { round } = await s.recovery.recoveryOf(s.anna);
      await expect(s.recovery.connect(a).vote(s.anna, s.haven))
        .to.emit(s.recovery, "RecoveryVoted")
        .withArgs(s.anna, a, s.haven, round, 1n);
      expect(await s.stage()).to.equal(STAGE.NONE);
      expect([...(await s.recovery.votesFor(s.anna, s.haven))]).to.deep.equal([1n, 2n]);
      const t = (await s.now()) + 10n;
      await s.at(t);
      await expect(s.recovery.connect(b).vote(s.anna, s.haven))
        .to.emit(s.recovery, "RecoveryStarted")
        .withArgs(s.anna, s.haven, PATH.AGENTS, t + DELAY, t + DELAY + WINDOW);
      expect([...(await s.recovery.recoveryOf(s.anna))]).to.deep.equal([
        STAGE.DELAY,
        PATH.AGENTS,
        s.haven.address,
        t + DELAY,
        t + DELAY + WINDOW,
        round + 1n,
        0n,
      ]);
      expect([...(await s.recovery.voteOf(s.anna, b))]).to.deep.equal([s.haven.address, t, round, 1n]);
    });

    it("an agent has one vote: twice the same is one, another one replaces it", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      const [a, b] = s.agents;
      await s.recovery.connect(a).vote(s.anna, s.haven);
      await s.recovery.connect(a).vote(s.anna, s.haven);
      expect(await s.stage()).to.equal(STAGE.NONE);
      await s.recovery.connect(a).vote(s.anna, s.carl);
      await s.recovery.connect(b).vote(s.anna, s.haven);
      expect(await s.stage()).to.equal(STAGE.NONE);
      await s.recovery.connect(a).vote(s.anna, NOWHERE);
      await s.recovery.connect(b).vote(s.anna, s.carl);
      expect(await s.stage()).to.equal(STAGE.NONE);
      await s.recovery.connect(a).vote(s.anna, s.carl);
      expect((await s.recovery.recoveryOf(s.anna)).to).to.equal(s.carl.address);
    });

    it("counts for 14 days, to the second", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      const [a, b, c] = s.agents;
      const t = (await s.now()) + 10n;
      await s.at(t);
      await s.recovery.connect(a).vote(s.anna, s.haven);
      await s.at(t + VOTE_TERM);
      await s.recovery.connect(b).vote(s.anna, s.haven);
      expect(await s.stage()).to.equal(STAGE.NONE);
      await s.at(t + 2n * VOTE_TERM - 1n);
      await s.recovery.connect(c).vote(s.anna, s.haven);
      expect(await s.stage()).to.equal(STAGE.DELAY);
    });

    it("a threshold withdraws what runs, before and inside the window; one agent doesn't", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      const [a, b, c] = s.agents;
      for (const wait of [HOUR, DELAY + HOUR]) {
        await s.approve(s.haven);
        await s.wait(wait);
        await s.recovery.connect(c).vote(s.anna, NOWHERE);
        expect(await s.stage()).to.equal(wait === HOUR ? STAGE.DELAY : STAGE.OPEN);
        await expect(s.recovery.connect(a).vote(s.anna, NOWHERE))
          .to.emit(s.recovery, "RecoveryWithdrawn")
          .withArgs(s.anna, s.haven);
        expect(await s.stage()).to.equal(STAGE.NONE);
        await expect(s.execute([s.id]))
          .to.be.revertedWithCustomError(s.recovery, "Recovery_NotRunning")
          .withArgs(s.anna);
      }
      // The votes for it are gone with it: one more is one.
      await s.recovery.connect(b).vote(s.anna, s.haven);
      expect(await s.stage()).to.equal(STAGE.NONE);
    });

    it("while it runs no other recipient can be voted for", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      const from = await s.approve(s.haven);
      await expect(s.recovery.connect(s.agents[2]).vote(s.anna, s.carl))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_Running")
        .withArgs(s.anna, from + WINDOW);
    });

    it("is refused to others, the owner among them", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      for (const one of [s.anna, s.mallory, s.attestor, s.reviewer, s.timelock]) {
        await expect(s.recovery.connect(one).vote(s.anna, s.haven))
          .to.be.revertedWithCustomError(s.recovery, "Recovery_NotAnAgent")
          .withArgs(s.anna, one);
      }
    });

    it("refuses recipients that can't or may not receive", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      const agent = s.recovery.connect(s.agents[0]);
      for (const to of [s.anna, s.vault, s.recovery, s.app]) {
        await expect(agent.vote(s.anna, to))
          .to.be.revertedWithCustomError(s.recovery, "Recovery_BadRecipient")
          .withArgs(to);
      }
      await s.sanctions.setListed(s.haven, true);
      await s.vault.screen(s.haven);
      await expect(agent.vote(s.anna, s.haven))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_RecipientListed")
        .withArgs(s.haven);
      // A listed account's whole customer is.
      await s.link(s.carl, s.bert);
      await s.sanctions.setListed(s.carl, true);
      await s.vault.screen(s.carl);
      await expect(agent.vote(s.anna, s.bert)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_RecipientListed",
      );
    });
  });

  describe("voteBySig", () => {
    it("brings gathered votes in one transaction, by anyone, of contracts too", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      const [a] = s.agents;
      const wallet = (await ethers.deployContract("MockWallet1271", [s.bert])) as unknown as MockWallet1271;
      const address = await wallet.getAddress();
      const both = [a.address, address].sort((x, y) => (BigInt(x) < BigInt(y) ? -1 : 1));
      await s.asAnna.appoint(both, 2, DELAY, false);
      await s.wait(APPOINTMENT_WAIT);
      const deadline = (await s.now()) + HOUR;
      const one = await s.signVote(a, s.haven.address, deadline);
      const other = await s.signVote(s.bert, s.haven.address, deadline, { nonce: 0n });
      const sent = s.recovery
        .connect(s.mallory)
        .voteBySig(s.anna, s.haven, deadline, [one, { ...other, agent: address }]);
      await expect(sent).to.emit(s.recovery, "RecoveryStarted");
      // And withdraws likewise.
      const back = await s.signVote(a, NOWHERE, deadline);
      const nonce = (await s.recovery.voteOf(s.anna, address)).nonce;
      const backToo = await s.signVote(s.bert, NOWHERE, deadline, { nonce });
      const withdrawn = s.recovery
        .connect(s.mallory)
        .voteBySig(s.anna, NOWHERE, deadline, [back, { ...backToo, agent: address }]);
      await expect(withdrawn).to.emit(s.recovery, "RecoveryWithdrawn");
    });

    it("a signature that somebody brought alone doesn't stop the others, while it counts", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      const [a, b] = s.agents;
      const deadline = (await s.now()) + 60n * DAY;
      const votes = [
        await s.signVote(a, s.haven.address, deadline),
        await s.signVote(b, s.haven.address, deadline),
      ];
      await s.recovery.connect(s.mallory).voteBySig(s.anna, s.haven, deadline, votes.slice(0, 1));
      const { time } = await s.recovery.voteOf(s.anna, a);
      const early = await networkHelpers.takeSnapshot();
      await s.at(time + 14n * DAY - 1n);
      await expect(s.recovery.voteBySig(s.anna, s.haven, deadline, votes)).to.emit(
        s.recovery,
        "RecoveryStarted",
      );
      await early.restore();
      await s.at(time + 14n * DAY);
      await expect(s.recovery.voteBySig(s.anna, s.haven, deadline, votes))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_BadSignature")
        .withArgs(a);
    });

    it("the deadline is the last second", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      const deadline = (await s.now()) + HOUR;
      const vote = await s.signVote(s.agents[0], s.haven.address, deadline);
      await s.at(deadline + 1n);
      await expect(s.recovery.voteBySig(s.anna, s.haven, deadline, [vote]))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_DeadlinePassed")
        .withArgs(deadline);
      const later = await s.signVote(s.agents[0], s.haven.address, deadline + HOUR);
      await s.at(deadline + HOUR);
      await expect(s.recovery.voteBySig(s.anna, s.haven, deadline + HOUR, [later])).to.emit(
        s.recovery,
        "RecoveryVoted",
      );
    });

    it("refuses a signer who is no agent, though he has signed", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      const deadline = (await s.now()) + HOUR;
      const vote = await s.signVote(s.mallory, s.haven.address, deadline);
      await expect(s.recovery.voteBySig(s.anna, s.haven, deadline, [vote]))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_NotAnAgent")
        .withArgs(s.anna, s.mallory);
    });
  });

  describe("propose and confirm", () => {
    it("a confirmed proposal starts the long delay", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      const t = (await s.now()) + 10n;
      await s.at(t);
      await expect(s.recovery.connect(s.attestor).propose(s.anna, s.haven, EVIDENCE))
        .to.emit(s.recovery, "RecoveryProposed")
        .withArgs(s.anna, s.haven, s.attestor, EVIDENCE, t + PROPOSAL_TERM);
      expect([...(await s.recovery.proposalOf(s.anna, s.haven))]).to.deep.equal([s.attestor.address, t]);
      expect(await s.stage()).to.equal(STAGE.NONE);
      const c = t + PROPOSAL_TERM - 1n;
      await s.at(c);
      await expect(s.recovery.connect(s.reviewer).confirm(s.anna, s.haven))
        .to.emit(s.recovery, "RecoveryStarted")
        .withArgs(s.anna, s.haven, PATH.OFFICE, c + OFFICE_DELAY, c + OFFICE_DELAY + WINDOW);
      expect((await s.recovery.proposalOf(s.anna, s.haven)).time).to.equal(0n);
    });

    it("need their roles", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      for (const one of [s.anna, s.mallory, s.reviewer, s.riskOfficer]) {
        await expect(s.recovery.connect(one).propose(s.anna, s.haven, EVIDENCE))
          .to.be.revertedWithCustomError(s.recovery, "AccessManagedUnauthorized")
          .withArgs(one);
      }
      await s.recovery.connect(s.attestor).propose(s.anna, s.haven, EVIDENCE);
      for (const one of [s.anna, s.mallory, s.attestor, s.riskOfficer]) {
        await expect(s.recovery.connect(one).confirm(s.anna, s.haven))
          .to.be.revertedWithCustomError(s.recovery, "AccessManagedUnauthorized")
          .withArgs(one);
      }
    });

    it("confirm refuses what wasn't proposed, is a week old, or comes from one who was an attestor", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      const reviewer = s.recovery.connect(s.reviewer);
      await expect(reviewer.confirm(s.anna, s.haven))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_NotProposed")
        .withArgs(s.anna, s.haven);
      const t = (await s.now()) + 10n;
      await s.at(t);
      await s.recovery.connect(s.attestor).propose(s.anna, s.haven, EVIDENCE);
      await expect(reviewer.confirm(s.anna, s.carl)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_NotProposed",
      );
      await s.at(t + PROPOSAL_TERM);
      await expect(reviewer.confirm(s.anna, s.haven)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_NotProposed",
      );
      await s.recovery.connect(s.attestor).propose(s.anna, s.haven, EVIDENCE);
      await s.manager.revokeRole(ROLES.ATTESTOR, s.attestor);
      await expect(reviewer.confirm(s.anna, s.haven)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_NotProposed",
      );
    });

    it("are two parties' acts, though one may hold both roles", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      await s.manager.grantRole(ROLES.ATTESTOR, s.reviewer, 0);
      await s.recovery.connect(s.reviewer).propose(s.anna, s.haven, EVIDENCE);
      await expect(s.recovery.connect(s.reviewer).confirm(s.anna, s.haven))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_SameParty")
        .withArgs(s.reviewer);
    });

    it("one recovery runs at a time; agents' supersedes the office's, never the other way", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      const from = await s.confirm(s.carl);
      await s.recovery.connect(s.attestor).propose(s.anna, s.bert, EVIDENCE);
      await expect(s.recovery.connect(s.reviewer).confirm(s.anna, s.bert))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_Running")
        .withArgs(s.anna, from + WINDOW);
      await s.approve(s.haven);
      const now = await s.recovery.recoveryOf(s.anna);
      expect([now.path, now.to]).to.deep.equal([PATH.AGENTS, s.haven.address]);
      await expect(s.recovery.connect(s.reviewer).confirm(s.anna, s.bert)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_Running",
      );
    });

    it("an owner may close this path, with agents or without", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      await s.asAnna.appoint([], 0, 0, true);
      await s.recovery.connect(s.attestor).propose(s.anna, s.haven, EVIDENCE);
      await s.wait(APPOINTMENT_WAIT - PROPOSAL_TERM + HOUR);
      await s.recovery.connect(s.attestor).propose(s.anna, s.haven, EVIDENCE);
      await s.wait(PROPOSAL_TERM - HOUR);
      await expect(s.recovery.connect(s.attestor).propose(s.anna, s.haven, EVIDENCE))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_OfficeClosed")
        .withArgs(s.anna);
      await expect(s.recovery.connect(s.reviewer).confirm(s.anna, s.haven))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_OfficeClosed")
        .withArgs(s.anna);
    });

    it("a closed appointment that comes into force ends what the office has begun", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      await s.appoint(true);
      await s.wait(APPOINTMENT_WAIT - OFFICE_DELAY - HOUR);
      await s.confirm(s.haven);
      await s.wait(OFFICE_DELAY);
      expect(await s.stage()).to.equal(STAGE.OPEN);
      await s.wait(2n * HOUR);
      expect(await s.stage()).to.equal(STAGE.NONE);
      await expect(s.execute([s.id])).to.be.revertedWithCustomError(s.recovery, "Recovery_NotRunning");
    });

    it("refuse the same recipients as agents may not name, and apps as owners", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      const attestor = s.recovery.connect(s.attestor);
      await expect(attestor.propose(s.anna, NOWHERE, EVIDENCE)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_ZeroAddress",
      );
      await expect(attestor.propose(s.anna, s.anna, EVIDENCE)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_BadRecipient",
      );
      await expect(attestor.propose(s.app, s.haven, EVIDENCE))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_AppsCannot")
        .withArgs(s.app);
      await attestor.propose(s.anna, s.haven, EVIDENCE);
      await s.sanctions.setListed(s.haven, true);
      await s.vault.screen(s.haven);
      await expect(s.recovery.connect(s.reviewer).confirm(s.anna, s.haven)).to.be.revertedWithCustomError(
        s.recovery,
        "Recovery_RecipientListed",
      );
    });

    it("the office starts no more in a week than can be vetoed in one", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      const owners = strangers(51);
      for (const owner of owners) await s.recovery.connect(s.attestor).propose(owner, s.haven, EVIDENCE);
      for (const owner of owners.slice(0, 50)) await s.recovery.connect(s.reviewer).confirm(owner, s.haven);
      // The week's first fifth goes when the sixth begins.
      const sub = (7n * DAY + 4n) / 5n;
      const window = await s.recovery.confirmationsWindow();
      const fitsFrom = ((window >> 216n) + 6n) * sub;
      const last = owners[50] ?? "";
      await expect(s.recovery.connect(s.reviewer).confirm(last, s.haven))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_ConfirmationsSpent")
        .withArgs(50n, fitsFrom);
      await s.waitUntil(fitsFrom);
      await s.recovery.connect(s.attestor).propose(last, s.haven, EVIDENCE);
      await s.recovery.connect(s.reviewer).confirm(last, s.haven);
    });
  });

  describe("veto", () => {
    it("by the owner or one agent ends it, and nothing can be proposed for 30 days", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      for (const one of [s.anna, s.agents[2]]) {
        await s.recovery.connect(s.attestor).propose(s.anna, s.carl, EVIDENCE);
        await s.confirm(s.haven);
        const t = (await s.now()) + 10n;
        await s.at(t);
        await expect(s.recovery.connect(one).veto(s.anna))
          .to.emit(s.recovery, "RecoveryVetoed")
          .withArgs(s.anna, s.haven, one, t + PEACE);
        expect(await s.stage()).to.equal(STAGE.NONE);
        expect((await s.recovery.recoveryOf(s.anna)).officeFrom).to.equal(t + PEACE);
        // What was proposed before is void as well.
        await expect(s.recovery.connect(s.reviewer).confirm(s.anna, s.carl)).to.be.revertedWithCustomError(
          s.recovery,
          "Recovery_NotProposed",
        );
        await s.at(t + PEACE - 1n);
        await expect(s.recovery.connect(s.attestor).propose(s.anna, s.haven, EVIDENCE))
          .to.be.revertedWithCustomError(s.recovery, "Recovery_VetoedUntil")
          .withArgs(s.anna, t + PEACE);
        await s.waitUntil(t + PEACE);
      }
    });

    it("by an officer ends it without a pause: a mistake is put right at once", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      for (const one of [s.reviewer, s.riskOfficer]) {
        await s.confirm(s.carl);
        await expect(s.recovery.connect(one).veto(s.anna))
          .to.emit(s.recovery, "RecoveryVetoed")
          .withArgs(s.anna, s.carl, one, 0n);
      }
      await s.confirm(s.haven);
      expect(await s.stage()).to.equal(STAGE.DELAY);
    });

    it("works inside the window too, and not after it", async () => {
      const s = await networkHelpers.loadFixture(deployed);
      const from = await s.confirm(s.haven);
      await s.at(from + WINDOW);
      await expect(s.asAnna.veto(s.anna))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_NothingToVeto")
        .withArgs(s.anna);
      const again = await s.confirm(s.haven);
      await s.at(again + WINDOW - 1n);
      await expect(s.asAnna.veto(s.anna)).to.emit(s.recovery, "RecoveryVetoed");
    });

    it("is refused to others, and there is none against agents", async () => {
      const s = await networkHelpers.loadFixture(withAgents);
      await s.confirm(s.haven);
      for (const one of [s.mallory, s.attestor, s.timelock, s.guardianKey]) {
        await expect(s.recovery.connect(one).veto(s.anna))
          .to.be.revertedWithCustomError(s.recovery, "Recovery_NotAVetoer")
          .withArgs(one);
      }
      await s.approve(s.haven);
      for (const one of [s.anna, s.agents[0], s.reviewer, s.riskOfficer]) {
        await expect(s.recovery.connect(one).veto(s.anna)).to.be.revertedWithCustomError(
          s.recovery,
          "Recovery_NothingToVeto",
        );
      }
    });
  });

  describe("execute", () => {
    it("moves balances and cancelled exits, fresh, from the first second to the last, as often as needed", async () => {
      const s = await networkHelpers.loadFixture(withMoney);
      const exit = await s.queue(s.anna, s.id, MONEY / 4n, s.carl);
      const other = await s.queue(s.anna, s.id, MONEY / 4n, s.carl);
      const from = await s.approve(s.haven);
      await s.at(from - 1n);
      await expect(s.execute([s.id], [exit]))
        .to.be.revertedWithCustomError(s.recovery, "Recovery_TooSoon")
        .withArgs(s.anna, from);
      await s.at(from);
      await expect(s.execute([s.id], [exit]))
        .to.emit(s.recovery, "RecoveryExecuted")
        .withArgs(s.anna, s.haven, s.crowd[4]);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal((MONEY * 3n) / 4n);
      expect(await s.vault.balanceOf(s.anna, s.id)).to.equal(0n);
      expect((await s.vault.facts(s.haven, s.id, 1n, s.haven)).seasoned).to.equal(0n);
      await s.at(from + WINDOW - 1n);
      await s.execute([s.id], [other]);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal(MONEY);
      await s.at(from + WINDOW);
      await expect(s.execute([s.id])).to.be.revertedWithCustomError(s.recovery, "Recovery_NotRunning");
      await s.audit();
    });

    it("changes nothing else: tier, cap, book, links, and others' accounts stay", async () => {
      const s = await networkHelpers.loadFixture(withMoney);
      await s.attest(s.anna, 2n);
      await s.vault.connect(s.anna).setCap(30_000n);
      await s.vault.connect(s.anna).setDestination(s.carl, true);
      await s.link(s.bert, s.anna);
      await s.fund(s.bert, s.id, MONEY);
      const state = async () => [
        [...(await s.vault.accountOf(s.anna))],
        [...(await s.vault.subjectRecord(s.anna))],
        [...(await s.vault.subjectRecord(s.haven))],
        await s.vault.destinationOf(s.anna, s.carl),
        await s.vault.subjectOf(s.bert),
        await s.vault.balanceSlot(s.bert, s.id),
        [...(await s.vault.assetOf(s.id))],
      ];
      const before = await state();
      await s.waitUntil(await s.approve(s.haven));
      await s.execute([s.id]);
      expect(await state()).to.deep.equal(before);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal(MONEY);
      await s.audit();
    });

    it("by the office after its delay", async () => {
      const s = await networkHelpers.loadFixture(withMoney);
      const from = await s.confirm(s.haven);
      await s.at(from - 1n);
      await expect(s.execute([s.id])).to.be.revertedWithCustomError(s.recovery, "Recovery_TooSoon");
      await s.at(from);
      await s.execute([s.id]);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal(MONEY);
      await s.audit();
    });

    it("looks at the recipient again: one listed or made an app meanwhile gets nothing", async () => {
      const s = await networkHelpers.loadFixture(withMoney);
      const later = await ethers.deployContract("MockApp", [s.vault]);
      await s.waitUntil(await s.approve(later));
      await s.vault.setKind(later, KIND.APP);
      await expect(s.execute([s.id])).to.be.revertedWithCustomError(s.recovery, "Recovery_BadRecipient");
      for (const agent of s.agents.slice(0, 2)) await s.recovery.connect(agent).vote(s.anna, NOWHERE);
      await s.waitUntil(await s.approve(s.haven));
      await s.sanctions.setListed(s.haven, true);
      await s.vault.screen(s.haven);
      await expect(s.execute([s.id])).to.be.revertedWithCustomError(s.recovery, "Recovery_RecipientListed");
      expect(await s.vault.balanceOf(s.anna, s.id)).to.equal(MONEY);
      await s.audit();
    });

    it("passes over exits that are gone, and cancels nobody else's", async () => {
      const s = await networkHelpers.loadFixture(withMoney);
      await s.fund(s.bert, s.id, MONEY);
      const gone = await s.queue(s.anna, s.id, MONEY / 4n, s.carl);
      const open = await s.queue(s.anna, s.id, MONEY / 4n, s.carl);
      const foreign = await s.queue(s.bert, s.id, MONEY, s.carl);
      await s.waitUntil(await s.approve(s.haven));
      await s.vault.connect(s.anna).cancel(gone);
      await expect(s.execute([s.id], [foreign])).to.be.revertedWithCustomError(s.vault, "Vault_OnlyOwner");
      await s.execute([s.id], [gone, open, gone]);
      expect(await s.vault.balanceOf(s.haven, s.id)).to.equal(MONEY);
      expect((await s.vault.openOf(s.idOf(foreign))).phase).to.equal(1n);
      await s.audit();
    });

    it("needs the Vault's role, which governance can take away from all recoveries at once", async () => {
      const s = await networkHelpers.loadFixture(withMoney);
      await s.waitUntil(await s.approve(s.haven));
      await s.manager.revokeRole(ROLES.RECOVERY, s.recovery);
      await expect(s.execute([s.id]))
        .to.be.revertedWithCustomError(s.vault, "AccessManagedUnauthorized")
        .withArgs(s.recovery);
    });
  });
});
