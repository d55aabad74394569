import { type Interface, type Signer, ZeroHash } from "ethers";
import { type Call, Safe } from "../../src/governance/safe.ts";
import { operationId, operationOf, scheduleCall } from "../../src/governance/timelock.ts";
import { AccessManager__factory } from "../../typechain-types/factories/@openzeppelin/contracts/access/manager/AccessManager__factory.ts";
import { TimelockController__factory } from "../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { DepositFactory__factory } from "../../typechain-types/factories/contracts/custody/DepositFactory__factory.ts";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { Recovery__factory } from "../../typechain-types/factories/contracts/custody/Recovery__factory.ts";
import { VaultLens__factory } from "../../typechain-types/factories/contracts/custody/VaultLens__factory.ts";
import { Guardian__factory } from "../../typechain-types/factories/contracts/governance/Guardian__factory.ts";
import { Succession__factory } from "../../typechain-types/factories/contracts/governance/Succession__factory.ts";
import { UpgradeController__factory } from "../../typechain-types/factories/contracts/governance/UpgradeController__factory.ts";
import { VetoGate__factory } from "../../typechain-types/factories/contracts/governance/VetoGate__factory.ts";
import { MockAggregator__factory } from "../../typechain-types/factories/contracts/mocks/oracle/MockAggregator__factory.ts";
import { PriceRouter__factory } from "../../typechain-types/factories/contracts/oracle/PriceRouter__factory.ts";
import { TierRegistry__factory } from "../../typechain-types/factories/contracts/policy/TierRegistry__factory.ts";
import { ATTESTATION_TYPES } from "../support/stage.ts";
import type { Stage } from "./stage.ts";

export const ETHER = 10n ** 18n;
export const DAY = 86_400;

/** The suite's contracts as a test looks at them. */
export function contractsOf({ addresses, connection }: Stage) {
  const { provider } = connection.ethers;
  return {
    vault: IVault__factory.connect(addresses.vault, provider),
    factory: DepositFactory__factory.connect(addresses.factory, provider),
    recovery: Recovery__factory.connect(addresses.recovery, provider),
    guardian: Guardian__factory.connect(addresses.guardian, provider),
    timelock: TimelockController__factory.connect(addresses.timelock, provider),
    lens: VaultLens__factory.connect(addresses.lens, provider),
    router: PriceRouter__factory.connect(addresses.router, provider),
    registry: TierRegistry__factory.connect(addresses.registry, provider),
    manager: AccessManager__factory.connect(addresses.manager, provider),
    succession: Succession__factory.connect(addresses.succession, provider),
    upgradeController: UpgradeController__factory.connect(addresses.upgradeController, provider),
    gate: VetoGate__factory.connect(addresses.vetoGate, provider),
  };
}

export function assetId({ addresses }: Stage, symbol: string): bigint {
  return BigInt(addresses.assets.find((asset) => asset.symbol === symbol)?.id ?? 0);
}

/** `Phase` of contracts/custody/interfaces/IVaultTypes.sol. */
export const PHASE = { NONE: 0n, OPEN: 1n, ENDORSED: 2n } as const;

/** Whoever pays the gas. */
export async function payer({ connection }: Stage): Promise<Signer> {
  const [first] = await connection.ethers.getSigners();
  if (first === undefined) throw new Error("the node funds its accounts");
  return first;
}

/** Three feeds of other providers, as a change file's reader writes them. */
export async function otherFeeds(stage: Stage): Promise<Record<string, string>> {
  const words: Record<string, string> = {};
  for (const word of ["FEED_1", "FEED_2", "FEED_3"]) {
    const feed = await new MockAggregator__factory(await payer(stage)).deploy(8);
    words[word] = await feed.getAddress();
    stage.words.set(word, words[word]);
  }
  await speak(stage);
  return words;
}

/** These feeds say $2,000 now, as live ones go on doing. */
export async function speak(stage: Stage): Promise<void> {
  const time = await stage.now();
  for (const word of ["FEED_1", "FEED_2", "FEED_3"]) {
    const feed = MockAggregator__factory.connect(stage.words.get(word) ?? "", await payer(stage));
    await (await feed.push(1, 200_000_000_000n, time, time)).wait();
  }
}

/** The attestor lifts or keeps an account, by its signature. */
export async function attest(stage: Stage, subject: string, tier: bigint): Promise<unknown> {
  const { registry } = contractsOf(stage);
  const time = BigInt(await stage.now());
  const attestor = stage.wallet("attestor");
  const nonce = await registry.attestationNonce(subject);
  const value = {
    subject,
    tier,
    until: time + 30_000_000n,
    evidence: ZeroHash,
    nonce,
    deadline: time + 3_600n,
  };
  const domain = {
    name: "Strongroom TierRegistry",
    version: "1",
    chainId: BigInt(stage.addresses.chainId),
    verifyingContract: stage.addresses.registry,
  };
  const signature = await attestor.signTypedData(domain, ATTESTATION_TYPES, value);
  const sent = await registry.connect(attestor).attest(value, signature, attestor.address);
  return sent.wait();
}

/** Ether of a customer, by its deposit address. */
export async function deposit(stage: Stage, who: string, amount: bigint): Promise<void> {
  const { factory } = contractsOf(stage);
  const [payer] = await stage.connection.ethers.getSigners();
  const { address } = stage.wallet(who);
  const sent = await payer?.sendTransaction({ to: await factory.addressOf(address), value: amount });
  await sent?.wait();
  if (payer !== undefined) await (await factory.connect(payer).flush(address, assetId(stage, "eth"))).wait();
}

/** A request of ether; the id of the exit if it queues. */
export async function withdraw(
  stage: Stage,
  who: string,
  amount: bigint,
  to: string,
): Promise<string | undefined> {
  const { vault } = contractsOf(stage);
  const sent = await vault.connect(stage.wallet(who)).withdraw(assetId(stage, "eth"), amount, to);
  const receipt = await sent.wait();
  const logs = receipt?.logs.map((log) => vault.interface.parseLog(log)) ?? [];
  return logs.find((log) => log?.name === "Queued")?.args.id as string | undefined;
}

/** As many owners of a Safe as it asks for have their way: thieves too. */
export async function bySafe(
  stage: Stage,
  name: "council" | "guardian" | "riskOfficer",
  call: Call,
): Promise<void> {
  const [payer] = await stage.connection.ethers.getSigners();
  const address = stage.addresses.safes[name];
  if (payer === undefined || address === undefined) throw new Error(`there is no ${name} Safe`);
  const safe = new Safe(address, BigInt(stage.addresses.chainId), payer);
  await safe.send(
    call,
    stage.actors(name).map(({ wallet }) => wallet),
  );
}

/** What three council keys put into the timelock; its id. */
export async function scheduled(stage: Stage, call: Call): Promise<string> {
  const { timelock } = contractsOf(stage);
  const operation = operationOf([call], ZeroHash);
  await bySafe(stage, "council", await scheduleCall(timelock, operation));
  return operationId(operation);
}

/** Unix seconds: of an account's own hold and the one on everyone, the later. */
export async function heldUntil(stage: Stage, account: string): Promise<number> {
  const { lens } = contractsOf(stage);
  return Number((await lens.standingOf(account)).heldUntil);
}

/** The code of whatever a promise was refused with, by the contract's own error. */
export async function refusal(
  action: Promise<unknown>,
  contract: { readonly interface: Interface },
): Promise<string> {
  try {
    await action;
    return "none";
  } catch (error) {
    const { data } = error as { data?: string };
    return contract.interface.parseError(data ?? "0x")?.name ?? String((error as Error).message);
  }
}
