import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { id, Wallet, ZeroAddress } from "ethers";
import { throughGovernance } from "../../src/governance/proposal.ts";
import { ROLES } from "../../src/governance/roles.ts";
import type { Safe } from "../../src/governance/safe.ts";
import { selfCall } from "../../src/governance/safe-settings.ts";
import type { SafeGuard, SafeSetup, Succession, VetoGate } from "../../typechain-types/index.ts";
import { callOf, ethers, type Scene, scene } from "../scenario/scene.ts";
import { deployAs } from "./deployAs.ts";
import { installGuard, realSafes } from "./realSafes.ts";

export const PROPOSER = id("PROPOSER_ROLE");
export const CANCELLER = id("CANCELLER_ROLE");

/** A new Safe and the keys of its owners. */
export interface Fresh {
  readonly safe: Safe;
  readonly keys: readonly Wallet[];
}

/** The deployed suite, every Safe of it under the guard, with the veto gate and the succession in their places. */
export interface Fortified extends Scene {
  readonly guard: SafeGuard;
  readonly gate: VetoGate;
  readonly succession: Succession;
  /** Holds ROLLBACK. */
  readonly rollback: Fresh;
  /** A new Safe under the guard: two of three new keys. */
  freshSafe(): Promise<Fresh>;
  /** A new Safe with the timelock as its module and no guard. */
  bareSafe(): Promise<Safe>;
  /** A gate for another Safe, not yet in any role. */
  gateFor(safe: Safe): Promise<VetoGate>;
  readonly outsider: HardhatEthersSigner;
}

/** Puts the guard, the gate and the succession on a suite, as docs/operations/safe-guard.md says. */
export async function fortified(): Promise<Fortified> {
  const s = await scene();
  const { timelock, manager } = s.contracts;
  const [relayer, , , , outsider] = await ethers.getSigners();
  if (!relayer || !outsider) throw new Error("too few signers");
  const guard = await deployAs<SafeGuard>(ethers, "SafeGuard", [timelock]);
  const setUp = await deployAs<SafeSetup>(ethers, "SafeSetup");
  const { council, canceller, guardian, reviewer, riskOfficer } = s.safes;
  if (!riskOfficer) throw new Error("the local configuration has a Safe for the risk officer");
  const gateFor = async (safe: Safe, former: string = ZeroAddress) =>
    deployAs<VetoGate>(ethers, "VetoGate", [timelock, safe.address, former]);
  const gate = await gateFor(canceller);
  const offices = [guardian, canceller, reviewer].map(({ address }) => address);
  const succession = await deployAs<Succession>(ethers, "Succession", [timelock, offices, 2]);

  const makers = await realSafes(ethers, relayer);
  const data = setUp.interface.encodeFunctionData("setUp", [String(timelock.target), String(guard.target)]);
  const freshSafe = async () => {
    const keys = [0, 1, 2].map(() => new Wallet(Wallet.createRandom().privateKey));
    return { safe: await makers.make(keys, 2, { to: String(setUp.target), data }), keys };
  };
  const bareSafe = async () => {
    const key = new Wallet(Wallet.createRandom().privateKey);
    const safe = await makers.make([key], 1);
    await safe.send(selfCall(safe, "enableModule", [timelock.target]), [key]);
    return safe;
  };
  const rollback = await freshSafe();

  for (const [safe, keys] of [
    [council, s.keys.council],
    [canceller, s.keys.canceller],
    [guardian, s.keys.guardian],
    [reviewer, s.keys.reviewer],
    [riskOfficer, s.keys.riskOfficer],
  ] as const) {
    const quorum = keys.slice(0, await safe.threshold());
    await installGuard(safe, quorum, String(timelock.target), String(guard.target));
  }
  await throughGovernance(s, [
    callOf(timelock, "grantRole", [CANCELLER, gate.target]),
    callOf(timelock, "revokeRole", [CANCELLER, canceller.address]),
    callOf(timelock, "grantRole", [PROPOSER, succession.target]),
    callOf(manager, "grantRole", [ROLES.ROLLBACK, rollback.safe.address, 0]),
  ]);
  return {
    ...{ ...s, guard, gate, succession, rollback, freshSafe, bareSafe, outsider },
    gateFor: (safe: Safe) => gateFor(safe, String(gate.target)),
  };
}
