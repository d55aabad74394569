import type { Result } from "ethers";
import { replayMembers } from "../members.ts";
import { DOMAINS, FACES, MANAGED, type Managed, PERMISSIONS, selectorOf } from "../role-graph.ts";
import { nameOfRole, ROLES } from "../roles.ts";
import type { Instance } from "./contracts.ts";
import { type Found, type GovernedKind, type Setter, whole } from "./kind.ts";
import { FEWER, LARGER, ROLE as ROLE_ORDER, setValue, UNORDERED, UP } from "./order.ts";
import type { GovernedLog, Reading } from "./reading.ts";
import { flagShown, listShown, secondsShown, timeShown } from "./shown.ts";
import { wording } from "./wording.ts";

const SECONDS = wording("seconds", "秒");
const ROLE = wording("role", "角色");
const CONTRACT = wording("contract", "合约");
const ADMIN_ALONE = wording(
  "no bound in code; by ADMIN alone, which is the timelock",
  "代码不设限；仅 ADMIN（即时间锁）",
);

function byAdmin(signature: string, effect: Setter["effect"]): Setter {
  return { contract: "manager", signature, effect, by: "admin" };
}

function roleName({ roleId }: Result): readonly string[] {
  return [nameOfRole(roleId as bigint)];
}

/** Who holds each role of an AccessManager, by its logs. */
export function holdersOf(at: Reading, manager: Instance): ReadonlyMap<string, ReadonlySet<string>> {
  return replayMembers(at.logsOf(manager, "RoleGranted"), at.logsOf(manager, "RoleRevoked"));
}

/** Roles that have a name, and those without one that were ever granted. */
function rolesOf(at: Reading, manager: Instance): readonly bigint[] {
  return [...new Set([...Object.values(ROLES), ...[...holdersOf(at, manager).keys()].map(BigInt)])];
}

function domainOf(manager: Instance): readonly Managed[] {
  return MANAGED.filter((target) => (DOMAINS[manager.domain].targets as readonly Managed[]).includes(target));
}

/** How ids name a target of an AccessManager. */
function targetName(at: Reading, address: string): string {
  const known = at.instances.find((instance) => instance.address.toLowerCase() === address.toLowerCase());
  return known?.name ?? address;
}

function ofTarget({ target }: Result, at: Reading): readonly string[] {
  return [targetName(at, String(target))];
}

const MEMBERS: GovernedKind = {
  name: "role",
  label: wording("who holds the role", "角色持有者"),
  contracts: ["manager"],
  argument: ROLE,
  unit: wording(
    "addresses, with an execution delay in seconds where there is one",
    "地址（如有执行延迟则附秒数）",
  ),
  bounds: ADMIN_ALONE,
  order: FEWER,
  setters: [
    byAdmin("grantRole(uint64,address,uint32)", "either"),
    byAdmin("revokeRole(uint64,address)", "tightens"),
    { contract: "manager", signature: "renounceRole(uint64,address)", effect: "tightens", by: "holder" },
  ],
  events: { RoleGranted: roleName, RoleRevoked: roleName },
  async read(at, manager) {
    const holders = holdersOf(at, manager);
    return Promise.all(
      rolesOf(at, manager).map(async (role) => {
        const accounts = [...(holders.get(String(role)) ?? [])].sort();
        const delays = await Promise.all(
          accounts.map((account) => at.of<bigint[]>(manager, "getAccess", [role, account])),
        );
        // [since, delay now, delay to come, from when]: a grant that waits, or any delay, is told.
        const members = accounts.map((account, index) => {
          const [since = 0n, delay = 0n, pending = 0n] = delays[index] ?? [];
          const notes = [
            ...(delay === 0n ? [] : [`${delay}s`]),
            ...(pending === 0n || pending === delay ? [] : [`${pending}s-to-come`]),
            ...(since > at.time ? [`from-${since}`] : []),
          ];
          return { account, value: [account, ...notes].join(":"), notes: notes.join(" ") };
        });
        return {
          argument: nameOfRole(role),
          value: setValue(members.map(({ value }) => value)),
          shown: listShown(
            members.map(({ account, notes }) => {
              const { en, zh } = at.account(account);
              return notes === "" ? wording(en, zh) : wording(`${en} (${notes})`, `${zh}（${notes}）`);
            }),
          ),
        };
      }),
    );
  },
};

