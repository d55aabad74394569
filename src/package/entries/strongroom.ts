// `strongroom`: what an integrator computes without a chain. It imports no package.
export {
  type FieldOf,
  LANE_ONE,
  laneSeconds,
  pack,
  SLOTS,
  type SlotKind,
  unpack,
} from "../../audit/slots.ts";
export {
  type ErrorDetails,
  explain,
  type Facts,
  RetryableError,
  StrongroomError,
  TerminalError,
} from "../../core/errors.ts";
export {
  type Cents,
  cents,
  centsOfUnitsUp,
  dollars,
  formatUnits,
  formatUsd,
  formatUsdShort,
  formatUsdWhole,
  type Price,
  parseUsd,
  type Units,
  units,
  unitsForCentsDown,
  usdDecimal,
} from "../../core/money.ts";
export { explainReasons, REASONS, type Reason, type ReasonName, reasonsOf } from "../../custody/reasons.ts";
export { explainRefusal } from "../../custody/refusals.ts";
export { erc20Asset, KINDS, NATIVE_ASSET, NEVER, paramKey } from "../../governance/parameter-keys.ts";
export { nameOfRole, ROLES, type RoleName } from "../../governance/roles.ts";
