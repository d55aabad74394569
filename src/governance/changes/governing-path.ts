import { Contract, type Provider } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { TerminalError } from "../../core/errors.ts";
import { type AddressBook, type Entry, PART } from "../address-book.ts";
import { eventsOf } from "../logs.ts";
import {
  DOMAINS,
  type DomainName,
  MANAGED,
  type Managed,
  PERMISSIONS,
  SEATS,
  selectorOf,
} from "../role-graph.ts";
import { ROLES, type RoleName } from "../roles.ts";
import type { Call } from "../safe.ts";
import type { SafeName } from "../safe-names.ts";

/**
 * The way by which a call is made: through a Safe and its timelock, by a Safe directly, or by an account's own key. It
 * follows from the role graph alone.
 */
export type GoverningPath =
  | {
      readonly by: "timelock";
      readonly domain: DomainName;
      readonly safe: SafeName;
      readonly timelock: string;
    }
  | { readonly by: "safe"; readonly safe: SafeName }
  | { readonly by: "account"; readonly account: string };

/** Two paths that are the same have the same name. */
export function pathName(path: GoverningPath): string {
  if (path.by === "timelock") return `the ${path.safe} Safe and the ${path.domain}'s timelock`;
  return path.by === "safe" ? `the ${path.safe} Safe` : `the account ${path.account}`;
}

/** What governance does with an access manager: never what it would call as itself, or what hides calls in a call. */
const MANAGER_ACTS: ReadonlySet<string> = new Set([
  "grantRole",
  "revokeRole",
  "labelRole",
  "setRoleAdmin",
  "setRoleGuardian",
  "setGrantDelay",
  "setTargetFunctionRole",
  "setTargetClosed",
  "setTargetAdminDelay",
  "updateAuthority",
]);

/** What governance changes of a Safe. */
const SAFE_ACTS: ReadonlySet<string> = new Set([
  "addOwnerWithThreshold",
  "removeOwner",
  "swapOwner",
  "changeThreshold",
  "enableModule",
  "disableModule",
  "setGuard",
  "setModuleGuard",
  "setFallbackHandler",
]);

const isManaged = (name: string): name is Managed => (MANAGED as readonly string[]).includes(name);

function domainOf(target: Managed): DomainName {
  return (DOMAINS.reserve.targets as readonly string[]).includes(target) ? "reserve" : "suite";
}

function ungoverned(target: string, fn: string): never {
  throw new TerminalError("UNGOVERNED_FUNCTION", `${target}.${fn} is no act of governance`, {
    advice: "docs/operations says who calls it: whoever may needs no proposal.",
  });
}

/** A call that several offices may make, and which of them shall. */
export interface OfficeCall extends Call {
  readonly office?: SafeName;
}

/** Which path each call takes. */
export class Paths {
  readonly #provider: Provider;
  readonly #addresses: SuiteAddresses;
  readonly #book: AddressBook;

  constructor(provider: Provider, addresses: SuiteAddresses, book: AddressBook) {
    this.#provider = provider;
    this.#addresses = addresses;
    this.#book = book;
  }

