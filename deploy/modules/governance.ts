import { id, ZeroAddress } from "ethers";
import type { Plan } from "./plan.ts";
import type { planSafes } from "./safes.ts";
import type { planTimelocks } from "./timelocks.ts";

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
export function planGovernance(
  { planner }: Plan,
  { timelock, reserveTimelock }: ReturnType<typeof planTimelocks>,
  { council, guardian, canceller, reviewer, reserve }: ReturnType<typeof planSafes>,
) {
  const { deployer } = planner;
  const vetoGate = planner.contract("VetoGate", [timelock, canceller, ZeroAddress]);
  const reserveVetoGate = planner.contract("VetoGate", [reserveTimelock, canceller, ZeroAddress], {
    id: "ReserveVetoGate",
  });
  const offices = [guardian, canceller, reviewer];
  const succession = planner.contract("Succession", [timelock, offices, SUCCESSION_QUORUM]);
  const reserveSuccession = planner.contract("Succession", [reserveTimelock, offices, SUCCESSION_QUORUM], {
    id: "ReserveSuccession",
  });
  const has = (where: string, role: string, account: string, answer: boolean) =>
    planner.probe(where, "TimelockController", "hasRole", [role, account], [answer]);
  const grants = [
    [timelock, PROPOSER, council, "council_proposes"],
    [timelock, PROPOSER, succession, "succession_proposes"],
    [timelock, CANCELLER, vetoGate, "gate_vetoes"],
    [reserveTimelock, PROPOSER, reserve, "reserve_proposes"],
    [reserveTimelock, PROPOSER, reserveSuccession, "reserve_succession_proposes"],
    [reserveTimelock, CANCELLER, reserveVetoGate, "reserve_gate_vetoes"],
  ] as const;
  for (const [where, role, to, name] of grants) {
    // Once the deployer has left, what it granted is governance's to take away.
    const done = [has(where, role, to, true), has(where, TIMELOCK_ADMIN, deployer, false)];
    planner.call(where, "TimelockController", "grantRole", [role, to], { id: name, done });
  }
  const left = [
    [timelock, "deployer_leaves_timelock"],
    [reserveTimelock, "deployer_leaves_reserve_timelock"],
  ] as const;
  for (const [where, name] of left) {
    planner.call(where, "TimelockController", "renounceRole", [TIMELOCK_ADMIN, deployer], {
      id: name,
      done: [has(where, TIMELOCK_ADMIN, deployer, false)],
      after: grants.map(([, , , grant]) => grant),
    });
  }
  const after = left.map(([, name]) => name);
  const manager = planner.contract("AccessManager", [deployer], { after });
  const reserveManager = planner.contract("AccessManager", [deployer], { id: "ReserveManager", after });
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
}
