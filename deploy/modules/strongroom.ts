import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { ContractFuture } from "@nomicfoundation/ignition-core";
import { ZeroAddress } from "ethers";
import { NEVER, parameterRows } from "../../src/governance/parameters.ts";
import { HOLDERS, type Holder, MANAGED, selectorsByRole } from "../../src/governance/role-graph.ts";
import { ROLES, type RoleName } from "../../src/governance/roles.ts";
import { custodyModule } from "./custody.ts";
import { governanceModule } from "./governance.ts";
import type { Plan } from "./plan.ts";
import { feedSetName, pricesModule } from "./prices.ts";
import { safesModule } from "./safes.ts";

/** `TokenClass` of contracts/custody/interfaces/IVaultTypes.sol. */
export const TOKEN_CLASS = { native: 1n, exact: 2n, "fee-taking": 3n } as const;

/**
 * Everything, and then the handover.
 *
 * Two transactions, each atomic. The first, while the deployer is still the AccessManager's admin and every restricted
 * function is still left to the admin, sets the initial numbers, feeds, listings, policy and guardian keys. The second maps
 * every restricted function to its role, grants the roles, makes the timelock admin and renounces the deployer's own
 * admin role: it succeeds as a whole or changes nothing.
 */
export function strongroomModule(plan: Plan) {
  const safes = safesModule(plan);
  const governance = governanceModule(plan, safes);
  const prices = pricesModule(plan, governance);
  const custody = custodyModule(plan, governance, prices);

  return buildModule("Strongroom", (m) => {
    const quorums = m.useModule(safes);
    const { timelock, manager } = m.useModule(governance);
    const priced = m.useModule(prices);
    const around = m.useModule(custody);
    const targets = {
      vault: around.vault,
      policy: around.policy,
      router: priced.router,
      registry: around.registry,
      guardian: around.guardian,
    };

    let steps = 0;
    const admin = (functionName: string, args: Parameters<typeof m.call>[2]) =>
      m.encodeFunctionCall(manager, functionName, args, { id: `step_${++steps}_${functionName}` });
    const through = (
      target: keyof typeof targets,
      functionName: string,
      args: Parameters<typeof m.call>[2],
    ) => {
      const data = m.encodeFunctionCall(targets[target], functionName, args, {
        id: `step_${++steps}_${target}_${functionName}`,
      });
      return admin("execute", [targets[target], data]);
    };

    const initial = [
      ...parameterRows(plan.config, plan.assets).map(({ target, key, value }) =>
        through(target, "set", [key, 0, NEVER, value]),
      ),
      ...plan.assets.flatMap((asset) => {
        const set = (priced as Record<string, typeof priced.router>)[feedSetName(asset.symbol)];
        if (set === undefined) throw new Error(`no feed set for ${asset.symbol}`);
        return [
          through("router", "setFeedSet", [asset.id, ZeroAddress, set]),
          through("vault", "list", [asset.id, TOKEN_CLASS[asset.tokenClass], asset.tickExponent]),
        ];
      }),
      through("vault", "setPolicy", [ZeroAddress, 0, NEVER, targets.policy]),
      ...plan.guardianKeys.map(({ key, expiry, budgetSeconds }) =>
        through("guardian", "setKey", [
          key === "guardian-safe" ? quorums.guardian : key,
          expiry,
          budgetSeconds,
        ]),
      ),
    ];
    const configured = m.call(manager, "multicall", [initial], { id: "configure" });

    const { riskOfficer } = plan.config;
    const holders: Readonly<Record<Holder, readonly (string | ContractFuture<string>)[]>> = {
      timelock: [timelock],
      guardian: [targets.guardian],
      registry: [targets.registry],
      reviewer: [quorums.reviewer],
      riskOfficer: [
        "account" in riskOfficer
          ? riskOfficer.account
          : (quorums as { riskOfficer: typeof quorums.council }).riskOfficer,
      ],
      attestors: plan.config.attestors,
    };
    const grants = (Object.entries(HOLDERS) as [RoleName, Holder][]).flatMap(([role, holder]) =>
      holders[holder].map((account) => admin("grantRole", [ROLES[role], account, 0])),
    );
    const handover = [
      ...MANAGED.flatMap((target) =>
        [...selectorsByRole(target)].map(([role, selectors]) =>
          admin("setTargetFunctionRole", [targets[target], [...selectors], ROLES[role]]),
        ),
      ),
      ...grants,
      admin("renounceRole", [ROLES.ADMIN, plan.deployer]),
    ];
    m.call(manager, "multicall", [handover], { id: "hand_over", after: [configured] });

    return {
      safeFactory: quorums.factory,
      safeSingleton: quorums.singleton,
      safeFallbackHandler: quorums.fallbackHandler,
      safeMultiSend: quorums.multiSend,
      councilSafe: quorums.council,
      guardianSafe: quorums.guardian,
      cancellerSafe: quorums.canceller,
      reviewerSafe: quorums.reviewer,
      ...("riskOfficer" in quorums
        ? { riskOfficerSafe: (quorums as { riskOfficer: typeof quorums.council }).riskOfficer }
        : {}),
      timelock,
      manager,
      ...priced,
      ...around,
    };
  });
}
