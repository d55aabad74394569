import { FunctionFragment, type Interface } from "ethers";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { Recovery__factory } from "../../typechain-types/factories/contracts/custody/Recovery__factory.ts";
import { Reserve__factory } from "../../typechain-types/factories/contracts/custody/Reserve__factory.ts";
import { Committee__factory } from "../../typechain-types/factories/contracts/gateway/Committee__factory.ts";
import { Gateway__factory } from "../../typechain-types/factories/contracts/gateway/Gateway__factory.ts";
import { AppRelease__factory } from "../../typechain-types/factories/contracts/governance/AppRelease__factory.ts";
import { AuditRecord__factory } from "../../typechain-types/factories/contracts/governance/AuditRecord__factory.ts";
import { Guardian__factory } from "../../typechain-types/factories/contracts/governance/Guardian__factory.ts";
import { UpgradeController__factory } from "../../typechain-types/factories/contracts/governance/UpgradeController__factory.ts";
import { PriceRouter__factory } from "../../typechain-types/factories/contracts/oracle/PriceRouter__factory.ts";
import { PaymentRules__factory } from "../../typechain-types/factories/contracts/payments/PaymentRules__factory.ts";
import { ExitPolicy__factory } from "../../typechain-types/factories/contracts/policy/ExitPolicy__factory.ts";
import { TierRegistry__factory } from "../../typechain-types/factories/contracts/policy/TierRegistry__factory.ts";
import type { RoleName } from "./roles.ts";
import type { SafeName } from "./safe-names.ts";

/** The contracts whose functions an AccessManager restricts. */
export const MANAGED = [
  "vault",
  "policy",
  "router",
  "registry",
  "guardian",
  "upgradeController",
  "auditRecord",
  "recovery",
  "reserve",
  "paymentRules",
  "gateway",
  "committee",
  "appRelease",
] as const;
export type Managed = (typeof MANAGED)[number];

/** Those that every deployment has: an AppRelease comes with the app that is released by it. */
export type Deployed = Exclude<Managed, "appRelease">;
/** Those that every deployment has. */
export const DEPLOYED = MANAGED.filter((name): name is Deployed => name !== "appRelease");

/** Their faces. The Vault's is that of both halves of its code. */
export const FACES: Readonly<Record<Managed, Interface>> = {
  vault: IVault__factory.createInterface(),
  policy: ExitPolicy__factory.createInterface(),
  router: PriceRouter__factory.createInterface(),
  registry: TierRegistry__factory.createInterface(),
  guardian: Guardian__factory.createInterface(),
  upgradeController: UpgradeController__factory.createInterface(),
  auditRecord: AuditRecord__factory.createInterface(),
  recovery: Recovery__factory.createInterface(),
  reserve: Reserve__factory.createInterface(),
  paymentRules: PaymentRules__factory.createInterface(),
  gateway: Gateway__factory.createInterface(),
  committee: Committee__factory.createInterface(),
  appRelease: AppRelease__factory.createInterface(),
};

/** One restricted function and the one role that may call it. */
export interface Permission {
  readonly target: Managed;
  /** Solidity's canonical signature. */
  readonly signature: string;
  readonly role: RoleName;
}

// Tuples of IUpgradeController, as signatures spell them.
const STEP = "(address,uint32,address,address,bytes32,bytes)";
const PIN = "(address,bytes32)";
const PROBE = "(address,bytes,uint8)";
const RELEASE = `(${STEP}[],${PIN}[],${PROBE}[],bool,uint40,bytes32)`;
// A tuple of IAuditRecord.
const AUDIT = "(bytes32,address,uint40,bytes32[])";

/**
 * The declared graph: deployment writes it, verification compares the chain with it, and it is written nowhere else. A
 * restricted function that is missing here would be left to ADMIN, which verification reports.
 */
