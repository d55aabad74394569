import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroAddress } from "ethers";
import type { governanceModule } from "./governance.ts";
import type { Plan } from "./plan.ts";
import type { pricesModule } from "./prices.ts";

/**
 * The Vault behind its proxy, and what stands around it. The UpgradeController, which is made for the Vault, gets the
 * ProxyAdmin from the deployer; nothing is open yet: without a policy and a listed asset the Vault takes nothing in.
 */
export function custodyModule(
  plan: Plan,
  governance: ReturnType<typeof governanceModule>,
  prices: ReturnType<typeof pricesModule>,
) {
  return buildModule("Custody", (m) => {
    const { manager, timelock, reserveManager } = m.useModule(governance);
    const { router } = m.useModule(prices);
    const auditRecord = m.contract("AuditRecord", [
      manager,
      plan.assets.map(({ id }) => id),
      plan.assets.map(({ unverifiedCapTicks }) => unverifiedCapTicks),
    ]);
    const vaultAdmin = m.contract("VaultAdmin", [auditRecord]);
    const vaultImplementation = m.contract("Vault", [vaultAdmin]);
    const proxy = m.contract("TransparentUpgradeableProxy", [
      vaultImplementation,
      plan.deployer,
      m.encodeFunctionCall(vaultAdmin, "initialize", [manager]),
    ]);
    const proxyAdmin = m.contractAt("ProxyAdmin", m.readEventArgument(proxy, "AdminChanged", "newAdmin"));
    const vault = m.contractAt("IVault", proxy);
    const upgradeController = m.contract("UpgradeController", [
      manager,
      timelock,
      vault,
      plan.config.rollbackWindowSeconds,
    ]);
    const handedOver = m.call(proxyAdmin, "transferOwnership", [upgradeController], {
      id: "proxy_admin_to_controller",
    });
    const policy = m.contract("ExitPolicy", [manager, router, plan.sanctionsList]);
    const registry = m.contract("TierRegistry", [manager, vault]);
    const guardian = m.contract("Guardian", [manager, vault]);
    const factory = m.contract("DepositFactory", [vault]);
    const lens = m.contract("VaultLens", [vault]);
    const pullPrices = m.contract("PullPrices", [plan.config.pyth ?? ZeroAddress, vault]);
    const recovery = m.contract("Recovery", [manager, vault], { after: [handedOver] });
    const reserve = m.contract("Reserve", [reserveManager, vault, ZeroAddress]);
    return {
      auditRecord,
      lens,
      pullPrices,
      vault,
      vaultImplementation,
      vaultAdmin,
      proxyAdmin,
      policy,
      registry,
      guardian,
      factory,
      upgradeController,
      recovery,
      reserve,
    };
  });
}
