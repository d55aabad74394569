import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Contract, ContractFactory, id, type Signer, ZeroAddress } from "ethers";
import { type Call, Safe, type SafeTransaction } from "../../src/governance/safe.ts";
import { type SafeContract, safeArtifact } from "../../src/governance/safe-contracts.ts";
import { guardCalls } from "../../src/governance/safe-settings.ts";

/** Where a Safe 1.5 keeps who guards it, and what answers the calls that it doesn't know. */
export const SAFE_SLOTS = {
  guard: id("guard_manager.guard.address"),
  moduleGuard: id("module_manager.module_guard.address"),
  fallbackHandler: id("fallback_manager.handler.address"),
} as const;

/** What a new Safe delegates to while it is made. */
export interface SetupCall {
  readonly to: string;
  readonly data: string;
}

/** The canonical contracts, deployed, and a maker of Safes that stand on them. */
export interface RealSafes {
  readonly factory: Contract;
  readonly singleton: Contract;
  readonly fallbackHandler: Contract;
  readonly multiSend: Contract;
  make(owners: readonly Signer[], threshold: number, setup?: SetupCall): Promise<Safe>;
}

/**
 * Deploys the canonical code of Safe 1.5.
 *
 * @example
 * const safes = await realSafes(ethers, relayer);
 * const council = await safes.make([anna, bert, carl], 2);
 */
export async function realSafes(ethers: HardhatEthers, relayer: HardhatEthersSigner): Promise<RealSafes> {
  const base = async (which: SafeContract) => {
    const { abi, bytecode } = safeArtifact(which);
    const contract = await new ContractFactory(abi as never, bytecode, relayer).deploy();
    return new Contract(await contract.getAddress(), abi as never, relayer);
  };
  const [factory, singleton] = [await base("factory"), await base("singleton")];
  const [fallbackHandler, multiSend] = [await base("fallbackHandler"), await base("multiSend")];
  const { chainId } = await ethers.provider.getNetwork();
  let salt = 0n;
  const make: RealSafes["make"] = async (owners, threshold, setup) => {
    const addresses = await Promise.all(owners.map((owner) => owner.getAddress()));
    const initializer = singleton.interface.encodeFunctionData("setup", [
      addresses,
      threshold,
      setup?.to ?? ZeroAddress,
      setup?.data ?? "0x",
      fallbackHandler.target,
      ZeroAddress,
      0,
      ZeroAddress,
    ]);
    const create = factory.getFunction("createProxyWithNonce");
    const address = (await create.staticCall(singleton.target, initializer, ++salt)) as string;
    await (await create.send(singleton.target, initializer, salt)).wait();
    return new Safe(address, chainId, relayer);
  };
  return { factory, singleton, fallbackHandler, multiSend, make };
}

/** Puts the module and the guards in place by the owners' own signatures. */
export async function installGuard(
  safe: Safe,
  owners: readonly Signer[],
  timelock: string,
  guard: string,
): Promise<void> {
  for (const call of guardCalls(safe, timelock, guard)) await safe.send(call, owners);
}

/** Signs and sends a transaction with fields that `Safe.build` never sets. */
export async function sendOdd(
  safe: Safe,
  call: Call,
  owners: readonly Signer[],
  odd: Readonly<Record<string, unknown>>,
): Promise<void> {
  const transaction = { ...(await safe.build(call)), ...odd } as SafeTransaction;
  const signatures = [];
  for (const owner of owners) signatures.push(await safe.sign(transaction, owner));
  await safe.execute(transaction, signatures);
}

/** The address in one of a Safe's slots. */
export async function slotOf(ethers: HardhatEthers, safe: Safe, slot: string): Promise<string> {
  return ethers.getAddress(`0x${(await ethers.provider.getStorage(safe.address, slot)).slice(26)}`);
}
