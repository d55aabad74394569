import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroAddress } from "ethers";
import { canonicalAddress, type SafeContract, safeArtifact } from "../../src/governance/safe-contracts.ts";
import type { Plan } from "./plan.ts";

/** The Safes of a deployment. The risk officer may be an account instead. */
export const SAFES = ["council", "guardian", "canceller", "reviewer", "riskOfficer"] as const;
export type SafeName = (typeof SAFES)[number];

/** Who owns each Safe that the plan has. */
export function safesOf(plan: Plan): ReadonlyMap<SafeName, Plan["config"]["safes"]["council"]> {
  const { safes, riskOfficer } = plan.config;
  const all = new Map<SafeName, Plan["config"]["safes"]["council"]>(Object.entries(safes) as never);
  if ("safe" in riskOfficer) all.set("riskOfficer", riskOfficer.safe);
  return all;
}

/**
 * Safe {@link SAFE_VERSION}'s canonical contracts, and one proxy for each quorum: no modules, no guard, the compatibility
 * fallback handler. Two quorums alike need different salts, or they would be one Safe.
 */
export function safesModule(plan: Plan) {
  return buildModule("Safes", (m) => {
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

    const proxies = [...safesOf(plan)].map(([name, { owners, threshold, saltNonce }], index) => {
      const setup = m.encodeFunctionCall(
        singleton,
        "setup",
        [[...owners], threshold, ZeroAddress, "0x", fallbackHandler, ZeroAddress, 0n, ZeroAddress],
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
      return [
        name,
        m.contractAt(name, safeArtifact("singleton") as never, proxy, { id: `${name}_safe` }),
      ] as const;
    });
    const [council, guardian, canceller, reviewer, riskOfficer] = SAFES.map(
      (name) => proxies.find(([key]) => key === name)?.[1],
    );
    if (!council || !guardian || !canceller || !reviewer) throw new Error("a plan has these Safes");
    const required = {
      factory,
      singleton,
      fallbackHandler,
      multiSend,
      council,
      guardian,
      canceller,
      reviewer,
    };
    return riskOfficer === undefined ? required : { ...required, riskOfficer };
  });
}
