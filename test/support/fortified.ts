import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { id, type Signer, Wallet } from "ethers";
import type { Safe } from "../../src/governance/safe.ts";
import { selfCall } from "../../src/governance/safe-settings.ts";
import type { SafeGuard, Succession, VetoGate } from "../../typechain-types/index.ts";
import { ethers, type Scene, scene } from "../scenario/scene.ts";
import { deployAs } from "./deployAs.ts";
import { realSafes } from "./realSafes.ts";

export const PROPOSER = id("PROPOSER_ROLE");
export const CANCELLER = id("CANCELLER_ROLE");

/** A new Safe and the keys of its owners. */
export interface Fresh {
  readonly safe: Safe;
  readonly keys: readonly Wallet[];
}

/** The deployed suite with the names that lock-out stories use, and makers of further Safes and gates. */
export interface Fortified extends Scene {
  readonly guard: SafeGuard;
  readonly gate: VetoGate;
  readonly succession: Succession;
  /** Holds ROLLBACK. */
  readonly rollback: { readonly safe: Safe; readonly keys: readonly Signer[] };
  /** A new Safe under the guard: two of three new keys. */
  freshSafe(): Promise<Fresh>;
  /** A new Safe with the timelock as its module and no guard. */
  bareSafe(): Promise<Safe>;
  /** A gate for another Safe, not yet in any role. */
  gateFor(safe: Safe): Promise<VetoGate>;
  readonly outsider: HardhatEthersSigner;
}

/** The suite as it is deployed: every Safe under the guard, gate and succession in their places. */
export async function fortified(): Promise<Fortified> {
  const s = await scene();
  const { timelock, vetoGate: gate, succession } = s.contracts;
  const [relayer, , , , outsider] = await ethers.getSigners();
  if (!relayer || !outsider) throw new Error("too few signers");
  const guard = (await ethers.getContractAt("SafeGuard", s.addresses.safeGuard)) as unknown as SafeGuard;
  const setUp = await ethers.getContractAt("SafeSetup", s.addresses.safeSetup);
  const makers = await realSafes(ethers, relayer);
  const data = setUp.interface.encodeFunctionData("setUp", [s.addresses.timelock, s.addresses.safeGuard]);
  const freshSafe = async () => {
    const keys = [0, 1, 2].map(() => new Wallet(Wallet.createRandom().privateKey));
    return { safe: await makers.make(keys, 2, { to: s.addresses.safeSetup, data }), keys };
  };
  const bareSafe = async () => {
    const key = new Wallet(Wallet.createRandom().privateKey);
    const safe = await makers.make([key], 1);
    await safe.send(selfCall(safe, "enableModule", [timelock.target]), [key]);
    return safe;
  };
  const rollback = { safe: s.safes.rollback, keys: s.keys.rollback };
  const gateFor = async (safe: Safe) =>
    deployAs<VetoGate>(ethers, "VetoGate", [timelock, safe.address, gate.target]);
  return { ...s, guard, gate, succession, rollback, freshSafe, bareSafe, outsider, gateFor };
}
