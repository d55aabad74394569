import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { ContractFuture } from "@nomicfoundation/ignition-core";
import { ZeroAddress } from "ethers";
import { KINDS, NEVER, parameterRows, paramKey } from "../../src/governance/parameters.ts";
import { COMPARE } from "../../src/governance/release.ts";
import { DOMAINS, type DomainName, type Holder, selectorsByRole } from "../../src/governance/role-graph.ts";
import { ROLES, type RoleName } from "../../src/governance/roles.ts";
import { custodyModule } from "./custody.ts";
import { governanceModule } from "./governance.ts";
import type { Plan } from "./plan.ts";
import { feedSetName, pricesModule } from "./prices.ts";
import { safesModule } from "./safes.ts";
import { timelocksModule } from "./timelocks.ts";

const REFILL_DELAY = paramKey(KINDS.REFILL_DELAY);

/** `TokenClass` of contracts/custody/interfaces/IVaultTypes.sol. */
export const TOKEN_CLASS = { native: 1n, exact: 2n, "fee-taking": 3n } as const;

/**
 * Everything, and then the handover.
 *
 * Two transactions for each AccessManager, the suite's and the reserve's, each atomic. The first, while the deployer is still the AccessManager's admin and every restricted
 * function is still left to the admin, sets the initial numbers, feeds, listings, policy and guardian keys. The second maps
 * every restricted function to its role, grants the roles, makes the timelock admin and renounces the deployer's own
 * admin role: it succeeds as a whole or changes nothing.
 */
export function strongroomModule(plan: Plan) {
  const timelocks = timelocksModule(plan);
  const safes = safesModule(plan, timelocks);
  const governance = governanceModule(plan, timelocks, safes);
  const prices = pricesModule(plan, governance);
  const custody = custodyModule(plan, governance, prices);

  return buildModule("Strongroom", (m) => {
    const { safeGuard, reserveSafeGuard, safeSetup } = m.useModule(timelocks);
    const quorums = m.useModule(safes);
    const governed = m.useModule(governance);
    const { timelock, manager, reserveTimelock, reserveManager } = governed;
    const priced = m.useModule(prices);
    const around = m.useModule(custody);
    const targets = {
      vault: around.vault,
      policy: around.policy,
      router: priced.router,
      registry: around.registry,
      guardian: around.guardian,
      upgradeController: around.upgradeController,
      auditRecord: around.auditRecord,
      recovery: around.recovery,
      reserve: around.reserve,
    };
    const managers = { suite: manager, reserve: reserveManager };

    let steps = 0;
    const admin = (domain: DomainName, functionName: string, args: Parameters<typeof m.call>[2]) =>
      m.encodeFunctionCall(managers[domain], functionName, args, { id: `step_${++steps}_${functionName}` });
    const through = (
      target: keyof typeof targets,
      functionName: string,
      args: Parameters<typeof m.call>[2],
    ) => {
      const data = m.encodeFunctionCall(targets[target], functionName, args, {
        id: `step_${++steps}_${target}_${functionName}`,
      });
      return admin(target === "reserve" ? "reserve" : "suite", "execute", [targets[target], data]);
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
      through("auditRecord", "serve", [targets.vault]),
      through("vault", "setPolicy", [ZeroAddress, 0, NEVER, targets.policy]),
      through("vault", "addReserve", [targets.reserve]),
      through("upgradeController", "adopt", [
        around.proxyAdmin,
        targets.vault,
        around.vaultImplementation,
        // Both halves of the Vault's code answer: the second knows the policy, the first the balance.
        [
          [
            targets.vault,
            m.encodeFunctionCall(targets.vault, "policy", [], { id: "probe_policy" }),
            COMPARE.SAME,
          ],
          [
            targets.vault,
            m.encodeFunctionCall(targets.vault, "balanceOf", [plan.deployer, 0n], { id: "probe_balance" }),
            COMPARE.SAME,
          ],
        ],
      ]),
      ...plan.guardianKeys.map(({ key, expiry, budgetSeconds }) =>
        through("guardian", "setKey", [
          key === "guardian-safe" ? quorums.guardian : key,
          expiry,
          budgetSeconds,
        ]),
      ),
    ];
    const configured = m.call(manager, "multicall", [initial], { id: "configure" });
    const reserveConfigured = m.call(
      reserveManager,
      "multicall",
      [[through("reserve", "set", [REFILL_DELAY, 0, NEVER, plan.config.reserve.refillDelaySeconds])]],
      { id: "configure_reserve" },
    );

    const { riskOfficer } = plan.config;
    const holders: Readonly<Record<Holder, readonly (string | ContractFuture<string>)[]>> = {
      timelock: [timelock],
      upgradeController: [targets.upgradeController],
      recovery: [targets.recovery],
      rollback: [quorums.rollback],
      reserveTimelock: [reserveTimelock],
      reserveSafe: [quorums.reserve],
      guardian: [targets.guardian],
      registry: [targets.registry],
      reviewer: [quorums.reviewer],
      riskOfficer: [
        "account" in riskOfficer
          ? riskOfficer.account
          : (quorums as { riskOfficer: typeof quorums.council }).riskOfficer,
      ],
      attestors: plan.config.attestors,
      auditors: plan.config.auditors,
    };
    const handover = (domain: DomainName) => [
      ...DOMAINS[domain].targets.flatMap((target) =>
        [...selectorsByRole(target)].map(([role, selectors]) =>
          admin(domain, "setTargetFunctionRole", [targets[target], [...selectors], ROLES[role]]),
        ),
      ),
      ...(Object.entries(DOMAINS[domain].holders) as [RoleName, Holder][]).flatMap(([role, holder]) =>
        holders[holder].map((account) => admin(domain, "grantRole", [ROLES[role], account, 0])),
      ),
      admin(domain, "renounceRole", [ROLES.ADMIN, plan.deployer]),
    ];
    m.call(manager, "multicall", [handover("suite")], { id: "hand_over", after: [configured] });
    m.call(reserveManager, "multicall", [handover("reserve")], {
      id: "hand_over_reserve",
      after: [reserveConfigured],
    });

    return {
      safeFactory: quorums.factory,
      safeSingleton: quorums.singleton,
      safeFallbackHandler: quorums.fallbackHandler,
      safeMultiSend: quorums.multiSend,
      councilSafe: quorums.council,
      guardianSafe: quorums.guardian,
      cancellerSafe: quorums.canceller,
      reviewerSafe: quorums.reviewer,
      rollbackSafe: quorums.rollback,
      reserveSafe: quorums.reserve,
      ...("riskOfficer" in quorums
        ? { riskOfficerSafe: (quorums as { riskOfficer: typeof quorums.council }).riskOfficer }
        : {}),
      safeGuard,
      reserveSafeGuard,
      safeSetup,
      ...governed,
      ...priced,
      ...around,
    };
  });
}
