import { type BaseContract, id, keccak256, ZeroAddress } from "ethers";
import { TerminalError } from "../core/errors.ts";
import { KINDS, NEVER, paramKey } from "../governance/parameters.ts";
import { vaultProbes } from "../governance/release.ts";
import { type Chain, eventIn, type Mined } from "./chain.ts";
import type { Suite } from "./strongroom.ts";

/** A verb of governance or of a reserve, and the nearest thing that others do, both in their steady state. */
export interface CareGas {
  readonly id: string;
  readonly ours: Mined;
  readonly peer: string;
  readonly peerGas: number;
}

const DAY = 86_400n;
/** Above a tier-3 subject's limit for one instant exit, as in verbs.ts. */
const LARGE = 26_345_678_901_234_567_890_123n;

const SETTER = "OZ AccessManaged setter";
const PLAIN_UPGRADE = "OZ ProxyAdmin upgrade, unrehearsed";

/**
 * Measures what the verbs table leaves out: every path that tightens or loosens a number, sweeps, refills, upgrades and
 * rollbacks. Called last: it changes what it measures.
 */
export async function measureCare(chain: Chain, suite: Suite, safeTransfer: number): Promise<CareGas[]> {
  return [
    ...(await measureNumbers(chain, suite)),
    ...(await measureReserve(chain, suite, safeTransfer)),
    ...(await measureUpgrade(chain, suite)),
  ];
}

async function measureNumbers(chain: Chain, suite: Suite): Promise<CareGas[]> {
  const { vault, policy, router, asset, governor } = suite;
  const setter = await chain.deploy("OzManagedSetter", [await managerOf(vault)]);
  const plain = (value: bigint) => chain.send(governor, setter, "set", [id("key"), value]);
  await plain(1n);
  const peerGas = (await plain(2n)).gas;
  const row = async (name: string, ours: Promise<Mined>): Promise<CareGas> => ({
    id: name,
    ours: await ours,
    peer: SETTER,
    peerGas,
  });
  const set = async (contract: BaseContract, key: string, value: bigint) => {
    const { version } = await contract.getFunction("param").staticCall(key);
    return chain.send(governor, contract, "set", [key, version, NEVER, value]);
  };
  const tighten = (contract: BaseContract, key: string, value: bigint) =>
    chain.send(governor, contract, "tighten", [key, value]);
  const tier = paramKey(KINDS.TIER_WINDOW, 3n);
  const cap = paramKey(KINDS.HOLDINGS_CAP, asset);
  const breaker = paramKey(KINDS.ASSET_BREAKER, asset);
  const rows = [
    await row("tighten/tier", tighten(policy, tier, 4_000_000n)),
    await row("loosen/tier", set(policy, tier, 6_000_000n)),
    await row("tighten/asset-limit", tighten(policy, breaker, 900_000_000n)),
    await row("loosen/asset-limit", set(policy, breaker, 1_100_000_000n)),
    await row("tighten/holdings-cap", tighten(vault, cap, 9_000_000_000n)),
    await row("loosen/holdings-cap", set(vault, cap, 11_000_000_000n)),
    await row("set/fresh-period", set(vault, paramKey(KINDS.FRESH_PERIOD), 24n)),
    await row("tighten/price", chain.send(governor, router, "halt", [asset])),
    await row("loosen/price", chain.send(governor, router, "liftHalt", [asset])),
  ];
  await suite.freshenFeeds();
  await chain.send(governor, router, "poke", [asset]);
  return rows;
}

async function measureReserve(chain: Chain, suite: Suite, safeTransfer: number): Promise<CareGas[]> {
  const { vault, asset, owner, friend, recipient, governor } = suite;
  const reserve = await chain.deploy("Reserve", [await managerOf(vault), vault, ZeroAddress]);
  await chain.send(governor, reserve, "set", [paramKey(KINDS.REFILL_DELAY), 0, NEVER, DAY]);
  await chain.send(governor, vault, "addReserve", [reserve]);
  await chain.send(governor, vault, "set", [paramKey(KINDS.HOT_MAX, asset), 0, NEVER, 0]);
  const sweep = () => chain.send(friend, vault, "sweep", [asset]);
  const refilled: Mined[] = [];
  const announced: Mined[] = [];
  const swept: Mined[] = [await sweep()];
  // The second of each finds its slots in use.
  for (let round = 0; round < 2; round++) {
    const queued = eventIn(
      vault,
      await chain.send(owner, vault, "withdraw", [asset, LARGE, recipient]),
      "Queued",
    );
    const exit = queued.args.getValue("exit").toArray();
    announced.push(await chain.send(friend, reserve, "announce", [exit]));
    await chain.pass(3n * DAY);
    const refill = await chain.send(friend, reserve, "refill", [exit]);
    eventIn(vault, refill, "Released");
    refilled.push(refill);
    await chain.send(owner, vault, "deposit", [asset, LARGE, owner]);
    swept.push(await sweep());
  }
  const peer = "Safe, ERC-20 transfer by 2 of 3 signatures";
  return [
    { id: "sweep", ours: last(swept), peer, peerGas: safeTransfer },
    { id: "announce", ours: last(announced), peer, peerGas: safeTransfer },
    { id: "refill-and-release", ours: last(refilled), peer, peerGas: safeTransfer },
  ];
}

async function measureUpgrade(chain: Chain, suite: Suite): Promise<CareGas[]> {
  const { vault, owner, governor, implementation } = suite;
  const proxyAdmin = await chain.at("ProxyAdmin", suite.proxyAdmin);
  const upgrade = (to: BaseContract) => chain.send(governor, proxyAdmin, "upgradeAndCall", [vault, to, "0x"]);
  const next = await chain.deploy("Vault", [await chain.deploy("VaultAdmin")]);
  await upgrade(next);
  const peerGas = (await upgrade(implementation)).gas;

  const timelock = await chain.deploy("TimelockController", [DAY, [], [], governor]);
  const controller = await chain.deploy("UpgradeController", [
    await managerOf(vault),
    timelock,
    vault,
    14n * DAY,
  ]);
  await chain.send(governor, proxyAdmin, "transferOwnership", [controller]);
  const sample = { accounts: [owner.address], exits: [] };
  const probes = await vaultProbes(chain.ethers.provider, chain.address(vault), sample);
  await chain.send(governor, controller, "adopt", [proxyAdmin, vault, implementation, probes]);
  const codehash = keccak256(await chain.ethers.provider.getCode(chain.address(next)));
  const releases: Mined[] = [];
  const rollbacks: Mined[] = [];
  for (let round = 0; round < 2; round++) {
    const step = [vault.target, 2 * round, implementation.target, next.target, codehash, "0x"];
    const release = [[step], [], probes, false, NEVER, id(`release ${round}`)];
    const released = await chain.send(governor, controller, "upgrade", [release]);
    releases.push(released);
    const executed = eventIn(controller, released, "ReleaseExecuted");
    rollbacks.push(await chain.send(governor, controller, "rollback", [executed.args.getValue("id")]));
  }
  return [
    { id: "upgrade-rehearsed", ours: last(releases), peer: PLAIN_UPGRADE, peerGas },
    { id: "rollback", ours: last(rollbacks), peer: PLAIN_UPGRADE, peerGas },
  ];
}

async function managerOf(vault: BaseContract): Promise<string> {
  return vault.getFunction("authority").staticCall();
}

function last(mined: readonly Mined[]): Mined {
  const one = mined.at(-1);
  if (one === undefined) throw new TerminalError("NOT_MEASURED", "Nothing was measured");
  return one;
}
