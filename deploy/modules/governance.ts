import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { id, ZeroAddress } from "ethers";
import type { Plan } from "./plan.ts";
import type { safesModule } from "./safes.ts";
import type { timelocksModule } from "./timelocks.ts";

const PROPOSER = id("PROPOSER_ROLE");
const CANCELLER = id("CANCELLER_ROLE");
export const TIMELOCK_ADMIN = `0x${"00".repeat(32)}`;

/** How many of the three offices it takes to pass on what a lost council, or a reserve's lost Safe, proposes. */
export const SUCCESSION_QUORUM = 2n;

/**
 * Who proposes and who vetoes, and the AccessManagers.
 *
 * The council proposes; a gate vetoes for the canceller Safe, and can't veto its own replacement for ever; three offices
 * pass the council's power on when its keys are lost, and likewise the reserve Safe's. What the council schedules by mistake
 * the gate stops, and a stolen council can't cancel what would remove it. The reserve has a timelock, a gate and an
 * AccessManager of its own.
 */
export function governanceModule(
  plan: Plan,
  timelocks: ReturnType<typeof timelocksModule>,
  safes: ReturnType<typeof safesModule>,
) {
  return buildModule("Governance", (m) => {
    const { timelock, reserveTimelock } = m.useModule(timelocks);
    const { council, guardian, canceller, reviewer, reserve } = m.useModule(safes);
    const vetoGate = m.contract("VetoGate", [timelock, canceller, ZeroAddress]);
    const reserveVetoGate = m.contract("VetoGate", [reserveTimelock, canceller, ZeroAddress], {
      id: "ReserveVetoGate",
    });
    const offices = [guardian, canceller, reviewer];
    const succession = m.contract("Succession", [timelock, offices, SUCCESSION_QUORUM]);
    const reserveSuccession = m.contract("Succession", [reserveTimelock, offices, SUCCESSION_QUORUM], {
      id: "ReserveSuccession",
    });
    const grants = [
      [timelock, PROPOSER, council, "council_proposes"],
      [timelock, PROPOSER, succession, "succession_proposes"],
      [timelock, CANCELLER, vetoGate, "gate_vetoes"],
      [reserveTimelock, PROPOSER, reserve, "reserve_proposes"],
      [reserveTimelock, PROPOSER, reserveSuccession, "reserve_succession_proposes"],
      [reserveTimelock, CANCELLER, reserveVetoGate, "reserve_gate_vetoes"],
    ] as const;
    const granted = grants.map(([where, role, to, name]) =>
      m.call(where, "grantRole", [role, to], { id: name }),
    );
    const left = [timelock, reserveTimelock].map((where, index) =>
      m.call(where, "renounceRole", [TIMELOCK_ADMIN, plan.deployer], {
        id: index === 0 ? "deployer_leaves_timelock" : "deployer_leaves_reserve_timelock",
        after: granted,
      }),
    );
    const manager = m.contract("AccessManager", [plan.deployer], { after: left });
    const reserveManager = m.contract("AccessManager", [plan.deployer], {
      id: "ReserveManager",
      after: left,
    });
    return {
      timelock,
      reserveTimelock,
      vetoGate,
      reserveVetoGate,
      succession,
      reserveSuccession,
      manager,
      reserveManager,
    };
  });
}
