import { throughGovernance } from "../../src/governance/proposal.ts";
import { probeOf } from "../../src/governance/release.ts";
import { callOf, ethers } from "../scenario/scene.ts";
import type { Fortified } from "./fortified.ts";
import { releaseOf, stepOf } from "./upgradeFixture.ts";

/** Governance puts the Vault's code in place once more, at another address; the release's id. */
export async function releaseVault(s: Fortified): Promise<string> {
  const { upgradeController, vault } = s.contracts;
  const half = await ethers.deployContract("VaultAdmin");
  const next = await ethers.deployContract("Vault", [half]);
  const step = await stepOf(ethers, upgradeController, s.addresses.vault, next);
  const release = releaseOf(ethers, [step], [probeOf(s.addresses.vault, vault, "policy")]);
  await throughGovernance(s, [callOf(upgradeController, "upgrade", [release])]);
  return upgradeController.idOf(release);
}
