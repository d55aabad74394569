import { lessOrZero } from "../core/money.ts";
import { type Holdings, holdingsOf, type PerAsset, stakeByAsset } from "./assets.ts";
import { CAUSES, type Power } from "./causes.ts";
import type { Incident } from "./incidents.ts";
import { muleNames, NOTHING, type Party, type Strategy, sourceOf } from "./moves.ts";
import { HOUR, type ReplayParameters, type Tier } from "./parameters.ts";
import { QuorumThief } from "./quorum-thief.ts";
import { Thief } from "./thief.ts";

/** An account as it must stand before the first move: registered, attested, its balance seasoned. */
export interface OpeningAccount {
  readonly party: Party;
  readonly kind: "user" | "app";
  readonly tier: Tier;
  readonly balances: PerAsset;
}

/** Everything that a driver needs to replay one incident. */
export interface AttackPlan {
  readonly incident: Incident;
  readonly power: Power;
  readonly detectionSeconds: number;
  readonly detectionAssumed: boolean;
  /** Detection plus reaction: when the defence acts. */
  readonly deadlineSeconds: number;
  readonly stake: PerAsset;
  readonly holdings: Holdings;
  readonly opening: readonly OpeningAccount[];
  readonly strategies: readonly Strategy[];
  /** What was assumed, in plain sentences. */
  readonly assumptions: readonly string[];
}

/** Knobs of one run; what is left out comes from the record and its cause. */
export interface AttackOptions {
  readonly power?: Power;
  /** Scales the recorded detection time, for the sensitivity sweep. */
  readonly detectionMultiple?: number;
}

/**
 * Plans how the thief of one incident would go about robbing this suite. Pure: the same input gives the same plan.
 *
 * The driver opens the accounts, takes a snapshot, runs each strategy's moves in order from that snapshot, and reports
 * the strategy that stole the most.
 *
 * @example
 * for (const strategy of planAttack(incident, PARAMETERS).strategies) await run(strategy.moves);
 */
export function planAttack(
  incident: Incident,
  parameters: ReplayParameters,
  options: AttackOptions = {},
): AttackPlan {
  const power = options.power ?? CAUSES[incident.cause].power;
  const recorded = incident.record.detection.seconds;
  const detectionSeconds = Math.round(
    (recorded ?? parameters.unknownDetectionSeconds) * (options.detectionMultiple ?? 1),
  );
  const holdings = holdingsOf(incident, parameters);
  const base = {
    incident,
    power,
    detectionSeconds,
    detectionAssumed: recorded === null,
    deadlineSeconds: detectionSeconds + parameters.guardian.reactionSeconds,
    stake: stakeByAsset(incident),
    holdings,
  };
  return {
    ...base,
    opening: openingOf(power, base.stake, holdings, parameters),
    strategies:
      power === "governance-quorum"
        ? new QuorumThief(base, parameters).strategies()
        : new Thief(base, parameters).strategies(),
    assumptions: assumptionsOf(incident, holdings, parameters),
  };
}

function openingOf(
  power: Power,
  stake: PerAsset,
  holdings: Holdings,
  parameters: ReplayParameters,
): OpeningAccount[] {
  const others: PerAsset = {
    eth: lessOrZero(holdings.perAsset.eth, stake.eth),
    btc: lessOrZero(holdings.perAsset.btc, stake.btc),
    usd: lessOrZero(holdings.perAsset.usd, stake.usd),
  };
  const user = (party: Party, tier: Tier, balances: PerAsset = NOTHING): OpeningAccount => ({
    party,
    kind: "user",
    tier,
    balances,
  });
  const rest = user("rest", 3, others);
  if (power === "governance-quorum") return [user("operator", 3, stake), rest];
  const source: OpeningAccount =
    power === "app"
      ? { party: "app", kind: "app", tier: 0, balances: stake }
      : user(sourceOf(power), power === "user-key" ? parameters.thief.victimTier : 3, stake);
  const mules = muleNames(parameters).map((mule) => user(mule, 0));
  return [source, user("thief", 0), user("bought", parameters.thief.boughtTier), ...mules, rest];
}

function assumptionsOf(incident: Incident, holdings: Holdings, parameters: ReplayParameters): string[] {
  const lines: string[] = [];
  if (incident.record.detection.seconds === null) {
    lines.push(
      `No detection time is published; ${parameters.unknownDetectionSeconds / HOUR} hours are assumed.`,
    );
  } else if (incident.record.detection.estimated !== undefined) {
    lines.push(`The detection time is estimated: ${incident.record.detection.estimated}.`);
  }
  if (!holdings.published) {
    lines.push(
      `No reserves are published; ${parameters.unknownReservesMultiple} times the stolen value is assumed.`,
    );
  }
  if (incident.unallocated > 0n)
    lines.push(`Part of the loss has no list of transfers: ${incident.record.unallocated?.note}.`);
  if (incident.excess > 0n) lines.push("The rounded rows exceed the published total; the rows are replayed.");
  if (incident.outflows.some((flow) => flow.timeEstimated))
    lines.push("Some times between outflows are not published; the record's spacing is used.");
  return lines;
}
