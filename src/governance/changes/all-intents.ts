import type { Intent } from "./intent.ts";
import { listAsset, setPriceSources } from "./intents/assets.ts";
import { recordAudit, revokeAudit } from "./intents/audits.ts";
import { call } from "./intents/call.ts";
import {
  extendHold,
  hold,
  lift,
  removeGuardianKey,
  revokeTier,
  setGuardianKey,
} from "./intents/guardians.ts";
import { setNumber, setTierLimits, tighten } from "./intents/numbers.ts";
import {
  endorse,
  haltPrice,
  heartbeat,
  liftHalt,
  openInstant,
  reject,
  revive,
  rollBack,
  veto,
} from "./intents/offices.ts";
import { registerApp, retireApp, setDelay, setPolicy } from "./intents/pointers.ts";
import { addReserve, refillFromReserve, removeReserve } from "./intents/reserves.ts";
import { grantRole, revokeRole } from "./intents/roles.ts";
import { setSafeOwners } from "./intents/safe-owners.ts";
import { objectToSuccession, supportSuccession, withdrawSuccessionSupport } from "./intents/succession.ts";
import { upgrade } from "./intents/upgrade.ts";

/** Every kind of change that a file can ask for. A new one is a file of its own and a line here. */
export const INTENTS: readonly Intent[] = [
  setTierLimits,
  setNumber,
  tighten,
  listAsset,
  setPriceSources,
  grantRole,
  revokeRole,
  setGuardianKey,
  removeGuardianKey,
  hold,
  lift,
  extendHold,
  revokeTier,
  upgrade,
  setPolicy,
  registerApp,
  retireApp,
  setDelay,
  setSafeOwners,
  addReserve,
  removeReserve,
  refillFromReserve,
  haltPrice,
  liftHalt,
  openInstant,
  revive,
  heartbeat,
  recordAudit,
  revokeAudit,
  endorse,
  veto,
  reject,
  rollBack,
  supportSuccession,
  withdrawSuccessionSupport,
  objectToSuccession,
  call,
];
