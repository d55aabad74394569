import { Contract, type Provider } from "ethers";
import { TerminalError } from "../core/errors.ts";
import { type Call, Safe, type SafeTransaction } from "../governance/safe.ts";
import { asModule } from "../governance/safe-settings.ts";
import { type AdoptionTerms, judgeSafe, type SafeFinding } from "./judge-safe.ts";
import { readSafe, type SafeFacts } from "./safe-facts.ts";

/** Whether a Safe that exists can hold an office, and what is left to do. */
export interface Adoption {
  readonly safe: string;
  readonly facts: SafeFacts;
  /** In the order in which they are mended. */
  readonly findings: readonly SafeFinding[];
  /** Nothing must change. */
  readonly fit: boolean;
  /** For a deployment that stands: the timelock is its module, the guard watches owners and modules. */
  readonly underGuard: boolean;
  /** Every finding that must change has its calls: signing them is enough. */
  readonly mendable: boolean;
  /**
   * Who makes the calls: its owners, until the guard watches them; from then on the timelock, and `calls` are what it
   * executes.
   */
  readonly by: "owners" | "timelock";
  readonly calls: readonly Call[];
  /** The same as the Safe's own transactions, under its next nonces; none where the timelock makes the calls. */
  readonly transactions: readonly SafeTransaction[];
}

/** The guard must be that of this very timelock: another's would lock the Safe out. */
async function requireGuardOf(
  provider: Provider,
  { guard, timelock }: NonNullable<AdoptionTerms["suite"]>,
): Promise<void> {
  const face = new Contract(guard, ["function timelock() view returns (address)"], provider);
  let serves = "nothing that answers";
  try {
    serves = String(await face.getFunction("timelock").staticCall());
  } catch {
    // A node that doesn't answer is another matter.
    await provider.getBlockNumber();
  }
  if (serves !== timelock) {
    throw new TerminalError("ADOPT_WRONG_GUARD", "This guard does not serve this timelock", {
      facts: { guard, timelock, serves },
      advice: "Take both from the same deployment's record.",
    });
  }
}

/**
 * Looks at a Safe that a team has already, and says whether it can hold an office: what is fine, what must change, and the
 * exact calls that change it. Deploys nothing and sends nothing.
 *
 * @throws TerminalError `ADOPT_NO_CONTRACT`, `ADOPT_NOT_A_SAFE`; `ADOPT_WRONG_GUARD` if guard and timelock don't belong together.
 * @example
 * const { findings, transactions } = await adoptSafe(provider, "0x…", {
 *   owners, threshold: 3,
 *   suite: { timelock, guard: safeGuard, fallbackHandler: safeContracts.fallbackHandler },
 * });
 */
export async function adoptSafe(
  provider: Provider,
  address: string,
  terms: AdoptionTerms,
  sinceBlock?: number,
): Promise<Adoption> {
  const { suite } = terms;
  if (suite !== undefined) await requireGuardOf(provider, suite);
  const facts = await readSafe(provider, address, sinceBlock);
  const safe = new Safe(facts.address, facts.chainId, provider);
  const findings = await judgeSafe(safe, facts, terms);
  const must = findings.filter(({ severity }) => severity === "must");
  const guarded = suite !== undefined && BigInt(facts.guard) === BigInt(suite.guard);
  const hasTimelock = facts.modules.some(
    (module) => suite !== undefined && BigInt(module) === BigInt(suite.timelock),
  );
  const calls = findings.flatMap((finding) => finding.calls);
  const transactions = guarded
    ? []
    : await Promise.all(calls.map((call, i) => safe.build(call, facts.nonce + BigInt(i))));
  return {
    safe: facts.address,
    facts,
    findings,
    fit: must.length === 0,
    underGuard: guarded && must.length === 0,
    // Guarded without its timelock nobody's call passes.
    mendable: must.every((finding) => finding.calls.length > 0) && (!guarded || hasTimelock),
    by: guarded ? "timelock" : "owners",
    calls: guarded ? calls.map((call) => asModule(safe, call)) : calls,
    transactions,
  };
}
