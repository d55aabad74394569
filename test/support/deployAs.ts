import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";

/**
 * Deploys a contract under its generated type.
 *
 * @example
 * const app = await deployAs<MockApp>(ethers, "MockApp", [vault]);
 */
export async function deployAs<T>(
  ethers: HardhatEthers,
  name: string,
  args: readonly unknown[] = [],
): Promise<T> {
  return (await ethers.deployContract(name, [...args])) as unknown as T;
}
