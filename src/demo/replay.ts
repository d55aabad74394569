import { TerminalError } from "../core/errors.ts";
import { type Cents, formatUsdShort } from "../core/money.ts";
import { KINDS, NEVER, paramKey } from "../governance/parameters.ts";
import { breakersOf, SUITE_ASSETS } from "./assets.ts";
import { type AttackPlan, planAttack } from "./attack.ts";
import { asRecorded, drainBuckets } from "./bucket.ts";
import { type Call, callOf } from "./chain.ts";
import {
  AttackDriver,
  checkOpening,
  fundOpening,
  OPENING_SECONDS,
  type OpeningPrices,
  partyAddress,
  type StrategyResult,
} from "./driver.ts";
import type { Incident } from "./incidents.ts";
import type { Party, Strategy } from "./moves.ts";
import type { ReplayParameters, Tier } from "./parameters.ts";
import { mostLost } from "./promise.ts";
import type { IncidentResult } from "./report.ts";
import { comeBack, mark, type Stage } from "./stage.ts";
import { joinTimelines } from "./timeline.ts";

/** One change of a number: which contract keeps it, under which key. */
interface Setting {
  readonly face: "policy" | "vault";
  readonly key: string;
  readonly value: bigint;
}

/** The limits that a plan assumes, as rows of the parameter tables. */
function settingsOf(stage: Stage, plan: AttackPlan, parameters: ReplayParameters): Setting[] {
  const breakers = breakersOf(plan.holdings, parameters);
  const tiers = ([0, 1, 2, 3] as const).flatMap((tier): Setting[] => {
    const { perDay } = parameters.tiers[tier];
    return [KINDS.TIER_WINDOW, KINDS.TIER_SINGLE].map((kind) => ({
      face: "policy",
      key: paramKey(kind, BigInt(tier)),
      value: perDay,
    }));
  });
  const pool: Setting = {
    face: "policy",
    key: paramKey(KINDS.UNVERIFIED_POOL),
    value: parameters.unverifiedPoolPerDay,
  };
  const perAsset = SUITE_ASSETS.map((asset): Setting => {
    const { id, decimals, tickExponent } = stage.assets[asset];
    const { answer, decimals: places } = stage.feeds.price(asset);
    // Ticks that the breaker's dollars buy, rounded down.
    const scale = 10n ** BigInt(decimals + places);
    const raw = (breakers[asset] * scale) / (answer * 100n);
    return {
      face: "policy",
      key: paramKey(KINDS.ASSET_BREAKER, id),
      value: raw / 10n ** BigInt(tickExponent),
    };
  });
  return [...tiers, pool, ...perAsset];
}

/** Signed, scheduled, waited for and executed: the only way to loosen anything. */
async function govern(stage: Stage, calls: readonly Call[], label: string, wait: number): Promise<void> {
  const { outcome, proposal } = await stage.offices.propose(calls, label);
  if (!outcome.ok) throw new TerminalError("PROPOSAL_REFUSED", `${label}: ${outcome.refusal.name}`);
  await stage.chain.advance(wait);
  const executed = await stage.offices.execute(proposal);
  if (!executed.ok) throw new TerminalError("EXECUTION_REFUSED", `${label}: ${executed.refusal.name}`);
}

async function setCalls(stage: Stage, settings: readonly Setting[]): Promise<Call[]> {
  const calls: Call[] = [];
  for (const { face, key, value } of settings) {
    const [param] = await stage.chain.view(face, stage[face], "param", [key]);
    const { version, base } = param as { version: bigint; base: bigint };
    if (base === value) continue;
    calls.push(callOf(face, stage[face], "set", [key, version, NEVER, value]));
  }
  return calls;
}

/** What every incident starts from: the thief's parties have their tiers, and the app is registered. */
export async function prepareParties(stage: Stage, parameters: ReplayParameters): Promise<void> {
  const tiers: readonly (readonly [Party, Tier])[] = [
    ["operator", 3],
    ["rest", 3],
    ["victim", parameters.thief.victimTier],
    ["bought", parameters.thief.boughtTier],
  ];
  for (const [party, tier] of tiers) {
    const attested = await stage.offices.attest(partyAddress(stage, party), tier);
    if (!attested.ok) throw new TerminalError("ATTESTATION_REFUSED", `${party}: ${attested.refusal.name}`);
  }
  const register = callOf("vault", stage.vault, "setKind", [stage.app, 1n]);
  await govern(stage, [register], "register the app", parameters.timelockSeconds);
}

