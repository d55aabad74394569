import { ZeroAddress } from "ethers";
import type { Call, Safe } from "../governance/safe.ts";
import { canonicalAddress, canonicalCodeHash, SAFE_VERSION } from "../governance/safe-contracts.ts";
import { guardCalls, replaceOwners, SENTINEL, selfCall } from "../governance/safe-settings.ts";
import { handlerEdition, migrationAddress, OLDEST_MIGRATABLE } from "./safe-editions.ts";
import type { SafeFacts } from "./safe-facts.ts";

/** `must`: it can't hold an office as it is; `should`: it can, and better were otherwise; `fine`: as it should be. */
export type Severity = "must" | "should" | "fine";

/** One thing that was looked at. */
export interface SafeFinding {
  /** Stable, for machines: `modules`. */
  readonly id: string;
  readonly severity: Severity;
  /** What is so, as a sentence. */
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** What the team does where no call of the Safe to itself does it. */
  readonly remedy?: string;
  /** The Safe's calls to itself that mend it, in order. */
  readonly calls: readonly Call[];
}

/** What an office asks of a Safe. */
export interface AdoptionTerms {
  /** As the parameter file declares them; without it any are taken, and listed. */
  readonly owners?: readonly string[];
  readonly threshold?: number;
  /** Signatures below which no office goes. 2 unless given: one stolen key must not be enough. */
  readonly leastThreshold?: number;
  /** The deployment that the Safe is for; none before there is one. */
  readonly suite?: {
    readonly timelock: string;
    /** The `SafeGuard` of that timelock. */
    readonly guard: string;
    readonly fallbackHandler: string;
  };
}

type Judged = Omit<SafeFinding, "id" | "severity" | "calls"> & { readonly calls?: readonly Call[] };

const same = (a: string, b: string): boolean => BigInt(a) === BigInt(b);
const list = (addresses: readonly string[]): string =>
  addresses.length === 0 ? "none" : addresses.join(", ");

/**
 * What of a Safe fits an office and what must change, as a plain list in the order in which it is mended.
 *
 * @example
 * const findings = await judgeSafe(safe, await readSafe(provider, safe.address), { owners, threshold: 3 });
 */
export async function judgeSafe(
  safe: Safe,
  facts: SafeFacts,
  terms: AdoptionTerms,
): Promise<readonly SafeFinding[]> {
  const findings: SafeFinding[] = [];
  const say = (id: string, severity: Severity, { calls = [], ...judged }: Judged) =>
    findings.push({ id, severity, calls, ...judged });

  judgeProxy(facts, say);
  if (!judgeEdition(facts, say)) return findings;
  await judgeOwners(safe, facts, terms, say);
  judgeModules(safe, facts, terms, say);
  judgeHandler(safe, facts, terms, say);
  judgeGuards(safe, facts, terms, say);
  judgeMaking(facts, say);
  return findings;
}

type Say = (id: string, severity: Severity, judged: Judged) => void;

function judgeProxy({ proxy }: SafeFacts, say: Say): void {
  const why = "a proxy of other code may answer as a Safe and do something else";
  if (proxy === undefined) {
    say("proxy", "must", {
      what: "the proxy is none of the Safe authors'",
      why,
      remedy: "Make a new Safe in Safe's own interface.",
    });
    return;
  }
  say("proxy", "fine", { what: `the proxy is Safe ${proxy}'s own`, why });
}

