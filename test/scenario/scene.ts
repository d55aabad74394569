import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type BaseWallet, type Signer, ZeroHash } from "ethers";
import hre from "hardhat";
import { loadConfig } from "../../deploy/config/load.ts";
import { deploySuite, type Suite } from "../../deploy/suite.ts";
import type { CreationCode } from "../../deploy/verify/code.ts";
import type { Call } from "../../src/governance/safe.ts";
import { ATTESTATION_TYPES } from "../support/stage.ts";

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
  contract: {
    readonly target: unknown;
    readonly interface: { encodeFunctionData(name: never, args: never): string };
  },
  name: string,
  args: readonly unknown[],
): Call {
  return {
    to: String(contract.target),
    data: contract.interface.encodeFunctionData(name as never, args as never),
  };
}

/** The attestor whose key is at hand. */
export function attestorOf(s: Suite): Signer {
  const [attestor] = s.keys.attestors;
  if (!attestor) throw new Error("the local configuration has an attestor");
  return attestor;
}

/** An attestation of `subject`, signed by the attestor and brought by somebody else. */
export async function attest(s: Scene, attestor: Signer | BaseWallet, subject: string, tier: bigint) {
  const { registry } = s.contracts;
  const time = await now();
  const nonce = await registry.attestationNonce(subject);
  const value = { subject, tier, until: time + 365n * DAY, evidence: ZeroHash, nonce, deadline: time + HOUR };
  const domain = {
    name: "Strongroom TierRegistry",
    version: "1",
    chainId: s.config.chainId,
    verifyingContract: s.addresses.registry,
  };
  const signature = await attestor.signTypedData(domain, ATTESTATION_TYPES, value);
  return registry.connect(s.mallory).attest(value, signature, await attestor.getAddress());
}

/** The creation code of this very build: under coverage it is instrumented. */
export const creationCode: CreationCode = async (name) => (await hre.artifacts.readArtifact(name)).bytecode;

/** Seconds of the chain's latest block. */
export async function now(): Promise<bigint> {
  return BigInt(await networkHelpers.time.latest());
}

/** `Reason` of contracts/shared/Reasons.sol, as bits. */
export const REASON = {
  ABOVE_SINGLE_LIMIT: 1n << 0n,
  NEW_DESTINATION: 1n << 1n,
  FRESH: 1n << 4n,
  PRICE_NOT_NORMAL: 1n << 7n,
  SUBJECT_LIMIT: 1n << 8n,
} as const;

export const ETHER = 10n ** 18n;

/** The terms of a queued exit, as its owner re-sends them. */
export type ExitTerms = Parameters<Scene["contracts"]["vault"]["release"]>[0];

/** What became of a request: paid now, or queued under these terms for these reasons. */
export interface Asked {
  readonly paid: boolean;
  readonly reasons: bigint;
  readonly id: string;
  readonly exit: ExitTerms;
  readonly late: bigint;
}

/** Sends ether to the account's deposit address, as an exchange does, and flushes it. */
export async function depositByAddress(
  s: Scene,
  account: HardhatEthersSigner,
  amount: bigint,
): Promise<void> {
  const { factory } = s.contracts;
  const to = await factory.addressOf(account);
  await s.mallory.sendTransaction({ to, value: amount });
  await factory.connect(s.mallory).flush(account, eth(s));
}

/** The asset id of the chain's own currency. */
export function eth(s: Scene): bigint {
  const id = s.assets.eth;
  if (id === undefined) throw new Error("ether is listed");
  return id;
}

/** Asks for an exit of ether. */
export async function withdraw(
  s: Scene,
  owner: HardhatEthersSigner,
  amount: bigint,
  to: string,
): Promise<Asked> {
  const { vault } = s.contracts;
  const sent = await vault.connect(owner).withdraw(eth(s), amount, to);
  const receipt = await sent.wait();
  const log = receipt?.logs
    .map((entry) => vault.interface.parseLog(entry))
    .find((parsed) => parsed?.name === "Queued");
  if (log === undefined || log === null)
    return { paid: true, reasons: 0n, id: "", exit: {} as ExitTerms, late: 0n };
  const exit = log.args.exit as { toObject(): ExitTerms; late: bigint };
  return {
    paid: false,
    reasons: log.args.reasons as bigint,
    id: log.args.id as string,
    exit: exit.toObject(),
    late: exit.late,
  };
}

/** An account with seasoned ether and one usable destination, and fresh prices. */
export async function season(
  s: Scene,
  account: HardhatEthersSigner,
  amount: bigint,
  to: string,
): Promise<void> {
  await depositByAddress(s, account, amount);
  await s.contracts.vault.connect(account).setDestination(to, true);
  await s.wait(2n * DAY);
  await s.mocks.refreshPrices();
}
