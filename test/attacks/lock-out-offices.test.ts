import { expect } from "chai";
import { Wallet, ZeroAddress, ZeroHash } from "ethers";
import { KINDS, NEVER, paramKey } from "../../src/governance/parameters.ts";
import { propose, throughGovernance } from "../../src/governance/proposal.ts";
import { ROLES } from "../../src/governance/roles.ts";
import { asModule, replaceOwners, selfCall } from "../../src/governance/safe-settings.ts";
import { execute, operationId, operationOf } from "../../src/governance/timelock.ts";
import { veto as vetoBySafe } from "../../src/governance/veto.ts";
import {
  type Asked,
  attest,
  attestorOf,
  callOf,
  DAY,
  ETHER,
  eth,
  ethers,
  HOUR,
  networkHelpers,
  now,
  withdraw,
} from "../scenario/scene.ts";
import { type Fortified, PROPOSER } from "../support/fortified.ts";
import {
  as,
  asRiskOfficer,
  cantChangeItself,
  delay,
  governs,
  HOME,
  heldUntil,
  LARGE,
  NOTICE,
  ofReserve,
  ownersLeave,
  POOL,
  passRole,
  payOut,
  populated,
  queued,
  restored,
  scheduled,
  send,
  wish,
} from "../support/offices.ts";
import { releaseVault } from "../support/release.ts";
import { pointerOf } from "../support/upgradeFixture.ts";

