import { Contract } from "ethers";
import { AccessManager__factory } from "../../../../typechain-types/factories/@openzeppelin/contracts/access/manager/AccessManager__factory.ts";
import { isOfContract } from "../../node-answer.ts";
import {
  DELAYS,
  DEPLOYED,
  type Deployed,
  DOMAINS,
  type DomainName,
  FACES,
  type Holder,
  PERMISSIONS,
  SEATS,
  selectorOf,
} from "../../role-graph.ts";
import { nameOfRole, ROLES, type RoleName } from "../../roles.ts";
import type { Tried } from "./tried.ts";

type AccessManager = ReturnType<typeof AccessManager__factory.connect>;

/** Contracts that hold their roles alone: the timelocks are the delay, the others' code is the check. */
const ALONE = [
  "timelock",
  "reserveTimelock",
  "guardian",
  "registry",
  "upgradeController",
  "recovery",
] as const;

/** That each role is held by whom the role graph says, at once, and that each contract asks for the roles that it says. */
export async function checkManager(tried: Tried, domain: DomainName): Promise<void> {
  const names = SEATS[domain];
  const manager = AccessManager__factory.connect(tried.addresses[names.manager], tried.provider);
  const holders = DOMAINS[domain].holders as Readonly<Partial<Record<RoleName, Holder>>>;
  const granted = await tried.events(manager, "RoleGranted");
  for (const [role, holder] of Object.entries(holders) as [RoleName, Holder][]) {
    const alone = ALONE.find((name) => name === holder);
    const owner = alone === undefined ? undefined : tried.addresses[alone];
    const ever = granted.filter(({ roleId }) => roleId === ROLES[role]).map(({ account }) => account);
    const members: string[] = [];
    for (const account of new Set<string>([...ever, ...(owner === undefined ? [] : [owner])])) {
      // A grant that waits is one, too.
      const [since, delay, next] = await manager.getAccess(ROLES[role], account);
      if (since === 0n) continue;
      members.push(account);
      for (const waits of new Set([delay, next])) {
        if (waits === DELAYS.execution) continue;
        tried.say(
          "LOCKOUT_DELAYED_ROLE",
          `${role} of ${account} would wait ${waits} s: the timelock is the only delay`,
        );
      }
    }
    if (members.length === 0)
      tried.say("LOCKOUT_NO_HOLDER", `Nobody would hold ${role} of the ${names.manager}`);
    if (owner === undefined) continue;
    if (!members.includes(owner))
      tried.say("LOCKOUT_ADMIN", `The ${alone} would lose ${role} of the ${names.manager}`);
    for (const account of members.filter((member) => member !== owner)) {
      tried.say(
        "ESCALATION",
        `${account} would hold ${role} of the ${names.manager} beside the ${alone}, without its checks`,
      );
    }
  }
  await checkRoles(tried, manager, names.manager);
  for (const target of DEPLOYED.filter((name) =>
    (DOMAINS[domain].targets as readonly string[]).includes(name),
  )) {
    await checkTarget(tried, manager, target);
  }
}

/** Who grants roles, and when: the timelock's ADMIN, at once. A delay would hide what it delays from this very check. */
async function checkRoles(tried: Tried, manager: AccessManager, name: string): Promise<void> {
  for (const [role, id] of Object.entries(ROLES)) {
    const admin = await manager.getRoleAdmin(id);
    if (admin === ROLES.ADMIN) continue;
    tried.say("ESCALATION", `${nameOfRole(admin)} would grant ${role} of the ${name}, without the delay`);
  }
  for (const [event, of] of [
    ["RoleGrantDelayChanged", "roleId"],
    ["TargetAdminDelayUpdated", "target"],
  ] as const) {
    const last = new Map((await tried.events(manager, event)).map((args) => [args[of], args.delay]));
    for (const [what, delay] of last) {
      if (delay === 0n) continue;
      const which = of === "roleId" ? `Granting ${nameOfRole(what)}` : `Changing permissions of ${what}`;
      tried.say(
        "LOCKOUT_DELAYED_ROLE",
        `${which} of the ${name} would wait ${delay} s: the timelock is the only delay`,
      );
    }
  }
}

/** What a function asks for is in the graph: another role would be another way in, or none. */
async function checkTarget(tried: Tried, manager: AccessManager, target: Deployed): Promise<void> {
  let address: string;
  let found: string;
  try {
    address = await addressOf(tried, target);
    const authority = new Contract(address, ["function authority() view returns (address)"], tried.provider);
    found = String(await authority.getFunction("authority").staticCall());
  } catch (error) {
    if (!isOfContract(error)) throw error;
    tried.say("LOCKOUT_UNREADABLE", `The ${target} would answer nothing`);
    return;
  }
  if (BigInt(found) !== BigInt(await manager.getAddress())) {
    tried.say("LOCKOUT_AUTHORITY", `The ${target} would obey ${found}, not its access manager`);
    return;
  }
  for (const { signature, role } of PERMISSIONS.filter((permission) => permission.target === target)) {
    const asked = await manager.getTargetFunctionRole(address, selectorOf(signature));
    if (asked === ROLES[role]) continue;
    tried.say(
      "LOCKOUT_FUNCTION",
      `${target}.${signature.split("(")[0]} would ask for role ${asked}, not for ${role}`,
    );
  }
}

/** The policy in force is another one after it was replaced. */
async function addressOf(tried: Tried, target: Deployed): Promise<string> {
  if (target !== "policy") return tried.addresses[target];
  const vault = new Contract(tried.addresses.vault, FACES.vault, tried.provider);
  return (await vault.getFunction("policy").staticCall()) as string;
}
