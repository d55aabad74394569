import type { Provider } from "ethers";
import { TerminalError } from "../src/core/errors.ts";
import { domainOfSafe, SEATS } from "../src/governance/role-graph.ts";
import { SAFE_VERSION } from "../src/governance/safe-contracts.ts";
import type { SafeName } from "../src/governance/safe-names.ts";
import { type Adoption, adoptSafe } from "../src/treasury/adopt-safe.ts";
import type { AdoptionTerms } from "../src/treasury/judge-safe.ts";
import { readSafe } from "../src/treasury/safe-facts.ts";
import type { SuiteAddresses } from "./addresses.ts";
import type { SuiteConfig } from "./config/schema.ts";

type DeclaredSafe = SuiteConfig["safes"]["council"];

/** What an office asks of its Safe, whoever the owners are: the reserve's changes through the reserve's timelock. */
export function officeTerms(
  name: SafeName,
  addresses: SuiteAddresses,
): Omit<AdoptionTerms, "owners" | "threshold"> {
  const { timelock, guard } = SEATS[domainOfSafe(name)];
  const { fallbackHandler } = addresses.safeContracts;
  return {
    leastThreshold: name === "riskOfficer" ? 1 : 2,
    suite: { timelock: addresses[timelock], guard: addresses[guard], fallbackHandler },
  };
}

/** The Safes that a parameter file adopts, by office. */
export function adoptedIn(config: SuiteConfig): readonly (readonly [SafeName, DeclaredSafe, string])[] {
  const { safes, riskOfficer } = config;
  const all = Object.entries({
    ...safes,
    ...("safe" in riskOfficer ? { riskOfficer: riskOfficer.safe } : {}),
  }) as [SafeName, DeclaredSafe][];
  return all.flatMap(([name, safe]) => (safe.adopt === undefined ? [] : [[name, safe, safe.adopt] as const]));
}

/**
 * Before anything is deployed: each adopted Safe is the authors' own Safe 1.5, with the declared owners and threshold.
 *
 * @throws TerminalError `ADOPT_UNFIT` that says what differs, or what `readSafe` throws.
 */
export async function requireAdoptable(provider: Provider, config: SuiteConfig): Promise<void> {
  for (const [name, { owners, threshold }, address] of adoptedIn(config)) {
    const facts = await readSafe(provider, address);
    const { proxy, edition } = facts;
    const order = (keys: readonly string[]) => [...keys].sort().join(", ");
    const wrong = [
      proxy === undefined ? "its proxy is none of Safe's" : "",
      edition === undefined ? "its singleton is none of Safe's" : "",
      edition !== undefined && edition.version !== SAFE_VERSION
        ? `it is Safe ${edition.version}, not ${SAFE_VERSION}`
        : "",
      order(facts.owners) === order(owners) ? "" : `its owners are ${order(facts.owners)}`,
      facts.threshold === threshold ? "" : `its threshold is ${facts.threshold}`,
    ].filter((reason) => reason !== "");
    if (wrong.length > 0) {
      throw new TerminalError("ADOPT_UNFIT", `The ${name} office can't be given to this Safe`, {
        facts: { safe: address, why: wrong.join("; ") },
        advice: "Run ./strongroom gov adopt for it: it says what must change, and by which calls.",
        docs: "docs/operations/adopt-safe.md",
      });
    }
  }
}

/** How far each adopted Safe of a deployment is, by office: what its owners must still sign. */
export async function adoptionsOf(
  provider: Provider,
  addresses: SuiteAddresses,
  config: SuiteConfig,
): Promise<ReadonlyMap<SafeName, Adoption>> {
  const adoptions = new Map<SafeName, Adoption>();
  for (const [name, { owners, threshold }, address] of adoptedIn(config)) {
    const terms = { owners, threshold, ...officeTerms(name, addresses) };
    adoptions.set(name, await adoptSafe(provider, address, terms));
  }
  return adoptions;
}

/** A sentence for each adopted Safe that is not yet under its guard. */
export async function unfinishedAdoptions(
  provider: Provider,
  addresses: SuiteAddresses,
  config: SuiteConfig,
): Promise<readonly string[]> {
  return [...(await adoptionsOf(provider, addresses, config))]
    .filter(([, { underGuard }]) => !underGuard)
    .map(([name, { safe, transactions }]) => {
      const left = `${transactions.length} transactions of its owners are left: ./strongroom gov adopt --safe ${safe}`;
      return `the ${name} Safe is not yet under its guard; ${left}`;
    });
}
