import { assert } from "chai";
import type { BaseContract } from "ethers";
import { COMPARE, type Probe, probeOf, vaultProbes } from "../../src/governance/release.ts";
import type { TimelockController, UpgradeController, VaultAdminV2 } from "../../typechain-types/index.ts";
import { deployAs } from "./deployAs.ts";
import { KINDS, paramKey, ROLES } from "./deployCore.ts";
import { restrict } from "./restrict.ts";
import { CENT, type Connection, setStage } from "./stage.ts";
import {
  adminOf,
  codehashOf,
  DELAY,
  pointerOf,
  type Release,
  releaseOf,
  stepOf,
  WINDOW,
} from "./upgradeFixture.ts";

/** What a release puts in the Vault's place. */
export interface Next {
  readonly code: BaseContract;
  /** What the code holds as immutables, and what that holds: code of the release too. */
  readonly pins: readonly BaseContract[];
  /** The migration's call, or `0x`. */
  readonly migrate: string;
}

/**
 * The real Vault under the real controller, timelock and AccessManager, with seasoned and fresh money, an open exit and used
 * windows.
 */
export async function governedVault(connection: Connection) {
  const { ethers } = connection;
  const s = await setStage(connection);
  const [council, rescuer] = s.crowd;
  if (!council || !rescuer) throw new Error("the network has too few signers");
  const timelock = await deployAs<TimelockController>(ethers, "TimelockController", [
    DELAY,
    [council],
    [ethers.ZeroAddress],
    ethers.ZeroAddress,
  ]);
  const { manager } = s;
  /** A controller with its roles. It governs nothing yet. */
  const deployController = async () => {
    const args = [manager, timelock, s.vault, WINDOW];
    const made = await deployAs<UpgradeController>(ethers, "UpgradeController", args);
    await restrict(manager, "upgradeController", made);
    await manager.grantRole(ROLES.CONTROLLER, made, 0);
    return made;
  };
  const controller = await deployController();
  await manager.grantRole(ROLES.UPGRADER, timelock, 0);
  await manager.grantRole(ROLES.PARAMETERS, timelock, 0);
  await manager.grantRole(ROLES.ROLLBACK, rescuer, 0);
  await manager.revokeRole(ROLES.UPGRADER, s.timelock);
  const proxy = await s.vault.getAddress();
  const admin = await adminOf(ethers, proxy);
  await admin.connect(s.timelock).transferOwnership(controller);

  const { token, id: asset } = await s.token();
  await s.ready(s.anna, 1n, asset, 100_000n * CENT, s.anna);
  assert((await s.ask(s.anna, asset, 700n * CENT, s.anna)).paid, "a window is used");
  const exit = await s.queue(s.anna, asset, 300n * CENT, s.bert);
  await s.fund(s.anna, asset, 1_000n * CENT);

  const sample = { accounts: [s.anna.address], exits: [s.idOf(exit)] };
  const probes = [
    ...(await vaultProbes(ethers.provider, proxy, sample)),
    probeOf(proxy, s.vault, "destinationOf", [s.anna.address, s.anna.address]),
    probeOf(proxy, s.vault, "param", [paramKey(KINDS.FRESH_PERIOD)]),
  ];
  const answers = () =>
    Promise.all(probes.map(({ target, data }) => ethers.provider.call({ to: target, data })));

  const schedule = async (to: string, data: string) => {
    const none = ethers.ZeroHash;
    await timelock.connect(council).schedule(to, 0, data, none, none, DELAY);
    return {
      id: await timelock.hashOperation(to, 0, data, none, none),
      execute: () => timelock.connect(s.mallory).execute(to, 0, data, none, none),
    };
  };
  const govern = async (to: string, data: string) => {
    const { execute } = await schedule(to, data);
    await s.wait(DELAY);
    return execute();
  };
  const implementation = await pointerOf(ethers, proxy);
  const encode = controller.interface.encodeFunctionData.bind(controller.interface);
  /** Governance puts the Vault, whatever code it runs, under a controller that owns its ProxyAdmin. */
  const adopt = async (by: UpgradeController) => {
    const code = await pointerOf(ethers, proxy);
    return govern(String(by.target), encode("adopt", [admin.target, proxy, code, probes]));
  };
  await adopt(controller);

  const before = await ethers.deployContract("VaultAdmin", [s.record]);
  /** A Vault with another half, which leaves what it doesn't know to the half of before. */
  const nextWith = async <T extends BaseContract>(name: string) => {
    const half = await deployAs<T>(ethers, name, [before]);
    const code = await ethers.deployContract("Vault", [half]);
    return { half, code, pins: [half, before] };
  };
  const v2 = await nextWith<VaultAdminV2>("VaultAdminV2");
  const { half, code: next } = v2;
  const benign: Next = { ...v2, migrate: half.interface.encodeFunctionData("migrate", [42n]) };
  const notes = probeOf(proxy, half, "notes", [], COMPARE.NEW);
  /** A release of the Vault alone: of the benign next version, unless another is given. */
  const release = async (
    to: Next = benign,
    asked: readonly Probe[] = [...probes, notes],
    by = controller,
  ): Promise<Release> => {
    const step = await stepOf(ethers, by, proxy, to.code, to.migrate);
    const pins = await Promise.all(
      to.pins.map(async ({ target }) => ({
        account: String(target),
        codehash: await codehashOf(ethers, target),
      })),
    );
    return releaseOf(ethers, [step], [...asked], { pins });
  };
  return {
    ...s,
    council,
    rescuer,
    controls: timelock,
    controller,
    deployController,
    own: String(controller.target),
    proxy,
    implementation,
    nextWith,
    next,
    half,
    v2: half.attach(proxy) as VaultAdminV2,
    token,
    asset,
    exit,
    probes,
    answers,
    schedule,
    govern,
    adopt,
    release,
    upgradeCall: (r: Release) => encode("upgrade", [r]),
  };
}
