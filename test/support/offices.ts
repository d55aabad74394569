import { expect } from "chai";
import { type Signer, Wallet, ZeroAddress } from "ethers";
import { KINDS, NEVER, paramKey } from "../../src/governance/parameters.ts";
import { type Governed, throughGovernance } from "../../src/governance/proposal.ts";
import { ROLES } from "../../src/governance/roles.ts";
import type { Call, Safe } from "../../src/governance/safe.ts";
import { asModule, replaceOwners, selfCall } from "../../src/governance/safe-settings.ts";
import { execute, operationOf, type TimelockOperation } from "../../src/governance/timelock.ts";
import { veto as vetoBySafe } from "../../src/governance/veto.ts";
import type { Succession } from "../../typechain-types/index.ts";
import {
  type Asked,
  callOf,
  DAY,
  depositByAddress,
  ETHER,
  eth,
  ethers,
  HOUR,
  now,
  season,
  withdraw,
} from "../scenario/scene.ts";
import { type Fortified, fortified, PROPOSER } from "./fortified.ts";

export const POOL = paramKey(KINDS.UNVERIFIED_POOL);
export const NOTICE = 30n * DAY;
export const HOME = Wallet.createRandom().address;
/** More than the unverified may take at once. */
export const LARGE = 2n * ETHER;

/** Two or three of these keys sign for this Safe. */
export async function send(safe: Safe, keys: readonly Signer[], call: Call) {
  return safe.send(call, keys.slice(0, await safe.threshold()));
}

export function as(s: Fortified, name: "canceller" | "guardian" | "reviewer" | "reserve", call: Call) {
  return send(s.safes[name], s.keys[name], call);
}

export function asRiskOfficer(s: Fortified, call: Call) {
  if (!s.safes.riskOfficer) throw new Error("the local configuration has a Safe for the risk officer");
  return send(s.safes.riskOfficer, s.keys.riskOfficer, call);
}

export async function veto(s: Fortified, ...operations: TimelockOperation[]) {
  return vetoBySafe(s.gate, s.safes.canceller, operations, s.keys.canceller.slice(0, 2));
}

export async function delay(s: Fortified): Promise<bigint> {
  return s.contracts.timelock.getMinDelay();
}

/** A loosening that governance could want: another cent in the pool of the unverified. */
export async function wish(s: Fortified): Promise<Call> {
  const { base, version } = await s.contracts.policy.param(POOL);
  return callOf(s.contracts.policy, "set", [POOL, version, NEVER, base + 1n]);
}

/** A council and the keys that sign for it. */
export interface Council {
  readonly safe: Safe;
  readonly keys: readonly Signer[];
}

/** The reserve's own governance: its timelock, and whoever proposes there. */
export function ofReserve(
  s: Fortified,
  { safe, keys }: Council = { safe: s.safes.reserve, keys: s.keys.reserve },
): Governed {
  return {
    contracts: { timelock: s.contracts.reserveTimelock },
    safes: { council: safe },
    keys: { council: keys },
    wait: s.wait,
  };
}

/** Whoever proposes gets a loosening through. */
export async function governs(
  s: Fortified,
  { safe, keys }: Council = { safe: s.safes.council, keys: s.keys.council },
) {
  const { base } = await s.contracts.policy.param(POOL);
  await throughGovernance({ ...s, safes: { council: safe }, keys: { council: keys } }, [await wish(s)]);
  expect((await s.contracts.policy.param(POOL)).base).to.equal(base + 1n);
}

/** What only this operation can do isn't done: it is gone, and nobody can execute it. */
export async function isGone(s: Fortified, operation: TimelockOperation) {
  await s.wait(await delay(s));
  await expect(execute(s.contracts.timelock, operation)).to.be.revertedWithCustomError(
    s.contracts.timelock,
    "TimelockUnexpectedOperationState",
  );
}

/** Releases a queued exit once it has matured, and again when its slot has come. */
export async function payOut(s: Fortified, { exit, late }: Asked) {
  const t = await now();
  if (t < late) await s.wait(late - t);
  const before = await ethers.provider.getBalance(HOME);
  await s.contracts.vault.connect(s.outsider).release(exit);
  if ((await ethers.provider.getBalance(HOME)) === before) {
    await s.wait(10n * DAY);
    await s.contracts.vault.connect(s.outsider).release(exit);
  }
  expect(await ethers.provider.getBalance(HOME)).to.equal(
    before + BigInt((exit as { amount: bigint }).amount),
  );
}