  /**
   * The path of a call.
   *
   * @throws TerminalError `UNKNOWN_TARGET`, `UNGOVERNED_FUNCTION`, `DELEGATECALL`, `NO_HOLDER`, `NO_OFFICE`
   */
  async of(call: OfficeCall): Promise<GoverningPath> {
    const entry = this.#book.at(call.to);
    // Without data a Safe receives, and does nothing else (SafeGuard): so a quorum spends a nonce.
    if (call.data === "0x" && entry?.name.startsWith("safes.")) {
      return { by: "safe", safe: entry.name.slice("safes.".length) as SafeName };
    }
    const fn = entry?.face.getFunction(call.data.slice(0, 10));
    if (entry === undefined || fn === null || fn === undefined) {
      throw new TerminalError(
        "UNKNOWN_TARGET",
        "A call goes to a contract or a function that governance doesn't know",
        {
          facts: { to: call.to, selector: call.data.slice(0, 10) },
          advice: "Only contracts of the deployment and functions of their interfaces may be called.",
        },
      );
    }
    const { name } = entry;
    if (isManaged(name)) return this.#ofManaged(name, fn.selector, fn.name);
    if (name === "manager" || name === "reserveManager") {
      return MANAGER_ACTS.has(fn.name)
        ? this.#timelock(name === "manager" ? "suite" : "reserve")
        : ungoverned(name, fn.name);
    }
    if (name === "timelock" || name === "reserveTimelock") {
      const own = ["updateDelay", "grantRole", "revokeRole"].includes(fn.name);
      return own ? this.#timelock(name === "timelock" ? "suite" : "reserve") : ungoverned(name, fn.name);
    }
    const proposer = name.startsWith("reserve") ? "reserve" : "council";
    if (name === "vetoGate" || name === "reserveVetoGate") {
      if (["announceReplacement", "withdrawReplacement"].includes(fn.name))
        return { by: "safe", safe: proposer };
      const own = ["veto", "multicall"].includes(fn.name);
      return own ? { by: "safe", safe: "canceller" } : ungoverned(name, fn.name);
    }
    if (name === "succession" || name === "reserveSuccession") {
      if (fn.name === "object") return { by: "safe", safe: proposer };
      return ["support", "withdrawSupport"].includes(fn.name)
        ? this.#ofOffice(entry, call.office)
        : ungoverned(name, fn.name);
    }
    if (name.startsWith("safes.")) return this.#ofSafe(call, name, fn.name);
    if (name.startsWith(PART)) return this.#ofPart(entry, fn.name);
    return ungoverned(name, fn.name);
  }

