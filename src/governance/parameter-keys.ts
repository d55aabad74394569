/** Kinds of parameters, as in contracts/shared/ParamKeys.sol. */
export const KINDS = {
  FRESH_PERIOD: 1n,
  HOLDINGS_CAP: 2n,
  SMALL_LANE_RATE: 3n,
  LARGE_LANE_RATE: 4n,
  HOT_COVER: 5n,
  HOT_MIN: 6n,
  HOT_MAX: 7n,
  WIND_DOWN_AFTER: 8n,
  TIER_WINDOW: 16n,
  TIER_SINGLE: 17n,
  TIER_SOON: 18n,
  TIER_LATE: 19n,
  ASSET_BREAKER: 20n,
  UNVERIFIED_POOL: 21n,
  ATTESTOR_LIFTS: 32n,
  REFILL_DELAY: 48n,
  KEEP: 49n,
  CANARY_SHARE: 64n,
  CANARY_CAP: 65n,
  PAYMENT_TIERS: 80n,
  PAYMENT_VOLUME: 81n,
  FOREIGN_CAP: 96n,
  FOREIGN_INSTANT: 97n,
  FOREIGN_DELAY: 98n,
  CHAIN_OUT: 99n,
  FOREIGN_WORTH: 100n,
  FOREIGN_LEAST: 101n,
} as const;

/** The largest Unix time that an uint40 holds: "never" for `validUntil`. */
export const NEVER = (1n << 40n) - 1n;

const BODY = 248n;
const BODY_MASK = (1n << BODY) - 1n;

/** The asset id of the chain's own currency. */
export const NATIVE_ASSET = 1n << BODY;

/** The asset id of an ERC-20. */
export function erc20Asset(token: string): bigint {
  return (2n << BODY) | BigInt(token);
}

/** The token of an ERC-20's asset id, in lower case; that of the chain's own currency is the zero address. */
export function tokenOf(asset: bigint): string {
  return `0x${(asset & ((1n << 160n) - 1n)).toString(16).padStart(40, "0")}`;
}

/** A parameter's key: a kind byte over a tier, an asset id without its class byte, or zero. */
export function paramKey(kind: bigint, argument = 0n): string {
  return `0x${((kind << BODY) | (argument & BODY_MASK)).toString(16).padStart(64, "0")}`;
}
