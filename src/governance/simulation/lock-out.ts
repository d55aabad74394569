import {
  type BaseContract,
  Contract,
  id,
  type Provider,
  type Result,
  toBeHex,
  ZeroAddress,
  ZeroHash,
} from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { AccessManager__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/access/manager/AccessManager__factory.ts";
import { TimelockController__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { ProxyAdmin__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/proxy/transparent/ProxyAdmin__factory.ts";
import { TerminalError } from "../../core/errors.ts";
import { DAY } from "../../core/time.ts";
import { SAFE_SLOTS } from "../governed/safes.ts";
import { eventsOf } from "../logs.ts";
import { isOfContract } from "../node-answer.ts";
import {
  DELAYS,
  DEPLOYED,
  type Deployed,
  DOMAINS,
  type DomainName,
  FACES,
  type Holder,
  PERMISSIONS,
  selectorOf,
} from "../role-graph.ts";
import { nameOfRole, ROLES, type RoleName } from "../roles.ts";
import { Safe } from "../safe.ts";
import { SENTINEL } from "../safe-settings.ts";

/** What deployment allows too (deploy/config/schema.ts): shorter is no warning, longer no governance. */
const SHORTEST_DELAY = DAY;
const LONGEST_DELAY = 30n * DAY;
const MOST_MODULES = 50;
/** One stolen key must not be enough. */
const FEWEST_SIGNATURES = 2;

const NAMES = {
  suite: { manager: "manager", timelock: "timelock", gate: "vetoGate", safe: "council" },
  reserve: {
    manager: "reserveManager",
    timelock: "reserveTimelock",
    gate: "reserveVetoGate",
    safe: "reserve",
  },
} as const;

/** Contracts that hold their roles alone: the timelocks are the delay, the others' code is the check. */
const ALONE = [
  "timelock",
  "reserveTimelock",
  "guardian",
  "registry",
  "upgradeController",
  "recovery",
] as const;

/** One way in which governance would be lost or given away. */
export interface LockOut {
  readonly code: string;
  readonly message: string;
}

/** Asks a chain, after a change was tried on it, whether governance still works and is still in the same hands. */
class LockOutCheck {
  readonly found: LockOut[] = [];
  readonly #provider: Provider;
  readonly #addresses: SuiteAddresses;

  constructor(provider: Provider, addresses: SuiteAddresses) {
    this.#provider = provider;
    this.#addresses = addresses;
  }

  async run(): Promise<readonly LockOut[]> {
    for (const [name, address] of Object.entries(this.#addresses.safes)) await this.#safe(name, address);
    for (const domain of Object.keys(DOMAINS) as DomainName[]) {
      await this.#timelock(domain);
      await this.#manager(domain);
    }
    await this.#proxies();
    return this.found;
  }

  #say(code: string, message: string): void {
    this.found.push({ code, message });
  }

  #events(contract: BaseContract, name: string): Promise<readonly Result[]> {
    const { fromBlock } = this.#addresses;
    return eventsOf(this.#provider, String(contract.target), contract.interface, name, fromBlock);
  }

  async #safe(name: string, address: string): Promise<void> {
    const safe = new Safe(address, BigInt(this.#addresses.chainId), this.#provider);
    const [owners, threshold] = await Promise.all([safe.owners(), safe.threshold()]);
    if (threshold < FEWEST_SIGNATURES) {
      this.#say(
        "LOCKOUT_THRESHOLD",
        `${threshold} signature would be enough for the ${name} Safe: one stolen key is all of it`,
      );
    }
    if (owners.length <= threshold) {
      this.#say(
        "LOCKOUT_OWNERS",
        `The ${name} Safe would need all of its ${owners.length} owners: one lost key locks it`,
      );
    }
    // Contracts that a Safe has no code for can't sign either; zero-code accounts are keys.
    const own = this.#addresses as unknown as Record<string, unknown>;
    const ours = new Map(
      Object.entries(own).flatMap(([key, value]): [bigint, string][] =>
        typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value) && key !== "deployer"
          ? [[BigInt(value), key]]
          : [],
      ),
    );
    for (const owner of owners) {
      const which = ours.get(BigInt(owner));
      if (which !== undefined)
        this.#say("LOCKOUT_OWNERS", `The ${name} Safe would be owned by the ${which}, which signs nothing`);
    }
    const timelock = name === "reserve" ? this.#addresses.reserveTimelock : this.#addresses.timelock;
    const isModule = (await safe.contract.getFunction("isModuleEnabled").staticCall(timelock)) as boolean;
    if (!isModule)
      this.#say(
        "LOCKOUT_MODULE",
        `The ${name} Safe would not know its timelock: nobody could change its owners`,
      );
    await this.#safeSettings(name, safe, timelock);
  }

  /** Guards keep a Safe from its owners and modules; a handler speaks to others in the Safe's name, for anyone. */
  async #safeSettings(name: string, { address, contract }: Safe, timelock: string): Promise<void> {
    const guard = name === "reserve" ? this.#addresses.reserveSafeGuard : this.#addresses.safeGuard;
    const { fallbackHandler } = this.#addresses.safeContracts;
    for (const [setting, meant] of [
      ["guard", guard],
      ["moduleGuard", guard],
      ["fallbackHandler", fallbackHandler],
    ] as const) {
      const found = BigInt(await this.#provider.getStorage(address, SAFE_SLOTS[setting]));
      if (found === BigInt(meant)) continue;
      this.#say("LOCKOUT_SAFE", `The ${name} Safe would have ${toBeHex(found, 20)} as its ${setting}`);
    }
    const [modules] = (await contract
      .getFunction("getModulesPaginated")
      .staticCall(SENTINEL, MOST_MODULES)) as [readonly string[]];
    for (const module of modules.filter((module) => module !== timelock)) {
      this.#say("LOCKOUT_SAFE", `${module} could act as the ${name} Safe, as its module`);
    }
  }

  async #timelock(domain: DomainName): Promise<void> {
    const names = NAMES[domain];
    const address = this.#addresses[names.timelock];
    const timelock = TimelockController__factory.connect(address, this.#provider);
    const delay = await timelock.getMinDelay();
    if (delay < SHORTEST_DELAY || delay > LONGEST_DELAY) {
      this.#say(
        "LOCKOUT_DELAY",
        `The ${names.timelock} would wait ${delay} s; it must be between 1 and 30 days`,
      );
    }
    const has = (role: string, account: string) => timelock.hasRole(role, account);
    const proposer = id("PROPOSER_ROLE");
    const safe = this.#addresses.safes[names.safe];
    if (!(await has(proposer, safe))) {
      this.#say(
        "LOCKOUT_PROPOSER",
        `The ${names.safe} Safe could no longer propose to the ${names.timelock}`,
      );
    }
    if (!(await has(ZeroHash, address))) {
      this.#say(
        "LOCKOUT_ADMIN",
        `The ${names.timelock} would no longer be its own admin: its roles could never change again`,
      );
    }
    if (!(await has(id("EXECUTOR_ROLE"), ZeroAddress))) {
      this.#say("LOCKOUT_EXECUTOR", `Not everyone could execute what is ready on the ${names.timelock}`);
    }
    if (!(await has(id("CANCELLER_ROLE"), this.#addresses[names.gate]))) {
      this.#say(
        "LOCKOUT_VETO",
        `The ${names.gate} could no longer cancel on the ${names.timelock}: nobody could veto`,
      );
    }
    // An admin would act without the delay; a canceller would cancel whatever takes its role from it.
    const gate = this.#addresses[names.gate];
    for (const { role, account } of await this.#events(timelock, "RoleGranted")) {
      if (role === ZeroHash && account !== address && (await has(role, account))) {
        this.#say("LOCKOUT_ADMIN", `${account} would be an admin of the ${names.timelock}, beside its delay`);
      }
      if (role === id("CANCELLER_ROLE") && account !== gate && (await has(role, account))) {
        this.#say(
          "LOCKOUT_VETO",
          `${account} could cancel everything on the ${names.timelock}, its own removal too`,
        );
      }
    }
  }

  async #manager(domain: DomainName): Promise<void> {
    const names = NAMES[domain];
    const manager = AccessManager__factory.connect(this.#addresses[names.manager], this.#provider);
    const holders = DOMAINS[domain].holders as Readonly<Partial<Record<RoleName, Holder>>>;
    const granted = await this.#events(manager, "RoleGranted");
    for (const [role, holder] of Object.entries(holders) as [RoleName, Holder][]) {
      const alone = ALONE.find((name) => name === holder);
      const owner = alone === undefined ? undefined : this.#addresses[alone];
      const ever = granted.filter(({ roleId }) => roleId === ROLES[role]).map(({ account }) => account);
      const members: string[] = [];
      for (const account of new Set<string>([...ever, ...(owner === undefined ? [] : [owner])])) {
        // A grant that waits is one, too.
        const [since, delay, next] = await manager.getAccess(ROLES[role], account);
        if (since === 0n) continue;
        members.push(account);
        for (const waits of new Set([delay, next])) {
          if (waits === DELAYS.execution) continue;
          this.#say(
            "LOCKOUT_DELAYED_ROLE",
            `${role} of ${account} would wait ${waits} s: the timelock is the only delay`,
          );
        }
      }
      if (members.length === 0)
        this.#say("LOCKOUT_NO_HOLDER", `Nobody would hold ${role} of the ${names.manager}`);
      if (owner === undefined) continue;
      if (!members.includes(owner))
        this.#say("LOCKOUT_ADMIN", `The ${alone} would lose ${role} of the ${names.manager}`);
      for (const account of members.filter((member) => member !== owner)) {
        this.#say(
          "ESCALATION",
          `${account} would hold ${role} of the ${names.manager} beside the ${alone}, without its checks`,
        );
      }
    }
    await this.#roles(manager, names.manager);
    for (const target of DEPLOYED.filter((name) =>
      (DOMAINS[domain].targets as readonly string[]).includes(name),
    )) {
      await this.#target(manager, target);
    }
  }

  /** Who grants roles, and when: the timelock's ADMIN, at once. A delay would hide what it delays from this very check. */
  async #roles(manager: ReturnType<typeof AccessManager__factory.connect>, name: string): Promise<void> {
    for (const [role, id] of Object.entries(ROLES)) {
      const admin = await manager.getRoleAdmin(id);
      if (admin === ROLES.ADMIN) continue;
      this.#say("ESCALATION", `${nameOfRole(admin)} would grant ${role} of the ${name}, without the delay`);
    }
    for (const [event, of] of [
      ["RoleGrantDelayChanged", "roleId"],
      ["TargetAdminDelayUpdated", "target"],
    ] as const) {
      const last = new Map((await this.#events(manager, event)).map((args) => [args[of], args.delay]));
      for (const [what, delay] of last) {
        if (delay === 0n) continue;
        const which = of === "roleId" ? `Granting ${nameOfRole(what)}` : `Changing permissions of ${what}`;
        this.#say(
          "LOCKOUT_DELAYED_ROLE",
          `${which} of the ${name} would wait ${delay} s: the timelock is the only delay`,
        );
      }
    }
  }

  /** What a function asks for is in the graph: another role would be another way in, or none. */
  async #target(manager: ReturnType<typeof AccessManager__factory.connect>, target: Deployed): Promise<void> {
    let address: string;
    let found: string;
    try {
      address = await this.#addressOf(target);
      const authority = new Contract(
        address,
        ["function authority() view returns (address)"],
        this.#provider,
      );
      found = String(await authority.getFunction("authority").staticCall());
    } catch (error) {
      if (!isOfContract(error)) throw error;
      this.#say("LOCKOUT_UNREADABLE", `The ${target} would answer nothing`);
      return;
    }
    if (BigInt(found) !== BigInt(await manager.getAddress())) {
      this.#say("LOCKOUT_AUTHORITY", `The ${target} would obey ${found}, not its access manager`);
      return;
    }
    for (const { signature, role } of PERMISSIONS.filter((permission) => permission.target === target)) {
      const asked = await manager.getTargetFunctionRole(address, selectorOf(signature));
      if (asked === ROLES[role]) continue;
      this.#say(
        "LOCKOUT_FUNCTION",
        `${target}.${signature.split("(")[0]} would ask for role ${asked}, not for ${role}`,
      );
    }
  }

  /** The policy in force is another one after it was replaced. */
  async #addressOf(target: Deployed): Promise<string> {
    if (target !== "policy") return this.#addresses[target];
    const vault = new Contract(this.#addresses.vault, FACES.vault, this.#provider);
    return (await vault.getFunction("policy").staticCall()) as string;
  }

  async #proxies(): Promise<void> {
    const admin = ProxyAdmin__factory.connect(this.#addresses.proxyAdmin, this.#provider);
    const owner = await admin.owner();
    if (BigInt(owner) === BigInt(this.#addresses.upgradeController)) return;
    this.#say("LOCKOUT_PROXY", `${owner} would own the Vault's ProxyAdmin, not the upgrade controller`);
  }
}

/** Every way in which governance is lost, or given away beside the delay, in the state of a chain. None = all is well. */
export async function lockOuts(provider: Provider, addresses: SuiteAddresses): Promise<readonly LockOut[]> {
  return new LockOutCheck(provider, addresses).run();
}

/**
 * Refuses a change after which governance would not work any more or be in other hands.
 *
 * @throws TerminalError with the code of the first new way
 */
export function refuseLockOuts(before: readonly LockOut[], after: readonly LockOut[]): void {
  const known = new Set(before.map(({ message }) => message));
  const [first, ...rest] = after.filter(({ message }) => !known.has(message));
  if (first === undefined) return;
  throw new TerminalError(first.code, [first, ...rest].map(({ message }) => message).join("\n  "), {
    advice: "Change the file so that governance keeps working, or split it so that each step does.",
    docs: "docs/lock-out.md",
  });
}
