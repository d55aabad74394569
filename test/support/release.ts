import { throughGovernance } from "../../src/governance/proposal.ts";
import { ROLES } from "../../src/governance/roles.ts";
import type { UpgradeController } from "../../typechain-types/index.ts";
import { callOf, ethers } from "../scenario/scene.ts";
import { deployAs } from "./deployAs.ts";
import type { Fortified } from "./fortified.ts";
import { probeOf, releaseOf, stepOf, WINDOW } from "./upgradeFixture.ts";

/** Gives the suite's Vault an UpgradeController, by governance's own operations. */
export async function governUpgrades(s: Fortified): Promise<UpgradeController> {
  const { manager, timelock, vault, proxyAdmin } = s.contracts;
  const controller = await deployAs<UpgradeController>(ethers, "UpgradeController", [
    manager,
    timelock,
    vault,
    WINDOW,
  ]);
  const selectors = (["adopt", "upgrade"] as const).map(
    (name) => controller.interface.getFunction(name).selector,
  );
  const rollback = controller.interface.getFunction("rollback").selector;
  const probes = [probeOf(s.addresses.vault, vault, "policy")];
  await throughGovernance(s, [
    callOf(proxyAdmin, "transferOwnership", [controller.target]),
    callOf(manager, "setTargetFunctionRole", [controller.target, selectors, ROLES.UPGRADER]),
    callOf(manager, "setTargetFunctionRole", [controller.target, [rollback], ROLES.ROLLBACK]),
    callOf(manager, "grantRole", [ROLES.CONTROLLER, controller.target, 0]),
    callOf(controller, "adopt", [
      proxyAdmin.target,
      s.addresses.vault,
      s.addresses.vaultImplementation,
      probes,
    ]),
  ]);
  return controller;
}

/** Governance puts the Vault's code in place once more, at another address; the release's id. */
export async function releaseVault(s: Fortified, controller: UpgradeController): Promise<string> {
  const half = await ethers.deployContract("VaultAdmin");
  const next = await ethers.deployContract("Vault", [half]);
  const step = await stepOf(ethers, controller, s.addresses.vault, next);
  const release = releaseOf(ethers, [step], [probeOf(s.addresses.vault, s.contracts.vault, "policy")]);
  await throughGovernance(s, [callOf(controller, "upgrade", [release])]);
  return controller.idOf(release);
}
