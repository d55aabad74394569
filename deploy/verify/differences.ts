import type { CheckResult } from "./chain.ts";
import type { Declared } from "./declared.ts";

/**
 * drift: governance may have changed it, with its delay, in the open. violation: no act of governance leads there, or none
 * that a custody suite should have.
 */
export type DifferenceKind = "drift" | "violation";

/** A property that is not as declared at deployment. */
export interface Difference {
  readonly id: string;
  readonly title: string;
  readonly kind: DifferenceKind;
  readonly found: string;
  readonly expected: string;
  /** Why it is so, where the deployment's file of declared differences says it. */
  readonly why: string | undefined;
}

/** What the timelock, a Safe's owners through it, or an officer within his bounds can change. */
const GOVERNED = [
  /^(parameter|overlay|in-force)\./,
  /^parameters\.(vault|policy|registry|paymentRules|gateway)$/,
  /^gateway\.(assets|successor|halt)/,
  /^committee\.(epoch|verifier)$/,
  /^foreign\.[a-z0-9]+\.gateway$/,
  /^(reserve-)?timelock\.(delay|proposers|cancellers)$/,
  /^(reserve-)?timelock\.has-role\.(PROPOSER|CANCELLER)\./,
  /^(reserve-)?veto-gate\.safe$/,
  /^(reserve-)?succession\.(offices|quorum)$/,
  /^(reserve-)?manager\.(members|has-role)\.(?!ADMIN)/,
  /^safe\.[a-zA-Z]+\.(owners|threshold)$/,
  /^vault\.(policy|sanctions|listed|reserves|instant-closed)$/,
  /^policy\.(sanctions|router)$/,
  /^proxy\.implementation$/,
  /^controller\.(vault|proxies)$/,
  /^reserve\.delay$/,
  /^asset\.[a-z0-9]+\.(feed-set|no-halt)$/,
  /^guardian\.(keys|budget|expiry)/,
] as const;

/** Whether governance can have made a difference. */
export function kindOfDifference(id: string): DifferenceKind {
  return GOVERNED.some((pattern) => pattern.test(id)) ? "drift" : "violation";
}

/** What is not as it was declared, each with the reason that was given for exactly this state of it. */
export function differencesOf(results: readonly CheckResult[], declared: Declared): readonly Difference[] {
  return results
    .filter(({ ok }) => !ok)
    .map(({ id, title, found, expected }) => ({
      id,
      title,
      kind: kindOfDifference(id),
      found,
      expected,
      why: declared.differences.find((known) => known.id === id && known.found === found)?.why,
    }));
}
