import { type Cents, cents, lessOrZero, minCents, sumCents } from "../core/money.ts";
import { breakersOf, holdingsOf, SUITE_ASSETS, type SuiteAsset, stakeByAsset } from "./assets.ts";
import type { Power } from "./causes.ts";
import type { Incident } from "./incidents.ts";
import { DAY, type ReplayParameters } from "./parameters.ts";

/** A plain token bucket: full at first, refilled linearly at `capacity` per period. */
export interface Bucket {
  readonly capacity: Cents;
  readonly periodSeconds: number;
  /** Level in cents times the period, so that refilling is exact. */
  readonly level: bigint;
  /** Seconds on the caller's clock. */
  readonly at: number;
}

/** A full bucket; its capacity is its limit per period. */
export function fullBucket(capacity: Cents, at = 0, periodSeconds = DAY): Bucket {
  return { capacity, periodSeconds, level: capacity * BigInt(periodSeconds), at };
}

function refilled(bucket: Bucket, at: number): Bucket {
  if (at <= bucket.at) return bucket;
  const full = bucket.capacity * BigInt(bucket.periodSeconds);
  const level = bucket.level + bucket.capacity * BigInt(at - bucket.at);
  return { ...bucket, level: level < full ? level : full, at };
}

/** What the bucket would let through at `at`, in whole cents. */
export function available(bucket: Bucket, at: number): Cents {
  return cents(refilled(bucket, at).level / BigInt(bucket.periodSeconds));
}

/** Takes `amount` at `at`, or `undefined` where it does not fit. */
export function take(bucket: Bucket, at: number, amount: Cents): Bucket | undefined {
  const now = refilled(bucket, at);
  const cost = amount * BigInt(bucket.periodSeconds);
  return cost > now.level ? undefined : { ...now, level: now.level - cost };
}

/** One point of a loss that only grows. */
export interface LossPoint {
  readonly atSeconds: number;
  readonly lost: Cents;
}

/** What the best thief gets past plain buckets. */
export interface BucketLoss {
  readonly lost: Cents;
  readonly points: readonly LossPoint[];
}

const STEP_SECONDS = 600;

/**
 * The most that a thief gets past plain token buckets until `deadline`, by draining them at once and then as fast as they
 * refill; the largest remaining stake first.
 *
 * The baseline has the replay's own limits, so that the comparison is about the mechanism and not about the number: one
 * bucket per asset with the breaker's limit and, where one subject's key is stolen, one with that subject's daily limit.
 * Like the limiters in use it knows no freshness, no destinations, no queue and no pool. Buckets sit in the code
 * that a governing quorum can replace, so against that power they hold nothing back.
 */
export function drainBuckets(
  incident: Incident,
  power: Power,
  parameters: ReplayParameters,
  deadline: number,
): BucketLoss {
  if (power === "governance-quorum") return asRecorded(incident);
  const stake: Record<SuiteAsset, Cents> = { ...stakeByAsset(incident) };
  const limits = breakersOf(holdingsOf(incident, parameters), parameters);
  const assets = {
    eth: fullBucket(limits.eth),
    btc: fullBucket(limits.btc),
    usd: fullBucket(limits.usd),
  };
  let subject = subjectBucket(power, parameters);
  const points: LossPoint[] = [];
  let lost = cents(0n);
  for (let at = 0; ; at = Math.min(at + STEP_SECONDS, deadline)) {
    const order = [...SUITE_ASSETS].sort((a, b) => (stake[a] < stake[b] ? 1 : stake[a] > stake[b] ? -1 : 0));
    const before = lost;
    for (const asset of order) {
      let amount = minCents(stake[asset], available(assets[asset], at));
      if (subject !== undefined) amount = minCents(amount, available(subject, at));
      assets[asset] = take(assets[asset], at, amount) ?? assets[asset];
      if (subject !== undefined) subject = take(subject, at, amount) ?? subject;
      stake[asset] = lessOrZero(stake[asset], amount);
      lost = cents(lost + amount);
    }
    if (lost > before) points.push({ atSeconds: at, lost });
    if (at >= deadline) break;
  }
  return { lost, points };
}

function subjectBucket(power: Power, parameters: ReplayParameters): Bucket | undefined {
  if (power === "operator-key") return fullBucket(parameters.tiers[3].perDay);
  if (power === "user-key") return fullBucket(parameters.tiers[parameters.thief.victimTier].perDay);
  return undefined;
}

/**
 * What really left, over time. The unallocated part has no times; it is booked with the last row.
 *
 * @example
 * asRecorded(bybit).lost; // 144029000000n
 */
export function asRecorded(incident: Incident): BucketLoss {
  const points: LossPoint[] = [];
  let lost = cents(0n);
  for (const [index, flow] of incident.outflows.entries()) {
    const last = index === incident.outflows.length - 1;
    lost = sumCents([lost, flow.cents, last ? incident.unallocated : cents(0n)]);
    points.push({ atSeconds: flow.at, lost });
  }
  return { lost, points };
}

/** The loss at `atSeconds` on a curve of points in order of time: zero before the first. */
export function lossAt(points: readonly LossPoint[], atSeconds: number): Cents {
  let lost = cents(0n);
  for (const point of points) {
    if (point.atSeconds > atSeconds) break;
    lost = point.lost;
  }
  return lost;
}
