import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { governanceModule } from "./governance.ts";
import type { Plan } from "./plan.ts";
import type { pricesModule } from "./prices.ts";

/**
 * The Vault behind its proxy, and what stands around it. The timelock owns the ProxyAdmin; nothing is open yet: without a
 * policy and a listed asset the Vault takes nothing in.
 */
export function custodyModule(
  plan: Plan,
  governance: ReturnType<typeof governanceModule>,
  prices: ReturnType<typeof pricesModule>,
) {
  return buildModule("Custody", (m) => {
    const { manager, timelock } = m.useModule(governance);
    const { router } = m.useModule(prices);
    const vaultAdmin = m.contract("VaultAdmin");
    const vaultImplementation = m.contract("Vault", [vaultAdmin]);
    const proxy = m.contract("TransparentUpgradeableProxy", [
      vaultImplementation,
      timelock,
      m.encodeFunctionCall(vaultAdmin, "initialize", [manager]),
    ]);
    const proxyAdmin = m.contractAt("ProxyAdmin", m.readEventArgument(proxy, "AdminChanged", "newAdmin"));
    const vault = m.contractAt("IVault", proxy);
    const policy = m.contract("ExitPolicy", [manager, router, plan.sanctionsList]);
    const registry = m.contract("TierRegistry", [manager, vault]);
    const guardian = m.contract("Guardian", [manager, vault]);
    const factory = m.contract("DepositFactory", [vault]);
    const lens = m.contract("VaultLens", [vault]);
    return { lens, vault, vaultImplementation, vaultAdmin, proxyAdmin, policy, registry, guardian, factory };
  });
}
