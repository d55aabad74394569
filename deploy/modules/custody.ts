import { getCreateAddress, ZeroAddress } from "ethers";
import type { planGovernance } from "./governance.ts";
import type { Plan } from "./plan.ts";
import type { planPrices } from "./prices.ts";

/**
 * The Vault behind its proxy, and what stands around it. The UpgradeController, which is made for the Vault, gets the
 * ProxyAdmin from the deployer; nothing is open yet: without a policy and a listed asset the Vault takes nothing in.
 */
export function planCustody(
  { planner, config, sanctionsList, assets }: Plan,
  { manager, timelock, reserveManager }: ReturnType<typeof planGovernance>,
  { router }: ReturnType<typeof planPrices>,
) {
  const auditRecord = planner.contract("AuditRecord", [
    manager,
    assets.map(({ id }) => id),
    assets.map(({ unverifiedCapTicks }) => unverifiedCapTicks),
  ]);
  const vaultAdmin = planner.contract("VaultAdmin", [auditRecord]);
  const vaultImplementation = planner.contract("Vault", [vaultAdmin]);
  const vault = planner.contract(
    "TransparentUpgradeableProxy",
    [vaultImplementation, planner.deployer, planner.encode("VaultAdmin", "initialize", [manager])],
    { id: "VaultProxy" },
  );
  // A contract's first creation has nonce 1.
  const proxyAdmin = getCreateAddress({ from: vault, nonce: 1 });
  const upgradeController = planner.contract("UpgradeController", [
    manager,
    timelock,
    vault,
    config.rollbackWindowSeconds,
  ]);
  planner.call(proxyAdmin, "ProxyAdmin", "transferOwnership", [upgradeController], {
    id: "proxy_admin_to_controller",
    done: [],
    unless: planner.probe(proxyAdmin, "ProxyAdmin", "owner", [], [planner.deployer]),
  });
  return {
    auditRecord,
    vault,
    vaultImplementation,
    vaultAdmin,
    proxyAdmin,
    upgradeController,
    policy: planner.contract("ExitPolicy", [manager, router, sanctionsList]),
    registry: planner.contract("TierRegistry", [manager, vault]),
    guardian: planner.contract("Guardian", [manager, vault]),
    factory: planner.contract("DepositFactory", [vault]),
    lens: planner.contract("VaultLens", [vault]),
    pullPrices: planner.contract("PullPrices", [config.pyth ?? ZeroAddress, vault]),
    recovery: planner.contract("Recovery", [manager, vault]),
    reserve: planner.contract("Reserve", [reserveManager, vault, ZeroAddress]),
  };
}