export const PERMISSIONS: readonly Permission[] = [
  { target: "vault", signature: "list(uint256,uint8,uint8)", role: "PARAMETERS" },
  { target: "vault", signature: "setKind(address,uint8)", role: "PARAMETERS" },
  { target: "vault", signature: "set(bytes32,uint32,uint40,uint64)", role: "PARAMETERS" },
  { target: "vault", signature: "setPolicy(address,uint32,uint40,address)", role: "PARAMETERS" },
  { target: "vault", signature: "extend(address,uint40)", role: "PARAMETERS" },
  { target: "vault", signature: "addReserve(address)", role: "PARAMETERS" },
  { target: "vault", signature: "removeReserve(address)", role: "PARAMETERS" },
  { target: "vault", signature: "openInstant(uint40)", role: "PARAMETERS" },
  { target: "vault", signature: "heartbeat()", role: "PARAMETERS" },
  { target: "vault", signature: "revive(uint256)", role: "PARAMETERS" },
  { target: "vault", signature: "closeInstant()", role: "CONTROLLER" },
  {
    target: "vault",
    signature: "recover(address,address,uint256[],(address,address,uint256,uint112,uint40,uint40,uint32)[])",
    role: "RECOVERY",
  },
  { target: "vault", signature: "tighten(bytes32,uint64)", role: "RISK_OFFICER" },
  { target: "vault", signature: "hold(address,uint40)", role: "GUARDIAN" },
  { target: "vault", signature: "lift(address)", role: "GUARDIAN" },
  { target: "vault", signature: "endorse(bytes32)", role: "REVIEWER" },
  { target: "vault", signature: "setSubject(address,address)", role: "REGISTRY" },
  { target: "vault", signature: "setTier(address,uint8,uint40,uint40)", role: "REGISTRY" },
  { target: "policy", signature: "set(bytes32,uint32,uint40,uint64)", role: "PARAMETERS" },
  { target: "policy", signature: "tighten(bytes32,uint64)", role: "RISK_OFFICER" },
  { target: "registry", signature: "set(bytes32,uint32,uint40,uint64)", role: "PARAMETERS" },
  { target: "registry", signature: "tighten(bytes32,uint64)", role: "RISK_OFFICER" },
  { target: "router", signature: "setFeedSet(uint256,address,address)", role: "ORACLE_ADMIN" },
  { target: "router", signature: "liftHalt(uint256,uint40)", role: "ORACLE_ADMIN" },
  { target: "router", signature: "halt(uint256)", role: "RISK_OFFICER" },
  { target: "guardian", signature: "setKey(address,uint40,uint32)", role: "PARAMETERS" },
  { target: "guardian", signature: "removeKey(address)", role: "RISK_OFFICER" },
  { target: "upgradeController", signature: `adopt(address,address,address,${PROBE}[])`, role: "UPGRADER" },
  { target: "upgradeController", signature: `upgrade(${RELEASE})`, role: "UPGRADER" },
  { target: "upgradeController", signature: "announceHandOver(address)", role: "UPGRADER" },
  { target: "upgradeController", signature: "cancelHandOver()", role: "UPGRADER" },
  { target: "upgradeController", signature: "rollback(bytes32)", role: "ROLLBACK" },
  { target: "auditRecord", signature: "serve(address)", role: "PARAMETERS" },
  { target: "auditRecord", signature: "declareCap(uint256,uint64)", role: "PARAMETERS" },
  { target: "auditRecord", signature: `record(${AUDIT},uint32,bytes)`, role: "PARAMETERS" },
  { target: "auditRecord", signature: "revoke(bytes32)", role: "RISK_OFFICER" },
  { target: "recovery", signature: "propose(address,address,bytes32)", role: "ATTESTOR" },
  { target: "recovery", signature: "confirm(address,address)", role: "REVIEWER" },
  { target: "reserve", signature: "set(bytes32,uint32,uint40,uint64)", role: "PARAMETERS" },
  { target: "reserve", signature: "tighten(bytes32,uint64)", role: "RISK_OFFICER" },
  { target: "reserve", signature: "veto(bytes32)", role: "TREASURER" },
  { target: "reserve", signature: "unveto(bytes32)", role: "TREASURER" },
  { target: "reserve", signature: "vetoAll()", role: "TREASURER" },
  { target: "reserve", signature: "unvetoAll()", role: "TREASURER" },
  { target: "reserve", signature: "send(uint256,uint256)", role: "TREASURER" },
  { target: "paymentRules", signature: "set(bytes32,uint32,uint40,uint64)", role: "PARAMETERS" },
  { target: "paymentRules", signature: "tighten(bytes32,uint64)", role: "RISK_OFFICER" },
  { target: "gateway", signature: "set(bytes32,uint32,uint40,uint64)", role: "PARAMETERS" },
  { target: "gateway", signature: "tighten(bytes32,uint64)", role: "RISK_OFFICER" },
  { target: "gateway", signature: "addAsset(uint256)", role: "PARAMETERS" },
  {
    target: "gateway",
    signature: "refuse((bytes32,bytes32,uint256,address,uint256,uint112))",
    role: "PARAMETERS",
  },
  { target: "gateway", signature: "recall(bytes32)", role: "PARAMETERS" },
  { target: "gateway", signature: "resume(bytes32,bytes32)", role: "PARAMETERS" },
  { target: "gateway", signature: "succeed(address)", role: "UPGRADER" },
  { target: "committee", signature: "rotate(uint32,address,uint40,uint40)", role: "PARAMETERS" },
  { target: "committee", signature: "revoke(uint32)", role: "RISK_OFFICER" },
  { target: "appRelease", signature: "nameCanary(address)", role: "PARAMETERS" },
  { target: "appRelease", signature: "promote(address)", role: "PARAMETERS" },
  { target: "appRelease", signature: "retire(address)", role: "PARAMETERS" },
  { target: "appRelease", signature: "set(bytes32,uint32,uint40,uint64)", role: "PARAMETERS" },
  { target: "appRelease", signature: "tighten(bytes32,uint64)", role: "RISK_OFFICER" },
];

