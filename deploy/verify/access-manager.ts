import { type Contract, Interface } from "ethers";
import { replayMembers } from "../../src/governance/members.ts";
import {
  DELAYS,
  DOMAINS,
  type Domain,
  type DomainName,
  FACES,
  type Holder,
  type Managed,
  PERMISSIONS,
  selectorOf,
} from "../../src/governance/role-graph.ts";
import { nameOfRole, ROLES, type RoleName } from "../../src/governance/roles.ts";
import { AccessManager__factory } from "../../typechain-types/factories/@openzeppelin/contracts/access/manager/AccessManager__factory.ts";
import type { SuiteAddresses } from "../addresses.ts";
import type { SuiteConfig } from "../config/schema.ts";
import { type Chain, type Findings, NOBODY } from "./chain.ts";

const UNAUTHORIZED = new Interface(["error AccessManagedUnauthorized(address caller)"]);
/** Answers the AccessManager alone, whatever role is mapped: its `updateAuthority` is ADMIN's. */
const ONLY_MANAGER = "setAuthority";

/** Who holds each role of an AccessManager by the declared graph, as addresses. */
export function declaredHolders(
  addresses: SuiteAddresses,
  config: SuiteConfig,
  domain: DomainName = "suite",
): ReadonlyMap<RoleName, readonly string[]> {
  const risk = config.riskOfficer;
  const where: Readonly<Record<Holder, readonly string[]>> = {
    timelock: [addresses.timelock],
    guardian: [addresses.guardian],
    registry: [addresses.registry],
    upgradeController: [addresses.upgradeController],
    recovery: [addresses.recovery],
    reviewer: [addresses.safes.reviewer],
    rollback: [addresses.safes.rollback],
    reserveTimelock: [addresses.reserveTimelock],
    reserveSafe: [addresses.safes.reserve],
    riskOfficer: ["account" in risk ? risk.account : (addresses.safes.riskOfficer ?? "no Safe")],
    attestors: config.attestors,
    auditors: config.auditors,
  };
  const roles = Object.keys(ROLES) as RoleName[];
  const { holders }: Domain = DOMAINS[domain];
  return new Map(
    roles.map((role) => {
      const holder = holders[role];
      return [role, holder === undefined ? [] : where[holder]];
    }),
  );
}

/** Selectors that refuse a stranger because of the AccessManager, asked of the deployed code itself. */
async function restrictedSelectors(
  chain: Chain,
  address: string,
  face: Interface,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const refusal = UNAUTHORIZED.getError("AccessManagedUnauthorized")?.selector ?? "";
  const functions: { selector: string; signature: string }[] = [];
  face.forEachFunction((fragment) => {
    if (fragment.constant || fragment.name === ONLY_MANAGER) return;
    functions.push({ selector: fragment.selector, signature: fragment.format("sighash") });
  });
  for (const { selector, signature } of functions) {
    // Zeros decode as any argument, dynamic ones as empty: the modifier is the first thing that can refuse.
    const data = await chain.refusalOf({ to: address, from: NOBODY, data: selector + "00".repeat(32 * 32) });
    if (data?.startsWith(refusal)) found.set(selector, signature);
  }
  return found;
}

/** How findings name an AccessManager. */
const PREFIX = { suite: "manager", reserve: "reserve-manager" } as const satisfies Record<DomainName, string>;

async function checkFunctions(
  chain: Chain,
  domain: DomainName,
  manager: Contract,
  addresses: SuiteAddresses,
  f: Findings,
): Promise<void> {
  const prefix = PREFIX[domain];
  const { targets }: Domain = DOMAINS[domain];
  for (const target of targets) {
    const address = addresses[target];
    const restricted = await restrictedSelectors(chain, address, FACES[target]);
    const declared = new Map(
      PERMISSIONS.filter((row) => row.target === target).map(
        (row) => [selectorOf(row.signature), row] as const,
      ),
    );
    f.sameSet(
      `${prefix}.restricted.${target}`,
      `${target}: the functions that the code restricts are the declared ones`,
      restricted.values(),
      [...declared.values()].map(({ signature }) => signature),
    );
    const unmapped: string[] = [];
    for (const [selector, signature] of restricted) {
      const role = await chain.view<bigint>(manager, "getTargetFunctionRole", address, selector);
      if (role === ROLES.ADMIN) unmapped.push(signature);
    }
    f.none(`${prefix}.unmapped.${target}`, `${target}: no restricted function is left to ADMIN`, unmapped);
    for (const [selector, { signature, role }] of declared) {
      const found = await chain.view<bigint>(manager, "getTargetFunctionRole", address, selector);
      f.equal(
        `${prefix}.function.${target}.${signature}`,
        `${target}.${signature} needs its role`,
        nameOfRole(found),
        role,
      );
    }
    await checkTarget(chain, prefix, manager, target, address, f);
  }
  const stray: string[] = [];
  const known = new Set(
    targets.flatMap((target) =>
      PERMISSIONS.filter((row) => row.target === target).map(
        ({ signature }) => `${addresses[target].toLowerCase()} ${selectorOf(signature)}`,
      ),
    ),
  );
  for (const { args } of await chain.logs(manager, "TargetFunctionRoleUpdated")) {
    const key = `${String(args[0]).toLowerCase()} ${String(args[1])}`;
    if (!known.has(key)) stray.push(key);
  }
  f.none(`${prefix}.stray`, "no other function or contract was given a role", stray);
}

