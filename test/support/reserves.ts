import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { DOMAINS } from "../../src/governance/role-graph.ts";
import type { AccessManager, Reserve } from "../../typechain-types/index.ts";
import { deployAs } from "./deployAs.ts";
import { type Core, DAY, HOUR, KINDS, NEVER, paramKey, ROLES } from "./deployCore.ts";
import { restrict } from "./restrict.ts";

/** How long a veto lasts. */
export const VETO = 30n * DAY;

/** Refill delays of the test deployment: of the level nearest to the Vault, and of the coldest. */
export const WARM_DELAY = 6n * HOUR;
export const COLD_DELAY = 30n * HOUR;

/** A level of cold storage and whoever governs it: nobody of the Vault's. */
export interface Level {
  readonly reserve: Reserve;
  readonly address: string;
  readonly manager: AccessManager;
  /** Stands in for its timelock: admin of its manager, PARAMETERS. */
  readonly timelock: HardhatEthersSigner;
  /** Stands in for its Safe: TREASURER and RISK_OFFICER. */
  readonly safe: HardhatEthersSigner;
  /** Sets one of its numbers, whatever its version. */
  set(key: string, value: bigint): Promise<void>;
}

/** Deploys one level with the role graph of production; the Vault doesn't know it yet. */
export async function deployLevel(
  core: Core,
  [timelock, safe]: readonly [HardhatEthersSigner, HardhatEthersSigner],
  colder: string,
): Promise<Level> {
  const { ethers } = core;
  const manager = await deployAs<AccessManager>(ethers, "AccessManager", [timelock]);
  const reserve = (await deployAs<Reserve>(ethers, "Reserve", [manager, core.vault, colder])).connect(
    timelock,
  ) as Reserve;
  await restrict(manager.connect(timelock), "reserve", reserve);
  const { ADMIN, ...holders } = DOMAINS.reserve.holders;
  for (const [role, holder] of Object.entries(holders)) {
    const account = holder === ADMIN ? timelock : safe;
    await manager.connect(timelock).grantRole(ROLES[role as "PARAMETERS"], account, 0);
  }
  return {
    reserve,
    address: await reserve.getAddress(),
    manager,
    timelock,
    safe,
    async set(key, value) {
      const { version } = await reserve.param(key);
      await reserve.set(key, version, NEVER, value);
    },
  };
}

/** Two levels, both known to the Vault: `warm` is where it sweeps to, and sweeps on to `cold`. */
export interface Levels {
  readonly warm: Level;
  readonly cold: Level;
}

/**
 * Gives a core two levels of cold storage with short delays. The assets that are named may be swept down to what is queued,
 * and the warm level keeps nothing of them.
 *
 * @example
 * const core = await deployCore(ethers);
 * const { warm, cold } = await addLevels(core, [NATIVE]);
 */
export async function addLevels(core: Core, assets: readonly bigint[]): Promise<Levels> {
  const [a, b, c, d] = core.users.slice(-4);
  if (!a || !b || !c || !d) throw new Error("the network has too few signers");
  const cold = await deployLevel(core, [a, b], core.ethers.ZeroAddress);
  const warm = await deployLevel(core, [c, d], cold.address);
  await warm.set(paramKey(KINDS.REFILL_DELAY), WARM_DELAY);
  await cold.set(paramKey(KINDS.REFILL_DELAY), COLD_DELAY);
  await core.vault.addReserve(warm.address);
  await core.vault.addReserve(cold.address);
  for (const asset of assets) await core.setParam("vault", paramKey(KINDS.HOT_MAX, asset), 0n);
  return { warm, cold };
}
