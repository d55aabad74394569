import type { SuiteConfigInput } from "./schema.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;

/**
 * Sepolia, to be completed: owners are yours to name, and validation lists what is missing. One price source is known for
 * sure there, so that nothing is instant until more are added.
 */
export const config: SuiteConfigInput = {
  network: "sepolia",
  chainId: 11_155_111,
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
  warmForSeconds: 300,
  assets: [
    {
      symbol: "eth",
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
      feeds: [
        {
          // Chainlink ETH / USD, heartbeat one hour.
          aggregator: "0x694AA1769357215DE4FAC081bf1f309aDC325306",
          upstream: "chainlink",
          maxAgeSeconds: HOUR + 900,
          minPrice: 10n * 10n ** 12n,
          maxPrice: 1_000_000n * 10n ** 12n,
        },
      ],
    },
  ],
  guardianKeys: [{ key: "guardian-safe", expires: "2027-06-30T00:00:00Z", budgetSeconds: 56 * DAY }],
};
