import { id, ZeroHash } from "ethers";
import { FACES } from "../../src/governance/role-graph.ts";
import { ROLES } from "../../src/governance/roles.ts";
import { safeArtifact } from "../../src/governance/safe-contracts.ts";
import { AccessManager__factory } from "../../typechain-types/factories/@openzeppelin/contracts/access/manager/AccessManager__factory.ts";
import { TimelockController__factory } from "../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { ProxyAdmin__factory } from "../../typechain-types/factories/@openzeppelin/contracts/proxy/transparent/ProxyAdmin__factory.ts";
import type { SuiteAddresses } from "../addresses.ts";
import type { Chain, Findings } from "./chain.ts";

/** Every place that could give the deploying key a power, asked one by one. */
export async function checkDeployer(chain: Chain, addresses: SuiteAddresses, f: Findings): Promise<void> {
  const powers: string[] = [];
  const { deployer } = addresses;
  for (const address of [addresses.manager, addresses.reserveManager]) {
    const manager = chain.at(address, AccessManager__factory.createInterface());
    for (const [name, role] of Object.entries(ROLES)) {
      const [isMember] = await chain.view<[boolean, bigint]>(manager, "hasRole", role, deployer);
      if (isMember) powers.push(`role ${name} at ${address}`);
    }
  }
  for (const address of [addresses.timelock, addresses.reserveTimelock]) {
    const timelock = chain.at(address, TimelockController__factory.createInterface());
    for (const name of ["DEFAULT_ADMIN", "PROPOSER_ROLE", "CANCELLER_ROLE", "EXECUTOR_ROLE"]) {
      const role = name === "DEFAULT_ADMIN" ? ZeroHash : id(name);
      if (await chain.view<boolean>(timelock, "hasRole", role, deployer)) powers.push(`timelock ${name}`);
    }
  }
  for (const [name, address] of Object.entries(addresses.safes)) {
    const safe = chain.at(address, safeArtifact("singleton").abi as never);
    if (await chain.view<boolean>(safe, "isOwner", deployer)) powers.push(`owner of the ${name} Safe`);
  }
  const proxyAdmin = chain.at(addresses.proxyAdmin, ProxyAdmin__factory.createInterface());
  if ((await chain.view<string>(proxyAdmin, "owner")) === deployer) powers.push("owner of the ProxyAdmin");
  const guardian = chain.at(addresses.guardian, FACES.guardian);
  const key = await chain.view<{ expiry: bigint }>(guardian, "keyOf", deployer);
  if (key.expiry !== 0n) powers.push("key of the Guardian");
  f.none("deployer.powerless", "the deployer has no power anywhere", powers);
}
