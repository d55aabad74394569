import { expect } from "chai";
import hre from "hardhat";
import { AUDIT_TYPES, auditDomain } from "../../src/governance/audits.ts";
import type { AuditRecord, VaultLens } from "../../typechain-types/index.ts";
import { auditing } from "../support/audits.ts";
import { deployAs } from "../support/deployAs.ts";
import { erc20, KINDS, NEVER, PLAIN_LISTING, paramKey } from "../support/deployCore.ts";
import { governedVault } from "../support/governedVault.ts";
import { CENT } from "../support/stage.ts";
import { pointerOf } from "../support/upgradeFixture.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const NO_END = (1n << 40n) - 1n;
const TICK = 10n ** PLAIN_LISTING.tickExponent;
/** Ten thousand dollars, in ticks and in raw units. */
const CAP_TICKS = 10_000_000n;
const CAP = CAP_TICKS * TICK;
const DOLLAR = 100n * CENT;

/** The governed Vault with an auditor, and a token that unverified code may hold little of. */
async function ready() {
  const s = await governedVault(connection);
  const [, , auditor] = s.crowd;
  if (!auditor) throw new Error("the network has too few signers");
  const id = erc20(await (await ethers.deployContract("MockERC20", ["Capped", 18])).getAddress());
  await s.list(id, { ...PLAIN_LISTING, unverifiedCap: CAP_TICKS });
  const lens = await deployAs<VaultLens>(ethers, "VaultLens", [s.vault]);
  const work = await auditing(s, auditor);
  const { auditor: signer, sign, audit: auditOf, record: book } = work;
  return { ...s, auditor: signer, sign, auditOf, book, keep: s.record, capped: id, lens };
}