const FUNCTIONS: GovernedKind = {
  name: "function",
  label: wording("role that a function needs", "函数所需角色"),
  contracts: ["manager"],
  argument: wording("function", "函数"),
  unit: ROLE,
  bounds: ADMIN_ALONE,
  order: ROLE_ORDER,
  setters: [byAdmin("setTargetFunctionRole(address,bytes4[],uint64)", "either")],
  events: {
    TargetFunctionRoleUpdated: ({ target, selector }, at) => [
      functionName(at, String(target), String(selector)),
    ],
  },
  async read(at, manager) {
    const functions = new Map<string, { target: string; selector: string }>();
    for (const { target, signature } of PERMISSIONS) {
      if (!domainOf(manager).includes(target)) continue;
      const { address } = at.instance(target);
      const selector = selectorOf(signature);
      functions.set(functionName(at, address, selector), { target: address, selector });
    }
    for (const { args } of at.logsOf(manager, "TargetFunctionRoleUpdated")) {
      const [target, selector] = [String(args.target), String(args.selector)];
      functions.set(functionName(at, target, selector), { target, selector });
    }
    return Promise.all(
      [...functions].map(async ([argument, { target, selector }]) => {
        const role = nameOfRole(await at.of<bigint>(manager, "getTargetFunctionRole", [target, selector]));
        return { argument, value: role, shown: wording(role) };
      }),
    );
  },
};

/** `vault.setKind(address,uint8)`; selectors that no face knows as they are. */
function functionName(at: Reading, target: string, selector: string): string {
  const name = targetName(at, target);
  const face = name in FACES ? FACES[name as Managed] : undefined;
  // A role can be given to any four bytes: those that are nobody's have no name.
  let signature: string | undefined;
  face?.forEachFunction((fragment) => {
    if (fragment.selector === selector) signature = fragment.format("sighash");
  });
  return `${name}.${signature ?? selector}`;
}

const CLOSED: GovernedKind = {
  name: "closed",
  label: wording("contract closed", "合约关闭"),
  contracts: ["manager"],
  argument: CONTRACT,
  unit: wording("yes or no", "是或否"),
  bounds: ADMIN_ALONE,
  order: UP,
  setters: [byAdmin("setTargetClosed(address,bool)", "either")],
  events: { TargetClosed: ofTarget },
  async read(at, manager) {
    return Promise.all(
      targetsOf(at, manager, "TargetClosed").map(async (target) => {
        const closed = await at.of<boolean>(manager, "isTargetClosed", [target]);
        return { argument: targetName(at, target), value: String(closed), shown: flagShown(closed) };
      }),
    );
  },
};

/** The contracts that a manager restricts, and others that it was ever told of. */
function targetsOf(at: Reading, manager: Instance, event: string): readonly string[] {
  const declared = domainOf(manager).map((target) => at.instance(target).address);
  return [...new Set([...declared, ...at.logsOf(manager, event).map(({ args }) => String(args.target))])];
}

/** A delay now and the one to come: a change waits for five days at least, and is a change from its first day on. */
function delayFound(argument: string, now: bigint, at: Reading, last: GovernedLog | undefined): Found {
  const waits = last !== undefined && (last.args.since as bigint) > at.time;
  const toCome = waits ? (last.args.delay as bigint) : now;
  const [current, next] = [secondsShown(now), secondsShown(toCome)];
  const from = timeShown(waits ? (last.args.since as bigint) : at.time);
  return {
    argument,
    value: now.toString(),
    parts: { toCome: toCome.toString() },
    shown: waits
      ? wording(`${current.en}, ${next.en} from ${from.en}`, `${current.zh}，自 ${from.zh} 起为 ${next.zh}`)
      : current,
  };
}