/** False where nothing that the Safe says of itself can be believed. */
function judgeEdition({ edition, singleton, chainId }: SafeFacts, say: Say): boolean {
  if (edition === undefined) {
    say("singleton", "must", {
      what: `it runs ${singleton}, whose code is no version of Safe's: what it says of owners and modules was not looked at`,
      why: "code that only looks like a Safe may obey anybody",
      remedy: "Don't use it. Make a new Safe in Safe's own interface.",
    });
    return false;
  }
  const { version, name } = edition;
  if (version === SAFE_VERSION) {
    say("singleton", "fine", {
      what: `it runs the canonical ${name} ${version}`,
      why: "its code is the authors'",
    });
    return true;
  }
  const migration = migrationAddress(chainId);
  const migratable = version.localeCompare(OLDEST_MIGRATABLE, "en", { numeric: true }) >= 0;
  const remedy =
    migratable && migration !== undefined
      ? `Update it first, in Safe's own interface (Settings, Setup, Contract version): its owners sign one delegatecall of SafeMigration ${migration}, ${name === "SafeL2" ? "migrateL2WithFallbackHandler" : "migrateWithFallbackHandler"}(). Delegatecalls are never built here, and refused once the guard is there.`
      : migratable
        ? `The authors' SafeMigration is not on chain ${chainId}: make a new Safe ${SAFE_VERSION} in Safe's own interface.`
        : `The authors' migration to ${SAFE_VERSION} begins at ${OLDEST_MIGRATABLE}: make a new Safe in Safe's own interface.`;
  say("singleton", "must", {
    what: `it runs the canonical ${name} ${version}, not ${SAFE_VERSION}`,
    why: "before 1.5 a Safe has no guard over its modules: whatever module its owners once enabled goes past the timelock",
    remedy,
  });
  return true;
}

async function judgeOwners(safe: Safe, facts: SafeFacts, terms: AdoptionTerms, say: Say): Promise<void> {
  const { owners, threshold, contractOwners } = facts;
  const least = terms.leastThreshold ?? 2;
  const wanted = terms.owners ?? owners;
  const signatures = terms.threshold ?? Math.max(threshold, Math.min(least, wanted.length));
  const keys = new Set(owners.map(BigInt));
  const declared = new Set(wanted.map(BigInt));
  const extra = owners.filter((owner) => !declared.has(BigInt(owner)));
  const missing = wanted.filter((owner) => !keys.has(BigInt(owner)));
  const why = "its owners are the office: the declaration and the chain must name the same";
  if (extra.length + missing.length > 0) {
    say("owners", "must", {
      what: `its owners are not the declared ones; undeclared: ${list(extra)}; missing: ${list(missing)}`,
      why,
      remedy: "Correct the parameter file if the chain is right; else sign the calls.",
      calls: await replaceOwners(safe, wanted, signatures),
    });
  } else {
    say("owners", "fine", { what: `its owners are ${list(owners)}`, why });
    const wrong = threshold < least || (terms.threshold !== undefined && threshold !== terms.threshold);
    const asked = terms.threshold === undefined ? "" : `, ${terms.threshold} are declared`;
    const what = `${threshold} of ${owners.length} owners sign${asked}`;
    if (wrong) {
      const calls = signatures < least ? [] : [selfCall(safe, "changeThreshold", [signatures])];
      say("threshold", "must", {
        what,
        why: `one stolen key must not be enough: an office needs ${least} or more, and as many as declared`,
        ...(calls.length === 0
          ? { remedy: "Add an owner: so many signatures are not to be had of these." }
          : {}),
        calls,
      });
    } else if (threshold === owners.length && threshold > 1) {
      say("threshold", "should", {
        what,
        why: "one lost key stops the office until the timelock replaces it: fewer than all should be enough",
      });
    } else {
      say("threshold", "fine", { what, why: "neither one stolen key nor one lost is enough" });
    }
  }
  if (contractOwners.length > 0) {
    say("contract-owners", "should", {
      what: `these owners are contracts: ${list(contractOwners)}`,
      why: "what signs for them is their own code's business, and no keystore signs for them",
      remedy: "See that each is a wallet that you know, or name keys instead.",
    });
  }
}

function judgeModules(safe: Safe, facts: SafeFacts, { suite }: AdoptionTerms, say: Say): void {
  const foreign = facts.modules.filter((module) => suite === undefined || !same(module, suite.timelock));
  const why = "a module acts as the Safe without any signature";
  if (foreign.length === 0) {
    say("modules", "fine", { what: "no module but the timelock, if any", why });
    return;
  }
  // Each removal names the neighbour before it, as the list is by then.
  const left = [...facts.modules];
  const calls = foreign.map((module) => {
    const place = left.indexOf(module);
    const [gone] = left.splice(place, 1);
    return selfCall(safe, "disableModule", [left[place - 1] ?? SENTINEL, gone]);
  });
  say("modules", "must", { what: `modules that are not the timelock: ${list(foreign)}`, why, calls });
}

