import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";
import type { Call } from "../../../src/governance/safe.ts";
import { operationId, operationOf, type TimelockOperation } from "../../../src/governance/timelock.ts";
import type { TimelockController, VetoGate } from "../../../typechain-types/index.ts";
import { deployAs } from "../../support/deployAs.ts";

const { ethers, networkHelpers } = await hre.network.create();
const { time } = networkHelpers;

const DAY = 86_400n;
const DELAY = 2n * DAY;
const NOTICE = 30n * DAY;
const WINDOW = 30n * DAY;
const PROPOSER = ethers.id("PROPOSER_ROLE");
const CANCELLER = ethers.id("CANCELLER_ROLE");
const salt = (n: number) => ethers.zeroPadValue(ethers.toBeHex(n), 32);

async function deployed() {
  const [deployer, council, safe, anna, mallory] = await ethers.getSigners();
  if (!deployer || !council || !safe || !anna || !mallory) throw new Error("too few signers");
  const timelock = await deployAs<TimelockController>(ethers, "TimelockController", [
    DELAY,
    [],
    [ZeroAddress],
    deployer,
  ]);
  const gate = await deployAs<VetoGate>(ethers, "VetoGate", [timelock, safe, ZeroAddress]);
  const next = await deployAs<VetoGate>(ethers, "VetoGate", [timelock, anna, gate]);
  await timelock.grantRole(PROPOSER, council);
  await timelock.grantRole(CANCELLER, gate);
  await timelock.renounceRole(ZeroHash, deployer);

  const call = (name: "grantRole" | "revokeRole", args: [string, string]): Call => ({
    to: String(timelock.target),
    data: timelock.interface.encodeFunctionData(name as "grantRole", args),
  });
  const grant = (to: { target: unknown }) => call("grantRole", [CANCELLER, String(to.target)]);
  const revoke = () => call("revokeRole", [CANCELLER, String(gate.target)]);
  const words = ({ calls, predecessor, salt: s }: TimelockOperation) =>
    [
      calls.map(({ to }) => to),
      calls.map(({ value = 0n }) => value),
      calls.map(({ data }) => data),
      predecessor,
      s,
    ] as const;
  const schedule = async (o: TimelockOperation) =>
    timelock.connect(council).scheduleBatch(...words(o), DELAY);
  const asSafe = gate.connect(safe);
  const asCouncil = gate.connect(council);
  const veto = async (o: TimelockOperation) => asSafe.veto(operationId(o));
  const execute = async (o: TimelockOperation) => timelock.connect(mallory).executeBatch(...words(o));
  const replacement = (n: number) => operationOf([grant(next), revoke()], salt(n));
  const id = (n: number) => operationId(replacement(n));
  const announce = async (n: number) => asCouncil.announceReplacement(next, salt(n));
  const other = (n: number) => operationOf([{ to: anna.address, data: "0x", value: 0n }], salt(n));
  return {
    ...{ timelock, gate, next, council, safe, anna, mallory, asSafe, asCouncil },
    ...{ schedule, veto, execute, replacement, id, announce, other, words, grant, revoke },
  };
}

const now = async () => BigInt(await time.latest());

