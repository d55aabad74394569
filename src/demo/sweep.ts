import { type Cents, sumCents } from "../core/money.ts";
import { planAttack } from "./attack.ts";
import { drainBuckets } from "./bucket.ts";
import type { Incident } from "./incidents.ts";
import type { Strategy } from "./moves.ts";
import { type ReplayParameters, withLimits } from "./parameters.ts";
import { mostLost } from "./promise.ts";
import { replayPlans, worstOf } from "./replay.ts";
import type { SensitivityPoint } from "./report.ts";
import type { Stage } from "./stage.ts";

/** The design's bound at every pair of multiples, summed over all incidents: a model, so that the grid is complete. */
export function boundGrid(incidents: readonly Incident[], parameters: ReplayParameters): SensitivityPoint[] {
  const { detectionMultiples, limitMultiples } = parameters.sensitivity;
  return limitMultiples.flatMap((limitMultiple) => {
    const scaled = withLimits(parameters, limitMultiple);
    return detectionMultiples.map((detectionMultiple) => {
      const plans = incidents.map((incident) => planAttack(incident, scaled, { detectionMultiple }));
      return {
        detectionMultiple,
        limitMultiple,
        lostCents: sumCents(plans.map((plan) => mostLost(plan, scaled))),
        bucketCents: sumCents(
          plans.map((plan) => drainBuckets(plan.incident, plan.power, scaled, plan.deadlineSeconds).lost),
        ),
      };
    });
  });
}

/** One incident at one pair of multiples, replayed on the chain. */
export interface CheckedPoint {
  readonly incident: string;
  readonly detectionMultiple: number;
  readonly limitMultiple: number;
  readonly lost: Cents;
  readonly promised: Cents;
}

/** The strategies that gain the most: waiting, queueing and waiting, and new rules. */
const GAINFUL: readonly Strategy["id"][] = ["wait", "both", "timelock"];

/** Replays the parameters' chosen incidents on the chain at their chosen pairs of multiples. */
export async function checkOnChain(
  stage: Stage,
  incidents: readonly Incident[],
  parameters: ReplayParameters,
): Promise<CheckedPoint[]> {
  const { onChain } = parameters.sensitivity;
  const points: CheckedPoint[] = [];
  for (const incident of incidents.filter(({ id }) => onChain.incidents.includes(id))) {
    for (const { limitMultiple, detectionMultiples } of onChain.pairs) {
      const scaled = withLimits(parameters, limitMultiple);
      const plans = detectionMultiples.map((detectionMultiple) =>
        planAttack(incident, scaled, { detectionMultiple }),
      );
      const results = await replayPlans(stage, plans, scaled, GAINFUL);
      for (const [index, plan] of plans.entries()) {
        points.push({
          incident: incident.id,
          detectionMultiple: detectionMultiples[index] ?? 1,
          limitMultiple,
          lost: worstOf(results[index] ?? []).lost,
          promised: mostLost(plan, scaled),
        });
      }
    }
  }
  return points;
}