const WAITS = wording(
  "a change waits for 5 days at least, a shorter one for the difference",
  "变更至少等待 5 天；缩短须等满差额",
);

const ADMIN_DELAY: GovernedKind = {
  name: "targetAdminDelay",
  label: wording("delay of changing a contract's permissions", "变更合约权限的延迟"),
  contracts: ["manager"],
  argument: CONTRACT,
  unit: SECONDS,
  bounds: WAITS,
  order: LARGER,
  parts: { toCome: LARGER },
  setters: [byAdmin("setTargetAdminDelay(address,uint32)", "either")],
  events: { TargetAdminDelayUpdated: ofTarget },
  async read(at, manager) {
    const logs = at.logsOf(manager, "TargetAdminDelayUpdated");
    return Promise.all(
      targetsOf(at, manager, "TargetAdminDelayUpdated").map(async (target) => {
        const delay = await at.of<bigint>(manager, "getTargetAdminDelay", [target]);
        const last = logs.findLast(({ args }) => args.target === target);
        return delayFound(targetName(at, target), delay, at, last);
      }),
    );
  },
};

const GRANT_DELAY: GovernedKind = {
  name: "grantDelay",
  label: wording("delay of granting the role", "授予角色的延迟"),
  contracts: ["manager"],
  argument: ROLE,
  unit: SECONDS,
  bounds: WAITS,
  order: LARGER,
  parts: { toCome: LARGER },
  setters: [byAdmin("setGrantDelay(uint64,uint32)", "either")],
  events: { RoleGrantDelayChanged: roleName },
  async read(at, manager) {
    const logs = at.logsOf(manager, "RoleGrantDelayChanged");
    return Promise.all(
      rolesOf(at, manager).map(async (role) => {
        const delay = await at.of<bigint>(manager, "getRoleGrantDelay", [role]);
        const last = logs.findLast(({ args }) => args.roleId === role);
        return delayFound(nameOfRole(role), delay, at, last);
      }),
    );
  },
};

function roleOfRole(
  name: string,
  en: string,
  zh: string,
  view: string,
  signature: string,
  event: string,
): GovernedKind {
  return {
    name,
    label: wording(en, zh),
    contracts: ["manager"],
    argument: ROLE,
    unit: ROLE,
    bounds: ADMIN_ALONE,
    order: ROLE_ORDER,
    setters: [byAdmin(signature, "either")],
    events: { [event]: roleName },
    async read(at, manager) {
      return Promise.all(
        rolesOf(at, manager).map(async (role) => {
          const value = nameOfRole(await at.of<bigint>(manager, view, [role]));
          return { argument: nameOfRole(role), value, shown: wording(value) };
        }),
      );
    },
  };
}

const AUTHORITY: GovernedKind = {
  name: "authority",
  label: wording("access manager that it obeys", "所服从的权限管理合约"),
  contracts: MANAGED,
  unit: wording("address", "地址"),
  bounds: wording("a contract", "必须是合约"),
  order: UNORDERED,
  setters: [byAdmin("updateAuthority(address,address)", "either")],
  events: { AuthorityUpdated: whole },
  async read(at, instance) {
    const value = await at.of<string>(instance, "authority");
    return [{ argument: "", value, shown: at.account(value) }];
  },
};

/** Permissions: who may call what, and after which delay. */
export const MANAGER_KINDS: readonly GovernedKind[] = [
  MEMBERS,
  FUNCTIONS,
  CLOSED,
  ADMIN_DELAY,
  GRANT_DELAY,
  roleOfRole(
    "roleAdmin",
    "role that grants the role",
    "授予该角色的角色",
    "getRoleAdmin",
    "setRoleAdmin(uint64,uint64)",
    "RoleAdminChanged",
  ),
  roleOfRole(
    "roleGuardian",
    "role that cancels the role's delayed calls",
    "可取消该角色延迟调用的角色",
    "getRoleGuardian",
    "setRoleGuardian(uint64,uint64)",
    "RoleGuardianChanged",
  ),
  AUTHORITY,
];
