import { PARAMETERS } from "../../src/demo/parameters.ts";
import { EMBEDDED_CHAIN } from "../chains.ts";
import type { SuiteConfigInput } from "./schema.ts";

const HOUR = 3_600n;
const DAY = 24n * HOUR;

/** Who signs: the public keys of local-keys.ts, which take long to derive. They sign; others pay the gas. */
const OWNERS = {
  council: [
    "0x8C8d35429F74ec245F8Ef2f4Fd1e551cFF97d650",
    "0x40FBBE484b8Ee6139Af08446950B088e10b2306A",
    "0x2b382887D362cCae885a421C978c7e998D3c95a6",
    "0x9BF4beE5bfbEbb3a4b7060dAe40CA6fD49305D60",
    "0xa7580f28d5304b55594CfC1907F36D91b3D77cE5",
  ],
  guardian: [
    "0x9C6648248566F60D9c212339BD03Be81E2639443",
    "0xa82a22CCe5c44c8aC95ab8ac78FCE8dD524678B5",
    "0x1e604d77963Bd8A21CF1d4CB7117bf9a1316FD32",
  ],
  canceller: [
    "0xe94DF638c62420a15014DB6f3EDf34E719651797",
    "0xb586E47a60321a2282aa43d9387Da6a40958f1e0",
    "0xDB32E1DdA8299c2a5E4453Ba0FE04BfECb38B06A",
  ],
  reviewer: [
    "0x7EAd834EfB8BD480eDA54B80f4a9aD5e994bAb35",
    "0xEe34970d22bf0CA7C4E747Ec002Efe9f0Fc65166",
    "0x7bcaE04c1EB678376FcB844a0Da1482196198b23",
  ],
  riskOfficer: [
    "0x87b4DbA696Fe5B0D930eE15f1e240a9bb532D367",
    "0x931Cda3FC1a61E1bF1a5c14eD0370E2390bB33A3",
    "0x7AB685e2cbcd42084733bE6222b16D35DB0B60A0",
  ],
  attestor: ["0x37D31E2a06369838FD6ED4c59b240141Ff075CCF"],
  rollback: [
    "0x7d944c67424d39AA0c9a36238c891BfA6f246761",
    "0x7884257B4b2d5daa22Ed8B4Ef921Dd14FFb5FdFd",
    "0xc95D25b980B97EDb3207cbc8164bAC88769423a1",
  ],
  reserve: [
    "0x9Fb3e36e7b964cbce820C6A866760e277c7733eD",
    "0xb7Efb42784F733a38b7B79b3572de01868430176",
    "0xd88D67A0496C947C198bFF14B9Af861235811a6C",
  ],
  auditor: ["0x8bA993F27e1f91be7Cb5853B584d18a875c7EAB9"],
  committee: [
    "0x6F0a523C620CB835a1940258eA5777875C7b0117",
    "0xf12a8E43b656C0d59Cfe3546ee615aA0aB48B551",
    "0xB758fB307fA8cE8A94F195342a4f4222A4101291",
  ],
};

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
    council: { owners: OWNERS.council, threshold: COUNCIL_THRESHOLD },
    guardian: { owners: OWNERS.guardian, threshold: OFFICE_THRESHOLD },
    canceller: { owners: OWNERS.canceller, threshold: OFFICE_THRESHOLD },
    reviewer: { owners: OWNERS.reviewer, threshold: OFFICE_THRESHOLD },
    rollback: { owners: OWNERS.rollback, threshold: OFFICE_THRESHOLD },
    reserve: { owners: OWNERS.reserve, threshold: OFFICE_THRESHOLD },
  },
  riskOfficer: { safe: { owners: OWNERS.riskOfficer, threshold: OFFICE_THRESHOLD } },
  attestors: OWNERS.attestor,
  auditors: OWNERS.auditor,
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
    committee: { signers: OWNERS.committee, threshold: OFFICE_THRESHOLD },
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
