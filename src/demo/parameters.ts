import { type Cents, dollars, shareDown } from "../core/money.ts";

export const HOUR = 3_600;
export const DAY = 24 * HOUR;

/** Tiers of the registry; the operator's hot key is a subject of the highest. */
export type Tier = 0 | 1 | 2 | 3;

/** What one tier may do. */
export interface TierParameters {
  readonly name: string;
  /** Instant exits per subject in any trailing day. */
  readonly perDay: Cents;
  /** Seconds until a queued exit may be paid if reviewers endorsed it. */
  readonly soonSeconds: number;
  /** Seconds until a queued exit may be paid without anyone's consent. */
  readonly lateSeconds: number;
}

/** Everything the replay assumes, for every incident alike. Shares are in basis points. */
export interface ReplayParameters {
  readonly tiers: Readonly<Record<Tier, TierParameters>>;
  /** All unverified subjects together, instant, in any trailing day. */
  readonly unverifiedPoolPerDay: Cents;
  /** The window's period, and the seconds by which it may refuse longer than an exact one: a fifth of the period. */
  readonly periodSeconds: number;
  readonly subPeriodSeconds: number;
  /** T: a credit or a new destination gives nothing instant before; value seasons after T to 2T. */
  readonly seasonSeconds: number;
  /** The breaker: instant exits of one asset in any trailing day, as a share of its holdings. */
  readonly breakerBps: bigint;
  /** What queued exits of one asset may take per day once mature in each of its two lanes, as a share of its liabilities. */
  readonly laneBpsPerDay: bigint;
  /** How much unused lane time is remembered: a constant of contracts/custody/libraries/Lanes.sol. */
  readonly laneBurstSeconds: number;
  /** How long a change of governance stays cancellable. */
  readonly timelockSeconds: number;
  readonly guardian: {
    /** From the recorded detection to the hold being mined. */
    readonly reactionSeconds: number;
    readonly holdSeconds: number;
    /** By this much the timelock extends the hold. */
    readonly extensionSeconds: number;
  };
  /** Where the record gives no detection time. */
  readonly unknownDetectionSeconds: number;
  /** Where the record gives no reserves: holdings as a multiple of what was stolen. More is worse for the defence. */
  readonly unknownReservesMultiple: bigint;
  /** How hard the clever thief tries. */
  readonly thief: {
    readonly mules: number;
    readonly pieces: number;
    /** Tier of an identity bought long before. */
    readonly boughtTier: Tier;
    /** Tier of a user whose key is stolen. */
    readonly victimTier: Tier;
    readonly releaseEverySeconds: number;
    /** Attempts go on for this long after the hold. */
    readonly persistSeconds: number;
  };
  readonly sensitivity: {
    readonly detectionMultiples: readonly number[];
    readonly limitMultiples: readonly number[];
    /** What of the sweep is replayed on the chain; the whole grid is the design's bound. */
    readonly onChain: {
      readonly incidents: readonly string[];
      readonly pairs: readonly {
        readonly limitMultiple: number;
        readonly detectionMultiples: readonly number[];
      }[];
    };
  };
}

/** The one parameter set of the replay, fixed before any incident was run against it. */
export const PARAMETERS: ReplayParameters = {
  tiers: {
    0: { name: "unverified", perDay: dollars(1_000n), soonSeconds: 3 * DAY, lateSeconds: 7 * DAY },
    1: { name: "verified person", perDay: dollars(10_000n), soonSeconds: DAY, lateSeconds: 3 * DAY },
    2: { name: "verified company", perDay: dollars(100_000n), soonSeconds: DAY, lateSeconds: 3 * DAY },
    3: { name: "operator's hot key", perDay: dollars(2_000_000n), soonSeconds: DAY, lateSeconds: 3 * DAY },
  },
  unverifiedPoolPerDay: dollars(50_000n),
  periodSeconds: DAY,
  subPeriodSeconds: DAY / 5,
  seasonSeconds: DAY,
  breakerBps: 100n,
  laneBpsPerDay: 200n,
  laneBurstSeconds: DAY,
  timelockSeconds: 2 * DAY,
  guardian: { reactionSeconds: HOUR / 2, holdSeconds: 7 * DAY, extensionSeconds: 30 * DAY },
  unknownDetectionSeconds: DAY,
  unknownReservesMultiple: 2n,
  thief: {
    mules: 8,
    pieces: 12,
    boughtTier: 1,
    victimTier: 2,
    releaseEverySeconds: 12 * HOUR,
    persistSeconds: 8 * DAY,
  },
  sensitivity: {
    detectionMultiples: [0.25, 0.5, 1, 2, 4],
    limitMultiples: [0.5, 1, 2, 5, 10],
    onChain: {
      // A key unnoticed for days, one noticed after a day, a quorum.
      incidents: ["ronin-2022", "multichain-2023", "wazirx-2024"],
      pairs: [
        { limitMultiple: 0.5, detectionMultiples: [1] },
        { limitMultiple: 1, detectionMultiples: [0.5, 2] },
        { limitMultiple: 10, detectionMultiples: [1] },
      ],
    },
  },
};

/**
 * The same parameters with every limit multiplied; delays stay. Multiples have at most two decimals.
 *
 * @example
 * const looser = withLimits(PARAMETERS, 2); // every instant limit, the pool and the breaker doubled
 */
export function withLimits(parameters: ReplayParameters, multiple: number): ReplayParameters {
  const hundredths = BigInt(Math.round(multiple * 100));
  const scaled = (amount: Cents): Cents => shareDown(amount, hundredths, 100n);
  const tier = (which: Tier): TierParameters => ({
    ...parameters.tiers[which],
    perDay: scaled(parameters.tiers[which].perDay),
  });
  return {
    ...parameters,
    tiers: { 0: tier(0), 1: tier(1), 2: tier(2), 3: tier(3) },
    unverifiedPoolPerDay: scaled(parameters.unverifiedPoolPerDay),
    breakerBps: (parameters.breakerBps * hundredths) / 100n,
  };
}
