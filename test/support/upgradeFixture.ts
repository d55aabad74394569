import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { BaseContract, ContractTransactionResponse } from "ethers";
import { COMPARE, type Probe, probeOf } from "../../src/governance/release.ts";
import type {
  AccessManager,
  Coupled,
  HostileTill,
  MockInstantDoor,
  ProxyAdmin,
  Till,
  TimelockController,
  UpgradeController,
} from "../../typechain-types/index.ts";
import { deployAs } from "./deployAs.ts";
import { DAY, NEVER } from "./deployCore.ts";
import { restrict } from "./restrict.ts";

/** The ERC-1967 slots of a proxy's implementation and of its admin. */
const POINTER = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const ADMIN = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103";

/** Seconds of the test controller's window, and of its timelock's delay. */
export const WINDOW = 14n * DAY;
export const DELAY = 2n * DAY;

/** Role ids, as in contracts/governance/Roles.sol. */
export const UPGRADER = 2n;
export const ROLLBACK = 12n;

/** `Harm` and `Mood` of contracts/mocks/upgrade/HostileTill.sol. */
export const HARM = {
  NONE: 0n,
  CORRUPT: 1n,
  REPACK: 2n,
  REINITIALISE: 3n,
  POINTER: 4n,
  CALL: 5n,
  TAKE: 6n,
  REFUSE: 7n,
  BURN: 8n,
} as const;
export const MOOD = {
  HONEST: 0n,
  LYING: 1n,
  FEIGNING: 2n,
  BRICKED: 3n,
  BURNING: 4n,
  BOMBING: 5n,
  SILENT: 6n,
} as const;

/** `DoorMode` of contracts/mocks/upgrade/MockInstantDoor.sol. */
export const DOOR = { OBEY: 0n, REFUSE: 1n, BURN: 2n, BOMB: 3n, RUBBISH: 4n, DUMB: 5n } as const;

export interface Step {
  proxy: string;
  revision: bigint;
  from: string;
  to: string;
  codehash: string;
  data: string;
}

export interface Release {
  steps: Step[];
  pins: { account: string; codehash: string }[];
  probes: Probe[];
  noRollback: boolean;
  validUntil: bigint;
  salt: string;
}

/** A contract behind a transparent proxy. */
export interface Proxied<T> {
  /** The implementation's face at the proxy. */
  readonly face: T;
  readonly proxy: string;
  readonly admin: ProxyAdmin;
  readonly implementation: string;
}

/** Puts an implementation behind OpenZeppelin's proxy. */
export async function proxied<T>(
  ethers: HardhatEthers,
  name: string,
  implementation: BaseContract,
  owner: unknown,
  data: string,
): Promise<Proxied<T>> {
  const address = await implementation.getAddress();
  const deployed = await ethers.deployContract("TransparentUpgradeableProxy", [address, owner, data]);
  const proxy = await deployed.getAddress();
  const face = (await ethers.getContractAt(name, proxy)) as unknown as T;
  return { face, proxy, admin: await adminOf(ethers, proxy), implementation: address };
}

/** The ProxyAdmin of a proxy. */
export async function adminOf(ethers: HardhatEthers, proxy: string): Promise<ProxyAdmin> {
  const admin = ethers.getAddress(ethers.dataSlice(await ethers.provider.getStorage(proxy, ADMIN), 12));
  return (await ethers.getContractAt("ProxyAdmin", admin)) as unknown as ProxyAdmin;
}

/** The implementation that a proxy really points at. */
export async function pointerOf(ethers: HardhatEthers, proxy: string): Promise<string> {
  return ethers.getAddress(ethers.dataSlice(await ethers.provider.getStorage(proxy, POINTER), 12));
}

/** The hash of the code at an address. */
export async function codehashOf(ethers: HardhatEthers, account: unknown): Promise<string> {
  const code = await ethers.provider.getCode(account as string);
  return ethers.keccak256(code);
}

/** A step from what the controller has on record. */
export async function stepOf(
  ethers: HardhatEthers,
  controller: UpgradeController,
  proxy: string,
  to: BaseContract,
  data = "0x",
): Promise<Step> {
  const { revision, implementation } = await controller.governedOf(proxy);
  const address = await to.getAddress();
  return {
    proxy,
    revision,
    from: implementation,
    to: address,
    codehash: await codehashOf(ethers, address),
    data,
  };
}

let salts = 0n;

/** A release of these steps, with a salt of its own. */
export function releaseOf(
  ethers: HardhatEthers,
  steps: Step[],
  probes: Probe[],
  change: Partial<Release> = {},
): Release {
  const salt = ethers.toBeHex(++salts, 32);
  return { steps, pins: [], probes, noRollback: false, validUntil: NEVER, salt, ...change };
}

