import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";
import { operationId, operationOf } from "../../../src/governance/timelock.ts";
import type { MockERC20, Succession, TimelockController } from "../../../typechain-types/index.ts";
import { deployAs } from "../../support/deployAs.ts";

const { ethers, networkHelpers } = await hre.network.create();
const { time } = networkHelpers;

const DAY = 86_400n;
const DELAY = 2n * DAY;
const NOTICE = 30n * DAY;
const WINDOW = 30n * DAY;
const PROPOSER = ethers.id("PROPOSER_ROLE");

async function deployed() {
  const [deployer, council, guardian, canceller, reviewer, mallory] = await ethers.getSigners();
  if (!deployer || !council || !guardian || !canceller || !reviewer || !mallory)
    throw new Error("too few signers");
  const timelock = await deployAs<TimelockController>(ethers, "TimelockController", [
    DELAY,
    [],
    [ZeroAddress],
    deployer,
  ]);
  await timelock.grantRole(PROPOSER, council);
  const offices = [guardian, canceller, reviewer];
  const args = [timelock, offices.map(({ address }) => address), 2] as const;
  const succession = await deployAs<Succession>(ethers, "Succession", args);
  await timelock.grantRole(PROPOSER, succession);
  await timelock.renounceRole(ZeroHash, deployer);
  // Any contracts will do for Safes here: what a real one does is in test/attacks/lock-out.test.ts.
  const token = async () => deployAs<MockERC20>(ethers, "MockERC20", ["Safe", 18]);
  const [heir, other] = [await token(), await token()];
  const by = (office: typeof guardian) => succession.connect(office);
  /** Guardian and reviewer announce the heir; seconds of the announcement. */
  const announce = async () => {
    await by(guardian).support(council, heir);
    await by(reviewer).support(council, heir);
    return BigInt(await time.latest());
  };
  return {
    ...{ timelock, succession, council, guardian, canceller, reviewer, mallory, offices },
    ...{ heir, other, by, announce },
  };
}

const NOTHING = [ZeroAddress, 0n, ZeroAddress];

