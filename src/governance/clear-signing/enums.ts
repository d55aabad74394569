import { KINDS } from "../parameters.ts";
import { PERMISSIONS, selectorOf } from "../role-graph.ts";
import { nameOfRole, ROLES } from "../roles.ts";

/** What each kind of parameter is, with its unit, as contracts/shared/ParamKeys.sol says. */
const PARAMETERS: Readonly<Record<keyof typeof KINDS, string>> = {
  FRESH_PERIOD: "Fresh period, hours",
  HOLDINGS_CAP: "Holdings cap, ticks",
  SMALL_LANE_RATE: "Small lane, bps a day",
  LARGE_LANE_RATE: "Large lane, bps a day",
  HOT_COVER: "Hot cover, bps of a day",
  HOT_MIN: "Hot minimum, ticks",
  HOT_MAX: "Hot maximum, ticks",
  WIND_DOWN_AFTER: "Wind down after, days",
  TIER_WINDOW: "Tier limit, cents a day",
  TIER_SINGLE: "Tier single, cents",
  TIER_SOON: "Endorsed wait, seconds",
  TIER_LATE: "Longest wait, seconds",
  ASSET_BREAKER: "Asset breaker, ticks a day",
  UNVERIFIED_POOL: "Unverified, cents a day",
  ATTESTOR_LIFTS: "Attestor lifts a day",
  REFILL_DELAY: "Refill delay, seconds",
  KEEP: "Kept in reserve, ticks",
  CANARY_SHARE: "Canary share, bps",
  CANARY_CAP: "Canary cap, ticks",
  PAYMENT_TIERS: "Open to top tiers",
  PAYMENT_VOLUME: "Payments, cents a day",
  FOREIGN_CAP: "Foreign supply cap, ticks",
  FOREIGN_INSTANT: "Credited at once, ticks",
  FOREIGN_DELAY: "Deposits' wait, seconds",
  CHAIN_OUT: "Chain's payouts, cents",
  FOREIGN_WORTH: "Worth of a unit, cents",
  FOREIGN_LEAST: "Least payout, ticks",
};

/** A slice of one byte as wallets spell it. */
const byte = (value: bigint) => `0x${value.toString(16).padStart(2, "0")}`;

/** The enums that fields refer to. Keys are the field's values: digits for integers, hex for bytes. */
export const ENUMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  assetClass: { "0x00": "None", "0x01": "Native", "0x02": "ERC-20" },
  tokenClass: { "0": "Unlisted", "1": "Native", "2": "Exact", "3": "Fee taking" },
  kind: { "0": "User", "1": "App", "2": "Retired app" },
  verb: {
    "0": "Transfer",
    "1": "Call an app",
    "2": "Withdraw",
    "3": "Cancel an exit",
    "4": "Set a destination",
    "5": "Set own limit",
  },
  compare: { "0": "Stays the same", "1": "May change", "2": "New" },
  operation: { "0": "Call", "1": "DELEGATECALL" },
  parameter: Object.fromEntries(
    (Object.keys(KINDS) as (keyof typeof KINDS)[]).map((name) => [byte(KINDS[name]), PARAMETERS[name]]),
  ),
  role: {
    ...Object.fromEntries(Object.values(ROLES).map((id) => [id.toString(), nameOfRole(id)])),
    "18446744073709551615": "PUBLIC (everyone)",
  },
  selector: Object.fromEntries(
    PERMISSIONS.map(({ signature }) => [selectorOf(signature), signature.slice(0, signature.indexOf("("))]),
  ),
};
