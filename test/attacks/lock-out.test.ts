import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { propose, throughGovernance } from "../../src/governance/proposal.ts";
import { ROLES } from "../../src/governance/roles.ts";
import type { Call, Safe } from "../../src/governance/safe.ts";
import { asModule, replaceOwners, selfCall } from "../../src/governance/safe-settings.ts";
import { execute, operationId } from "../../src/governance/timelock.ts";
import { vetoCall } from "../../src/governance/veto.ts";
import type { HungryTarget } from "../../typechain-types/index.ts";
import { callOf, ethers, HOUR, networkHelpers, now } from "../scenario/scene.ts";
import { deployAs } from "../support/deployAs.ts";
import { CANCELLER, PROPOSER } from "../support/fortified.ts";
import {
  as,
  cantChangeItself,
  delay,
  governs,
  isGone,
  NOTICE,
  officesAct,
  ownersLeave,
  payOut,
  populated,
  queued,
  restored,
  scheduled,
  send,
  veto,
  wish,
} from "../support/offices.ts";

/** What `executeBatch` is given. */
type Words = [targets: string[], values: bigint[], payloads: string[], predecessor: string, salt: string];

describe("attack: lock-out, office by office", () => {
  const setup = () => networkHelpers.loadFixture(populated);

  describe("the council", () => {
    it("REVIEW 10, INV-GOV-4: lost, two offices name a successor, nobody objects, and the successor governs", async () => {
      const s = await setup();
      await ownersLeave(s);
      await officesAct(s);
      const heir = await s.freshSafe();
      const support = callOf(s.succession, "support", [s.safes.council.address, heir.safe.address]);
      await as(s, "guardian", support);
      await as(s, "reviewer", support);
      await s.wait(NOTICE);
      const passing = await scheduled(s, s.succession, s.safes.council, heir);
      await expect(execute(s.contracts.timelock, passing)).to.be.revertedWithCustomError(
        s.contracts.timelock,
        "TimelockUnexpectedOperationState",
      );
      await s.wait(await delay(s));
      await execute(s.contracts.timelock, passing);
      await governs(s, heir);
      // Keys that turn up later are worth nothing.
      await expect(propose(s, [await wish(s)])).to.be.revertedWithCustomError(
        s.contracts.timelock,
        "AccessControlUnauthorizedAccount",
      );
    });

    it("REVIEW 10: not lost, it objects by one transaction; and the canceller can veto a succession as all else", async () => {
      const s = await setup();
      const heir = await s.freshSafe();
      const support = callOf(s.succession, "support", [s.safes.council.address, heir.safe.address]);
      for (const name of ["guardian", "reviewer"] as const) await as(s, name, support);
      await s.wait(NOTICE - HOUR);
      await send(s.safes.council, s.keys.council, callOf(s.succession, "object", []));
      await s.wait(HOUR);
      await expect(s.succession.schedule()).to.be.revertedWithCustomError(
        s.succession,
        "Succession_NothingAnnounced",
      );
      for (const name of ["guardian", "reviewer"] as const) await as(s, name, support);
      await s.wait(NOTICE);
      const passing = await scheduled(s, s.succession, s.safes.council, heir);
      await veto(s, passing);
      await isGone(s, passing);
      await governs(s);
    });

    it("REVIEW 10, INV-GOV-2: stolen, it can't throw its honest owners out; they replace the keys, and the rest is vetoed", async () => {
      const s = await setup();
      const { manager, timelock } = s.contracts;
      await cantChangeItself(s, s.safes.council, s.keys.council);
      // The thief has a quorum of keys. So have the owners.
      const evil = [callOf(manager, "grantRole", [ROLES.ADMIN, s.mallory.address, 0])];
      const { operation } = await propose(s, evil, ethers.id("evil"));
      const worse = (await propose(s, evil, ethers.id("worse"))).operation;
      await veto(s, operation, worse);
      await isGone(s, worse);
      await propose(s, evil, ethers.id("evil"));
      await s.gate.connect(s.outsider).enforce(operationId(operation));
      await isGone(s, operation);
      // He doesn't cancel what removes him, neither on the timelock nor at the gate.
      const cancelling = callOf(timelock, "cancel", [operationId(operation)]);
      await expect(send(s.safes.council, s.keys.council, cancelling)).to.be.revertedWithCustomError(
        timelock,
        "AccessControlUnauthorizedAccount",
      );
      await expect(
        send(s.safes.council, s.keys.council, await vetoCall(s.gate, operation)),
      ).to.be.revertedWithCustomError(s.gate, "VetoGate_NotTheSafe");
      const keys = await restored(s, s.safes.council, s.keys.council);
      await governs(s, { safe: s.safes.council, keys });
    });

    it("REVIEW 10: stolen and lost at once, it gives 30 days' notice and two delays: who asks to leave then has left", async () => {
      const s = await setup();
      const { manager, timelock } = s.contracts;
      const his = await s.gateFor((await s.freshSafe()).safe);
      const council = (call: Call) => send(s.safes.council, s.keys.council, call);
      const announcedAt = await now();
      await council(callOf(s.gate, "announceReplacement", [his.target, ethers.id("due")]));
      const exits = [await queued(s), await queued(s)];
      const evil = [callOf(manager, "grantRole", [ROLES.ADMIN, s.mallory.address, 0])];
      const early = await propose(s, evil, ethers.id("early"));
      await veto(s, early.operation);
      const takeover = [
        callOf(timelock, "grantRole", [CANCELLER, his.target]),
        callOf(timelock, "revokeRole", [CANCELLER, s.gate.target]),
      ];
      const tooEarly = await propose(s, takeover, ethers.id("too early"));
      await veto(s, tooEarly.operation);
      for (const exit of exits) await payOut(s, exit);
      await s.wait(announcedAt + NOTICE - (await now()));
      const due = await propose(s, takeover, ethers.id("due"));
      await expect(veto(s, due.operation)).to.be.revertedWithCustomError(s.gate, "VetoGate_OwnReplacement");
      await s.wait(await delay(s));
      await execute(timelock, due.operation);
      const late = await propose(s, evil, ethers.id("late"));
      await s.wait(await delay(s));
      await execute(timelock, late.operation);
      expect((await now()) - announcedAt).to.be.greaterThanOrEqual(NOTICE + 2n * (await delay(s)));
      expect((await manager.hasRole(ROLES.ADMIN, s.mallory)).isMember).to.equal(true);
    });
  });

  describe("the canceller", () => {
    it("REVIEW 10: lost, nothing is vetoed and governance goes on; it gives the Safe new owners, who veto again", async () => {
      const s = await setup();
      await ownersLeave(s);
      await governs(s);
      const keys = await restored(s, s.safes.canceller, s.keys.canceller);
      const { operation } = await propose(s, [await wish(s)]);
      await send(s.safes.canceller, keys, await vetoCall(s.gate, operation));
      await isGone(s, operation);
    });

    it("REVIEW 10: stolen, it vetoes all it likes but its replacement, 30 days after the announcement", async () => {
      const s = await setup();
      const { timelock } = s.contracts;
      await cantChangeItself(s, s.safes.canceller, s.keys.canceller);
      // It vetoes a wish, the restoring of its own Safe, and the removal that nobody has announced.
      const fresh = await s.freshSafe();
      const next = await s.gateFor(fresh.safe);
      const salt = ethers.id("next gate");
      const removal = [
        callOf(timelock, "grantRole", [CANCELLER, next.target]),
        callOf(timelock, "revokeRole", [CANCELLER, s.gate.target]),
      ];
      const owners = fresh.keys.map(({ address }) => address);
      const restoring = await replaceOwners(s.safes.canceller, owners, 2);
      for (const calls of [
        [await wish(s)],
        restoring.map((call) => asModule(s.safes.canceller, call)),
        removal,
      ]) {
        const { operation } = await propose(s, calls);
        await veto(s, operation);
        await isGone(s, operation);
      }
      // It can't propose, announce, withdraw an announcement, or start a succession alone.
      await expect(
        propose({ ...s, safes: { council: s.safes.canceller }, keys: { council: s.keys.canceller } }, [
          await wish(s),
        ]),
      ).to.be.revertedWithCustomError(timelock, "AccessControlUnauthorizedAccount");
      await send(s.safes.council, s.keys.council, callOf(s.gate, "announceReplacement", [next.target, salt]));
      await expect(
        as(s, "canceller", callOf(s.gate, "withdrawReplacement", [await s.gate.replacementOf(next, salt)])),
      ).to.be.revertedWithCustomError(s.gate, "VetoGate_NotAProposer");
      await officesAct(s);
      await ownersLeave(s);
      const left =
        BigInt(await s.gate.announcedAt(await s.gate.replacementOf(next, salt))) + NOTICE - (await now());
      if (left > 0n) await s.wait(left);
      const { operation } = await propose(s, removal, salt);
      await expect(veto(s, operation)).to.be.revertedWithCustomError(s.gate, "VetoGate_OwnReplacement");
      await s.wait(await delay(s));
      await execute(timelock, operation);
      await governs(s);
      // The old keys veto nothing, the new ones do; and what was vetoed before stays so.
      const again = (await propose(s, [await wish(s)])).operation;
      await expect(veto(s, again)).to.be.revertedWithCustomError(
        timelock,
        "AccessControlUnauthorizedAccount",
      );
      await send(fresh.safe, fresh.keys, await vetoCall(next, again));
      await isGone(s, again);
    });
  });

  describe("two at once", () => {
    it("REVIEW 10: council lost and canceller stolen, governance stands still, and neither money nor offices do", async () => {
      const s = await setup();
      const heir = await s.freshSafe();
      const support = callOf(s.succession, "support", [s.safes.council.address, heir.safe.address]);
      for (const name of ["guardian", "reviewer"] as const) await as(s, name, support);
      await s.wait(NOTICE);
      const passing = await scheduled(s, s.succession, s.safes.council, heir);
      await veto(s, passing);
      await isGone(s, passing);
      await expect(governs(s, heir)).to.be.revertedWithCustomError(
        s.contracts.timelock,
        "AccessControlUnauthorizedAccount",
      );
      await officesAct(s);
      await ownersLeave(s);
    });

    it("REVIEW 10: council lost and two offices stolen, the third vetoes their council if it is the canceller", async () => {
      const s = await setup();
      const his = await s.freshSafe();
      const support = callOf(s.succession, "support", [s.safes.council.address, his.safe.address]);
      for (const name of ["guardian", "reviewer"] as const) await as(s, name, support);
      const asked = await queued(s);
      await s.wait(NOTICE);
      const passing = await scheduled(s, s.succession, s.safes.council, his);
      // Whoever asked to leave at the announcement has left before he can have anything.
      await payOut(s, asked);
      await veto(s, passing);
      await isGone(s, passing);
      // And nothing stops them if the third sleeps: named for what it is.
      for (const name of ["guardian", "reviewer"] as const) await as(s, name, support);
      await s.wait(NOTICE);
      const again = await scheduled(s, s.succession, s.safes.council, his);
      await s.wait(await delay(s));
      await execute(s.contracts.timelock, again);
      await governs(s, his);
    });
  });

  describe("the ways around", () => {
    it("REVIEW 10, 15: whoever executes can't starve an operation of gas so that it counts as done and does nothing", async () => {
      const s = await setup();
      const { timelock } = s.contracts;
      const target = await deployAs<HungryTarget>(ethers, "HungryTarget");
      const work = callOf(target, "work", [60n]);
      /** Whether some gas limit makes the timelock count as done what the Safe didn't do. */
      const starvable = async (safe: Safe) => {
        const { operation } = await propose(s, [asModule(safe, work)]);
        await s.wait(await delay(s));
        const [{ to, data }] = operation.calls as [Call];
        const words: Words = [[to], [0n], [data], operation.predecessor, operation.salt];
        const byMallory = timelock.connect(s.mallory);
        const before = await target.done();
        for (let gas = 200_000n; gas < 2_000_000n; gas += 20_000n) {
          const passes = await byMallory.executeBatch.staticCall(...words, { gasLimit: gas }).then(
            () => true,
            () => false,
          );
          if (!passes) continue;
          await byMallory.executeBatch(...words, { gasLimit: gas });
          expect(await timelock.isOperationDone(operationId(operation))).to.equal(true);
          return (await target.done()) === before;
        }
        throw new Error("no gas limit of those tried is enough");
      };
      expect(await starvable(await s.bareSafe())).to.equal(true);
      expect(await starvable(s.safes.canceller)).to.equal(false);
    });

    it("ANCHORS 3.7: with the guard gone, what it refused can be sent; so a quorum spends those nonces first", async () => {
      const s = await setup();
      const { reviewer } = s.safes;
      const keys = s.keys.reviewer.slice(0, 2);
      const refused = await reviewer.build(selfCall(reviewer, "changeThreshold", [1]));
      const signatures = [];
      for (const key of keys) signatures.push(await reviewer.sign(refused, key));
      await expect(reviewer.execute(refused, signatures)).to.be.revertedWithCustomError(
        s.guard,
        "SafeGuard_SelfCall",
      );
      const unguard = [
        asModule(reviewer, selfCall(reviewer, "setGuard", [ZeroAddress])),
        asModule(reviewer, selfCall(reviewer, "setModuleGuard", [ZeroAddress])),
      ];
      const removed = await networkHelpers.takeSnapshot();
      await throughGovernance(s, unguard);
      await reviewer.execute(refused, signatures);
      expect(await reviewer.threshold()).to.equal(1);
      // The same with the nonce spent.
      await removed.restore();
      await reviewer.send({ to: reviewer.address, data: "0x" }, keys);
      await throughGovernance(s, unguard);
      await expect(reviewer.execute(refused, signatures)).to.be.revert(ethers);
      expect(await reviewer.threshold()).to.equal(2);
    });

    it("ANCHORS 3.6: who proposes doesn't cancel, who cancels doesn't propose, nobody kept the timelock's admin", async () => {
      const s = await setup();
      const { timelock } = s.contracts;
      for (const account of [s.safes.council.address, s.safes.canceller.address, String(s.succession.target)])
        expect(await timelock.hasRole(CANCELLER, account), account).to.equal(false);
      for (const account of [s.safes.canceller.address, String(s.gate.target), s.addresses.deployer])
        expect(await timelock.hasRole(PROPOSER, account), account).to.equal(false);
      expect(await timelock.hasRole(CANCELLER, s.gate)).to.equal(true);
      expect(await timelock.hasRole(ZeroHash, s.addresses.deployer)).to.equal(false);
      expect(await timelock.hasRole(ZeroHash, timelock)).to.equal(true);
    });

    it("ANCHORS 3.5: a role's guardian, admin and delays are the timelock's; no office can tie them up", async () => {
      const s = await setup();
      const { manager } = s.contracts;
      for (const call of [
        callOf(manager, "setRoleAdmin", [ROLES.REVIEWER, ROLES.REVIEWER]),
        callOf(manager, "setRoleGuardian", [ROLES.REVIEWER, ROLES.REVIEWER]),
        callOf(manager, "setGrantDelay", [ROLES.REVIEWER, 1_000_000]),
        callOf(manager, "setTargetAdminDelay", [s.addresses.vault, 1_000_000]),
        callOf(manager, "setTargetClosed", [s.addresses.vault, true]),
        callOf(manager, "updateAuthority", [s.addresses.vault, s.mallory.address]),
      ]) {
        for (const name of ["canceller", "guardian", "reviewer"] as const) {
          await expect(as(s, name, call), name).to.be.revertedWithCustomError(
            manager,
            "AccessManagerUnauthorizedAccount",
          );
        }
        await expect(send(s.safes.council, s.keys.council, call)).to.be.revertedWithCustomError(
          manager,
          "AccessManagerUnauthorizedAccount",
        );
      }
      // And governance undoes even its own mistake: a closed target is opened again.
      await throughGovernance(s, [callOf(manager, "setTargetClosed", [s.addresses.policy, true])]);
      await throughGovernance(s, [callOf(manager, "setTargetClosed", [s.addresses.policy, false])]);
      await governs(s);
    });
  });
});