  /** One of the offices that a succession listens to. */
  async #ofOffice({ address, name, face }: Entry, office: SafeName | undefined): Promise<GoverningPath> {
    const succession = new Contract(address, face, this.#provider);
    const offices = (await succession.getFunction("offices").staticCall()) as readonly string[];
    const own = office === undefined ? undefined : this.#addresses.safes[office];
    if (office !== undefined && own !== undefined && offices.includes(own))
      return { by: "safe", safe: office };
    throw new TerminalError("NO_OFFICE", `${office ?? "Nobody in particular"} is no office of the ${name}`, {
      facts: { offices: offices.map((safe) => this.#book.nameOf(safe)).join(", ") },
      advice: "Use kind support-succession or withdraw-succession-support, and name one of these offices.",
    });
  }

  /** What a change deploys is governed by whom it obeys. */
  async #ofPart({ address, name, face }: Entry, fn: string): Promise<GoverningPath> {
    if (face.getFunction("authority") === null) return ungoverned(name, fn);
    const part = new Contract(address, ["function authority() view returns (address)"], this.#provider);
    const authority = BigInt((await part.getFunction("authority").staticCall()) as string);
    if (authority === BigInt(this.#addresses.manager)) return this.#timelock("suite");
    if (authority === BigInt(this.#addresses.reserveManager)) return this.#timelock("reserve");
    return ungoverned(name, fn);
  }

  #timelock(domain: DomainName): GoverningPath {
    const { safe, timelock } = SEATS[domain];
    return { by: "timelock", domain, safe, timelock: this.#addresses[timelock] };
  }

  async #ofManaged(target: Managed, selector: string, fn: string): Promise<GoverningPath> {
    // Keys of the Guardian aren't members of a role: the Guardian Safe is one of them.
    if (target === "guardian" && (fn === "hold" || fn === "lift")) return { by: "safe", safe: "guardian" };
    // The registry itself asks who revokes: an attestor, or the risk officer.
    if (target === "registry" && fn === "revoke") return this.#riskOfficer();
    const permission = PERMISSIONS.find(
      (known) => known.target === target && selectorOf(known.signature) === selector,
    );
    if (permission === undefined) return ungoverned(target, fn);
    const domain = domainOf(target);
    const holder = (DOMAINS[domain].holders as Readonly<Partial<Record<RoleName, string>>>)[permission.role];
    switch (holder) {
      case "timelock":
      case "reserveTimelock":
        return this.#timelock(domain);
      case "reserveSafe":
        return { by: "safe", safe: "reserve" };
      case "reviewer":
      case "rollback":
        return { by: "safe", safe: holder };
      case "riskOfficer":
        return this.#riskOfficer();
      default:
        // Other contracts of the suite hold it: they call, nobody else does.
        return ungoverned(target, fn);
    }
  }

  async #riskOfficer(): Promise<GoverningPath> {
    if (this.#addresses.safes.riskOfficer !== undefined) return { by: "safe", safe: "riskOfficer" };
    return { by: "account", account: await this.#onlyHolder("RISK_OFFICER") };
  }

  /** The account that holds a role of the suite's manager, by its logs. */
  async #onlyHolder(role: RoleName): Promise<string> {
    const face = this.#book.named("manager")?.face;
    const manager = new Contract(this.#addresses.manager, face ?? [], this.#provider);
    const granted = await eventsOf(
      this.#provider,
      this.#addresses.manager,
      manager.interface,
      "RoleGranted",
      this.#addresses.fromBlock,
    );
    for (const { roleId, account } of [...granted].reverse()) {
      if (roleId !== ROLES[role]) continue;
      const [isMember] = (await manager.getFunction("hasRole").staticCall(ROLES[role], account)) as [boolean];
      if (isMember) return account;
    }
    throw new TerminalError("NO_HOLDER", `Nobody holds ${role}`, {
      advice: "Grant it first: kind grant-role.",
    });
  }

  /** A Safe changes itself through its timelock, as its module, and never by a delegatecall. */
  #ofSafe(call: Call, name: string, fn: string): GoverningPath {
    if (fn !== "execTransactionFromModule") return ungoverned(name, fn);
    const args = this.#book.named(name)?.face.decodeFunctionData(fn, call.data);
    if (args?.[3] !== 0n) {
      throw new TerminalError(
        "DELEGATECALL",
        `A call would have the ${name.slice(6)} Safe run foreign code as itself`,
        {
          facts: { safe: call.to, to: String(args?.[0]) },
          advice: "Governance never delegates a Safe's calls: state the calls one by one.",
        },
      );
    }
    const inside = this.#book.decode(call)?.inside;
    if (inside === undefined) {
      throw new TerminalError("UNKNOWN_TARGET", "A Safe would make a call that governance doesn't know", {
        facts: { safe: name, to: String(args[0]) },
        advice: "Only contracts of the deployment and functions of their interfaces may be called.",
      });
    }
    const inner = inside.function.slice(0, inside.function.indexOf("("));
    const isSetting = inside.to === call.to && SAFE_ACTS.has(inner) && inside.value === "0";
    if (!isSetting) return ungoverned(`${name}: ${inside.target}`, inner);
    return this.#timelock(name === "safes.reserve" ? "reserve" : "suite");
  }
}

/**
 * The one path of a batch.
 *
 * @throws TerminalError `MIXED_PATHS`, `DIRECT_BATCH`
 */
export async function pathOf(calls: readonly OfficeCall[], paths: Paths): Promise<GoverningPath> {
  const found = await Promise.all(calls.map((call) => paths.of(call)));
  const names = new Set(found.map(pathName));
  const [path] = found;
  if (path === undefined || names.size !== 1) {
    throw new TerminalError("MIXED_PATHS", "The changes of a file must go one way", {
      facts: { ways: [...names].join(" / ") },
      advice: "Split it: a file for each way.",
    });
  }
  if (path.by !== "timelock" && calls.length > 1) {
    throw new TerminalError("DIRECT_BATCH", `${pathName(path)} acts directly, one call at a time`, {
      facts: { calls: calls.length },
      advice:
        "Split it: a file for each call. A batch would need a delegatecall, which no Safe of ours makes.",
    });
  }
  return path;
}