describe("Succession", () => {
  const setup = () => networkHelpers.loadFixture(deployed);

  describe("construction", () => {
    it("names its timelock, offices and quorum, and states its constants", async () => {
      const d = await setup();
      expect(await d.succession.timelock()).to.equal(d.timelock.target);
      expect(await d.succession.offices()).to.deep.equal(d.offices.map(({ address }) => address));
      expect(await d.succession.quorum()).to.equal(2n);
      expect([
        await d.succession.NOTICE(),
        await d.succession.WINDOW(),
        await d.succession.MOST_OFFICES(),
      ]).to.deep.equal([NOTICE, WINDOW, 9n]);
    });

    it("refuses zero, a quorum of one, half or too many, an office twice, and an office that proposes", async () => {
      const d = await setup();
      const three = d.offices.map(({ address }) => address);
      const make = (...args: unknown[]) => ethers.deployContract("Succession", args);
      await expect(make(ZeroAddress, three, 2)).to.be.revertedWithCustomError(
        d.succession,
        "Succession_ZeroAddress",
      );
      await expect(make(d.timelock, [...three.slice(1), ZeroAddress], 2)).to.be.revertedWithCustomError(
        d.succession,
        "Succession_ZeroAddress",
      );
      const many = Array.from({ length: 10 }, (_, n) => ethers.zeroPadValue(ethers.toBeHex(n + 1), 20));
      for (const [offices, quorum] of [
        [three.slice(0, 1), 1],
        [three, 1],
        [three, 0],
        [three, 4],
        [[], 0],
        [[...three, d.mallory.address], 2],
        [many, 6],
      ] as const) {
        await expect(make(d.timelock, offices, quorum))
          .to.be.revertedWithCustomError(d.succession, "Succession_BadQuorum")
          .withArgs(quorum, offices.length);
      }
      await make(d.timelock, many.slice(1), 5);
      await expect(make(d.timelock, [three[0], three[1], three[0]], 2))
        .to.be.revertedWithCustomError(d.succession, "Succession_OfficeTwice")
        .withArgs(three[0]);
      await expect(make(d.timelock, [three[0], d.council, three[1]], 2))
        .to.be.revertedWithCustomError(d.succession, "Succession_OfficeProposes")
        .withArgs(d.council.address);
    });
  });

  describe("support", () => {
    it("keeps an office's word; the quorum's last announces", async () => {
      const d = await setup();
      const t = BigInt(await time.latest()) + 10n;
      await time.setNextBlockTimestamp(t);
      await expect(d.by(d.guardian).support(d.council, d.heir))
        .to.emit(d.succession, "SuccessionSupported")
        .withArgs(d.guardian.address, d.council.address, d.heir.target);
      expect([...(await d.succession.choiceOf(d.guardian))]).to.deep.equal([
        d.council.address,
        t,
        d.heir.target,
      ]);
      expect([...(await d.succession.announced())]).to.deep.equal(NOTHING);
      await time.setNextBlockTimestamp(t + 5n);
      await expect(d.by(d.reviewer).support(d.council, d.heir))
        .to.emit(d.succession, "SuccessionAnnounced")
        .withArgs(d.council.address, d.heir.target, t + 5n + NOTICE);
      expect([...(await d.succession.announced())]).to.deep.equal([d.council.address, t + 5n, d.heir.target]);
    });

    it("INV-GOV-4: offices below the quorum can do nothing, and nobody else can", async () => {
      const d = await setup();
      for (const caller of [d.council, d.mallory]) {
        await expect(d.by(caller).support(d.council, d.heir))
          .to.be.revertedWithCustomError(d.succession, "Succession_NotAnOffice")
          .withArgs(caller.address);
      }
      // One office, however often; and two that don't agree.
      for (let i = 0; i < 3; i++) await d.by(d.guardian).support(d.council, d.heir);
      await d.by(d.reviewer).support(d.council, d.other);
      expect([...(await d.succession.announced())]).to.deep.equal(NOTHING);
      await time.increase(NOTICE);
      await expect(d.succession.schedule()).to.be.revertedWithCustomError(
        d.succession,
        "Succession_NothingAnnounced",
      );
    });

    it("refuses who doesn't propose, itself, and successors without code or of no use", async () => {
      const d = await setup();
      for (const from of [d.mallory.address, d.succession.target]) {
        await expect(d.by(d.guardian).support(from, d.heir))
          .to.be.revertedWithCustomError(d.succession, "Succession_NotAProposer")
          .withArgs(from);
      }
      for (const to of [ZeroAddress, d.mallory.address, d.council.address, d.succession.target]) {
        await expect(d.by(d.guardian).support(d.council, to))
          .to.be.revertedWithCustomError(d.succession, "Succession_BadSuccessor")
          .withArgs(to);
      }
    });

    it("counts a word for 30 days: an old one doesn't meet a new one", async () => {
      const d = await setup();
      await d.by(d.guardian).support(d.council, d.heir);
      const at = BigInt(await time.latest());
      await time.setNextBlockTimestamp(at + WINDOW);
      await d.by(d.reviewer).support(d.council, d.heir);
      expect((await d.succession.announced()).since).to.equal(0n);
      await time.setNextBlockTimestamp(at + 2n * WINDOW - 1n);
      await d.by(d.canceller).support(d.council, d.heir);
      expect((await d.succession.announced()).since).to.equal(at + 2n * WINDOW - 1n);
      // The guardian's old word is no word behind it: with one of the two gone it ends.
      await d.by(d.canceller).withdrawSupport();
      expect([...(await d.succession.announced())]).to.deep.equal(NOTHING);
    });

    it("an office can't stand behind the same twice to start the clock anew; a third one changes nothing", async () => {
      const d = await setup();
      const since = await d.announce();
      await expect(d.by(d.guardian).support(d.council, d.heir))
        .to.be.revertedWithCustomError(d.succession, "Succession_SupportedAlready")
        .withArgs(d.guardian.address);
      await d.by(d.canceller).support(d.council, d.heir);
      expect((await d.succession.announced()).since).to.equal(since);
      // With three behind it, one that leaves takes nothing away.
      await d.by(d.guardian).withdrawSupport();
      expect((await d.succession.announced()).since).to.equal(since);
      await d.by(d.guardian).support(d.council, d.other);
      expect((await d.succession.announced()).since).to.equal(since);
    });

    it("an office that changes its mind takes its word from the one and gives it to the other", async () => {
      const d = await setup();
      await d.announce();
      await expect(d.by(d.reviewer).support(d.council, d.other))
        .to.emit(d.succession, "SuccessionEnded")
        .withArgs(d.council.address, d.heir.target);
      expect([...(await d.succession.announced())]).to.deep.equal(NOTHING);
      await d.by(d.canceller).support(d.council, d.other);
      expect((await d.succession.announced()).to).to.equal(d.other.target);
    });
  });

  describe("withdrawSupport", () => {
    it("takes a word back; below the quorum the announcement ends", async () => {
      const d = await setup();
      await expect(d.by(d.guardian).withdrawSupport())
        .to.be.revertedWithCustomError(d.succession, "Succession_NothingToWithdraw")
        .withArgs(d.guardian.address);
      await d.announce();
      await expect(d.by(d.guardian).withdrawSupport())
        .to.emit(d.succession, "SupportWithdrawn")
        .withArgs(d.guardian.address, d.council.address, d.heir.target)
        .and.to.emit(d.succession, "SuccessionEnded")
        .withArgs(d.council.address, d.heir.target);
      expect([...(await d.succession.choiceOf(d.guardian))]).to.deep.equal(NOTHING);
      await time.increase(NOTICE);
      await expect(d.succession.schedule()).to.be.revertedWithCustomError(
        d.succession,
        "Succession_NothingAnnounced",
      );
    });
  });

  describe("object", () => {
    it("ends it by one transaction of a living proposer, to the last second and after", async () => {
      const d = await setup();
      await expect(d.by(d.council).object()).to.be.revertedWithCustomError(
        d.succession,
        "Succession_NothingAnnounced",
      );
      for (const wait of [1n, NOTICE - 10n, NOTICE + 10n]) {
        await d.announce();
        await time.increase(wait);
        await expect(d.by(d.council).object())
          .to.emit(d.succession, "SuccessionObjected")
          .withArgs(d.council.address, d.council.address, d.heir.target);
        expect([...(await d.succession.announced())]).to.deep.equal(NOTHING);
        for (const office of d.offices)
          expect([...(await d.succession.choiceOf(office))]).to.deep.equal(NOTHING);
        await time.increase(NOTICE);
        await expect(d.succession.schedule()).to.be.revertedWithCustomError(
          d.succession,
          "Succession_NothingAnnounced",
        );
      }
    });

    it("is the proposers' alone", async () => {
      const d = await setup();
      await d.announce();
      for (const caller of [d.mallory, d.guardian, d.canceller]) {
        await expect(d.by(caller).object())
          .to.be.revertedWithCustomError(d.succession, "Succession_NotAProposer")
          .withArgs(caller.address);
      }
    });
  });

  describe("schedule", () => {
    it("is anyone's from 30 days on, and schedules exactly the passing of PROPOSER", async () => {
      const d = await setup();
      const since = await d.announce();
      const anyone = d.by(d.mallory);
      await time.setNextBlockTimestamp(since + NOTICE - 1n);
      await expect(anyone.schedule())
        .to.be.revertedWithCustomError(d.succession, "Succession_TooEarly")
        .withArgs(since + NOTICE);
      const t = since + NOTICE;
      await time.setNextBlockTimestamp(t);
      const salt = ethers.keccak256(
        ethers.AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [d.succession.target, t]),
      );
      const word = (name: "grantRole" | "revokeRole", account: string) => ({
        to: String(d.timelock.target),
        data: d.timelock.interface.encodeFunctionData(name as "grantRole", [PROPOSER, account]),
      });
      const operation = operationOf(
        [word("grantRole", String(d.heir.target)), word("revokeRole", d.council.address)],
        salt,
      );
      const id = operationId(operation);
      await expect(anyone.schedule())
        .to.emit(d.succession, "SuccessionScheduled")
        .withArgs(id, d.council.address, d.heir.target, salt);
      expect(await d.timelock.getTimestamp(id)).to.equal(t + DELAY);
      await expect(anyone.schedule()).to.be.revertedWithCustomError(
        d.succession,
        "Succession_NothingAnnounced",
      );
      await time.increase(DELAY);
      await d.timelock.connect(d.mallory).executeBatch(
        operation.calls.map(({ to }) => to),
        [0n, 0n],
        operation.calls.map(({ data }) => data),
        ZeroHash,
        salt,
      );
      expect(await d.timelock.hasRole(PROPOSER, d.heir)).to.equal(true);
      expect(await d.timelock.hasRole(PROPOSER, d.council)).to.equal(false);
      expect(await d.timelock.hasRole(PROPOSER, d.succession)).to.equal(true);
      // It is no one-way street: the heir, lost in its turn, is succeeded likewise.
      await d.by(d.guardian).support(d.heir, d.other);
      await d.by(d.canceller).support(d.heir, d.other);
      await time.increase(NOTICE);
      await anyone.schedule();
    });

    it("lapses 30 days after it could be scheduled; then offices speak anew", async () => {
      const d = await setup();
      const since = await d.announce();
      await time.setNextBlockTimestamp(since + NOTICE + WINDOW);
      await expect(d.succession.schedule())
        .to.be.revertedWithCustomError(d.succession, "Succession_Lapsed")
        .withArgs(since + NOTICE + WINDOW);
      await expect(d.by(d.guardian).support(d.council, d.heir))
        .to.emit(d.succession, "SuccessionEnded")
        .withArgs(d.council.address, d.heir.target);
      expect([...(await d.succession.announced())]).to.deep.equal(NOTHING);
      await d.by(d.canceller).support(d.council, d.heir);
      const again = BigInt(await time.latest());
      expect((await d.succession.announced()).since).to.equal(again);
      await time.setNextBlockTimestamp(again + NOTICE + WINDOW - 1n);
      await d.succession.schedule();
    });

    it("refuses if the proposer in question has been replaced meanwhile", async () => {
      const d = await setup();
      await d.announce();
      const data = d.timelock.interface.encodeFunctionData("revokeRole", [PROPOSER, d.council.address]);
      const words = [d.timelock.target, 0n, data, ZeroHash, ZeroHash] as const;
      await d.timelock.connect(d.council).schedule(...words, DELAY);
      await time.increase(NOTICE);
      await d.timelock.execute(...words);
      await expect(d.succession.schedule())
        .to.be.revertedWithCustomError(d.succession, "Succession_NotAProposer")
        .withArgs(d.council.address);
    });
  });
});
