import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { id, ZeroAddress } from "ethers";
import type { Plan } from "./plan.ts";
import type { safesModule } from "./safes.ts";

const PROPOSER = id("PROPOSER_ROLE");
const CANCELLER = id("CANCELLER_ROLE");
export const TIMELOCK_ADMIN = `0x${"00".repeat(32)}`;

/**
 * The timelock and the AccessManager.
 *
 * The council proposes, the canceller Safe cancels, anyone executes. OpenZeppelin's constructor would make every proposer
 * a canceller too, and has no argument for other cancellers; so the deployer is its admin for four transactions, while the
 * timelock has no power over anything, and leaves before it gets any. The council does not cancel: what it schedules by
 * mistake, the canceller Safe stops, and a stolen council can't cancel what would remove it.
 */
export function governanceModule(plan: Plan, safes: ReturnType<typeof safesModule>) {
  return buildModule("Governance", (m) => {
    const { council, canceller } = m.useModule(safes);
    const timelock = m.contract("TimelockController", [
      plan.config.timelock.delaySeconds,
      [],
      [ZeroAddress],
      plan.deployer,
    ]);
    const proposer = m.call(timelock, "grantRole", [PROPOSER, council], { id: "council_proposes" });
    const cancels = m.call(timelock, "grantRole", [CANCELLER, canceller], { id: "canceller_cancels" });
    const renounced = m.call(timelock, "renounceRole", [TIMELOCK_ADMIN, plan.deployer], {
      id: "deployer_leaves_timelock",
      after: [proposer, cancels],
    });
    const manager = m.contract("AccessManager", [plan.deployer], { after: [renounced] });
    return { timelock, manager };
  });
}
