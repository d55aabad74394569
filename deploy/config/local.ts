import { HDNodeWallet } from "ethers";
import { PARAMETERS } from "../../src/demo/parameters.ts";
import { EMBEDDED_CHAIN } from "../chains.ts";
import type { SuiteConfigInput } from "./schema.ts";

/** The mnemonic that every development chain uses. Its keys are public: nothing of value may ever depend on them. */
const PUBLIC_MNEMONIC = "test test test test test test test test test test test junk";
/** Beside the accounts that the embedded chain funds (.../0'/0/i), so that signers are never users. */
const PUBLIC_BRANCH = "m/44'/60'/1'/0";

const HOUR = 3_600n;
const DAY = 24n * HOUR;

function publicKeys(first: number, count: number): readonly HDNodeWallet[] {
  const branch = HDNodeWallet.fromPhrase(PUBLIC_MNEMONIC, undefined, PUBLIC_BRANCH);
  return Array.from({ length: count }, (_, index) => branch.deriveChild(first + index));
}

/** The keys behind the embedded chain's Safes and officers. They sign; others pay the gas. */
export const localKeys = {
  council: publicKeys(0, 5),
  guardian: publicKeys(10, 3),
  canceller: publicKeys(20, 3),
  reviewer: publicKeys(30, 3),
  riskOfficer: publicKeys(40, 3),
  attestor: publicKeys(50, 1),
  rollback: publicKeys(60, 3),
  reserve: publicKeys(70, 3),
  auditor: publicKeys(80, 1),
  committee: publicKeys(90, 3),
} as const;

/** The first account that development chains fund themselves: it pays where a key must be at hand. */
export const developmentKey = (): HDNodeWallet => HDNodeWallet.fromPhrase(PUBLIC_MNEMONIC);

const addresses = (keys: readonly HDNodeWallet[]): string[] => keys.map((key) => key.address);

/** Two of three guard, cancel, review and tighten; three of five govern. */
const COUNCIL_THRESHOLD = 3;
const OFFICE_THRESHOLD = 2;

/** A source that a test or the demo moves. Three of them, so that one may fail. */
function mockFeeds(answer: bigint, maxAgeSeconds: bigint): SuiteConfigInput["assets"][number]["feeds"] {
  return ["first", "second", "third"].map((upstream) => ({
    aggregator: { mock: { decimals: 8, answer } },
    upstream,
    maxAgeSeconds,
    // A thousandth to ten times the first answer, which has 8 decimals.
    minPrice: answer * 10n,
    maxPrice: answer * 100_000n,
  }));
}

/** Ticks: a ten-thousandth of an ether, a hundred-thousandth of a bitcoin or a litecoin, a dollar. */
const CAP_TICKS = 10_000_000_000n;

const limits = {
  capTicks: CAP_TICKS,
  unverifiedCapTicks: CAP_TICKS / 10n,
  smallLaneBps: PARAMETERS.laneBpsPerDay,
  largeLaneBps: PARAMETERS.laneBpsPerDay,
  breakerTicks: (CAP_TICKS * PARAMETERS.breakerBps) / 10_000n,
  // Two days of what was instant lately, between two small shares of the cap.
  hotCoverBps: 20_000n,
  hotMinTicks: CAP_TICKS / 100_000n,
  hotMaxTicks: CAP_TICKS / 100n,
  deltaBps: 200n,
};

/** By CAIP-2: the first half of the genesis block's hash. */
const LITECOIN_REGTEST = "bip122:530827f38f93b43ed12af0b3ad25a288";

/** The embedded chain. Limits and delays are the demo's: src/demo/parameters.ts is where they are chosen. */
export const config: SuiteConfigInput = {
  network: "local",
  chainId: EMBEDDED_CHAIN,
  safes: {
    council: { owners: addresses(localKeys.council), threshold: COUNCIL_THRESHOLD },
    guardian: { owners: addresses(localKeys.guardian), threshold: OFFICE_THRESHOLD },
    canceller: { owners: addresses(localKeys.canceller), threshold: OFFICE_THRESHOLD },
    reviewer: { owners: addresses(localKeys.reviewer), threshold: OFFICE_THRESHOLD },
    rollback: { owners: addresses(localKeys.rollback), threshold: OFFICE_THRESHOLD },
    reserve: { owners: addresses(localKeys.reserve), threshold: OFFICE_THRESHOLD },
  },
  riskOfficer: { safe: { owners: addresses(localKeys.riskOfficer), threshold: OFFICE_THRESHOLD } },
  attestors: addresses(localKeys.attestor),
  auditors: addresses(localKeys.auditor),
  timelock: { delaySeconds: PARAMETERS.timelockSeconds },
  rollbackWindowSeconds: 14n * DAY,
  windDownAfterDays: 365n,
  reserve: { delaySeconds: PARAMETERS.timelockSeconds, refillDelaySeconds: DAY },
  sanctionsList: "mock",
  freshHours: BigInt(PARAMETERS.seasonSeconds) / HOUR,
  tiers: ([0, 1, 2, 3] as const).map((tier) => {
    const { perDay, soonSeconds, lateSeconds } = PARAMETERS.tiers[tier];
    return { windowCents: perDay, singleCents: perDay, soonSeconds, lateSeconds };
  }),
  unverifiedPoolCents: PARAMETERS.unverifiedPoolPerDay,
  attestorLiftsPerDay: 20,
  payments: {
    // Of the highest tier nothing is counted.
    volumeCents: [100_000, 10_000_000, 100_000_000, (1n << 36n) - 1n],
    openTo: { pay: 4, schedule: 3, condition: 3, capture: 3, arbiter: 3, netting: 2 },
  },
  gateway: {
    committee: { signers: addresses(localKeys.committee), threshold: OFFICE_THRESHOLD },
    // A day longer than governance takes to decide.
    chains: [{ chain: LITECOIN_REGTEST, delaySeconds: 3n * DAY, outCents: 100_000_000 }],
  },
  warmForSeconds: 60,
  assets: [
    {
      symbol: "eth",
      token: "native",
      tokenClass: "native",
      tickExponent: 14,
      ...limits,
      feeds: mockFeeds(200_000_000_000n, HOUR + 900n),
    },
    {
      symbol: "btc",
      token: { mock: { name: "Bitcoin token", decimals: 8 } },
      tokenClass: "exact",
      tickExponent: 3,
      ...limits,
      feeds: mockFeeds(6_000_000_000_000n, HOUR + 900n),
    },
    {
      symbol: "usd",
      token: { mock: { name: "Dollar token", decimals: 6 } },
      tokenClass: "exact",
      tickExponent: 6,
      ...limits,
      feeds: mockFeeds(100_000_000n, DAY + 900n),
    },
    {
      symbol: "ltc",
      token: {
        foreign: {
          caip19: `${LITECOIN_REGTEST}/slip44:2`,
          name: "Litecoin",
          ticker: "LTC",
          decimals: 8,
          supplyTicks: CAP_TICKS / 10n,
          // 100 coins of 100 dollars.
          instantTicks: 10_000_000n,
          leastTicks: 100,
          worthCents: 10_000,
        },
      },
      tokenClass: "exact",
      tickExponent: 3,
      ...limits,
      feeds: mockFeeds(10_000_000_000n, HOUR + 900n),
    },
  ],
  guardianKeys: [
    {
      key: "guardian-safe",
      expires: { days: 364 },
      // As often as the Vault's own budget lets one subject be held, for a few subjects.
      budgetSeconds: 8 * PARAMETERS.guardian.holdSeconds,
    },
  ],
};