describe("attack: unverified code holds more than it may", () => {
  const setup = () => networkHelpers.loadFixture(ready);
  type Setup = Awaited<ReturnType<typeof setup>>;

  const room = async (s: Setup) => s.vault.room(s.capped);
  const refusesMore = async (s: Setup, left: bigint) => {
    await expect(s.fund(s.bert, s.capped, left + 1n))
      .to.be.revertedWithCustomError(s.vault, "Vault_CapReached")
      .withArgs(s.capped, left);
    expect(await room(s)).to.equal(left);
  };

  it("S26, INV-CUS-9: a deposit beyond the cap is refused to the unit, and one to the cap is not", async () => {
    const s = await setup();
    expect(await room(s)).to.equal(CAP);
    await refusesMore(s, CAP);
    await s.fund(s.bert, s.capped, CAP - 7n);
    await refusesMore(s, 7n);
    await s.fund(s.bert, s.capped, 7n);
    await refusesMore(s, 0n);
    expect([...(await s.lens.intakeOf(s.capped))]).to.deep.equal([false, 0n, CAP, CAP, 0n]);
    await s.audit();
  });

  it("an audit of all that runs lifts the cap, and governance's own one still binds", async () => {
    const s = await setup();
    await s.book(await s.auditOf());
    const most = PLAIN_LISTING.cap * TICK;
    expect([...(await s.lens.intakeOf(s.capped))]).to.deep.equal([true, NO_END, most, CAP, most]);
    await s.fund(s.bert, s.capped, 2n * CAP);
    await refusesMore(s, most - 2n * CAP);
  });

  it("governance can't raise the cap: not by a number, not by declaring it anew, not by listing anew", async () => {
    const s = await setup();
    const key = paramKey(KINDS.HOLDINGS_CAP, s.capped);
    await s.setParam("vault", key, (1n << 36n) - 1n);
    await refusesMore(s, CAP);
    await expect(
      s.govern(
        String(s.keep.target),
        s.keep.interface.encodeFunctionData("declareCap", [s.capped, CAP_TICKS + 1n]),
      ),
    )
      .to.be.revertedWithCustomError(s.keep, "AuditRecord_DeclaredAlready")
      .withArgs(s.capped, CAP_TICKS);
    await expect(s.vault.list(s.capped, PLAIN_LISTING.tokenClass, 30n)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_ListedAlready",
    );
    await expect(
      s.govern(String(s.keep.target), s.keep.interface.encodeFunctionData("serve", [s.proxy])),
    ).to.be.revertedWithCustomError(s.keep, "AuditRecord_ServesAlready");
    await refusesMore(s, CAP);
  });

  it("an audit signed for another chain, another record or another text counts for nothing", async () => {
    const s = await setup();
    const a = await s.auditOf();
    const here = auditDomain(s.chainId, await s.keep.getAddress());
    const other = await deployAs<AuditRecord>(ethers, "AuditRecord", [s.manager, [], []]);
    for (const domain of [
      { ...here, chainId: s.chainId + 1n },
      { ...here, verifyingContract: await other.getAddress() },
      { ...here, name: "Strongroom Vault" },
      { ...here, version: "2" },
      { name: here.name ?? "", version: "1", verifyingContract: await s.keep.getAddress() },
    ]) {
      const signature = await s.auditor.signTypedData(domain, AUDIT_TYPES, a);
      await expect(s.keep.record(a, 0n, signature)).to.be.revertedWithCustomError(
        s.keep,
        "AuditRecord_BadSignature",
      );
    }
    const signature = await s.sign(a);
    for (const forged of [
      { ...a, report: ethers.id("another report") },
      { ...a, validUntil: NEVER },
      { ...a, codehashes: [...a.codehashes, ethers.id("more code")] },
      { ...a, codehashes: [...a.codehashes].reverse() },
    ]) {
      await expect(s.keep.record(forged, 0n, signature)).to.be.revertedWithCustomError(
        s.keep,
        "AuditRecord_BadSignature",
      );
    }
    await refusesMore(s, CAP);
  });

  it("an upgrade to code that no audit covers falls back to the cap, and a rollback restores", async () => {
    const s = await setup();
    await s.book(await s.auditOf());
    await s.fund(s.bert, s.capped, CAP + DOLLAR);
    const release = await s.release();
    const id = await s.controller.idOf(release);
    await s.govern(s.own, s.upgradeCall(release));
    expect(await pointerOf(ethers, s.proxy)).to.equal(s.next.target);
    expect(await s.keep.verifiedUntil()).to.equal(0n);
    await refusesMore(s, 0n);
    // Nobody's check finds what isn't there.
    const before = await networkHelpers.takeSnapshot();
    await s.keep.connect(s.mallory).check();
    await refusesMore(s, 0n);
    expect((await s.keep.lacking())[0]).to.equal(s.next.target);
    await before.restore();

    await s.controller.connect(s.rescuer).rollback(id);
    expect(await s.keep.verifiedUntil()).to.equal(NO_END);
    await s.fund(s.bert, s.capped, DOLLAR);
    expect(await s.vault.balanceOf(s.bert, s.capped)).to.equal(CAP + 2n * DOLLAR);
    await s.audit();
  });

  it("an upgrade to covered code is verified once anyone has checked, and after a rollback likewise", async () => {
    const s = await setup();
    await s.book(await s.auditOf());
    const release = await s.release();
    const codehashes = await Promise.all(
      [s.next, s.half].map(async ({ target }) =>
        ethers.keccak256(await ethers.provider.getCode(String(target))),
      ),
    );
    await s.book(await s.auditOf({ codehashes }));
    await s.govern(s.own, s.upgradeCall(release));
    await refusesMore(s, CAP);
    await s.keep.connect(s.mallory).check();
    await s.fund(s.bert, s.capped, CAP + DOLLAR);
    await s.controller.connect(s.rescuer).rollback(await s.controller.idOf(release));
    await refusesMore(s, 0n);
    await s.keep.connect(s.mallory).check();
    await s.fund(s.bert, s.capped, DOLLAR);
  });

  it("an upgrade whose code asks another record doesn't pass the rehearsal", async () => {
    const s = await setup();
    const lax = await deployAs<AuditRecord>(ethers, "AuditRecord", [
      s.manager,
      [s.capped],
      [(1n << 64n) - 1n],
    ]);
    const half = await ethers.deployContract("VaultAdmin", [lax]);
    const code = await ethers.deployContract("Vault", [half]);
    const release = await s.release({ code, pins: [half], migrate: "0x" }, s.probes);
    const probe = s.probes.findIndex(
      ({ data }) => data === s.vault.interface.encodeFunctionData("auditRecord"),
    );
    await expect(s.govern(s.own, s.upgradeCall(release)))
      .to.be.revertedWithCustomError(s.controller, "UpgradeController_AnswerChanged")
      .withArgs(probe);
    expect(await s.vault.auditRecord()).to.equal(s.keep.target);
    await refusesMore(s, CAP);
  });

  it("INV-CUS-5: above the cap, and with a record that is broken, everything still moves and leaves", async () => {
    const s = await setup();
    const { capped, anna, bert } = s;
    const book = await s.book(await s.auditOf());
    await s.ready(anna, 1n, capped, 2n * CAP, bert);
    const open = await s.queue(anna, capped, 5_000n * DOLLAR, bert);
    const back = await s.queue(anna, capped, 6_000n * DOLLAR, bert);
    await s.keep.connect(s.riskOfficer).revoke(book);
    const broken = await networkHelpers.takeSnapshot();
    for (const code of [undefined, "0x", "0xfe", "0x60006000fd", "0x600160005260016000f3"]) {
      if (code !== undefined) await networkHelpers.setCode(String(s.keep.target), code);
      await expect(s.fund(bert, capped, 1n))
        .to.be.revertedWithCustomError(s.vault, "Vault_CapReached")
        .withArgs(capped, 0n);
      await s.vault.connect(anna).transfer(bert, capped, DOLLAR);
      expect((await s.ask(anna, capped, DOLLAR, bert)).paid, code).to.equal(true);
      await s.queue(anna, capped, 4_000n * DOLLAR, bert);
      await s.vault.connect(anna).cancel(back);
      const before = await s.holds(capped, bert);
      await s.payOut(open);
      expect((await s.holds(capped, bert)) - before).to.equal(5_000n * DOLLAR);
      await broken.restore();
    }
    await s.audit();
  });

  it("a record without an answer leaves no room under any cap", async () => {
    const s = await setup();
    for (const code of ["0x", "0xfe", "0x600160005260016000f3"]) {
      await networkHelpers.setCode(String(s.keep.target), code);
      await refusesMore(s, 0n);
    }
  });
});