/** Who may hold a role: one of the suite's own parts, or accounts that the parameter file names. */
export type Holder =
  | "timelock"
  | "guardian"
  | "registry"
  | "upgradeController"
  | "recovery"
  | "reviewer"
  | "rollback"
  | "riskOfficer"
  | "attestors"
  | "auditors"
  | "reserveTimelock"
  | "reserveSafe";

/** One AccessManager: what it restricts, and who holds which role in it. Roles that are not named have no holder. */
export interface Domain {
  readonly targets: readonly Deployed[];
  readonly holders: Readonly<Partial<Record<RoleName, Holder>>>;
}

/** A reserve is governed by its own Safe and timelock: whoever governs the Vault doesn't govern it. */
export const DOMAINS = {
  suite: {
    targets: [
      "vault",
      "policy",
      "router",
      "registry",
      "guardian",
      "upgradeController",
      "auditRecord",
      "recovery",
      "paymentRules",
      "gateway",
      "committee",
    ],
    holders: {
      ADMIN: "timelock",
      PARAMETERS: "timelock",
      UPGRADER: "timelock",
      ORACLE_ADMIN: "timelock",
      RISK_OFFICER: "riskOfficer",
      GUARDIAN: "guardian",
      REVIEWER: "reviewer",
      ATTESTOR: "attestors",
      AUDITOR: "auditors",
      REGISTRY: "registry",
      ROLLBACK: "rollback",
      CONTROLLER: "upgradeController",
      RECOVERY: "recovery",
    },
  },
  reserve: {
    targets: ["reserve"],
    holders: {
      ADMIN: "reserveTimelock",
      PARAMETERS: "reserveTimelock",
      RISK_OFFICER: "reserveSafe",
      TREASURER: "reserveSafe",
    },
  },
} as const satisfies Readonly<Record<string, Domain>>;
export type DomainName = keyof typeof DOMAINS;
export const DOMAIN_NAMES = Object.keys(DOMAINS) as [DomainName, ...DomainName[]];

/** Each domain's own contracts, and the Safe that proposes to its timelock, by their names in a deployment's record. */
export const SEATS = {
  suite: {
    manager: "manager",
    timelock: "timelock",
    gate: "vetoGate",
    guard: "safeGuard",
    succession: "succession",
    safe: "council",
  },
  reserve: {
    manager: "reserveManager",
    timelock: "reserveTimelock",
    gate: "reserveVetoGate",
    guard: "reserveSafeGuard",
    succession: "reserveSuccession",
    safe: "reserve",
  },
} as const satisfies Readonly<Record<DomainName, Readonly<Record<string, string>>>>;

/** Which timelock looks after a Safe: the reserve's own is under the reserve's. */
export function domainOfSafe(name: SafeName): DomainName {
  return name === "reserve" ? "reserve" : "suite";
}

/** Seconds. The timelock is the only delay, so that there is one place to look. */
export const DELAYS = { execution: 0n, grant: 0n, targetAdmin: 0n } as const;

/** The four-byte selector of a canonical signature. */
export function selectorOf(signature: string): string {
  return FunctionFragment.from(`function ${signature}`).selector;
}

/** The permissions of one contract, selectors grouped by role. */
export function selectorsByRole(target: Managed): ReadonlyMap<RoleName, readonly string[]> {
  const grouped = new Map<RoleName, string[]>();
  for (const permission of PERMISSIONS) {
    if (permission.target !== target) continue;
    grouped.set(permission.role, [...(grouped.get(permission.role) ?? []), selectorOf(permission.signature)]);
  }
  return grouped;
}
