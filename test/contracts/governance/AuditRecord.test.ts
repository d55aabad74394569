import { expect } from "chai";
import { TypedDataEncoder } from "ethers";
import hre from "hardhat";
import { AUDIT_TYPES, auditDomain, runningCode } from "../../../src/governance/audits.ts";
import type { ExitPolicy, MockWallet1271, PlainReserve } from "../../../typechain-types/index.ts";
import { auditing } from "../../support/audits.ts";
import { deployAs } from "../../support/deployAs.ts";
import { DAY, deployCore, NATIVE, NATIVE_LISTING, NEVER, ROLES } from "../../support/deployCore.ts";

const { ethers, networkHelpers } = await hre.network.create();

/** `Standing` of contracts/governance/interfaces/IAuditRecord.sol. */
const STANDING = { NONE: 0n, RECORDED: 1n, REVOKED: 2n, WITHDRAWN: 3n } as const;
const EMPTY = ethers.keccak256("0x");
const NO_END = (1n << 40n) - 1n;
const MOST = (1n << 64n) - 1n;

async function deployed() {
  const core = await deployCore(ethers);
  const [auditor, anna, mallory] = core.users;
  if (!auditor || !anna || !mallory) throw new Error("too few signers");
  const [implementation, half] = await core.vault.runningCode();
  const work = await auditing(core, auditor);
  return { ...core, ...work, keep: core.record, book: work.record, anna, mallory, implementation, half };
}

const now = async () => BigInt(await networkHelpers.time.latest());

