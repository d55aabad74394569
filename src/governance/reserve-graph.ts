import type { RoleName } from "./roles.ts";

/** One restricted function of a reserve and the one role of the reserve's own AccessManager that may call it. */
export interface ReservePermission {
  readonly target: "reserve";
  /** Solidity's canonical signature. */
  readonly signature: string;
  readonly role: RoleName;
}

/**
 * The declared graph of each reserve, in an AccessManager of its own: whoever governs the Vault has no role there, and no
 * level governs another.
 */
export const RESERVE_PERMISSIONS: readonly ReservePermission[] = [
  { target: "reserve", signature: "set(bytes32,uint32,uint40,uint64)", role: "PARAMETERS" },
  { target: "reserve", signature: "tighten(bytes32,uint64)", role: "RISK_OFFICER" },
  { target: "reserve", signature: "veto(bytes32)", role: "TREASURER" },
  { target: "reserve", signature: "unveto(bytes32)", role: "TREASURER" },
  { target: "reserve", signature: "send(uint256,uint256)", role: "TREASURER" },
];

/** Who holds a role there: the level's own TimelockController, or its own Safe, which also proposes to that timelock. */
export const RESERVE_HOLDERS = {
  ADMIN: "timelock",
  PARAMETERS: "timelock",
  RISK_OFFICER: "safe",
  TREASURER: "safe",
} as const satisfies Readonly<Partial<Record<RoleName, "timelock" | "safe">>>;
