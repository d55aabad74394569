import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";

type Signer = Awaited<ReturnType<HardhatEthers["getSigners"]>>[number];

/** A chain and the account that pays there. */
export interface DeployingChain {
  readonly provider: HardhatEthers["provider"];
  readonly signer: Signer;
  readonly chainId: bigint;
}
