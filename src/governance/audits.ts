import { Contract, keccak256, type Provider, type TypedDataDomain, type TypedDataField } from "ethers";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { AuditRecord__factory } from "../../typechain-types/factories/contracts/governance/AuditRecord__factory.ts";
import { isOfContract } from "./node-answer.ts";

/** What an auditor signs: `Audit` of contracts/governance/interfaces/IAuditRecord.sol. */
export interface Audit {
  /** Hash of the report. */
  readonly report: string;
  readonly auditor: string;
  /** Unix seconds from which it covers nothing any more; 0 = no end. */
  readonly validUntil: bigint;
  /** keccak256 of each covered contract's code. */
  readonly codehashes: readonly string[];
}

/** The EIP-712 types of {@link Audit}. */
export const AUDIT_TYPES: Record<string, TypedDataField[]> = {
  Audit: [
    { name: "report", type: "bytes32" },
    { name: "auditor", type: "address" },
    { name: "validUntil", type: "uint40" },
    { name: "codehashes", type: "bytes32[]" },
  ],
};

/** The EIP-712 domain of an AuditRecord: a signature is good on one chain, for one contract. */
export function auditDomain(chainId: bigint, auditRecord: string): TypedDataDomain {
  return { name: "Strongroom AuditRecord", version: "1", chainId, verifyingContract: auditRecord };
}

/** One contract that a Vault runs, and the hash of its code. */
export interface RunningCode {
  readonly what: "implementation" | "other half" | "policy" | "reserve";
  readonly account: string;
  readonly codehash: string;
}

/**
 * All the code that an audit must cover for a Vault to be verified, in the order in which the AuditRecord looks at it.
 *
 * @example
 * const codehashes = (await runningCode(provider, vault)).map(({ codehash }) => codehash);
 */
export async function runningCode(provider: Provider, vault: string): Promise<readonly RunningCode[]> {
  const face = new Contract(vault, IVault__factory.createInterface(), provider);
  const [implementation, half] = (await face.getFunction("runningCode")()) as [string, string];
  const policy = (await face.getFunction("policy")()) as string;
  const reserves = (await face.getFunction("reserves")()) as string[];
  const accounts = [
    ["implementation", implementation],
    ["other half", half],
    ["policy", policy],
    ...reserves.map((reserve) => ["reserve", reserve] as const),
  ] as const;
  return Promise.all(
    accounts.map(async ([what, account]) => ({
      what,
      account,
      codehash: keccak256(await provider.getCode(account)),
    })),
  );
}

/** Whether audits cover the code that a deployment runs (S26). A record that doesn't answer vouches for nothing. */
export async function isVerified(provider: Provider, auditRecord: string): Promise<boolean> {
  const until = AuditRecord__factory.connect(auditRecord, provider)
    .verifiedUntil()
    .catch((error: unknown) => {
      if (isOfContract(error)) return 0n;
      throw error;
    });
  const [end, latest] = await Promise.all([until, provider.getBlock("latest")]);
  return end > BigInt(latest?.timestamp ?? 0);
}
