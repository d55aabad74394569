import { ZeroAddress } from "ethers";
import { domainOfSafe, SEATS } from "../../src/governance/role-graph.ts";
import { SAFES, type SafeName } from "../../src/governance/safe-names.ts";
import type { Plan } from "./plan.ts";
import type { planTimelocks } from "./timelocks.ts";

type Quorum = Plan["config"]["safes"]["council"];

/**
 * One proxy of the canonical Safe for each quorum, with the compatibility fallback handler. Each has its timelock as its
 * only module, and that timelock's guard over owners and modules, from the transaction that makes it: the reserve's Safe the
 * reserve's, all others the suite's. Two quorums alike need different salts, or they would be one Safe. An adopted Safe is
 * taken as it stands.
 */
export function planSafes({ planner, config, safeContracts }: Plan, on: ReturnType<typeof planTimelocks>) {
  const made = (name: SafeName, { adopt, owners, threshold, saltNonce }: Quorum): string => {
    // Its owners bring it under the guard themselves: deploy/adopted.ts says how.
    if (adopt !== undefined) return adopt;
    const { timelock, guard } = SEATS[domainOfSafe(name)];
    const setup = planner.encode("Safe", "setup", [
      [...owners],
      threshold,
      on.safeSetup,
      planner.encode("SafeSetup", "setUp", [on[timelock], on[guard]]),
      safeContracts.fallbackHandler,
      ZeroAddress,
      0n,
      ZeroAddress,
    ]);
    const salt = saltNonce * BigInt(SAFES.length) + BigInt(SAFES.indexOf(name));
    return planner.safe(safeContracts.factory, safeContracts.singleton, setup, salt, `${name}_safe`);
  };
  const { council, guardian, canceller, reviewer, rollback, reserve } = config.safes;
  return {
    council: made("council", council),
    guardian: made("guardian", guardian),
    canceller: made("canceller", canceller),
    reviewer: made("reviewer", reviewer),
    rollback: made("rollback", rollback),
    reserve: made("reserve", reserve),
    ...("safe" in config.riskOfficer ? { riskOfficer: made("riskOfficer", config.riskOfficer.safe) } : {}),
  };
}
