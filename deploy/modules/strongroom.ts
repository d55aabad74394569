import { ZeroAddress } from "ethers";
import {
  ACCOUNT_KIND,
  KINDS,
  NEVER,
  parameterRows,
  paramKey,
  TOKEN_CLASS,
} from "../../src/governance/parameters.ts";
import { COMPARE } from "../../src/governance/release.ts";
import { DOMAINS, type DomainName, type Holder, selectorsByRole } from "../../src/governance/role-graph.ts";
import { ROLES, type RoleName } from "../../src/governance/roles.ts";
import type { SuiteAddresses } from "../addresses.ts";
import { planCustody } from "./custody.ts";
import { planGateway } from "./gateway.ts";
import { planGovernance } from "./governance.ts";
import { planPayments } from "./payments.ts";
import type { Plan } from "./plan.ts";
import { planPrices } from "./prices.ts";
import { planSafes } from "./safes.ts";
import { planTimelocks } from "./timelocks.ts";

const REFILL_DELAY = paramKey(KINDS.REFILL_DELAY);

/** The contract whose functions a restricted target has. */
const FACE_OF = {
  vault: "IVault",
  policy: "ExitPolicy",
  router: "PriceRouter",
  registry: "TierRegistry",
  guardian: "Guardian",
  upgradeController: "UpgradeController",
  auditRecord: "AuditRecord",
  paymentRules: "PaymentRules",
  gateway: "Gateway",
  committee: "Committee",
  recovery: "Recovery",
  reserve: "Reserve",
} as const;

/** Where everything will be, as far as a plan knows it. */
export type PlannedAddresses = Omit<SuiteAddresses, "network" | "chainId" | "deployer" | "fromBlock">;

/**
 * Everything, and then the handover.
 *
 * Two transactions for each AccessManager, the suite's and the reserve's, each atomic. The first, while the deployer is
 * still the AccessManager's admin and every restricted function is still left to the admin, sets the initial numbers, feeds,
 * listings, policy and guardian keys. The second maps every restricted function to its role, grants the roles, makes the
 * timelock admin and renounces the deployer's own admin role: it succeeds as a whole or changes nothing.
 */
