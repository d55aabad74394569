import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroAddress } from "ethers";
import { canonicalAddress, type SafeContract, safeArtifact } from "../../src/governance/safe-contracts.ts";
import type { Plan } from "./plan.ts";
import type { timelocksModule } from "./timelocks.ts";

/** The Safes of a deployment. The risk officer may be an account instead. */
export const SAFES = [
  "council",
  "guardian",
  "canceller",
  "reviewer",
  "rollback",
  "reserve",
  "riskOfficer",
] as const;
export type SafeName = (typeof SAFES)[number];

/** Who owns each Safe that the plan has. */
export function safesOf(plan: Plan): ReadonlyMap<SafeName, Plan["config"]["safes"]["council"]> {
  const { safes, riskOfficer } = plan.config;
  const all = new Map<SafeName, Plan["config"]["safes"]["council"]>(Object.entries(safes) as never);
  if ("safe" in riskOfficer) all.set("riskOfficer", riskOfficer.safe);
  return all;
}

/**
 * Safe {@link SAFE_VERSION}'s canonical contracts, and one proxy for each quorum, with the compatibility fallback handler.
 * Each has its timelock as its only module, and that timelock's guard over owners and modules, from the transaction that
 * makes it: the reserve's Safe the reserve's, all others the suite's. Two quorums alike need different salts, or they would
 * be one Safe. An adopted Safe is taken as it stands.
 */
export function safesModule(plan: Plan, timelocks: ReturnType<typeof timelocksModule>) {
  return buildModule("Safes", (m) => {
    const { timelock, safeGuard, reserveTimelock, reserveSafeGuard, safeSetup } = m.useModule(timelocks);
    const base = (which: SafeContract) => {
      const artifact = safeArtifact(which) as never;
      const address = plan.canonicalSafe ? canonicalAddress(which, plan.config.chainId) : undefined;
      return address === undefined
        ? m.contract(which, artifact, [])
        : m.contractAt(which, artifact, address, { id: which });
    };
    const factory = base("factory");
    const singleton = base("singleton");
    const fallbackHandler = base("fallbackHandler");
    const multiSend = base("multiSend");

    const proxies = [...safesOf(plan)].map(([name, { adopt, owners, threshold, saltNonce }], index) => {
      const at = (address: Parameters<typeof m.contractAt>[2]) =>
        m.contractAt(name, safeArtifact("singleton") as never, address, { id: `${name}_safe` });
      // Its owners bring it under the guard themselves: deploy/adopted.ts says how.
      if (adopt !== undefined) return [name, at(adopt)] as const;
      const governed = name === "reserve" ? [reserveTimelock, reserveSafeGuard] : [timelock, safeGuard];
      const guarded = m.encodeFunctionCall(safeSetup, "setUp", governed, { id: `${name}_guarded` });
      const setup = m.encodeFunctionCall(
        singleton,
        "setup",
        [[...owners], threshold, safeSetup, guarded, fallbackHandler, ZeroAddress, 0n, ZeroAddress],
        { id: `${name}_setup` },
      );
      const salt = saltNonce * BigInt(SAFES.length) + BigInt(index);
      const created = m.call(factory, "createProxyWithNonce", [singleton, setup, salt], {
        id: `${name}_create`,
      });
      const proxy = m.readEventArgument(created, "ProxyCreation", "proxy", {
        emitter: factory,
        id: `${name}_address`,
      });
      return [name, at(proxy)] as const;
    });
    const [council, guardian, canceller, reviewer, rollback, reserve, riskOfficer] = SAFES.map(
      (name) => proxies.find(([key]) => key === name)?.[1],
    );
    if (!council || !guardian || !canceller || !reviewer || !rollback || !reserve) {
      throw new Error("a plan has these Safes");
    }
    const required = {
      factory,
      singleton,
      fallbackHandler,
      multiSend,
      council,
      guardian,
      canceller,
      reviewer,
      rollback,
      reserve,
    };
    return riskOfficer === undefined ? required : { ...required, riskOfficer };
  });
}
