import hre from "hardhat";

/** Opens an embedded chain in this process: its clock starts at `start` and is the caller's, and gas costs nothing. */
export function openEmbeddedChain(start: Date) {
  return hre.network.create({
    override: {
      initialDate: start,
      allowBlocksWithSameTimestamp: true,
      initialBaseFeePerGas: 0n,
      gasPrice: 0n,
    },
  });
}
