/** Role ids of the AccessManager, as in contracts/governance/Roles.sol. ADMIN is OpenZeppelin's. */
export const ROLES = {
  ADMIN: 0n,
  PARAMETERS: 1n,
  UPGRADER: 2n,
  RISK_OFFICER: 3n,
  GUARDIAN: 4n,
  REVIEWER: 5n,
  ATTESTOR: 6n,
  ORACLE_ADMIN: 7n,
  TREASURER: 8n,
  RELAYER: 9n,
  AUDITOR: 10n,
  REGISTRY: 11n,
  ROLLBACK: 12n,
  CONTROLLER: 13n,
  RECOVERY: 14n,
} as const;

export type RoleName = keyof typeof ROLES;

/** A role's name, or its number where it has none. */
export function nameOfRole(id: bigint): string {
  return Object.entries(ROLES).find(([, value]) => value === id)?.[0] ?? `role ${id}`;
}
