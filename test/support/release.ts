import { throughGovernance } from "../../src/governance/proposal.ts";
import { vaultProbes } from "../../src/governance/release.ts";
import { callOf, ethers, type Scene } from "../scenario/scene.ts";
import { releaseOf, stepOf } from "./upgradeFixture.ts";

/** Governance puts the Vault's code in place once more, at another address, sampling Anna's money; the release's id. */
export async function releaseVault(s: Scene): Promise<string> {
  const { upgradeController } = s.contracts;
  const half = await ethers.deployContract("VaultAdmin", [s.contracts.auditRecord]);
  const next = await ethers.deployContract("Vault", [half]);
  const step = await stepOf(ethers, upgradeController, s.addresses.vault, next);
  const sample = { accounts: [s.anna.address], exits: [] };
  const release = releaseOf(ethers, [step], await vaultProbes(ethers.provider, s.addresses.vault, sample));
  await throughGovernance(s, [callOf(upgradeController, "upgrade", [release])]);
  return upgradeController.idOf(release);
}
