import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AUDIT_TYPES, type Audit, auditDomain, runningCode } from "../../src/governance/audits.ts";
import { type Core, ROLES } from "./deployCore.ts";

/** An audit as the contracts take it. */
export type MutableAudit = Omit<Audit, "codehashes"> & { codehashes: string[] };

/** An auditor at work on a core. */
export interface Auditing {
  readonly auditor: HardhatEthersSigner;
  /** An audit of all that runs now, without an end, unless a test says otherwise. */
  audit(change?: Partial<MutableAudit>): Promise<MutableAudit>;
  sign(audit: MutableAudit, signer?: HardhatEthersSigner): Promise<string>;
  /** Records it, as governance does. */
  record(audit: MutableAudit, signature?: string): Promise<string>;
}

/** Gives a signer AUDITOR, and what tests of audits do all the time. */
export async function auditing(core: Core, auditor: HardhatEthersSigner): Promise<Auditing> {
  const { ethers, manager, record, vault } = core;
  await manager.grantRole(ROLES.AUDITOR, auditor, 0);
  const { chainId } = await ethers.provider.getNetwork();
  const domain = auditDomain(chainId, await record.getAddress());
  let reports = 0;
  const sign: Auditing["sign"] = (audit, signer = auditor) =>
    signer.signTypedData(domain, AUDIT_TYPES, audit);
  return {
    auditor,
    async audit(change = {}) {
      const code = await runningCode(ethers.provider, await vault.getAddress());
      return {
        report: ethers.id(`report ${++reports}`),
        auditor: auditor.address,
        validUntil: 0n,
        codehashes: code.map(({ codehash }) => codehash),
        ...change,
      };
    },
    sign,
    async record(audit, signature) {
      await record.record(audit, await record.revision(), signature ?? (await sign(audit)));
      return record.idOf(audit);
    },
  };
}