async function checkTarget(
  chain: Chain,
  prefix: string,
  manager: Contract,
  target: Managed,
  address: string,
  f: Findings,
): Promise<void> {
  const face = chain.at(address, ["function authority() view returns (address)"]);
  f.equal(
    `${prefix}.authority.${target}`,
    `${target} obeys this AccessManager`,
    await chain.view<string>(face, "authority"),
    await manager.getAddress(),
  );
  f.equal(
    `${prefix}.target-admin-delay.${target}`,
    `${target}: changing its permissions has no delay beside the timelock's`,
    await chain.view<bigint>(manager, "getTargetAdminDelay", address),
    DELAYS.targetAdmin,
  );
  f.equal(
    `${prefix}.closed.${target}`,
    `${target} is not closed: closing is governed like everything, so it is no emergency brake`,
    await chain.view<boolean>(manager, "isTargetClosed", address),
    false,
  );
}

async function checkMembers(
  chain: Chain,
  domain: DomainName,
  manager: Contract,
  addresses: SuiteAddresses,
  config: SuiteConfig,
  f: Findings,
): Promise<void> {
  const prefix = PREFIX[domain];
  const members = replayMembers(
    await chain.logs(manager, "RoleGranted"),
    await chain.logs(manager, "RoleRevoked"),
  );
  const declared = declaredHolders(addresses, config, domain);
  for (const [role, holders] of declared) {
    const found = [...(members.get(String(ROLES[role])) ?? [])];
    f.sameSet(`${prefix}.members.${role}`, `${role} is held by whom it should, by the logs`, found, holders);
    for (const holder of new Set([...found, ...holders])) {
      const [isMember, delay] = await chain.view<[boolean, bigint]>(manager, "hasRole", ROLES[role], holder);
      f.equal(
        `${prefix}.has-role.${role}.${holder}`,
        `${role}: the chain's answer for ${holder}`,
        isMember,
        holders.includes(holder),
      );
      const [, , pending] = await chain.view<bigint[]>(manager, "getAccess", ROLES[role], holder);
      f.equal(
        `${prefix}.execution-delay.${role}.${holder}`,
        `${role}: no execution delay now or pending, the timelock is the only one`,
        [delay, pending],
        [DELAYS.execution, 0n],
      );
    }
    f.equal(
      `${prefix}.grant-delay.${role}`,
      `${role}: no grant delay`,
      await chain.view<bigint>(manager, "getRoleGrantDelay", ROLES[role]),
      DELAYS.grant,
    );
    f.equal(
      `${prefix}.role-admin.${role}`,
      `${role} is granted by ADMIN alone`,
      nameOfRole(await chain.view<bigint>(manager, "getRoleAdmin", ROLES[role])),
      "ADMIN",
    );
    f.equal(
      `${prefix}.role-guardian.${role}`,
      `${role} has no guardian but ADMIN`,
      nameOfRole(await chain.view<bigint>(manager, "getRoleGuardian", ROLES[role])),
      "ADMIN",
    );
  }
  const known = new Set(Object.values(ROLES).map(String));
  const undeclared = [...members]
    .filter(([role, set]) => !known.has(role) && set.size > 0)
    .map(([role]) => role);
  f.none(`${prefix}.undeclared-roles`, "no role beside the declared ones has members", undeclared);
}

async function checkSettings(chain: Chain, prefix: string, manager: Contract, f: Findings): Promise<void> {
  const changed: string[] = [];
  for (const event of ["RoleAdminChanged", "RoleGuardianChanged"]) {
    for (const { args } of await chain.logs(manager, event)) {
      if (String(args[1]) !== String(ROLES.ADMIN))
        changed.push(`${event}(${String(args[0])}, ${String(args[1])})`);
    }
  }
  f.none(`${prefix}.role-settings`, "no role's admin or guardian was ever another than ADMIN", changed);
  const pending: string[] = [];
  for (const { args } of await chain.logs(manager, "RoleGrantDelayChanged")) {
    if (String(args[1]) !== "0") pending.push(`grant delay of role ${String(args[0])}: ${String(args[1])} s`);
  }
  for (const { args } of await chain.logs(manager, "TargetAdminDelayUpdated")) {
    if (String(args[1]) !== "0") pending.push(`admin delay of ${String(args[0])}: ${String(args[1])} s`);
  }
  f.none(`${prefix}.pending-delays`, "no delay is set or about to take effect", pending);
  const scheduled: string[] = [];
  for (const { args } of await chain.logs(manager, "OperationScheduled")) {
    const operation = String(args[0]);
    if ((await chain.view<bigint>(manager, "getSchedule", operation)) !== 0n) scheduled.push(operation);
  }
  f.none(
    `${prefix}.scheduled`,
    "nothing is scheduled in the AccessManager: it would expire in a week, unseen",
    scheduled,
  );
}

/** The role graphs on the chain, the suite's and the reserve's, equal the declared ones. */
export async function checkAccessManagers(
  chain: Chain,
  addresses: SuiteAddresses,
  config: SuiteConfig,
  f: Findings,
): Promise<void> {
  const managers = { suite: addresses.manager, reserve: addresses.reserveManager };
  for (const domain of Object.keys(DOMAINS) as DomainName[]) {
    const manager = chain.at(managers[domain], AccessManager__factory.createInterface());
    await checkFunctions(chain, domain, manager, addresses, f);
    await checkMembers(chain, domain, manager, addresses, config, f);
    await checkSettings(chain, PREFIX[domain], manager, f);
  }
}
