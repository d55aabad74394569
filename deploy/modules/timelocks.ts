import { ZeroAddress } from "ethers";
import type { Plan } from "./plan.ts";

/**
 * The suite's timelock and the reserve's, with the guards that they give their Safes.
 *
 * Anyone executes. OpenZeppelin's constructor would make every proposer a canceller too, and has no argument for other
 * cancellers; and the Safes that propose need the timelock as their module, so it comes first. So the deployer is its
 * admin for a few transactions, while it has no power over anything, and leaves before it gets any (governance.ts).
 */
export function planTimelocks({ planner, config }: Plan) {
  const made = (delaySeconds: bigint, id: string) =>
    planner.contract("TimelockController", [delaySeconds, [], [ZeroAddress], planner.deployer], { id });
  const timelock = made(config.timelock.delaySeconds, "TimelockController");
  const reserveTimelock = made(config.reserve.delaySeconds, "ReserveTimelock");
  const safeGuard = planner.contract("SafeGuard", [timelock]);
  const reserveSafeGuard = planner.contract("SafeGuard", [reserveTimelock], { id: "ReserveSafeGuard" });
  const safeSetup = planner.contract("SafeSetup");
  return { timelock, reserveTimelock, safeGuard, reserveSafeGuard, safeSetup };
}