export function planStrongroom(plan: Plan): PlannedAddresses {
  const { planner, config } = plan;
  const { deployer } = planner;
  const timelocks = planTimelocks(plan);
  const safes = planSafes(plan, timelocks);
  const governance = planGovernance(plan, timelocks, safes);
  const { router, feedSets } = planPrices(plan, governance);
  const custody = planCustody(plan, governance, { router, feedSets });
  const apps = planPayments(plan, governance, { router, feedSets }, custody);
  const foreign = planGateway(plan, governance, custody);
  const { timelock, manager, reserveTimelock, reserveManager } = governance;
  const targets = {
    vault: custody.vault,
    policy: custody.policy,
    router,
    registry: custody.registry,
    guardian: custody.guardian,
    upgradeController: custody.upgradeController,
    auditRecord: custody.auditRecord,
    recovery: custody.recovery,
    paymentRules: apps.paymentRules,
    gateway: foreign.gateway,
    committee: foreign.committee,
    reserve: custody.reserve,
  };
  const managers = { suite: manager, reserve: reserveManager };
  const guardianKeys = plan.guardianKeys.map(({ key, expiry, budgetSeconds }) => ({
    key: key === "guardian-safe" ? safes.guardian : key,
    expiry,
    budgetSeconds,
  }));
  const feedSetOf = (symbol: string) => {
    const found = feedSets.get(symbol);
    if (found === undefined) throw new Error(`no feed set for ${symbol}`);
    return found;
  };

  const admin = (functionName: string, args: readonly unknown[]) =>
    planner.encode("AccessManager", functionName, args);
  const through = (target: keyof typeof targets, functionName: string, args: readonly unknown[]) =>
    admin("execute", [targets[target], planner.encode(FACE_OF[target], functionName, args)]);

  const initial = [
    ...parameterRows(config, plan.assets).map(({ target, key, value }) =>
      through(target, "set", [key, 0, NEVER, value]),
    ),
    ...plan.assets.flatMap((asset) => [
      through("router", "setFeedSet", [asset.id, ZeroAddress, feedSetOf(asset.symbol).feedSet]),
      through("vault", "list", [asset.id, TOKEN_CLASS[asset.tokenClass], asset.tickExponent]),
      ...(asset.foreign === undefined ? [] : [through("gateway", "addAsset", [asset.id])]),
    ]),
    through("auditRecord", "serve", [targets.vault]),
    through("vault", "setPolicy", [ZeroAddress, 0, NEVER, targets.policy]),
    through("vault", "addReserve", [targets.reserve]),
    ...[apps.payments, apps.netting].map((app) => through("vault", "setKind", [app, ACCOUNT_KIND.APP])),
    through("upgradeController", "adopt", [
      custody.proxyAdmin,
      targets.vault,
      custody.vaultImplementation,
      // Both halves of the Vault's code answer: the second knows the policy, the first the balance.
      [
        [targets.vault, planner.encode("IVault", "policy", []), COMPARE.SAME],
        [targets.vault, planner.encode("IVault", "balanceOf", [deployer, 0n]), COMPARE.SAME],
      ],
    ]),
    ...guardianKeys.map(({ key, expiry, budgetSeconds }) =>
      through("guardian", "setKey", [key, expiry, budgetSeconds]),
    ),
  ];
  const isAdmin = (domain: DomainName) =>
    planner.probe(managers[domain], "AccessManager", "hasRole", [ROLES.ADMIN, deployer], [true, 0]);
  const refill = [through("reserve", "set", [REFILL_DELAY, 0, NEVER, config.reserve.refillDelaySeconds])];
  // Once the deployer has left, the numbers are governance's.
  planner.call(manager, "AccessManager", "multicall", [initial], {
    id: "configure",
    done: [planner.probe(targets.vault, "IVault", "policy", [], [targets.policy])],
    unless: isAdmin("suite"),
    after: ["proxy_admin_to_controller"],
  });
  planner.call(reserveManager, "AccessManager", "multicall", [refill], {
    id: "configure_reserve",
    done: [
      planner.probe(
        targets.reserve,
        "Reserve",
        "inForce",
        [REFILL_DELAY],
        [config.reserve.refillDelaySeconds],
      ),
    ],
    unless: isAdmin("reserve"),
  });

  const { riskOfficer } = config;
  const holders: Readonly<Record<Holder, readonly string[]>> = {
    timelock: [timelock],
    upgradeController: [targets.upgradeController],
    recovery: [targets.recovery],
    rollback: [safes.rollback],
    reserveTimelock: [reserveTimelock],
    reserveSafe: [safes.reserve],
    guardian: [targets.guardian],
    registry: [targets.registry],
    reviewer: [safes.reviewer],
    riskOfficer: ["account" in riskOfficer ? riskOfficer.account : (safes.riskOfficer ?? ZeroAddress)],
    attestors: config.attestors,
    auditors: config.auditors,
  };
  const handover = (domain: DomainName) => [
    ...DOMAINS[domain].targets.flatMap((target) =>
      [...selectorsByRole(target)].map(([role, selectors]) =>
        admin("setTargetFunctionRole", [targets[target], [...selectors], ROLES[role]]),
      ),
    ),
    ...(Object.entries(DOMAINS[domain].holders) as [RoleName, Holder][]).flatMap(([role, holder]) =>
      holders[holder].map((account) => admin("grantRole", [ROLES[role], account, 0])),
    ),
    admin("renounceRole", [ROLES.ADMIN, deployer]),
  ];
  for (const [domain, id, configured] of [
    ["suite", "hand_over", "configure"],
    ["reserve", "hand_over_reserve", "configure_reserve"],
  ] as const) {
    planner.call(managers[domain], "AccessManager", "multicall", [handover(domain)], {
      id,
      done: [],
      unless: isAdmin(domain),
      after: [configured],
    });
  }

  return {
    safeContracts: plan.safeContracts,
    safes,
    safeGuard: timelocks.safeGuard,
    reserveSafeGuard: timelocks.reserveSafeGuard,
    safeSetup: timelocks.safeSetup,
    ...governance,
    router,
    ...custody,
    ...apps,
    ...foreign,
    sanctionsList: plan.sanctionsList,
    assets: plan.assets.map(({ symbol, id, token, feeds }) => ({
      symbol,
      id: id.toString(),
      token,
      feedSet: feedSetOf(symbol).feedSet,
      sources: feeds.map((feed, index) => ({
        address: feedSetOf(symbol).sources[index] ?? ZeroAddress,
        kind: feed.kind,
        feed:
          feed.kind === "chainlink"
            ? feed.aggregator
            : feed.kind === "pyth"
              ? (config.pyth ?? ZeroAddress)
              : ZeroAddress,
      })),
    })),
    guardianKeys: guardianKeys.map(({ key, expiry, budgetSeconds }) => ({
      key,
      expiry: expiry.toString(),
      budgetSeconds: budgetSeconds.toString(),
    })),
  };
}