describe("AuditRecord", () => {
  const setup = () => networkHelpers.loadFixture(deployed);
  /** Who may do what restricted functions do. */
  const unauthorized = "AccessManagedUnauthorized";

  describe("construction", () => {
    it("declares the caps that it is given, each once", async () => {
      const { manager, keep } = await setup();
      const made = await ethers.deployContract("AuditRecord", [manager, [7n, 8n], [70n, 80n]]);
      await expect(made.deploymentTransaction())
        .to.emit(made, "UnverifiedCapDeclared")
        .withArgs(7n, 70n)
        .and.to.emit(made, "UnverifiedCapDeclared")
        .withArgs(8n, 80n);
      expect(await made.getFunction("unverifiedCap")(8n)).to.equal(80n);
      expect(await made.getFunction("vault")()).to.equal(ethers.ZeroAddress);
      const factory = await ethers.getContractFactory("AuditRecord");
      await expect(factory.deploy(manager, [7n, 7n], [70n, 80n]))
        .to.be.revertedWithCustomError(keep, "AuditRecord_DeclaredAlready")
        .withArgs(7n, 70n);
      await expect(factory.deploy(manager, [7n], [0n]))
        .to.be.revertedWithCustomError(keep, "AuditRecord_ZeroCap")
        .withArgs(7n);
    });

    it("needs an authority, and a cap for each asset", async () => {
      const { manager, keep } = await setup();
      const factory = await ethers.getContractFactory("AuditRecord");
      await expect(factory.deploy(ethers.ZeroAddress, [], [])).to.be.revertedWithCustomError(
        keep,
        "AuditRecord_ZeroAddress",
      );
      await expect(factory.deploy(manager, [7n], []))
        .to.be.revertedWithCustomError(keep, "AuditRecord_LengthsDiffer")
        .withArgs(1n, 0n);
    });
  });

  describe("serve", () => {
    it("takes a Vault that names it, once", async () => {
      const { manager, keep, vault, timelock, mallory } = await setup();
      const other = await ethers.deployContract("AuditRecord", [manager, [], []], timelock);
      await expect(other.getFunction("serve")(vault))
        .to.be.revertedWithCustomError(keep, "AuditRecord_NotItsRecord")
        .withArgs(vault.target);
      await expect(other.getFunction("serve")(mallory))
        .to.be.revertedWithCustomError(keep, "AuditRecord_NotItsRecord")
        .withArgs(mallory.address);
      await expect(keep.serve(vault))
        .to.be.revertedWithCustomError(keep, "AuditRecord_ServesAlready")
        .withArgs(vault.target);
      await expect(keep.connect(mallory).serve(vault)).to.be.revertedWithCustomError(keep, unauthorized);
      expect(await keep.vault()).to.equal(vault.target);
    });

    it("is what a check needs, and says so", async () => {
      const { manager, keep, timelock } = await setup();
      const made = await ethers.deployContract("AuditRecord", [manager, [], []], timelock);
      for (const name of ["check", "lacking"]) {
        await expect(made.getFunction(name)()).to.be.revertedWithCustomError(
          keep,
          "AuditRecord_ServesNoVault",
        );
      }
      expect(await made.getFunction("verifiedUntil")()).to.equal(0n);
      // The Vault's code names its record before that knows the Vault: only its event shows it.
      const half = await ethers.deployContract("VaultAdmin", [made]);
      const implementation = await ethers.deployContract("Vault", [half]);
      const proxy = await ethers.deployContract("TransparentUpgradeableProxy", [
        implementation,
        timelock,
        half.interface.encodeFunctionData("initialize", [manager.target]),
      ]);
      await expect(made.getFunction("serve")(proxy)).to.emit(made, "VaultServed").withArgs(proxy.target);
    });
  });

  describe("declareCap", () => {
    it("declares a cap once, by governance; an asset without one has none", async () => {
      const { keep, mallory, implementation } = await setup();
      expect(await keep.unverifiedCap(7n)).to.equal(0n);
      expect(await keep.capFor(7n, implementation)).to.equal(0n);
      await expect(keep.connect(mallory).declareCap(7n, 1n)).to.be.revertedWithCustomError(
        keep,
        unauthorized,
      );
      await expect(keep.declareCap(7n, 0n))
        .to.be.revertedWithCustomError(keep, "AuditRecord_ZeroCap")
        .withArgs(7n);
      await expect(keep.declareCap(7n, 70n)).to.emit(keep, "UnverifiedCapDeclared").withArgs(7n, 70n);
      for (const ticks of [1n, 70n, MOST]) {
        await expect(keep.declareCap(7n, ticks))
          .to.be.revertedWithCustomError(keep, "AuditRecord_DeclaredAlready")
          .withArgs(7n, 70n);
      }
      expect(await keep.capFor(7n, implementation)).to.equal(70n);
    });
  });

  describe("record", () => {
    it("keeps what an auditor has signed, checks what runs, and tells all of it", async () => {
      const { keep, audit, sign, auditor, implementation } = await setup();
      const a = await audit();
      const id = await keep.idOf(a);
      await expect(keep.record(a, 0n, await sign(a)))
        .to.emit(keep, "AuditRecorded")
        .withArgs(id, auditor.address, a.report, NO_END, a.codehashes, 1n)
        .and.to.emit(keep, "CodeVerified")
        .withArgs(implementation, NO_END);
      expect([...(await keep.entryOf(id))]).to.deep.equal([
        auditor.address,
        NO_END,
        await now(),
        STANDING.RECORDED,
      ]);
      for (const codehash of a.codehashes) {
        expect([...(await keep.coverOf(codehash))]).to.deep.equal([id, NO_END]);
      }
      expect(await keep.revision()).to.equal(1n);
      expect(await keep.verifiedUntil()).to.equal(NO_END);
      expect(await keep.capFor(NATIVE, implementation)).to.equal(MOST);
    });

    it("has the id that EIP-712 gives, as wallets show it", async () => {
      const { keep, audit } = await setup();
      const { chainId } = await ethers.provider.getNetwork();
      const a = await audit({ validUntil: 1_900_000_000n });
      const domain = auditDomain(chainId, await keep.getAddress());
      expect(await keep.idOf(a)).to.equal(TypedDataEncoder.hash(domain, AUDIT_TYPES, a));
    });

    it("takes the signature of a contract by ERC-1271", async () => {
      const { keep, manager, audit, sign, anna } = await setup();
      const firm = await deployAs<MockWallet1271>(ethers, "MockWallet1271", [anna]);
      await manager.grantRole(ROLES.AUDITOR, firm, 0);
      const a = await audit({ auditor: await firm.getAddress() });
      await firm.setRefuses(true);
      await expect(keep.record(a, 0n, await sign(a, anna)))
        .to.be.revertedWithCustomError(keep, "AuditRecord_BadSignature")
        .withArgs(firm.target);
      await firm.setRefuses(false);
      await keep.record(a, 0n, await sign(a, anna));
      expect(await keep.verifiedUntil()).to.equal(NO_END);
    });

    it("is governance's alone", async () => {
      const { keep, audit, sign, auditor, mallory, riskOfficer } = await setup();
      const a = await audit();
      for (const who of [auditor, mallory, riskOfficer]) {
        await expect(keep.connect(who).record(a, 0n, await sign(a))).to.be.revertedWithCustomError(
          keep,
          unauthorized,
        );
      }
    });

    it("refuses an auditor without the role, and a signature that isn't the auditor's", async () => {
      const { keep, manager, audit, sign, auditor, mallory } = await setup();
      const hers = await audit({ auditor: mallory.address });
      await expect(keep.record(hers, 0n, await sign(hers, mallory)))
        .to.be.revertedWithCustomError(keep, "AuditRecord_NotAnAuditor")
        .withArgs(mallory.address);
      const a = await audit();
      for (const signature of [await sign(a, mallory), await sign({ ...a, validUntil: 1n }), "0x"]) {
        await expect(keep.record(a, 0n, signature))
          .to.be.revertedWithCustomError(keep, "AuditRecord_BadSignature")
          .withArgs(auditor.address);
      }
      await manager.revokeRole(ROLES.AUDITOR, auditor);
      await expect(keep.record(a, 0n, await sign(a)))
        .to.be.revertedWithCustomError(keep, "AuditRecord_NotAnAuditor")
        .withArgs(auditor.address);
    });

    it("refuses what is over, covers nothing or too much, or no code", async () => {
      const { keep, audit, sign } = await setup();
      const attempt = async (change: Parameters<typeof audit>[0]) => {
        const a = await audit(change);
        return keep.record(a, 0n, await sign(a));
      };
      const over = (await now()) + 1n;
      await networkHelpers.time.increaseTo(over);
      await expect(attempt({ validUntil: over }))
        .to.be.revertedWithCustomError(keep, "AuditRecord_Expired")
        .withArgs(over);
      const hashes = (count: number) => Array.from({ length: count }, (_, i) => ethers.id(`code ${i}`));
      for (const count of [0, 65]) {
        await expect(attempt({ codehashes: hashes(count) }))
          .to.be.revertedWithCustomError(keep, "AuditRecord_BadCount")
          .withArgs(count, 64n);
      }
      for (const none of [ethers.ZeroHash, EMPTY]) {
        await expect(attempt({ codehashes: [...hashes(2), none] }))
          .to.be.revertedWithCustomError(keep, "AuditRecord_NoCode")
          .withArgs(none);
      }
      const most = await audit({ codehashes: hashes(64) });
      await keep.record(most, 0n, await sign(most));
      expect(await keep.MAX_CODEHASHES()).to.equal(64n);
    });

    it("names the state that it was meant for: a stale operation doesn't undo a revocation", async () => {
      const { keep, audit, sign, book, riskOfficer } = await setup();
      const a = await audit();
      const id = await book(a);
      await keep.connect(riskOfficer).revoke(id);
      for (const revision of [0n, 1n, 3n]) {
        await expect(keep.record(a, revision, await sign(a)))
          .to.be.revertedWithCustomError(keep, "AuditRecord_StaleRevision")
          .withArgs(revision, 2n);
      }
      // Whoever has seen the revocation may overrule it.
      await keep.record(a, 2n, await sign(a));
      expect(await keep.verifiedUntil()).to.equal(NO_END);
    });

    it("lets the newest audit speak for code that several cover", async () => {
      const { keep, audit, book, riskOfficer } = await setup();
      const first = await audit();
      const [, , policy] = first.codehashes;
      const second = await audit({ codehashes: [policy ?? ""] });
      await book(first);
      const id = await book(second);
      expect((await keep.coverOf(policy ?? ""))[0]).to.equal(id);
      await keep.connect(riskOfficer).revoke(id);
      await keep.check();
      expect(await keep.verifiedUntil()).to.equal(0n);
      await book(first);
      expect(await keep.verifiedUntil()).to.equal(NO_END);
    });
  });

  describe("revoke", () => {
    it("ends an audit and the verdict at once, by the risk officer alone", async () => {
      const { keep, audit, book, riskOfficer, mallory, timelock, implementation, vault } = await setup();
      const id = await book(await audit());
      for (const who of [mallory, timelock]) {
        await expect(keep.connect(who).revoke(id)).to.be.revertedWithCustomError(keep, unauthorized);
      }
      await expect(keep.connect(riskOfficer).revoke(id))
        .to.emit(keep, "AuditRevoked")
        .withArgs(id, riskOfficer.address, 2n)
        .and.to.emit(keep, "VerdictEnded")
        .withArgs(implementation);
      expect((await keep.entryOf(id)).standing).to.equal(STANDING.REVOKED);
      expect(await keep.verifiedUntil()).to.equal(0n);
      expect(await keep.capFor(NATIVE, implementation)).to.equal(NATIVE_LISTING.unverifiedCap);
      await expect(keep.check())
        .to.emit(keep, "CodeNotVerified")
        .withArgs(
          implementation,
          implementation,
          (await runningCode(ethers.provider, String(vault.target)))[0]?.codehash,
        );
      for (const none of [id, ethers.id("never recorded")]) {
        await expect(keep.connect(riskOfficer).revoke(none))
          .to.be.revertedWithCustomError(keep, "AuditRecord_NotInForce")
          .withArgs(none);
      }
    });

    it("leaves what other audits cover to the next check, by anyone", async () => {
      const { keep, audit, book, riskOfficer, mallory, implementation } = await setup();
      const elsewhere = await book(await audit({ codehashes: [ethers.id("another contract")] }));
      await book(await audit());
      await keep.connect(riskOfficer).revoke(elsewhere);
      expect(await keep.verifiedUntil()).to.equal(0n);
      await expect(keep.connect(mallory).check())
        .to.emit(keep, "CodeVerified")
        .withArgs(implementation, NO_END);
      expect(await keep.verifiedUntil()).to.equal(NO_END);
    });
  });

  describe("withdraw", () => {
    it("ends an audit for good, by its auditor alone", async () => {
      const { keep, audit, book, sign, auditor, mallory, timelock } = await setup();
      const a = await audit();
      const id = await book(a);
      for (const who of [mallory, timelock]) {
        await expect(keep.connect(who).withdraw(a))
          .to.be.revertedWithCustomError(keep, "AuditRecord_NotTheAuditor")
          .withArgs(who.address);
      }
      await expect(keep.connect(auditor).withdraw(a))
        .to.emit(keep, "AuditWithdrawn")
        .withArgs(id, auditor.address, 2n)
        .and.to.emit(keep, "VerdictEnded");
      expect((await keep.entryOf(id)).standing).to.equal(STANDING.WITHDRAWN);
      expect(await keep.verifiedUntil()).to.equal(0n);
      const signature = await sign(a);
      for (const again of [() => keep.connect(auditor).withdraw(a), () => keep.record(a, 2n, signature)]) {
        await expect(again()).to.be.revertedWithCustomError(keep, "AuditRecord_Withdrawn").withArgs(id);
      }
    });

    it("works before anyone has recorded it, and moves no revision then", async () => {
      const { keep, audit, sign, auditor, mallory, book } = await setup();
      const a = await audit();
      await keep.connect(auditor).withdraw(a);
      await expect(keep.record(a, 0n, await sign(a))).to.be.revertedWithCustomError(
        keep,
        "AuditRecord_Withdrawn",
      );
      await book(await audit());
      // A stranger's own words change nothing: neither what is verified, nor what governance has scheduled.
      await keep.connect(mallory).withdraw({ ...a, auditor: mallory.address });
      expect(await keep.revision()).to.equal(1n);
      expect(await keep.verifiedUntil()).to.equal(NO_END);
    });
  });

  describe("check", () => {
    it("says what isn't covered, and keeps nothing then", async () => {
      const { keep, audit, book, implementation, half } = await setup();
      const [first, , ...rest] = (await audit()).codehashes;
      await book(await audit({ codehashes: [first ?? "", ...rest] }));
      const codehash = ethers.keccak256(await ethers.provider.getCode(half));
      await expect(keep.check()).to.emit(keep, "CodeNotVerified").withArgs(implementation, half, codehash);
      expect([...(await keep.lacking())]).to.deep.equal([half, codehash]);
      expect(await keep.check.staticCall()).to.equal(false);
      expect(await keep.covers([implementation])).to.equal(true);
      expect(await keep.covers([implementation, half])).to.equal(false);
      await book(await audit({ codehashes: [codehash] }));
      expect(await keep.check.staticCall()).to.equal(true);
      expect([...(await keep.lacking())]).to.deep.equal([ethers.ZeroAddress, ethers.ZeroHash]);
    });

    it("wants every part covered: implementation, other half, policy, each reserve", async () => {
      const { keep, vault, audit, book } = await setup();
      await vault.addReserve(await deployAs<PlainReserve>(ethers, "PlainReserve", [vault]));
      const all = await audit();
      expect(all.codehashes).to.have.length(4);
      for (const left of all.codehashes) {
        const snapshot = await networkHelpers.takeSnapshot();
        await book({ ...all, codehashes: all.codehashes.filter((codehash) => codehash !== left) });
        expect(await keep.verifiedUntil(), left).to.equal(0n);
        expect((await keep.lacking())[1]).to.equal(left);
        await snapshot.restore();
      }
      await book(all);
      expect(await keep.verifiedUntil()).to.equal(NO_END);
    });

    it("holds until the first of the audits ends, and no second longer", async () => {
      const { keep, audit, book, implementation } = await setup();
      const end = (await now()) + 30n * DAY;
      const [first, ...rest] = (await audit()).codehashes;
      await book(await audit({ codehashes: rest, validUntil: end }));
      await book(await audit({ codehashes: [first ?? ""], validUntil: end + DAY }));
      expect(await keep.verifiedUntil()).to.equal(end);
      await networkHelpers.time.increaseTo(end - 1n);
      expect(await keep.capFor(NATIVE, implementation)).to.equal(MOST);
      await networkHelpers.time.increaseTo(end);
      expect(await keep.capFor(NATIVE, implementation)).to.equal(NATIVE_LISTING.unverifiedCap);
      expect(await keep.verifiedUntil()).to.equal(0n);
      expect((await keep.coverOf(rest[0] ?? ""))[1]).to.equal(0n);
      expect((await keep.coverOf(first ?? ""))[1]).to.equal(end + DAY);
    });
  });

  describe("lapse", () => {
    it("does nothing for others than the Vault", async () => {
      const { keep, audit, book, mallory, timelock } = await setup();
      await book(await audit());
      for (const who of [mallory, timelock]) {
        await expect(keep.connect(who).lapse()).not.to.emit(keep, "VerdictEnded");
      }
      expect(await keep.verifiedUntil()).to.equal(NO_END);
    });

    it("ends the verdict when the Vault gets another policy, covered or not", async () => {
      const { keep, vault, policy, manager, router, sanctions, audit, book, implementation } = await setup();
      await book(await audit());
      // The same code with the same immutables: the audit covers it, and somebody has to look.
      const twin = await deployAs<ExitPolicy>(ethers, "ExitPolicy", [manager, router, sanctions]);
      const set = async (next: ExitPolicy, from: ExitPolicy) =>
        vault.setPolicy(from, await from.revision(), NEVER, next);
      await expect(set(twin, policy)).to.emit(keep, "VerdictEnded").withArgs(implementation);
      expect(await keep.verifiedUntil()).to.equal(0n);
      await keep.check();
      expect(await keep.verifiedUntil()).to.equal(NO_END);
      const other = await deployAs<ExitPolicy>(ethers, "ExitPolicy", [manager, router, ethers.ZeroAddress]);
      await set(other, twin);
      expect(await keep.verifiedUntil()).to.equal(0n);
      await expect(keep.check()).to.emit(keep, "CodeNotVerified");
      expect((await keep.lacking())[0]).to.equal(other.target);
    });

    it("ends it when the Vault gets a further reserve; one less needs a check only", async () => {
      const { keep, vault, audit, book, implementation } = await setup();
      await book(await audit());
      const reserve = await deployAs<PlainReserve>(ethers, "PlainReserve", [vault]);
      await expect(vault.addReserve(reserve)).to.emit(keep, "VerdictEnded").withArgs(implementation);
      await keep.check();
      expect(await keep.verifiedUntil()).to.equal(0n);
      await vault.removeReserve(reserve);
      await keep.check();
      expect(await keep.verifiedUntil()).to.equal(NO_END);
    });
  });
});
