import { chainHash } from "../gateway/statement.ts";
import { KINDS, paramKey } from "./parameter-keys.ts";

export { erc20Asset, KINDS, NATIVE_ASSET, NEVER, paramKey, tokenOf } from "./parameter-keys.ts";

/** `TokenClass` of contracts/custody/interfaces/IVaultTypes.sol. */
export const TOKEN_CLASS = { native: 1n, exact: 2n, "fee-taking": 3n } as const;

/** `Feature` of contracts/payments/interfaces/IPaymentRules.sol, in its order. */
export const FEATURES = ["pay", "schedule", "condition", "capture", "arbiter", "netting"] as const;
export type FeatureName = (typeof FEATURES)[number];

const PHRASES: Readonly<Record<FeatureName, string>> = {
  pay: "open payments",
  schedule: "let payments vest over time",
  condition: "let payments depend on a condition",
  capture: "authorise payments for capture",
  arbiter: "name an arbiter of payments",
  netting: "take part in netting",
};

/** `Kind` of contracts/custody/interfaces/IVaultTypes.sol. */
export const ACCOUNT_KIND = { USER: 0n, APP: 1n, RETIRED: 2n } as const;

/** The largest amount of a balance: 112 bits, raw units. */
export const MAX_AMOUNT = (1n << 112n) - 1n;

/** The key of a number of a chain, by its CAIP-2 name. */
export function chainKey(kind: bigint, chain: string): string {
  return paramKey(kind, BigInt(chainHash(chain)));
}

/** The numbers that a parameter file gives, as far as they are rows of the contracts' tables. */
export interface ParameterSource {
  readonly freshHours: bigint;
  readonly tiers: readonly {
    readonly windowCents: bigint;
    readonly singleCents: bigint;
    readonly soonSeconds: bigint;
    readonly lateSeconds: bigint;
  }[];
  readonly unverifiedPoolCents: bigint;
  readonly attestorLiftsPerDay: bigint;
  readonly windDownAfterDays: bigint;
  readonly payments: {
    /** By tier, from unverified upwards. */
    readonly volumeCents: readonly bigint[];
    readonly openTo: Readonly<Record<FeatureName, bigint>>;
  };
  readonly gateway: {
    readonly chains: readonly {
      /** By CAIP-2. */
      readonly chain: string;
      readonly delaySeconds: bigint;
      readonly outCents: bigint;
    }[];
  };
}

/** The gateway's numbers of an asset of another chain. */
export interface ForeignParameterSource {
  readonly supplyTicks: bigint;
  readonly instantTicks: bigint;
  readonly leastTicks: bigint;
  readonly worthCents: bigint;
}

/** The same for one asset. */
export interface AssetParameterSource {
  readonly symbol: string;
  readonly capTicks: bigint;
  readonly smallLaneBps: bigint;
  readonly largeLaneBps: bigint;
  readonly breakerTicks: bigint;
  readonly hotCoverBps: bigint;
  readonly hotMinTicks: bigint;
  readonly hotMaxTicks: bigint;
}

/** One row: where it is, its key, its base value, and what people call it. */
export interface ParameterRow {
  readonly target: "vault" | "policy" | "registry" | "paymentRules" | "gateway";
  readonly key: string;
  readonly value: bigint;
  readonly label: string;
}

/** An asset on a chain, with its numbers. */
type PlacedAsset = AssetParameterSource & {
  readonly id: bigint;
  /** As a parameter file has it. */
  readonly token?: string | { readonly foreign: ForeignParameterSource } | { readonly mock: unknown };
  /** As a plan has it. */
  readonly foreign?: ForeignParameterSource;
};

/** What is said of an asset as one of another chain. */
function foreignOf({ token, foreign }: PlacedAsset): ForeignParameterSource | undefined {
  return foreign ?? (typeof token === "object" && "foreign" in token ? token.foreign : undefined);
}

