import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import hre from "hardhat";
import { loadConfig } from "../../deploy/config/load.ts";
import { deploySuite, type Suite } from "../../deploy/suite.ts";
import type { Call } from "../../src/governance/safe.ts";

export const HOUR = 3_600n;
export const DAY = 24n * HOUR;

/** The connection of all scenarios in one file: each test starts from a snapshot of the deployed suite. */
export const connection = await hre.network.create();
export const { ethers, networkHelpers } = connection;

/** A suite and people who have nothing to do with its governance. */
export interface Scene extends Suite {
  readonly anna: HardhatEthersSigner;
  readonly bert: HardhatEthersSigner;
  readonly mallory: HardhatEthersSigner;
}

async function deployed(): Promise<Scene> {
  const suite = await deploySuite(connection, await loadConfig("local"));
  const [, anna, bert, mallory] = await ethers.getSigners();
  if (!anna || !bert || !mallory) throw new Error("the embedded chain has too few accounts");
  return { ...suite, anna, bert, mallory };
}

/** The deployed suite, from a snapshot after the first time. */
export async function scene(): Promise<Scene> {
  return networkHelpers.loadFixture(deployed);
}

/** A call of one of the suite's contracts, as governance schedules it and Safes send it. */
export function callOf(
  contract: { readonly target: unknown; readonly interface: { encodeFunctionData(name: never, args: never): string } },
  name: string,
  args: readonly unknown[],
): Call {
  return { to: String(contract.target), data: contract.interface.encodeFunctionData(name as never, args as never) };
}

/** Seconds of the chain's latest block. */
export async function now(): Promise<bigint> {
  return BigInt(await networkHelpers.time.latest());
}