describe("VetoGate", () => {
  const setup = () => networkHelpers.loadFixture(deployed);

  describe("construction", () => {
    it("names its timelock, its Safe and the gate before it, and states its constants", async () => {
      const d = await setup();
      expect(await d.gate.timelock()).to.equal(d.timelock.target);
      expect(await d.gate.safe()).to.equal(d.safe.address);
      expect(await d.gate.former()).to.equal(ZeroAddress);
      expect(await d.next.former()).to.equal(d.gate.target);
      expect([await d.gate.NOTICE(), await d.gate.WINDOW()]).to.deep.equal([NOTICE, WINDOW]);
    });

    it("refuses zero, and a former gate of another timelock", async () => {
      const d = await setup();
      for (const args of [
        [ZeroAddress, d.safe, ZeroAddress],
        [d.timelock, ZeroAddress, ZeroAddress],
      ]) {
        await expect(ethers.deployContract("VetoGate", args)).to.be.revertedWithCustomError(
          d.gate,
          "VetoGate_ZeroAddress",
        );
      }
      await expect(ethers.deployContract("VetoGate", [d.anna, d.safe, d.gate]))
        .to.be.revertedWithCustomError(d.gate, "VetoGate_OtherTimelock")
        .withArgs(d.gate.target);
    });
  });

  describe("veto", () => {
    it("INV-GOV-2: cancels a waiting batch and remembers its id", async () => {
      const d = await setup();
      const o = d.other(1);
      await d.schedule(o);
      await expect(d.veto(o)).to.emit(d.gate, "OperationVetoed").withArgs(operationId(o));
      expect(await d.gate.vetoed(operationId(o))).to.equal(true);
      expect(await d.timelock.isOperation(operationId(o))).to.equal(false);
      await time.increase(DELAY);
      await expect(d.execute(o)).to.be.revertedWithCustomError(
        d.timelock,
        "TimelockUnexpectedOperationState",
      );
    });

    it("INV-GOV-2: cancels what is ready, too, and what was scheduled as a single call", async () => {
      const d = await setup();
      const o = d.other(1);
      await d.schedule(o);
      await time.increase(DELAY);
      await d.veto(o);
      const single = [d.anna.address, 0n, "0x1234", ZeroHash, salt(2)] as const;
      await d.timelock.connect(d.council).schedule(...single, DELAY);
      const id = await d.timelock.hashOperation(...single);
      await expect(d.asSafe.veto(id)).to.emit(d.gate, "OperationVetoed").withArgs(id);
      expect(await d.timelock.isOperation(id)).to.equal(false);
      expect(await d.gate.vetoed(id)).to.equal(true);
    });

    it("is the Safe's alone", async () => {
      const d = await setup();
      const o = d.other(1);
      await d.schedule(o);
      for (const caller of [d.council, d.mallory]) {
        const gate = d.gate.connect(caller);
        await expect(gate.veto(operationId(o)))
          .to.be.revertedWithCustomError(gate, "VetoGate_NotTheSafe")
          .withArgs(caller.address);
      }
    });

    it("refuses what isn't pending: unknown, vetoed or done", async () => {
      const d = await setup();
      const [unknown, vetoed, done] = [d.other(1), d.other(2), d.other(3)];
      for (const o of [vetoed, done]) await d.schedule(o);
      await d.veto(vetoed);
      await time.increase(DELAY);
      await d.execute(done);
      for (const o of [unknown, vetoed, done]) {
        await expect(d.veto(o))
          .to.be.revertedWithCustomError(d.gate, "VetoGate_NotPending")
          .withArgs(operationId(o));
      }
      expect(await d.gate.vetoed(operationId(done))).to.equal(false);
    });

    it("vetoes many in one transaction: a thief schedules faster than people sign", async () => {
      const d = await setup();
      const flood = Array.from({ length: 30 }, (_, n) => d.other(n));
      for (const o of flood) await d.schedule(o);
      const calls = flood.map((o) => d.gate.interface.encodeFunctionData("veto", [operationId(o)]));
      await expect(d.gate.connect(d.mallory).multicall(calls)).to.be.revertedWithCustomError(
        d.gate,
        "VetoGate_NotTheSafe",
      );
      await d.asSafe.multicall(calls);
      for (const o of flood) expect(await d.timelock.isOperation(operationId(o))).to.equal(false);
    });
  });

  describe("veto of what fits no transaction", () => {
    it("costs the same however many bytes a contract has scheduled in memory", async () => {
      const d = await setup();
      const huge = operationOf([{ to: d.anna.address, data: `0x${"ab".repeat(400_000)}` }], salt(1));
      const small = d.other(2);
      await ethers.provider.send("hardhat_setBalance", [d.council.address, "0xffffffffffffffffffff"]);
      await d.timelock.connect(d.council).scheduleBatch(...d.words(huge), DELAY, { gasLimit: 2n ** 24n });
      await d.schedule(small);
      const gas = async (o: TimelockOperation) => (await (await d.veto(o)).wait())?.gasUsed ?? 0n;
      expect(await gas(huge)).to.be.lessThan((await gas(small)) + 100n);
    });
  });

  describe("enforce", () => {
    it("INV-GOV-2: anyone cancels what was vetoed and is scheduled again, as often as it is", async () => {
      const d = await setup();
      const o = d.other(1);
      await d.schedule(o);
      await d.veto(o);
      for (let again = 0; again < 3; again++) {
        await d.schedule(o);
        await time.increase(DELAY / 2n);
        await expect(d.gate.connect(d.mallory).enforce(operationId(o)))
          .to.emit(d.gate, "VetoEnforced")
          .withArgs(operationId(o), d.mallory.address);
        await time.increase(DELAY);
        await expect(d.execute(o)).to.be.revertedWithCustomError(
          d.timelock,
          "TimelockUnexpectedOperationState",
        );
      }
    });

    it("refuses what was never vetoed, and what isn't pending", async () => {
      const d = await setup();
      const [honest, vetoed] = [d.other(1), d.other(2)];
      await d.schedule(honest);
      await expect(d.gate.enforce(operationId(honest)))
        .to.be.revertedWithCustomError(d.gate, "VetoGate_NotVetoed")
        .withArgs(operationId(honest));
      await d.schedule(vetoed);
      await d.veto(vetoed);
      await expect(d.gate.enforce(operationId(vetoed)))
        .to.be.revertedWithCustomError(d.gate, "VetoGate_NotPending")
        .withArgs(operationId(vetoed));
    });

    it("INV-GOV-2's limit: scheduled again and enforced by nobody for the whole delay, it is executed", async () => {
      const d = await setup();
      const o = d.other(1);
      await d.schedule(o);
      await d.veto(o);
      await d.schedule(o);
      await time.increase(DELAY);
      await d.execute(o);
      expect(await d.timelock.isOperationDone(operationId(o))).to.equal(true);
    });

    it("INV-GOV-2: the next gate enforces what this one has vetoed", async () => {
      const d = await setup();
      const o = d.other(1);
      await d.schedule(o);
      await d.veto(o);
      const change = d.replacement(7);
      await d.schedule(change);
      await time.increase(DELAY);
      await d.execute(change);
      await d.schedule(o);
      expect(await d.next.vetoed(operationId(o))).to.equal(true);
      // The old gate has no power left.
      await expect(d.gate.enforce(operationId(o))).to.be.revertedWithCustomError(
        d.timelock,
        "AccessControlUnauthorizedAccount",
      );
      await d.next.connect(d.mallory).enforce(operationId(o));
      expect(await d.timelock.isOperation(operationId(o))).to.equal(false);
    });
  });

  describe("its own replacement", () => {
    it("announces by proposers only, a contract other than itself, once at a time", async () => {
      const d = await setup();
      await expect(d.gate.connect(d.mallory).announceReplacement(d.next, salt(1)))
        .to.be.revertedWithCustomError(d.gate, "VetoGate_NotAProposer")
        .withArgs(d.mallory.address);
      for (const bad of [ZeroAddress, d.gate.target, d.anna.address]) {
        await expect(d.asCouncil.announceReplacement(bad, salt(1)))
          .to.be.revertedWithCustomError(d.gate, "VetoGate_BadSuccessor")
          .withArgs(bad);
      }
      const t = (await now()) + 10n;
      await time.setNextBlockTimestamp(t);
      await expect(d.announce(1))
        .to.emit(d.gate, "ReplacementAnnounced")
        .withArgs(d.id(1), d.next.target, salt(1), t + NOTICE, d.council.address);
      expect(await d.gate.announcedAt(d.id(1))).to.equal(t);
      await expect(d.announce(1))
        .to.be.revertedWithCustomError(d.gate, "VetoGate_AnnouncedAlready")
        .withArgs(d.id(1), t);
    });

    it("withdraws by proposers only, what was announced", async () => {
      const d = await setup();
      await expect(d.asCouncil.withdrawReplacement(d.id(1)))
        .to.be.revertedWithCustomError(d.gate, "VetoGate_NotAnnounced")
        .withArgs(d.id(1));
      await d.announce(1);
      for (const caller of [d.safe, d.mallory]) {
        await expect(d.gate.connect(caller).withdrawReplacement(d.id(1))).to.be.revertedWithCustomError(
          d.gate,
          "VetoGate_NotAProposer",
        );
      }
      await expect(d.asCouncil.withdrawReplacement(d.id(1)))
        .to.emit(d.gate, "ReplacementWithdrawn")
        .withArgs(d.id(1), d.council.address);
      expect(await d.gate.announcedAt(d.id(1))).to.equal(0n);
    });

    it("can be vetoed until 30 days after the announcement, to the second, and not from then on", async () => {
      const d = await setup();
      await d.announce(2);
      await d.announce(1);
      const due = (await now()) + NOTICE;
      const [first, second] = [d.replacement(1), d.replacement(2)];
      for (const o of [first, second]) await d.schedule(o);
      await time.setNextBlockTimestamp(due - 1n);
      await d.veto(first);
      expect(await d.gate.isDue(d.id(1))).to.equal(false);
      await time.setNextBlockTimestamp(due);
      await expect(d.veto(second))
        .to.be.revertedWithCustomError(d.gate, "VetoGate_OwnReplacement")
        .withArgs(d.id(2));
      await time.setNextBlockTimestamp(due);
      await d.execute(second);
      expect(await d.gate.isDue(d.id(2))).to.equal(true);
      expect(await d.timelock.hasRole(CANCELLER, d.next)).to.equal(true);
      expect(await d.timelock.hasRole(CANCELLER, d.gate)).to.equal(false);
    });

    it("vetoed before it was due, it stays vetoed, and isn't announced again; another salt is another operation", async () => {
      const d = await setup();
      for (const n of [1, 2]) await d.announce(n);
      await d.schedule(d.replacement(1));
      await d.veto(d.replacement(1));
      await time.increase(NOTICE);
      await d.schedule(d.replacement(1));
      await d.gate.connect(d.mallory).enforce(d.id(1));
      await d.asCouncil.withdrawReplacement(d.id(1));
      await expect(d.announce(1))
        .to.be.revertedWithCustomError(d.gate, "VetoGate_VetoedBefore")
        .withArgs(d.id(1));
      await d.schedule(d.replacement(2));
      await expect(d.gate.enforce(d.id(2))).to.be.revertedWithCustomError(d.gate, "VetoGate_NotVetoed");
      await expect(d.veto(d.replacement(2))).to.be.revertedWithCustomError(d.gate, "VetoGate_OwnReplacement");
    });

    it("is named by its id, as the timelock computes it", async () => {
      const d = await setup();
      expect(await d.gate.replacementOf(d.next, salt(1))).to.equal(d.id(1));
      expect(await d.timelock.hashOperationBatch(...d.words(d.replacement(1)))).to.equal(d.id(1));
    });

    it("lapses WINDOW and the timelock's delay after it was due; scheduled within WINDOW it is safe until ready", async () => {
      const d = await setup();
      await d.announce(2);
      await d.announce(1);
      const end = (await now()) + NOTICE + WINDOW;
      await time.setNextBlockTimestamp(end - 1n);
      await d.schedule(d.replacement(1));
      // At the second in which it is ready the Safe can't veto, and anyone executes.
      await time.setNextBlockTimestamp(end + DELAY - 1n);
      await expect(d.veto(d.replacement(1))).to.be.revertedWithCustomError(d.gate, "VetoGate_OwnReplacement");
      await time.setNextBlockTimestamp(end + DELAY);
      await d.veto(d.replacement(1));
      expect(await d.gate.isDue(d.id(1))).to.equal(false);
      // A lapsed one is announced anew, and waits anew.
      await d.announce(2);
      expect(await d.gate.isDue(d.id(2))).to.equal(false);
      await time.increase(NOTICE);
      expect(await d.gate.isDue(d.id(2))).to.equal(true);
    });

    it("withdrawn and announced again, it waits again: churn buys no time", async () => {
      const d = await setup();
      await d.announce(1);
      await time.increase(NOTICE);
      expect(await d.gate.isDue(d.id(1))).to.equal(true);
      await d.schedule(d.replacement(1));
      await d.asCouncil.withdrawReplacement(d.id(1));
      expect(await d.gate.isDue(d.id(1))).to.equal(false);
      await d.announce(1);
      await time.increase(NOTICE - 10n);
      await d.veto(d.replacement(1));
      // Another successor's notice is its own.
      const third = await deployAs<VetoGate>(ethers, "VetoGate", [d.timelock, d.mallory, ZeroAddress]);
      await d.asCouncil.announceReplacement(third, salt(3));
      await time.increase(NOTICE - 10n);
      await d.schedule(operationOf([d.grant(third), d.revoke()], salt(3)));
      await d.veto(operationOf([d.grant(third), d.revoke()], salt(3)));
    });

    it("REVIEW 10: everything but exactly the announced batch can be vetoed when that is due", async () => {
      const d = await setup();
      await d.announce(1);
      await time.increase(NOTICE);
      const [grant, revoke] = [d.grant(d.next), d.revoke()];
      const proposer: Call = {
        to: grant.to,
        data: d.timelock.interface.encodeFunctionData("grantRole", [PROPOSER, d.mallory.address]),
      };
      const revokeNext: Call = {
        to: grant.to,
        data: d.timelock.interface.encodeFunctionData("revokeRole", [CANCELLER, String(d.next.target)]),
      };
      const dirty = `${grant.data.slice(0, 74)}${"f".repeat(24)}${grant.data.slice(98)}`;
      const disguised: Record<string, readonly Call[]> = {
        "removal alone": [revoke],
        "grant alone": [grant],
        "the other way round": [revoke, grant],
        "with something behind": [grant, revoke, proposer],
        "with something before": [proposer, grant, revoke],
        "another grant": [d.grant({ target: d.mallory.address }), revoke],
        "another role": [{ ...grant, data: proposer.data }, revoke],
        "another removal": [grant, revokeNext],
        "another target": [grant, { ...revoke, to: d.mallory.address }],
        "another first target": [{ ...grant, to: d.mallory.address }, revoke],
        "with value": [grant, { ...revoke, value: 1n }],
        "with value before": [{ ...grant, value: 1n }, revoke],
        "bytes behind the grant": [{ ...grant, data: `${grant.data}00` }, revoke],
        "bytes behind the removal": [grant, { ...revoke, data: `${revoke.data}00` }],
        "an address with dirty upper bytes": [{ ...grant, data: dirty }, revoke],
        "a grant cut short": [{ ...grant, data: "0x2f2ff15d" }, revoke],
      };
      for (const [what, calls] of Object.entries(disguised)) {
        const o = operationOf(calls, salt(1));
        await d.schedule(o);
        await d.veto(o);
        expect(await d.timelock.isOperation(operationId(o)), what).to.equal(false);
      }
      const after = operationOf([grant, revoke], salt(1), operationId(d.other(1)));
      await d.schedule(after);
      await d.veto(after);
      const single = [revoke.to, 0n, revoke.data, ZeroHash, salt(1)] as const;
      await d.timelock.connect(d.council).schedule(...single, DELAY);
      await d.asSafe.veto(await d.timelock.hashOperation(...single));
      // With another salt than the announced one.
      await d.schedule(d.replacement(2));
      await d.veto(d.replacement(2));
    });

    it("REVIEW 10: a delay of any length neither stops the veto nor the replacement", async () => {
      const d = await setup();
      const most = (1n << 256n) - 1n;
      const longer = operationOf(
        [
          {
            to: String(d.timelock.target),
            data: d.timelock.interface.encodeFunctionData("updateDelay", [most]),
          },
        ],
        salt(1),
      );
      await d.schedule(longer);
      await d.announce(1);
      await time.increase(NOTICE);
      await d.schedule(d.replacement(1));
      await d.schedule(d.other(5));
      await d.execute(longer);
      expect(await d.timelock.getMinDelay()).to.equal(most);
      await time.increase(WINDOW + DELAY);
      await d.veto(d.other(5));
      await expect(d.veto(d.replacement(1))).to.be.revertedWithCustomError(d.gate, "VetoGate_OwnReplacement");
      await d.execute(d.replacement(1));
      expect(await d.timelock.hasRole(CANCELLER, d.next)).to.equal(true);
    });
  });
});