/** Brings the chain to a plan's first second: limits governed, balances seasoned, tiers in force. */
async function open(stage: Stage, plan: AttackPlan, parameters: ReplayParameters): Promise<OpeningPrices> {
  const { chain, feeds } = stage;
  const begins = chain.time + OPENING_SECONDS;
  const prices = {
    eth: feeds.priceAt("eth", begins),
    btc: feeds.priceAt("btc", begins),
    usd: feeds.priceAt("usd", begins),
  };
  await fundOpening(stage, plan, prices);
  const calls = await setCalls(stage, settingsOf(stage, plan, parameters));
  if (calls.length > 0) await govern(stage, calls, "set the limits", parameters.timelockSeconds);
  await chain.advanceTo(begins);
  await feeds.play();
  await checkOpening(stage, plan, prices);
  return prices;
}

/**
 * Runs the strategies of several plans on the chain, each from the same opening, and leaves the chain as it was. The plans
 * are of one incident and one set of limits, so that they share the opening.
 *
 * @param only ids of strategies; all unless given.
 */
export async function replayPlans(
  stage: Stage,
  plans: readonly AttackPlan[],
  parameters: ReplayParameters,
  only?: readonly Strategy["id"][],
): Promise<StrategyResult[][]> {
  const [first] = plans;
  if (first === undefined) return [];
  const before = await mark(stage);
  const prices = await open(stage, first, parameters);
  const results: StrategyResult[][] = [];
  for (const plan of plans) {
    const ofPlan: StrategyResult[] = [];
    for (const strategy of plan.strategies.filter(({ id }) => only?.includes(id) ?? true)) {
      const opening = await mark(stage);
      ofPlan.push(await new AttackDriver(stage, plan, strategy, parameters, prices).run());
      await comeBack(stage, opening);
    }
    results.push(ofPlan);
  }
  await comeBack(stage, before);
  return results;
}

/** The result that stole the most. */
export function worstOf(results: readonly StrategyResult[]): StrategyResult {
  const [first, ...rest] = results;
  if (first === undefined) throw new TerminalError("NO_STRATEGY", "No strategy was run");
  return rest.reduce((worst, result) => (result.lost > worst.lost ? result : worst), first);
}

/** One incident against the deployed suite. `bounded` is false where the chain paid more than the design promises. */
export interface Replayed {
  readonly result: IncidentResult;
  readonly promised: Cents;
  readonly bounded: boolean;
}

export async function replayIncident(
  stage: Stage,
  incident: Incident,
  parameters: ReplayParameters,
): Promise<Replayed> {
  const plan = planAttack(incident, parameters);
  const [results = []] = await replayPlans(stage, [plan], parameters);
  const worst = worstOf(results);
  const promised = mostLost(plan, parameters);
  const reality = asRecorded(incident);
  const bucket = drainBuckets(incident, plan.power, parameters, plan.deadlineSeconds);
  return {
    promised,
    bounded: results.every(({ lost }) => lost <= promised),
    result: {
      id: incident.id,
      name: incident.name,
      year: incident.year,
      cause: incident.cause,
      lost: { reality: reality.lost, bucket: bucket.lost, strongroom: worst.lost },
      timeline: joinTimelines(reality.points, bucket.points, worst.points, plan.deadlineSeconds),
      detectionSeconds: plan.detectionSeconds,
      detectionAssumed: plan.detectionAssumed,
      deadlineSeconds: plan.deadlineSeconds,
      worstStrategy: worst.strategy.title,
      attempts: results.flatMap(({ attempts }) => attempts),
      notes: [
        ...plan.assumptions,
        `The design promises at most ${formatUsdShort(promised)}; the worst of ${results.length} strategies took ${formatUsdShort(worst.lost)} on the chain.`,
      ],
    },
  };
}