function judgeHandler(safe: Safe, facts: SafeFacts, { suite }: AdoptionTerms, say: Say): void {
  const why = "it answers every call that the Safe doesn't know, signatures (ERC-1271) included";
  const { handler, handlerEdition: edition } = facts;
  const canonical = canonicalCodeHash("fallbackHandler");
  const fits = edition !== undefined && edition === handlerEdition(canonical);
  if (fits) {
    say("fallback-handler", "fine", {
      what: `the canonical ${edition.name} ${edition.version} answers for it`,
      why,
    });
    return;
  }
  const is =
    handler === ZeroAddress
      ? "it has no fallback handler"
      : edition === undefined
        ? `its fallback handler ${handler} is none of the Safe authors'`
        : `its fallback handler is ${edition.name} ${edition.version}`;
  const next = suite?.fallbackHandler ?? canonicalAddress("fallbackHandler", facts.chainId);
  say("fallback-handler", "must", {
    what: is,
    why,
    ...(next === undefined ? { remedy: "The authors' own is not on this chain: deploy first." } : {}),
    calls: next === undefined ? [] : [selfCall(safe, "setFallbackHandler", [next])],
  });
}

function judgeGuards(safe: Safe, facts: SafeFacts, { suite }: AdoptionTerms, say: Say): void {
  if (suite === undefined) {
    const guards = [facts.guard, facts.moduleGuard].filter((guard) => guard !== ZeroAddress);
    const why = "the deployment's guard takes the place of any other, which may refuse to go";
    if (guards.length === 0) say("guard", "fine", { what: "it has no guard yet", why });
    else
      say("guard", "should", { what: `it has guards: ${list(guards)}`, why, remedy: "Remove them first." });
    return;
  }
  const { timelock, guard } = suite;
  const current = facts.edition?.version === SAFE_VERSION;
  const isModule = facts.modules.some((module) => same(module, timelock));
  const [enable, guardModules, guardOwners] = guardCalls(safe, timelock, guard);
  const judge = (id: string, is: boolean, what: string, why: string, call: Call | undefined) => {
    if (is) say(id, "fine", { what: what.replace(/ not(?= )/, ""), why });
    else if (current && call !== undefined) say(id, "must", { what, why, calls: [call] });
    else say(id, "must", { what, why, remedy: `Only once it is Safe ${SAFE_VERSION}: look again then.` });
  };
  judge(
    "timelock",
    isModule,
    "the timelock is not its module",
    "under the guard the Safe changes only through the timelock: without it nobody could change it",
    enable,
  );
  const foreign = (address: string) =>
    address === ZeroAddress || same(address, guard)
      ? ""
      : `; ${address} is, and may refuse the very call that replaces it`;
  judge(
    "module-guard",
    current && same(facts.moduleGuard, guard),
    `the guard is not that of its modules${foreign(facts.moduleGuard)}`,
    "a module hidden or added would go past the timelock",
    guardModules,
  );
  judge(
    "guard",
    same(facts.guard, guard),
    `the guard is not that of its owners' transactions${foreign(facts.guard)}`,
    "a stolen quorum could throw the honest owners out",
    guardOwners,
  );
}

function judgeMaking({ madeWith }: SafeFacts, say: Say): void {
  const why = "what a Safe delegates to while it is made can hide an owner that no list shows";
  if (madeWith === undefined) {
    say("making", "should", {
      what: "nobody looked at how it was made",
      why,
      remedy: "Name a block from before it was made (--since), and its first log is read.",
    });
    return;
  }
  const { initializer, edition } = madeWith;
  if (initializer === ZeroAddress)
    say("making", "fine", { what: "it was made without delegating to anything", why });
  else if (edition !== undefined)
    say("making", "fine", { what: `it was made with the canonical ${edition.name} ${edition.version}`, why });
  else
    say("making", "should", {
      what: `it was made with ${initializer}, which is none of the Safe authors'`,
      why,
      remedy: "Read what that contract does, or make a new Safe.",
    });
}
