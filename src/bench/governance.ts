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
const TIER = 3n;
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
  const set = (contract: BaseContract, key: string, value: bigint) =>
    setBase(chain, suite, contract, key, value);
  const registry = await chain.deploy("TierRegistry", [await managerOf(vault), vault]);
  const reserve = await chain.deploy("Reserve", [await managerOf(vault), vault, ZeroAddress]);
  const tier = (kind: bigint) => paramKey(kind, TIER);
  const ofAsset = (kind: bigint) => paramKey(kind, asset);
  const rows: CareGas[] = [];
  // Where it is, its key, what it is called; then base, tighter, looser.
  for (const [contract, key, name, base, tighter, looser] of [
    [policy, tier(KINDS.TIER_WINDOW), "tier", 5_000_000n, 4_000_000n, 6_000_000n],
    [policy, tier(KINDS.TIER_SINGLE), "tier-single", 2_500_000n, 2_000_000n, 3_000_000n],
    [policy, tier(KINDS.TIER_SOON), "tier-soon", 3_600n, 3_700n, 3_500n],
    [policy, tier(KINDS.TIER_LATE), "tier-late", 43_200n, 43_300n, 43_100n],
    [policy, paramKey(KINDS.UNVERIFIED_POOL), "pool", 200_000n, 100_000n, 300_000n],
    [policy, ofAsset(KINDS.ASSET_BREAKER), "asset-limit", 1_000_000_000n, 900_000_000n, 1_100_000_000n],
    [vault, ofAsset(KINDS.HOLDINGS_CAP), "holdings-cap", 10_000_000_000n, 9_000_000_000n, 11_000_000_000n],
    [vault, ofAsset(KINDS.SMALL_LANE_RATE), "small-lane", 1_000n, 900n, 1_100n],
    [vault, ofAsset(KINDS.LARGE_LANE_RATE), "large-lane", 500n, 400n, 600n],
    [vault, ofAsset(KINDS.HOT_COVER), "hot-cover", 5_000n, 4_000n, 6_000n],
    [vault, ofAsset(KINDS.HOT_MIN), "hot-min", 5_000n, 4_000n, 6_000n],
    [vault, ofAsset(KINDS.HOT_MAX), "hot-max", 5_000n, 4_000n, 6_000n],
    [reserve, paramKey(KINDS.REFILL_DELAY), "refill-delay", DAY, 2n * DAY, DAY / 2n],
    [reserve, ofAsset(KINDS.KEEP), "keep", 5_000n, 4_000n, 6_000n],
    [registry, paramKey(KINDS.ATTESTOR_LIFTS), "attestor-lifts", 50n, 40n, 60n],
  ] as const) {
    await set(contract, key, base);
    rows.push(await row(`tighten/${name}`, chain.send(governor, contract, "tighten", [key, tighter])));
    rows.push(await row(`loosen/${name}`, set(contract, key, looser)));
    await set(contract, key, base);
  }
  const silence = paramKey(KINDS.WIND_DOWN_AFTER);
  await set(vault, silence, 365n);
  rows.push(
    await row("set/fresh-period", set(vault, paramKey(KINDS.FRESH_PERIOD), 24n)),
    await row("set/wind-down-after", set(vault, silence, 180n)),
  );
  const halt = await chain.send(governor, router, "halt", [asset]);
  const until = eventIn(router, halt, "Halted").args.getValue("until");
  const lift = chain.send(governor, router, "liftHalt", [asset, until]);
  rows.push(await row("tighten/price", Promise.resolve(halt)), await row("loosen/price", lift));
  await suite.freshenFeeds();
  await chain.send(governor, router, "poke", [asset]);
  return rows;
}

async function measureReserve(chain: Chain, suite: Suite, safeTransfer: number): Promise<CareGas[]> {
  const { vault, asset, owner, friend, recipient, governor } = suite;
  const reserve = await chain.deploy("Reserve", [await managerOf(vault), vault, ZeroAddress]);
  await setBase(chain, suite, reserve, paramKey(KINDS.REFILL_DELAY), DAY);
  await chain.send(governor, vault, "addReserve", [reserve]);
  for (const kind of [KINDS.HOT_COVER, KINDS.HOT_MIN, KINDS.HOT_MAX]) {
    await setBase(chain, suite, vault, paramKey(kind, asset), 0n);
  }
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
  const half = await chain.deploy("VaultAdmin", [await vault.getFunction("auditRecord")()]);
  const next = await chain.deploy("Vault", [half]);
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

/** Sets a number as governance does, whatever its version. */
async function setBase(
  chain: Chain,
  { governor }: Suite,
  contract: BaseContract,
  key: string,
  value: bigint,
): Promise<Mined> {
  const { version } = await contract.getFunction("param").staticCall(key);
  return chain.send(governor, contract, "set", [key, version, NEVER, value]);
}

async function managerOf(vault: BaseContract): Promise<string> {
  return vault.getFunction("authority").staticCall();
}

function last(mined: readonly Mined[]): Mined {
  const one = mined.at(-1);
  if (one === undefined) throw new TerminalError("NOT_MEASURED", "Nothing was measured");
  return one;
}