export async function queued(s: Fortified): Promise<Asked> {
  const asked = await withdraw(s, s.anna, LARGE, HOME);
  expect(asked.paid).to.equal(false);
  return asked;
}

/** Owners enter and leave: an instant exit, a transfer, and a queued one to its end, without any office. */
export async function ownersLeave(s: Fortified) {
  await s.mocks.refreshPrices();
  expect((await withdraw(s, s.anna, ETHER / 10n, HOME)).paid).to.equal(true);
  await s.contracts.vault.connect(s.anna).transfer(s.bert, eth(s), 1n);
  await payOut(s, await queued(s));
}

export async function heldUntil(s: Fortified, subject: string): Promise<bigint> {
  return BigInt((await s.contracts.vault.subjectRecord(subject)).heldUntil);
}

/** What the guardian and the risk officer do at once, they do whoever else is gone. */
export async function officesAct(s: Fortified) {
  const { guardian, policy } = s.contracts;
  await as(s, "guardian", callOf(guardian, "hold", [s.mallory.address, HOUR]));
  expect(await heldUntil(s, s.mallory.address)).to.be.greaterThan(await now());
  await as(s, "guardian", callOf(guardian, "lift", [s.mallory.address]));
  const { base } = await policy.param(POOL);
  await asRiskOfficer(s, callOf(policy, "tighten", [POOL, base - 1n]));
  expect(await policy.inForce(POOL)).to.equal(base - 1n);
}

/** The Safe's governance changes its owners through its module; the old keys are worth nothing then. */
export async function restored(
  s: Fortified,
  safe: Safe,
  old: readonly Signer[],
  by: Governed = s,
): Promise<readonly Wallet[]> {
  const keys = [0, 1, 2].map(() => new Wallet(Wallet.createRandom().privateKey));
  const calls = await replaceOwners(
    safe,
    keys.map(({ address }) => address),
    2,
  );
  await throughGovernance(
    by,
    calls.map((call) => asModule(safe, call)),
  );
  expect(await safe.threshold()).to.equal(2);
  await expect(safe.send({ to: s.outsider.address, data: "0x" }, old.slice(0, 3))).to.be.revert(ethers);
  return keys;
}

/** The Safe's own quorum can't change the Safe: thieves can't throw the honest owners out. */
export async function cantChangeItself(s: Fortified, safe: Safe, keys: readonly Signer[]) {
  const thief = s.mallory.address;
  for (const [name, args] of [
    ["addOwnerWithThreshold", [thief, 1]],
    ["enableModule", [thief]],
    ["setGuard", [ZeroAddress]],
    ["setModuleGuard", [ZeroAddress]],
    ["setFallbackHandler", [thief]],
  ] as const) {
    await expect(send(safe, keys, selfCall(safe, name, args)), name).to.be.revertedWithCustomError(
      s.guard,
      "SafeGuard_SelfCall",
    );
  }
}

/** Moves a role of the AccessManager from one account to another. */
export async function passRole(s: Fortified, role: keyof typeof ROLES, from: string, to: string) {
  await throughGovernance(s, [
    callOf(s.contracts.manager, "grantRole", [ROLES[role], to, 0]),
    callOf(s.contracts.manager, "revokeRole", [ROLES[role], from]),
  ]);
}

/** Schedules the announced succession, by anyone: the operation that passes on what the lost Safe proposes. */
export async function scheduled(s: Fortified, succession: Succession, lost: Safe, heir: Council) {
  const receipt = await (await succession.connect(s.outsider).schedule()).wait();
  const log = receipt?.logs
    .map((entry) => succession.interface.parseLog(entry))
    .find((parsed) => parsed?.name === "SuccessionScheduled");
  const timelock = await ethers.getContractAt("TimelockController", await succession.timelock());
  return operationOf(
    [
      callOf(timelock, "grantRole", [PROPOSER, heir.safe.address]),
      callOf(timelock, "revokeRole", [PROPOSER, lost.address]),
    ],
    String(log?.args.salt),
  );
}

export async function populated(): Promise<Fortified> {
  const s = await fortified();
  // A crowd, beside which one exit is small.
  await depositByAddress(s, s.bert, 500n * ETHER);
  await season(s, s.anna, 20n * ETHER, HOME);
  return s;
}
