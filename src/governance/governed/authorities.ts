import { PERMISSIONS, selectorOf } from "../role-graph.ts";
import { nameOfRole } from "../roles.ts";
import type { GovernedContract, Instance } from "./contracts.ts";
import type { By, GovernedKind, Setter } from "./kind.ts";
import { holdersOf } from "./managers.ts";
import { type Order, UNORDERED } from "./order.ts";
import type { Reading } from "./reading.ts";
import { timelockHolders } from "./timelocks.ts";
import { type Wording, wording } from "./wording.ts";

/** Who may call a setter, and after how long it has its effect. */
export interface Authority {
  /** The AccessManager's role, or what stands for one: `itself`, `owners`, `anyone`. */
  readonly role: string;
  /** Addresses, as the chain has them now; none: nobody can, or for `anyone` everybody. */
  readonly holders: readonly string[];
  /** The same with their names, for people. */
  readonly shown: Wording;
  /** The longest that a holder has to wait between deciding and doing: a timelock's delay, or the AccessManager's. */
  readonly delaySeconds: bigint;
  /** A wait or condition beside it. */
  readonly when?: Wording;
  /** `vault.setKind(address,uint8)`. */
  readonly setter: string;
}

/** What stands for a role in tables. */
export const BY_WORDS: Readonly<Record<By, Wording>> = {
  admin: wording("ADMIN of the access manager", "权限管理的 ADMIN"),
  itself: wording("the timelock's decisions", "时间锁决议"),
  canceller: wording("the canceller's Safe", "否决 Safe"),
  proposers: wording("a proposer", "提案人"),
  offices: wording("an office", "席位"),
  keys: wording("a guardian key", "守护者密钥"),
  owner: wording("its owner", "其所有者"),
  holder: wording("who holds it", "持有者本人"),
  owners: wording("enough owners", "足够的所有者"),
  anyone: wording("anyone", "任何人"),
};

/** The role that the declared graph asks for; undefined where the graph has no such function. */
export function declaredRole({ contract, signature }: Setter): string | undefined {
  return PERMISSIONS.find((row) => row.target === contract && row.signature === signature)?.role;
}

/** The instance whose setter changes a variable of `instance`. */
function setterInstance(at: Reading, contract: GovernedContract, instance: Instance): Instance {
  if (contract === instance.contract) return instance;
  if (contract === "manager") return at.governing(instance, "manager");
  return at.instance(contract);
}

function longest(delays: readonly bigint[]): bigint {
  let most = 0n;
  for (const delay of delays) if (delay > most) most = delay;
  return most;
}

interface Holders {
  readonly role: string;
  readonly holders: readonly string[];
  /** The AccessManager's own, seconds. */
  readonly delay?: bigint;
}

async function roleHolders(at: Reading, manager: Instance, role: bigint): Promise<Holders> {
  const holders = [...(holdersOf(at, manager).get(String(role)) ?? [])].sort();
  const delays = await Promise.all(
    holders.map(async (holder) => (await at.of<bigint[]>(manager, "getAccess", [role, holder]))[1] ?? 0n),
  );
  return { role: nameOfRole(role), holders, delay: longest(delays) };
}

async function holdersBy(at: Reading, where: Instance, { by, signature }: Setter): Promise<Holders> {
  const timelock = () => at.governing(where, "timelock");
  switch (by) {
    case undefined: {
      const manager = at.governing(where, "manager");
      const selector = selectorOf(signature);
      const role = await at.of<bigint>(manager, "getTargetFunctionRole", [where.address, selector]);
      return roleHolders(at, manager, role);
    }
    case "admin":
      return roleHolders(at, where, 0n);
    case "itself":
      return { role: by, holders: [where.contract === "timelock" ? where.address : timelock().address] };
    case "canceller":
      return { role: by, holders: [await at.of<string>(where, "safe")] };
    case "proposers":
      return { role: by, holders: timelockHolders(at, timelock(), "PROPOSER") };
    case "offices":
      return { role: by, holders: [...(await at.of<readonly string[]>(where, "offices"))] };
    case "owner":
      return { role: by, holders: [await at.of<string>(where, "owner")] };
    case "owners":
      return { role: by, holders: [...(await at.of<readonly string[]>(where, "getOwners"))] };
    case "keys":
      return { role: by, holders: await liveKeys(at, where) };
    default:
      return { role: by, holders: [] };
  }
}

async function liveKeys(at: Reading, guardian: Instance): Promise<readonly string[]> {
  const keys = [...new Set(at.logsOf(guardian, "KeySet").map(({ args }) => String(args.key)))];
  const expiries = await Promise.all(keys.map((key) => at.of<{ expiry: bigint }>(guardian, "keyOf", [key])));
  return keys.filter((_, index) => (expiries[index]?.expiry ?? 0n) > at.time);
}

/** A timelock's decisions wait for its delay; whoever acts through one waits as long. */
async function delayOf(at: Reading, holders: readonly string[]): Promise<bigint> {
  const timelocks = at.instances.filter(
    ({ contract, address }) => contract === "timelock" && holders.includes(address),
  );
  const delays = await Promise.all(timelocks.map((timelock) => at.of<bigint>(timelock, "getMinDelay")));
  return longest(delays);
}

async function authorityOf(at: Reading, instance: Instance, setter: Setter): Promise<Authority> {
  const where = setterInstance(at, setter.contract, instance);
  const { role, holders, delay = 0n } = await holdersBy(at, where, setter);
  const known = setter.by === undefined || setter.by === "admin" ? undefined : BY_WORDS[setter.by];
  return {
    role,
    holders,
    shown: shownHolders(at, known ?? wording(role), holders, setter.by),
    delaySeconds: delay + (await delayOf(at, holders)),
    ...(setter.when === undefined ? {} : { when: setter.when }),
    setter: `${where.name}.${setter.signature}`,
  };
}

function shownHolders(at: Reading, role: Wording, holders: readonly string[], by: By | undefined): Wording {
  if (by === "anyone" || by === "holder") return role;
  if (holders.length === 0) return wording(`${role.en} (nobody)`, `${role.zh}（无人）`);
  const list = holders.map((holder) => at.account(holder));
  return wording(
    `${role.en} (${list.map(({ en }) => en).join(", ")})`,
    `${role.zh}（${list.map(({ zh }) => zh).join("、")}）`,
  );
}

/** A setter and who may call it. */
export interface Empowered {
  readonly setter: Setter;
  readonly authority: Authority;
}

/** Who may call each setter of a variable of the instance, in the kind's order. */
export async function empoweredBy(
  at: Reading,
  instance: Instance,
  kind: GovernedKind,
): Promise<readonly Empowered[]> {
  return Promise.all(
    kind.setters.map(async (setter) => ({ setter, authority: await authorityOf(at, instance, setter) })),
  );
}

/**
 * Who may tighten, and who may loosen after what delay. What has no order has no tighter side: who sets it stands under
 * `loosenedBy`, and under `tightenedBy` only who can do no more than restore (a rollback). A number without order can't be
 * tightened at all.
 */
export function sidesOf(
  empowered: readonly Empowered[],
  order: Order,
  isNumber: boolean,
): { readonly tightenedBy: readonly Authority[]; readonly loosenedBy: readonly Authority[] } {
  const doing = (...effects: readonly Setter["effect"][]) =>
    empowered.filter(({ setter }) => effects.includes(setter.effect)).map(({ authority }) => authority);
  const loosenedBy = doing("loosens", "either");
  if (order !== UNORDERED) return { tightenedBy: doing("tightens", "either"), loosenedBy };
  return { tightenedBy: isNumber ? [] : doing("tightens"), loosenedBy };
}
