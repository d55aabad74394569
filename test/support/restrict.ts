import { type Managed, selectorsByRole } from "../../src/governance/role-graph.ts";
import { ROLES } from "../../src/governance/roles.ts";
import type { AccessManager } from "../../typechain-types/index.ts";

/** Restricts a contract's functions as the production role graph does. `manager` is connected to its admin. */
export async function restrict(
  manager: AccessManager,
  name: Managed,
  contract: Parameters<AccessManager["setTargetFunctionRole"]>[0],
): Promise<void> {
  for (const [role, selectors] of selectorsByRole(name)) {
    await manager.setTargetFunctionRole(contract, [...selectors], ROLES[role]);
  }
}