/** The rows of assets. */
export function assetRows(assets: readonly PlacedAsset[]): readonly ParameterRow[] {
  return assets.flatMap((asset) => {
    const row = (target: "vault" | "policy", kind: bigint, value: bigint, what: string): ParameterRow => ({
      target,
      key: paramKey(kind, asset.id),
      value,
      label: `${asset.symbol} ${what}`,
    });
    return [
      row("vault", KINDS.HOLDINGS_CAP, asset.capTicks, "holdings cap"),
      row("vault", KINDS.SMALL_LANE_RATE, asset.smallLaneBps, "small lane"),
      row("vault", KINDS.LARGE_LANE_RATE, asset.largeLaneBps, "large lane"),
      row("policy", KINDS.ASSET_BREAKER, asset.breakerTicks, "breaker"),
      row("vault", KINDS.HOT_COVER, asset.hotCoverBps, "hot cover"),
      row("vault", KINDS.HOT_MIN, asset.hotMinTicks, "hot minimum"),
      row("vault", KINDS.HOT_MAX, asset.hotMaxTicks, "hot maximum"),
    ];
  });
}

/** The gateway's rows of those assets that are of other chains. */
export function foreignRows(assets: readonly PlacedAsset[]): readonly ParameterRow[] {
  return assets.flatMap((asset) => {
    const foreign = foreignOf(asset);
    if (foreign === undefined) return [];
    const row = (kind: bigint, value: bigint, what: string): ParameterRow => ({
      target: "gateway",
      key: paramKey(kind, asset.id),
      value,
      label: `${asset.symbol} ${what}`,
    });
    return [
      row(KINDS.FOREIGN_CAP, foreign.supplyTicks, "supply cap"),
      row(KINDS.FOREIGN_INSTANT, foreign.instantTicks, "credited at once"),
      row(KINDS.FOREIGN_WORTH, foreign.worthCents, "worth"),
      row(KINDS.FOREIGN_LEAST, foreign.leastTicks, "least payout"),
    ];
  });
}

/**
 * Every row of every table that a deployment sets: deployment writes them, verification reads them back.
 *
 * @param assets with the ids they have on the chain in question
 */
export function parameterRows(
  source: ParameterSource,
  assets: readonly PlacedAsset[],
): readonly ParameterRow[] {
  const rows: ParameterRow[] = [
    { target: "vault", key: paramKey(KINDS.FRESH_PERIOD), value: source.freshHours, label: "fresh period" },
    {
      target: "vault",
      key: paramKey(KINDS.WIND_DOWN_AFTER),
      value: source.windDownAfterDays,
      label: "wind down after",
    },
    {
      target: "policy",
      key: paramKey(KINDS.UNVERIFIED_POOL),
      value: source.unverifiedPoolCents,
      label: "unverified pool",
    },
    {
      target: "registry",
      key: paramKey(KINDS.ATTESTOR_LIFTS),
      value: source.attestorLiftsPerDay,
      label: "lifts per attestor",
    },
  ];
  for (const [index, tier] of source.tiers.entries()) {
    const row = (kind: bigint, value: bigint, what: string): ParameterRow => ({
      target: "policy",
      key: paramKey(kind, BigInt(index)),
      value,
      label: `tier ${index} ${what}`,
    });
    rows.push(
      row(KINDS.TIER_WINDOW, tier.windowCents, "window"),
      row(KINDS.TIER_SINGLE, tier.singleCents, "single limit"),
      row(KINDS.TIER_SOON, tier.soonSeconds, "soon"),
      row(KINDS.TIER_LATE, tier.lateSeconds, "late"),
    );
  }
  for (const [index, cents] of source.payments.volumeCents.entries()) {
    rows.push({
      target: "paymentRules",
      key: paramKey(KINDS.PAYMENT_VOLUME, BigInt(index)),
      value: cents,
      label: `tier ${index} payment volume`,
    });
  }
  for (const [index, feature] of FEATURES.entries()) {
    rows.push({
      target: "paymentRules",
      key: paramKey(KINDS.PAYMENT_TIERS, BigInt(index)),
      value: source.payments.openTo[feature],
      label: `tiers that ${PHRASES[feature]}`,
    });
  }
  for (const { chain, delaySeconds, outCents } of source.gateway.chains) {
    const row = (kind: bigint, value: bigint, what: string): ParameterRow => ({
      target: "gateway",
      key: chainKey(kind, chain),
      value,
      label: `${chain} ${what}`,
    });
    rows.push(
      row(KINDS.FOREIGN_DELAY, delaySeconds, "delay of credits"),
      row(KINDS.CHAIN_OUT, outCents, "payouts a day"),
    );
  }
  return [...rows, ...assetRows(assets), ...foreignRows(assets)];
}
