import { expect } from "chai";
import { id } from "ethers";
import {
  AUDIT_TYPES,
  type Audit,
  auditDomain,
  isVerified,
  runningCode,
} from "../../src/governance/audits.ts";
import { throughGovernance } from "../../src/governance/proposal.ts";
import { callOf, ETHER, eth, ethers, networkHelpers, type Scene, scene } from "./scene.ts";

const NO_END = (1n << 40n) - 1n;

/** An audit of all that the deployed suite runs, and the auditor's signature. */
async function signedAudit(s: Scene): Promise<{ audit: Audit; signature: string }> {
  const [auditor] = s.keys.auditors;
  if (!auditor) throw new Error("the local configuration has an auditor");
  const code = await runningCode(ethers.provider, s.addresses.vault);
  const audit = {
    report: id("the report"),
    auditor: await auditor.getAddress(),
    validUntil: 0n,
    codehashes: code.map(({ codehash }) => codehash),
  };
  const domain = auditDomain(s.config.chainId, s.addresses.auditRecord);
  return { audit, signature: await auditor.signTypedData(domain, AUDIT_TYPES, { ...audit }) };
}

describe("a deployment of ours", () => {
  it("S26: starts unverified and capped; the council records an audit, the risk officer revokes it", async () => {
    const s = await scene();
    const { auditRecord, lens, vault } = s.contracts;
    const asset = s.config.assets.find(({ symbol }) => symbol === "eth");
    if (!asset) throw new Error("ether is configured");
    const tick = 10n ** asset.tickExponent;
    const [cap, least] = [asset.capTicks * tick, asset.unverifiedCapTicks * tick];
    expect(least).to.be.lessThan(cap);
    expect([...(await lens.intakeOf(eth(s)))]).to.deep.equal([false, 0n, least, least, least]);

    expect(await isVerified(ethers.provider, s.addresses.auditRecord)).to.equal(false);
    // What isn't a record, or doesn't answer, vouches for nothing.
    for (const none of [s.anna.address, s.addresses.vault]) {
      expect(await isVerified(ethers.provider, none)).to.equal(false);
    }

    await networkHelpers.setBalance(s.anna.address, 2n * cap);
    const deposit = (amount: bigint) =>
      vault.connect(s.anna).deposit(eth(s), amount, s.anna, { value: amount });
    await expect(deposit(least + 1n))
      .to.be.revertedWithCustomError(vault, "Vault_CapReached")
      .withArgs(eth(s), least);
    await deposit(least);

    const { audit, signature } = await signedAudit(s);
    expect(audit.codehashes).to.have.length(4);
    const sent = throughGovernance(s, [callOf(auditRecord, "record", [audit, 0, signature])]);
    const { executed } = await sent;
    const recorded = executed.logs
      .map((log) => auditRecord.interface.parseLog(log))
      .find((log) => log?.name === "AuditRecorded");
    expect(recorded?.args.id).to.equal(
      await auditRecord.idOf({ ...audit, codehashes: [...audit.codehashes] }),
    );
    expect(await isVerified(ethers.provider, s.addresses.auditRecord)).to.equal(true);
    expect([...(await lens.intakeOf(eth(s)))]).to.deep.equal([true, NO_END, cap, least, cap - least]);
    await deposit(ETHER);

    const { riskOfficer } = s.safes;
    await riskOfficer?.send(
      callOf(auditRecord, "revoke", [recorded?.args.id]),
      s.keys.riskOfficer.slice(0, 2),
    );
    expect(await isVerified(ethers.provider, s.addresses.auditRecord)).to.equal(false);
    expect([...(await lens.intakeOf(eth(s)))]).to.deep.equal([false, 0n, least, least, 0n]);
    await expect(deposit(1n)).to.be.revertedWithCustomError(vault, "Vault_CapReached");
    await vault.connect(s.anna).withdraw(eth(s), least, s.anna);
  });
});