/** The controller, a till under it with money in it, two coupled contracts, and a door in the Vault's place. */
export interface Upgrades {
  readonly ethers: HardhatEthers;
  readonly manager: AccessManager;
  readonly timelock: TimelockController;
  readonly controller: UpgradeController;
  readonly door: MockInstantDoor;
  /** Stands in for the timelock: holds UPGRADER. */
  readonly upgrader: HardhatEthersSigner;
  /** Stands in for the Safe that holds ROLLBACK. */
  readonly rescuer: HardhatEthersSigner;
  readonly anna: HardhatEthersSigner;
  readonly mallory: HardhatEthersSigner;
  readonly till: Proxied<Till>;
  readonly pair: readonly [Proxied<Coupled>, Proxied<Coupled>];
  /** What is to stay as it is when the till is upgraded. */
  readonly probes: Probe[];
  hostile(mood?: bigint): Promise<HostileTill>;
  /** A migration of the hostile till. */
  harm(harm: bigint, target: unknown, data?: string): Promise<string>;
  /** A release of the till alone. */
  tillRelease(to: BaseContract, data?: string, change?: Partial<Release>): Promise<Release>;
  upgrade(release: Release): Promise<ContractTransactionResponse>;
  rollback(release: Release): Promise<ContractTransactionResponse>;
  adopt<T>(one: Proxied<T>, probes: Probe[]): Promise<ContractTransactionResponse>;
}

/** Deploys the controller with what it governs in unit tests. */
export async function deployUpgrades(ethers: HardhatEthers): Promise<Upgrades> {
  const [upgrader, rescuer, anna, mallory] = await ethers.getSigners();
  if (!upgrader || !rescuer || !anna || !mallory) throw new Error("the network has too few signers");
  const manager = await deployAs<AccessManager>(ethers, "AccessManager", [upgrader]);
  const timelock = await deployAs<TimelockController>(ethers, "TimelockController", [
    DELAY,
    [upgrader],
    [ethers.ZeroAddress],
    ethers.ZeroAddress,
  ]);
  const door = await deployAs<MockInstantDoor>(ethers, "MockInstantDoor");
  const controller = await deployAs<UpgradeController>(ethers, "UpgradeController", [
    manager,
    timelock,
    door,
    WINDOW,
  ]);
  await restrict(manager, "upgradeController", controller);
  await manager.grantRole(UPGRADER, upgrader, 0);
  await manager.grantRole(ROLLBACK, rescuer, 0);

  const adopt: Upgrades["adopt"] = async (one, probes) =>
    controller.connect(upgrader).adopt(one.admin, one.proxy, one.implementation, probes);

  const v1 = await deployAs<Till>(ethers, "Till");
  const begin = v1.interface.encodeFunctionData("initialize", [anna.address]);
  const till = await proxied<Till>(ethers, "Till", v1, controller, begin);
  await till.face.put(anna, { value: 1_000n });
  await till.face.put(mallory, { value: 10n });
  const probes = [
    probeOf(till.proxy, v1, "owner"),
    probeOf(till.proxy, v1, "balanceOf", [anna.address]),
    probeOf(till.proxy, v1, "used"),
    probeOf(till.proxy, v1, "exits"),
    probeOf(till.proxy, v1, "version", [], COMPARE.CHANGED),
  ];
  await adopt(till, probes);

  const first = await deployAs<Coupled>(ethers, "Coupled", [1n]);
  const ready = (value: bigint) => first.interface.encodeFunctionData("initialize", [value]);
  const left = await proxied<Coupled>(ethers, "Coupled", first, controller, ready(30n));
  const right = await proxied<Coupled>(ethers, "Coupled", first, controller, ready(4n));
  await left.face.meet(right.proxy);
  await right.face.meet(left.proxy);
  const pair = [left, right] as const;
  for (const one of pair) await adopt(one, [probeOf(one.proxy, one.face, "total")]);

  return {
    ethers,
    manager,
    timelock,
    controller,
    door,
    upgrader,
    rescuer,
    anna,
    mallory,
    till,
    pair,
    probes,
    adopt,
    hostile: (mood = MOOD.HONEST) => deployAs<HostileTill>(ethers, "HostileTill", [mood]),
    async harm(harm, target, data = "0x") {
      const factory = await ethers.getContractFactory("HostileTill");
      return factory.interface.encodeFunctionData("migrate", [
        harm,
        await ethers.resolveAddress(target as string),
        data,
      ]);
    },
    tillRelease: async (to, data = "0x", change = {}) =>
      releaseOf(ethers, [await stepOf(ethers, controller, till.proxy, to, data)], probes, change),
    upgrade: async (release) => controller.connect(upgrader).upgrade(release),
    rollback: async (release) => controller.connect(rescuer).rollback(await controller.idOf(release)),
  };
}