describe("attack: lock-out, offices and single keys", () => {
  const setup = () => networkHelpers.loadFixture(populated);

  describe("the guardian", () => {
    it("REVIEW 10: lost, nobody holds and nobody is trapped; governance names another key", async () => {
      const s = await setup();
      await ownersLeave(s);
      const { guardian } = s.contracts;
      const fresh = await s.freshSafe();
      const expiry = (await now()) + 300n * DAY;
      await throughGovernance(s, [callOf(guardian, "setKey", [fresh.safe.address, expiry, DAY])]);
      await send(fresh.safe, fresh.keys, callOf(guardian, "hold", [s.mallory.address, HOUR]));
      expect(await heldUntil(s, s.mallory.address)).to.be.greaterThan(await now());
      // Or gives its Safe new owners: the key is the Safe's address.
      const keys = await restored(s, s.safes.guardian, s.keys.guardian);
      await send(s.safes.guardian, keys, callOf(guardian, "hold", [s.mallory.address, HOUR]));
      expect(await heldUntil(s, s.mallory.address)).to.be.greaterThan(await now());
    });

    it("REVIEW 10: stolen, it holds within its budgets until the risk officer ends the key at once", async () => {
      const s = await setup();
      const { guardian, vault } = s.contracts;
      await cantChangeItself(s, s.safes.guardian, s.keys.guardian);
      const asked = await queued(s);
      await as(s, "guardian", callOf(guardian, "hold", [ZeroAddress, 7n * DAY]));
      await expect(
        as(s, "guardian", callOf(guardian, "hold", [ZeroAddress, 7n * DAY])),
      ).to.be.revertedWithCustomError(guardian, "Guardian_BudgetForEveryoneSpent");
      await asRiskOfficer(s, callOf(guardian, "removeKey", [s.safes.guardian.address]));
      await expect(
        as(s, "guardian", callOf(guardian, "hold", [s.anna.address, 1n])),
      ).to.be.revertedWithCustomError(guardian, "Guardian_NotAKey");
      // It can't be more than one of the offices that a succession needs.
      const heir = await s.freshSafe();
      await as(s, "guardian", callOf(s.succession, "support", [s.safes.council.address, heir.safe.address]));
      await s.wait(NOTICE);
      await expect(s.succession.schedule()).to.be.revertedWithCustomError(
        s.succession,
        "Succession_NothingAnnounced",
      );
      await payOut(s, asked);
      await vault.connect(s.anna).transfer(s.bert, eth(s), 1n);
      const keys = await restored(s, s.safes.guardian, s.keys.guardian);
      const expiry = (await now()) + 300n * DAY;
      await throughGovernance(s, [callOf(guardian, "setKey", [s.safes.guardian.address, expiry, DAY])]);
      await send(s.safes.guardian, keys, callOf(guardian, "hold", [s.mallory.address, HOUR]));
    });
  });

  describe("the reserve's Safe", () => {
    /** Everything is swept, and anna asks for some of it: mature, and announced to the reserve. */
    async function sweptThenAsked(s: Fortified) {
      const { vault, reserve } = s.contracts;
      await vault.connect(s.outsider).sweep(eth(s));
      const asked = await queued(s);
      await reserve.connect(s.outsider).announce(asked.exit);
      return asked;
    }

    async function refilled(s: Fortified, asked: Asked) {
      const { reserve } = s.contracts;
      const before = await ethers.provider.getBalance(HOME);
      await reserve.connect(s.outsider).refill(asked.exit);
      expect(await ethers.provider.getBalance(HOME)).to.equal(before + LARGE);
    }

    it("REVIEW 7, INV-GOV-4: lost, matured exits are refilled by anyone; two offices name who governs its level", async () => {
      const s = await setup();
      const { reserve, reserveManager, reserveTimelock, reserveSuccession } = s.contracts;
      const asked = await sweptThenAsked(s);
      await s.wait(40n * DAY);
      await refilled(s, asked);

      const heir = await s.freshSafe();
      const support = callOf(reserveSuccession, "support", [s.safes.reserve.address, heir.safe.address]);
      await as(s, "guardian", support);
      await as(s, "reviewer", support);
      await s.wait(NOTICE);
      const passing = await scheduled(s, reserveSuccession, s.safes.reserve, heir);
      await s.wait(await reserveTimelock.getMinDelay());
      await execute(reserveTimelock, passing);
      const byHeir = ofReserve(s, heir);
      await throughGovernance(byHeir, [
        callOf(reserveManager, "grantRole", [ROLES.TREASURER, heir.safe.address, 0]),
        callOf(reserveManager, "revokeRole", [ROLES.TREASURER, s.safes.reserve.address]),
      ]);
      await send(heir.safe, heir.keys, callOf(reserve, "vetoAll", []));
      expect(await reserve.allVetoedUntil()).to.be.greaterThan(await now());
      await expect(as(s, "reserve", callOf(reserve, "unvetoAll", []))).to.be.revertedWithCustomError(
        reserve,
        "AccessManagedUnauthorized",
      );
      // Or it gives the Safe itself new owners.
      await restored(s, s.safes.reserve, s.keys.reserve, byHeir);
    });

    it("REVIEW 7: not lost, it objects to a succession; the Vault's governance has no say in its level", async () => {
      const s = await setup();
      const { reserveSuccession, reserveTimelock } = s.contracts;
      const heir = await s.freshSafe();
      const support = callOf(reserveSuccession, "support", [s.safes.reserve.address, heir.safe.address]);
      await as(s, "guardian", support);
      await as(s, "reviewer", support);
      await as(s, "reserve", callOf(reserveSuccession, "object", []));
      await s.wait(NOTICE);
      await expect(reserveSuccession.schedule()).to.be.revertedWithCustomError(
        reserveSuccession,
        "Succession_NothingAnnounced",
      );
      await expect(
        propose(ofReserve(s, { safe: s.safes.council, keys: s.keys.council }), [
          callOf(reserveTimelock, "grantRole", [PROPOSER, s.safes.council.address]),
        ]),
      ).to.be.revertedWithCustomError(reserveTimelock, "AccessControlUnauthorizedAccount");
    });

    it("REVIEW 7: stolen, it stops each refill once, moves nothing but to the Vault, and its owners get it back", async () => {
      const s = await setup();
      const { reserve, reserveManager, reserveTimelock, reserveVetoGate, vault } = s.contracts;
      await cantChangeItself(s, s.safes.reserve, s.keys.reserve);
      const asked = await sweptThenAsked(s);
      await as(s, "reserve", callOf(reserve, "veto", [asked.id]));
      await expect(as(s, "reserve", callOf(reserve, "veto", [asked.id]))).to.be.revertedWithCustomError(
        reserve,
        "Reserve_VetoedBefore",
      );
      const backed = await vault.holdings(eth(s));
      await as(s, "reserve", callOf(reserve, "send", [eth(s), ETHER]));
      expect(await vault.holdings(eth(s))).to.equal(backed);
      // What he schedules on the level's timelock the canceller vetoes; the honest owners' own way out stands.
      const { operation } = await propose(ofReserve(s), [
        callOf(reserveManager, "grantRole", [ROLES.ADMIN, s.mallory.address, 0]),
      ]);
      await vetoBySafe(reserveVetoGate, s.safes.canceller, [operation], s.keys.canceller.slice(0, 2));
      await s.wait(await reserveTimelock.getMinDelay());
      await expect(execute(reserveTimelock, operation)).to.be.revertedWithCustomError(
        reserveTimelock,
        "TimelockUnexpectedOperationState",
      );
      const keys = await restored(s, s.safes.reserve, s.keys.reserve, ofReserve(s));
      await s.wait(40n * DAY);
      await refilled(s, asked);
      await send(s.safes.reserve, keys, callOf(reserve, "vetoAll", []));
    });
  });

  describe("the reviewer", () => {
    it("REVIEW 10: lost, exits mature at `late` instead of `soon`; governance names another", async () => {
      const s = await setup();
      await ownersLeave(s);
      const fresh = await s.freshSafe();
      await passRole(s, "REVIEWER", s.safes.reviewer.address, fresh.safe.address);
      const { id } = await queued(s);
      await expect(
        as(s, "reviewer", callOf(s.contracts.vault, "endorse", [id])),
      ).to.be.revertedWithCustomError(s.contracts.vault, "AccessManagedUnauthorized");
      await send(fresh.safe, fresh.keys, callOf(s.contracts.vault, "endorse", [id]));
      expect((await s.contracts.vault.openOf(id)).phase).to.equal(2n);
    });

    it("REVIEW 10: stolen, it makes nothing leave before `soon`; governance gives the Safe new owners", async () => {
      const s = await setup();
      const { vault } = s.contracts;
      await cantChangeItself(s, s.safes.reviewer, s.keys.reviewer);
      const asked = await queued(s);
      await as(s, "reviewer", callOf(vault, "endorse", [asked.id]));
      await expect(vault.release(asked.exit)).to.be.revertedWithCustomError(vault, "Vault_NotMature");
      const keys = await restored(s, s.safes.reviewer, s.keys.reviewer);
      const { id } = await queued(s);
      await send(s.safes.reviewer, keys, callOf(vault, "endorse", [id]));
      expect((await vault.openOf(id)).phase).to.equal(2n);
    });
  });

  describe("the risk officer", () => {
    const risk = (s: Fortified) => {
      if (!s.safes.riskOfficer) throw new Error("the local configuration has a Safe for the risk officer");
      return s.safes.riskOfficer;
    };

    it("REVIEW 10: lost, nobody tightens at once; guardians hold, and governance names another", async () => {
      const s = await setup();
      await ownersLeave(s);
      await as(s, "guardian", callOf(s.contracts.guardian, "hold", [s.mallory.address, HOUR]));
      const fresh = await s.freshSafe();
      await passRole(s, "RISK_OFFICER", risk(s).address, fresh.safe.address);
      await send(fresh.safe, fresh.keys, callOf(s.contracts.policy, "tighten", [POOL, 0n]));
      expect(await s.contracts.policy.inForce(POOL)).to.equal(0n);
    });

    it("REVIEW 10: stolen, it closes the instant exits for 14 days and traps nobody; governance undoes it", async () => {
      const s = await setup();
      const { policy, guardian } = s.contracts;
      await cantChangeItself(s, risk(s), s.keys.riskOfficer);
      const late = paramKey(KINDS.TIER_LATE, 0n);
      await asRiskOfficer(s, callOf(policy, "tighten", [paramKey(KINDS.TIER_WINDOW, 0n), 0n]));
      await asRiskOfficer(s, callOf(policy, "tighten", [late, 30n * DAY]));
      await asRiskOfficer(s, callOf(guardian, "removeKey", [s.safes.guardian.address]));
      await s.mocks.refreshPrices();
      const asked = await withdraw(s, s.anna, ETHER / 10n, HOME);
      expect(asked.paid).to.equal(false);
      expect(asked.late - (await now())).to.be.lessThanOrEqual(30n * DAY);
      // Governance takes the role away and writes the numbers anew, under the nose of the thief.
      const { base, version } = await policy.param(late);
      const fresh = await s.freshSafe();
      await throughGovernance(s, [
        callOf(s.contracts.manager, "revokeRole", [ROLES.RISK_OFFICER, risk(s).address]),
        callOf(s.contracts.manager, "grantRole", [ROLES.RISK_OFFICER, fresh.safe.address, 0]),
        callOf(policy, "set", [late, version, NEVER, base]),
        callOf(guardian, "setKey", [s.safes.guardian.address, (await now()) + 300n * DAY, DAY]),
      ]);
      expect(await policy.inForce(late)).to.equal(base);
      await expect(
        asRiskOfficer(s, callOf(policy, "tighten", [late, 30n * DAY])),
      ).to.be.revertedWithCustomError(policy, "AccessManagedUnauthorized");
      // What was left alone lapses by itself.
      await s.wait(14n * DAY);
      await s.mocks.refreshPrices();
      expect((await withdraw(s, s.anna, ETHER / 10n, HOME)).paid).to.equal(true);
      await payOut(s, asked);
    });
  });

  describe("the rollback Safe", () => {
    it("REVIEW 10: lost, releases go on and nothing is rolled back; governance gives the Safe new owners, who can", async () => {
      const s = await setup();
      await ownersLeave(s);
      const { safe, keys } = s.rollback;
      const controller = s.contracts.upgradeController;
      const id = await releaseVault(s);
      const next = await restored(s, safe, keys);
      await send(safe, next, callOf(controller, "rollback", [id]));
      expect((await controller.releaseOf(id)).rolledBack).to.equal(true);
      expect(await pointerOf(ethers, s.addresses.vault)).to.equal(s.addresses.vaultImplementation);
      const fresh = await s.freshSafe();
      await passRole(s, "ROLLBACK", safe.address, fresh.safe.address);
      const again = await releaseVault(s);
      await send(fresh.safe, fresh.keys, callOf(controller, "rollback", [again]));
    });

    it("REVIEW 10: stolen, it undoes one release and closes the instant exits; governance takes the role and opens them", async () => {
      const s = await setup();
      const { safe, keys } = s.rollback;
      const { vault, manager } = s.contracts;
      await cantChangeItself(s, safe, keys);
      const controller = s.contracts.upgradeController;
      const id = await releaseVault(s);
      const rollback = callOf(controller, "rollback", [id]);
      await send(safe, keys, rollback);
      expect(await pointerOf(ethers, s.addresses.vault)).to.equal(s.addresses.vaultImplementation);
      expect(await vault.instantClosed()).to.equal(true);
      await expect(send(safe, keys, rollback)).to.be.revertedWithCustomError(
        controller,
        "UpgradeController_RolledBackAlready",
      );
      // Nobody is trapped: exits queue, and leave.
      await payOut(s, await queued(s));
      const fresh = await s.freshSafe();
      await throughGovernance(s, [
        callOf(manager, "revokeRole", [ROLES.ROLLBACK, safe.address]),
        callOf(manager, "grantRole", [ROLES.ROLLBACK, fresh.safe.address, 0]),
        callOf(vault, "openInstant", [NEVER]),
      ]);
      await ownersLeave(s);
      const next = await releaseVault(s);
      await expect(send(safe, keys, callOf(controller, "rollback", [next]))).to.be.revertedWithCustomError(
        controller,
        "AccessManagedUnauthorized",
      );
      await restored(s, safe, keys);
    });
  });

  describe("the attestor", () => {
    it("REVIEW 10: lost, tiers lapse in the end and exits go on; governance names another", async () => {
      const s = await setup();
      await ownersLeave(s);
      const old = attestorOf(s);
      const fresh = new Wallet(Wallet.createRandom().privateKey);
      await passRole(s, "ATTESTOR", await old.getAddress(), fresh.address);
      await attest(s, fresh, s.anna.address, 1n);
      await s.wait(DAY + 1n);
      expect(await s.contracts.registry.tierInForce(s.anna)).to.equal(1n);
    });

    it("REVIEW 10: stolen, its lifts wait a day in which the risk officer revokes; governance ends it", async () => {
      const s = await setup();
      const { registry } = s.contracts;
      const stolen = attestorOf(s);
      await attest(s, stolen, s.mallory.address, 3n);
      expect(await registry.tierInForce(s.mallory)).to.equal(0n);
      await asRiskOfficer(s, callOf(registry, "revoke", [s.mallory.address, ethers.id("stolen attestor")]));
      await s.wait(2n * DAY);
      expect(await registry.tierInForce(s.mallory)).to.equal(0n);
      const fresh = new Wallet(Wallet.createRandom().privateKey);
      await passRole(s, "ATTESTOR", await stolen.getAddress(), fresh.address);
      await expect(attest(s, stolen, s.mallory.address, 3n)).to.be.revertedWithCustomError(
        registry,
        "TierRegistry_NotAnAttestor",
      );
    });
  });

  describe("the deployer, and one key of each Safe", () => {
    it("REVIEW 10, INV-GOV-4: lost, nobody misses the deployer; stolen, its key can do nothing", async () => {
      const s = await setup();
      const [deployer] = await ethers.getSigners();
      if (!deployer) throw new Error("no deployer");
      const { manager, timelock } = s.contracts;
      expect(deployer.address).to.equal(s.addresses.deployer);
      const operation = operationOf([await wish(s)], ZeroHash);
      const columns = operation.calls.map(({ to, data }) => [[to], [0n], [data]])[0] ?? [];
      for (const call of [
        callOf(timelock, "scheduleBatch", [...columns, ZeroHash, ZeroHash, await delay(s)]),
        callOf(timelock, "grantRole", [PROPOSER, deployer.address]),
        callOf(timelock, "updateDelay", [0n]),
        callOf(manager, "grantRole", [ROLES.PARAMETERS, deployer.address, 0]),
        callOf(s.contracts.policy, "set", [POOL, 1, NEVER, 1n]),
        callOf(s.gate, "veto", [operationId(operation)]),
        callOf(s.gate, "announceReplacement", [s.gate.target, ZeroHash]),
        callOf(s.succession, "support", [s.safes.council.address, s.safes.guardian.address]),
        callOf(s.succession, "object", []),
        asModule(s.safes.council, selfCall(s.safes.council, "changeThreshold", [1])),
      ]) {
        await expect(deployer.call(call), call.data.slice(0, 10)).to.be.revert(ethers);
      }
      await governs(s);
      await ownersLeave(s);
    });

    it("INV-GOV-4: one owner of any Safe, lost, is replaced; stolen, is below the threshold", async () => {
      const s = await setup();
      for (const name of Object.keys(s.safes) as (keyof typeof s.safes)[]) {
        const safe = s.safes[name];
        if (!safe) throw new Error(`the local configuration has a Safe for the ${name}`);
        const [first, ...others] = s.keys[name];
        if (!first) throw new Error("a Safe has owners");
        await expect(safe.send({ to: s.outsider.address, data: "0x" }, [first])).to.be.revert(ethers);
        await expect(
          (safe.contract.connect(s.outsider) as typeof safe.contract)
            .getFunction("execTransactionFromModule")
            .send(s.outsider.address, 0, "0x", 0),
        ).to.be.revert(ethers);
        const fresh = new Wallet(Wallet.createRandom().privateKey);
        const stay = await Promise.all(others.map((owner) => owner.getAddress()));
        const calls = await replaceOwners(safe, [...stay, fresh.address], await safe.threshold());
        expect(calls).to.have.length(2);
        // Without the lost key, whoever signs.
        const { council, reserve } = s.keys;
        const by =
          name === "reserve"
            ? ofReserve(s, { safe, keys: reserve.slice(1) })
            : { ...s, keys: { council: council.slice(1) } };
        await throughGovernance(
          by,
          calls.map((call) => asModule(safe, call)),
        );
        await send(safe, [fresh, ...others], { to: s.outsider.address, data: "0x" });
      }
    });
  });
});
