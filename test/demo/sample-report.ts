import { planAttack } from "../../src/demo/attack.ts";
import { asRecorded, drainBuckets } from "../../src/demo/bucket.ts";
import { type Incident, loadIncidents } from "../../src/demo/incidents.ts";
import { PARAMETERS, type ReplayParameters } from "../../src/demo/parameters.ts";
import { mostLost } from "../../src/demo/promise.ts";
import type { DemoReport, IncidentResult } from "../../src/demo/report.ts";
import { boundGrid } from "../../src/demo/sweep.ts";
import { joinTimelines } from "../../src/demo/timeline.ts";
import { samplePrices } from "./sample-prices.ts";

/** A result that puts the model's bound where a chain's answer would stand. */
export function sampleResult(incident: Incident, parameters: ReplayParameters = PARAMETERS): IncidentResult {
  const plan = planAttack(incident, parameters);
  const reality = asRecorded(incident);
  const bucket = drainBuckets(incident, plan.power, parameters, plan.deadlineSeconds);
  const strongroom = mostLost(plan, parameters);
  const paid = strongroom === 0n ? [] : [{ atSeconds: plan.deadlineSeconds, lost: strongroom }];
  return {
    id: incident.id,
    name: incident.name,
    year: incident.year,
    cause: incident.cause,
    lost: { reality: reality.lost, bucket: bucket.lost, strongroom },
    timeline: joinTimelines(reality.points, bucket.points, paid, plan.deadlineSeconds),
    detectionSeconds: plan.detectionSeconds,
    detectionAssumed: plan.detectionAssumed,
    deadlineSeconds: plan.deadlineSeconds,
    worstStrategy: plan.strategies[0]?.title ?? "",
    attempts: plan.strategies.flatMap((strategy) =>
      strategy.moves.map((move) => ({
        atSeconds: move.at,
        strategy: strategy.title,
        kind: move.kind,
        from: move.from,
        cents: move.cents,
        outcome: move.kind === "exit" ? ("queued" as const) : ("refused" as const),
        reasons: move.kind === "exit" ? ["NEW_DESTINATION", "OVER_LIMIT"] : ["HELD"],
      })),
    ),
    notes: plan.assumptions,
  };
}

/** A whole report from the real records and the models, without a chain. */
export function sampleReport(): DemoReport {
  const incidents = loadIncidents();
  return {
    seconds: 41.26,
    steps: [
      {
        id: "deposit",
        title: "A deposit arrives from an exchange",
        ok: true,
        gas: 61_204,
        figures: { deposited: "$25,000", fresh: "until 2024-01-09 14:00 UTC" },
      },
      {
        id: "hold",
        title: "The guardian holds a large exit",
        ok: true,
        gas: 48_110,
        figures: { amount: "$2.4 M", reason: "over the daily limit" },
      },
      { id: "feed", title: "The price feed dies, and nothing is trapped", ok: true, gas: 0, figures: {} },
    ],
    incidents: incidents.map((incident) => sampleResult(incident)),
    sensitivity: boundGrid(incidents, PARAMETERS),
    prices: [samplePrices()],
  };
}
