import { z } from "zod";
import { callOf, view } from "../context.ts";
import { intent } from "../intent.ts";
import { address, bytes32, moment } from "../quantities.ts";

/** Records an audit of the code that runs, signed by its auditor: the caps on what comes in end where it covers all of it. */
export const recordAudit = intent(
  "record-audit",
  z.strictObject({
    kind: z.literal("record-audit"),
    report: bytes32.describe("Hash of the report"),
    auditor: address.describe("Who signed it, and holds AUDITOR"),
    validUntil: moment.optional().describe("When it ends; without it never"),
    codehashes: z.array(bytes32).min(1).max(64).describe("Keccak-256 of each contract's code that it covers"),
    signature: z
      .string()
      .regex(/^0x([0-9a-fA-F]{2})+$/)
      .describe("The auditor's, for this chain and this record (docs/operations/record-audit.md)"),
  }),
  async ({ report, auditor, validUntil = 0n, codehashes, signature }, context) => {
    const revision = await view<bigint>(context, "auditRecord", "revision");
    const audit = [report, auditor, validUntil, codehashes];
    return {
      calls: [callOf(context, "auditRecord", "record", [audit, revision, signature])],
      says: {
        en: `Record the audit ${report} by ${auditor}, which covers ${codehashes.length} contracts`,
        zh: `记录 ${auditor} 的审计 ${report}，覆盖 ${codehashes.length} 个合约`,
      },
    };
  },
);

/** Ends an audit: the risk officer's act, at once. */
export const revokeAudit = intent(
  "revoke-audit",
  z.strictObject({
    kind: z.literal("revoke-audit"),
    audit: bytes32.describe("The audit's id: the hash that was signed"),
  }),
  async ({ audit }, context) => ({
    calls: [callOf(context, "auditRecord", "revoke", [audit])],
    says: {
      en: `Revoke the audit ${audit} at once: deposits are capped again`,
      zh: `立即撤销审计 ${audit}：存入重新受上限约束`,
    },
  }),
);
