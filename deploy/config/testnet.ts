import type { SuiteConfigInput } from "./schema.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** US dollars with 12 decimals. */
const dollars = (amount: bigint): bigint => amount * 10n ** 12n;

/** What one public test network has of its own. */
interface Testnet {
  readonly network: string;
  readonly chainId: number;
  /** The chain's own currency. */
  readonly symbol: string;
  /** Chainlink's proxy of its price in dollars, with 8 decimals; undefined where none is known for sure. */
  readonly aggregator: string | undefined;
}

/**
 * A public test network, to be completed: owners are yours to name, and validation lists what is missing. One price source is
 * known for sure there, so that nothing is instant until more are added.
 */
export function testnet({ network, chainId, symbol, aggregator }: Testnet): SuiteConfigInput {
  const feeds = [aggregator ?? []].flat().map((address) => ({
    aggregator: address,
    upstream: "chainlink",
    // Its heartbeat is an hour or less.
    maxAgeSeconds: HOUR + 900,
    minPrice: dollars(10n),
    maxPrice: dollars(1_000_000n),
  }));
  return {
    network,
    chainId,
    safes: {
      council: { owners: [], threshold: 3 },
      guardian: { owners: [], threshold: 2 },
      canceller: { owners: [], threshold: 2 },
      reviewer: { owners: [], threshold: 2 },
      rollback: { owners: [], threshold: 2 },
      reserve: { owners: [], threshold: 2 },
    },
    riskOfficer: { safe: { owners: [], threshold: 2 } },
    attestors: [],
    timelock: { delaySeconds: 2 * DAY },
    rollbackWindowSeconds: 14 * DAY,
    windDownAfterDays: 365,
    reserve: { delaySeconds: 2 * DAY, refillDelaySeconds: DAY },
    sanctionsList: "none",
    freshHours: 24,
    tiers: [
      { windowCents: 100_000, singleCents: 50_000, soonSeconds: 3 * DAY, lateSeconds: 7 * DAY },
      { windowCents: 1_000_000, singleCents: 500_000, soonSeconds: DAY, lateSeconds: 3 * DAY },
      { windowCents: 10_000_000, singleCents: 5_000_000, soonSeconds: DAY, lateSeconds: 3 * DAY },
      { windowCents: 200_000_000, singleCents: 100_000_000, soonSeconds: DAY, lateSeconds: 3 * DAY },
    ],
    unverifiedPoolCents: 5_000_000,
    attestorLiftsPerDay: 20,
    payments: {
      volumeCents: [50_000, 1_000_000, 10_000_000, 200_000_000],
      openTo: { pay: 4, schedule: 3, condition: 3, capture: 3, arbiter: 3, netting: 2 },
    },
    warmForSeconds: 300,
    assets: [
      {
        symbol,
        token: "native",
        tokenClass: "native",
        tickExponent: 14,
        capTicks: 10_000_000,
        unverifiedCapTicks: 100_000,
        smallLaneBps: 500,
        largeLaneBps: 200,
        breakerTicks: 100_000,
        hotCoverBps: 20_000,
        hotMinTicks: 10_000,
        hotMaxTicks: 1_000_000,
        deltaBps: 200,
        feeds,
      },
    ],
    guardianKeys: [{ key: "guardian-safe", expires: "2027-06-30T00:00:00Z", budgetSeconds: 56 * DAY }],
  };
}
