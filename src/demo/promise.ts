import { type Cents, cents, minCents, shareDown, sumCents } from "../core/money.ts";
import { breakersOf, type Holdings, type PerAsset, SUITE_ASSETS } from "./assets.ts";
import type { AttackPlan } from "./attack.ts";
import type { ReplayParameters } from "./parameters.ts";

/** Small and large exits each have a lane of their own. */
const LANES = 2n;

/**
 * The most that the design's invariants let any thief take before the defence acts, whatever the strategy. A model, written
 * from the design and not from the contracts: what the chain shows must not exceed it.
 *
 * - INV-POL-6: nothing leaves within T of its last credit, and no new destination is instant within T.
 * - INV-POL-1: instant exits in any trailing period stay within the subject's limit, the shared pool and the breaker.
 * - INV-CUS-3 and INV-POL-4: queued money leaves after `late` at the rate of the asset's two lanes, plus their bursts once.
 * - INV-GOV-1: rules change after the delay only; from then on everything may be gone.
 *
 * Instant exits count as charged; queued ones at the price of the start.
 */
export function mostLost(plan: AttackPlan, parameters: ReplayParameters): Cents {
  const total = sumCents(Object.values(plan.stake));
  const end = plan.deadlineSeconds;
  if (plan.power === "governance-quorum") return end < parameters.timelockSeconds ? cents(0n) : total;
  const late = parameters.tiers[tierOf(plan, parameters)].lateSeconds;
  const instant = windowsIn(end - parameters.seasonSeconds, parameters) * perWindow(plan, parameters);
  const queued = sumCents(
    SUITE_ASSETS.map((asset) => lanes(asset, plan.stake, plan.holdings, end - late, parameters)),
  );
  return minCents(total, sumCents([cents(instant), queued]));
}

function tierOf(plan: AttackPlan, parameters: ReplayParameters): 0 | 1 | 2 | 3 {
  if (plan.power === "operator-key") return 3;
  return plan.power === "user-key" ? parameters.thief.victimTier : parameters.thief.boughtTier;
}

/** How many full windows fit into a span that is closed at both ends; none in a span that has not begun. */
function windowsIn(seconds: number, parameters: ReplayParameters): bigint {
  return seconds < 0 ? 0n : BigInt(Math.floor(seconds / parameters.periodSeconds)) + 1n;
}

function perWindow(plan: AttackPlan, parameters: ReplayParameters): bigint {
  const breakers = breakersOf(plan.holdings, parameters);
  const subject = parameters.tiers[tierOf(plan, parameters)].perDay;
  return minCents(sumCents([subject, parameters.unverifiedPoolPerDay]), sumCents(Object.values(breakers)));
}

function lanes(
  asset: keyof PerAsset,
  stake: PerAsset,
  holdings: Holdings,
  seconds: number,
  parameters: ReplayParameters,
): Cents {
  if (seconds < 0) return cents(0n);
  const perDay = shareDown(holdings.perAsset[asset], parameters.laneBpsPerDay, 10_000n);
  const paid = shareDown(perDay, BigInt(seconds + parameters.laneBurstSeconds), 86_400n);
  return minCents(stake[asset], cents(paid * LANES));
}
