import { expect } from "chai";
import { type Cents, sumCents } from "../../src/core/money.ts";
import { type AttackPlan, planAttack } from "../../src/demo/attack.ts";
import { type Incident, loadIncidents } from "../../src/demo/incidents.ts";
import { type OpenStage, openStage } from "../../src/demo/open-stage.ts";
import { PARAMETERS, withLimits } from "../../src/demo/parameters.ts";
import { mostLost } from "../../src/demo/promise.ts";
import { prepareParties, replayIncident, replayPlans, worstOf } from "../../src/demo/replay.ts";
import type { AttemptResult } from "../../src/demo/report.ts";

function named(id: string): Incident {
  const found = loadIncidents().find((incident) => incident.id === id);
  if (found === undefined) throw new Error(`no record of ${id}`);
  return found;
}

const stakeOf = (plan: AttackPlan): Cents => sumCents(Object.values(plan.stake));

function outcomes(attempts: readonly AttemptResult[], kind: string): string[] {
  return attempts.filter((attempt) => attempt.kind === kind).map((attempt) => attempt.outcome);
}

describe("Replaying thefts on the chain", () => {
  let open: OpenStage;

  before(async () => {
    open = await openStage(() => {});
    await prepareParties(open.stage, PARAMETERS);
  });

  after(async () => {
    await open.close();
  });

  it("leaves the chain as it was, so that one incident says nothing about the next", async () => {
    const { stage } = open;
    const time = stage.chain.time;
    const once = await replayIncident(stage, named("orbit-2023"), PARAMETERS);
    expect(stage.chain.time).to.equal(time);
    const again = await replayIncident(stage, named("orbit-2023"), PARAMETERS);
    expect(again.result).to.deep.equal(once.result);
  });

  it("queues a stolen operator key's transfers and stops them by the hold", async () => {
    const { result, bounded } = await replayIncident(open.stage, named("dmm-2024"), PARAMETERS);
    expect(bounded).to.equal(true);
    expect(result.lost.strongroom).to.equal(0n);
    const recorded = result.attempts.filter((attempt) => attempt.strategy === "As it happened");
    const first = recorded.find((attempt) => attempt.kind === "exit");
    expect(first?.outcome).to.equal("queued");
    expect(first?.reasons).to.include("the destination is not in the customer's book");
    expect(outcomes(recorded, "hold")).to.deep.equal(["done"]);
    expect(outcomes(recorded, "extend")).to.deep.equal(["done"]);
    const later = recorded.filter(
      (attempt) => attempt.atSeconds > result.deadlineSeconds && attempt.kind !== "extend",
    );
    expect(later).to.not.be.empty;
    for (const attempt of later) expect(attempt.outcome, attempt.kind).to.equal("refused");
  });

  it("lets a stolen app pay accounts, whose credits are fresh", async () => {
    const { result } = await replayIncident(open.stage, named("wormhole-2022"), PARAMETERS);
    expect(result.lost.strongroom).to.equal(0n);
    expect(new Set(outcomes(result.attempts, "payout"))).to.deep.equal(new Set(["done"]));
    const exits = result.attempts.filter(
      (attempt) => attempt.kind === "exit" && attempt.atSeconds < result.deadlineSeconds,
    );
    expect(exits).to.not.be.empty;
    for (const exit of exits) {
      expect(exit.outcome).to.equal("queued");
      expect(exit.reasons).to.include("part of the money has not been there for long enough");
    }
  });

  it("refuses a stolen quorum around the timelock, and after the veto", async () => {
    const { result } = await replayIncident(open.stage, named("bybit-2025"), PARAMETERS);
    expect(result.lost.strongroom).to.equal(0n);
    expect(new Set(outcomes(result.attempts, "bypass"))).to.deep.equal(new Set(["refused"]));
    expect(new Set(outcomes(result.attempts, "schedule"))).to.deep.equal(new Set(["done"]));
    expect(new Set(outcomes(result.attempts, "veto"))).to.deep.equal(new Set(["done"]));
    expect(new Set(outcomes(result.attempts, "execute"))).to.deep.equal(new Set(["refused"]));
  });

  it("loses everything to a quorum that stays unnoticed beyond the timelock", async () => {
    const plan = planAttack(named("wazirx-2024"), PARAMETERS, { detectionMultiple: 2 });
    const [results = []] = await replayPlans(open.stage, [plan], PARAMETERS, ["bypass", "timelock"]);
    expect(worstOf(results).strategy.id).to.equal("timelock");
    expect(worstOf(results).lost).to.equal(stakeOf(plan));
  });

  it("pays windows and lanes to a thief unnoticed for days, never beyond the bound", async () => {
    const incident = named("ronin-2022");
    for (const limits of [1, 10]) {
      const parameters = withLimits(PARAMETERS, limits);
      const plan = planAttack(incident, parameters, { detectionMultiple: 0.75 });
      const [results = []] = await replayPlans(open.stage, [plan], parameters, ["wait", "both"]);
      const lost = worstOf(results).lost;
      const promised = mostLost(plan, parameters);
      expect(lost <= promised, `${lost} of ${promised}`).to.equal(true);
      // The bound would say nothing if it were far away.
      expect(lost * 2n >= promised, `${lost} of ${promised}`).to.equal(true);
      for (const { points } of results) {
        expect(points.every((point, index) => point.lost >= (points[index - 1]?.lost ?? 0n))).to.equal(true);
      }
    }
  });
});
