import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { BaseContract, ContractTransactionReceipt, InterfaceAbi, Signer } from "ethers";
import hre from "hardhat";
import { TerminalError } from "../core/errors.ts";

/** The chain begins here and moves by exact steps, so that every run is the same. */
const START = new Date("2026-01-01T00:00:00Z");

/** Of every measured transaction: more than any needs. */
export const GAS_LIMIT = 5_000_000n;

/** A mined transaction of a measurement. */
export interface Mined {
  readonly gas: number;
  readonly hash: string;
  readonly receipt: ContractTransactionReceipt;
}

/** The event `name` of the transaction, by that contract: what was measured is what was meant. */
export function eventIn(contract: BaseContract, mined: Mined, name: string) {
  for (const log of mined.receipt.logs) {
    if (log.address !== contract.target) continue;
    const parsed = contract.interface.parseLog(log);
    if (parsed?.name === name) return parsed;
  }
  throw new TerminalError("NOT_AS_MEANT", `The transaction emitted no ${name}`, {
    facts: { hash: mined.hash },
  });
}

/** The embedded chain of one run: deploys, sends and moves time by exact steps. */
export interface Chain {
  readonly ethers: HardhatEthers;
  readonly signers: readonly HardhatEthersSigner[];
  readonly hardfork: string;
  deploy(name: string, args?: readonly unknown[]): Promise<BaseContract>;
  deployBytecode(abi: InterfaceAbi, bytecode: string, args?: readonly unknown[]): Promise<BaseContract>;
  /** The contract `name`'s face at another's address. */
  at(name: string, address: string): Promise<BaseContract>;
  address(contract: BaseContract): string;
  send(
    from: Signer,
    contract: BaseContract,
    method: string,
    args: readonly unknown[],
    value?: bigint,
  ): Promise<Mined>;
  /** Unix seconds of the latest block. */
  now(): Promise<bigint>;
  /** Mines a block that many seconds later. */
  pass(seconds: bigint): Promise<void>;
  trace(hash: string): Promise<unknown>;
}

/** Starts the chain. Everything about it is fixed: accounts, date, hardfork. */
export async function startChain(): Promise<Chain> {
  const { ethers, networkHelpers, networkConfig, provider } = await hre.network.create({
    override: { initialDate: START },
  });
  const signers = await ethers.getSigners();
  const now = async () => BigInt(await networkHelpers.time.latest());
  const step = async () => networkHelpers.time.setNextBlockTimestamp((await now()) + 1n);
  const deployed = async (contract: BaseContract) => contract.waitForDeployment();
  const hardfork = "hardfork" in networkConfig ? String(networkConfig.hardfork) : "unknown";
  return {
    ethers,
    signers,
    hardfork,
    deploy: async (name, args = []) => {
      await step();
      return deployed(await ethers.deployContract(name, [...args]));
    },
    deployBytecode: async (abi, bytecode, args = []) => {
      await step();
      const [deployer] = signers;
      return deployed(await new ethers.ContractFactory(abi, bytecode, deployer).deploy(...args));
    },
    at: async (name, address) => ethers.getContractAt(name, address),
    address: (contract) => {
      if (typeof contract.target !== "string")
        throw new TerminalError("NO_ADDRESS", "A contract has no address");
      return contract.target;
    },
    send: async (from, contract, method, args, value = 0n) => {
      await step();
      const call = contract.connect(from).getFunction(method);
      const sent = await call.send(...args, { gasLimit: GAS_LIMIT, value });
      const receipt = await sent.wait();
      if (receipt === null) throw new TerminalError("NOT_MINED", `${method} was not mined`);
      return { gas: Number(receipt.gasUsed), hash: receipt.hash, receipt };
    },
    now,
    pass: async (seconds) => {
      await networkHelpers.time.increase(seconds);
    },
    trace: async (hash) => provider.request({ method: "debug_traceTransaction", params: [hash] }),
  };
}
