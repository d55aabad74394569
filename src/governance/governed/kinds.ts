import { AUDIT_KINDS } from "./audits.ts";
import { CUSTODY_KINDS } from "./custody.ts";
import { GATEWAY_KINDS } from "./gateway.ts";
import { GUARDIAN_KINDS } from "./guardians.ts";
import type { GovernedKind } from "./kind.ts";
import { MANAGER_KINDS } from "./managers.ts";
import { NUMBER_KINDS } from "./numbers.ts";
import { PRICE_KINDS } from "./prices.ts";
import { SAFE_KINDS } from "./safes.ts";
import { TIMELOCK_KINDS } from "./timelocks.ts";
import { UPGRADE_KINDS } from "./upgrades.ts";

/**
 * Every kind of governed variable: what `gov variables` lists, proposals are compared by, and docs/variables.md is made from.
 * A function that changes what governance decides and has no row here fails the build (`gapsOf`).
 */
export const GOVERNED: readonly GovernedKind[] = [
  ...NUMBER_KINDS,
  ...CUSTODY_KINDS,
  ...PRICE_KINDS,
  ...GUARDIAN_KINDS,
  ...UPGRADE_KINDS,
  ...AUDIT_KINDS,
  ...GATEWAY_KINDS,
  ...MANAGER_KINDS,
  ...TIMELOCK_KINDS,
  ...SAFE_KINDS,
];
