import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import {
  erc20Asset as erc20,
  KINDS,
  NATIVE_ASSET as NATIVE,
  NEVER,
  paramKey,
} from "../../src/governance/parameters.ts";
import { ROLES } from "../../src/governance/roles.ts";
import type {
  AccessManager,
  AuditRecord,
  DepositFactory,
  ExitPolicy,
  Guardian,
  IVault,
  MockPriceRouter,
  MockSanctionsList,
  TierRegistry,
} from "../../typechain-types/index.ts";
import { restrict } from "./restrict.ts";

export { erc20, KINDS, NATIVE, NEVER, paramKey, ROLES };

/** `TokenClass` of contracts/custody/interfaces/IVaultTypes.sol. */
export const TOKEN_CLASS = { NATIVE: 1n, EXACT: 2n, FEE_TAKING: 3n } as const;

/** `Mode` of contracts/oracle/interfaces/IPriceRouter.sol. */
export const MODE = { HALT: 0n, DEGRADED: 1n, DISPUTED: 2n, NORMAL: 3n } as const;

/** Seconds. */
export const HOUR = 3_600n;
export const DAY = 86_400n;

/** T of the test deployment, seconds. */
export const FRESH_PERIOD = DAY;

/** What each tier may do in the test deployment: cents, cents, seconds, seconds. */
export const TIERS = [
  { window: 50_000n, single: 25_000n, soon: 2n * DAY, late: 3n * DAY },
  { window: 500_000n, single: 250_000n, soon: DAY, late: 2n * DAY },
  { window: 5_000_000n, single: 2_500_000n, soon: 12n * HOUR, late: DAY },
  { window: 50_000_000n, single: 25_000_000n, soon: HOUR, late: 12n * HOUR },
] as const;

/** Cents a trailing day that all unverified subjects share in the test deployment. */
export const POOL = 200_000n;

/** Lifts a trailing day that each attestor has in the test deployment. */
export const LIFTS = 3n;

/** How one asset is listed. */
export interface Listing {
  /** `TokenClass`. */
  readonly tokenClass: bigint;
  /** One tick is 10^tickExponent raw units. */
  readonly tickExponent: bigint;
  /** Ticks that deposits may bring liabilities to. */
  readonly cap: bigint;
  /** Likewise, while the code isn't covered by an audit. */
  readonly unverifiedCap: bigint;
  /** Basis points of liabilities a day. */
  readonly smallLane: bigint;
  readonly largeLane: bigint;
  /** Ticks a trailing day, instant, by everyone. */
  readonly breaker: bigint;
  /** US dollars for one whole token, 12 decimals. */
  readonly price: bigint;
}

/** A token with 18 decimals at 1 dollar, in ticks of a thousandth. */
export const PLAIN_LISTING: Listing = {
  tokenClass: TOKEN_CLASS.EXACT,
  tickExponent: 15n,
  cap: 10_000_000_000n,
  unverifiedCap: (1n << 36n) - 1n,
  smallLane: 1_000n,
  largeLane: 500n,
  breaker: 1_000_000_000n,
  price: 10n ** 12n,
};

/** The chain's own currency at 2,000 dollars, in ticks of a millionth. */
export const NATIVE_LISTING: Listing = {
  ...PLAIN_LISTING,
  tokenClass: TOKEN_CLASS.NATIVE,
  tickExponent: 12n,
  price: 2_000n * 10n ** 12n,
};

/** Everything that `deployCore` has deployed, and who holds which role. */
export interface Core {
  readonly ethers: HardhatEthers;
  readonly manager: AccessManager;
  readonly vault: IVault;
  readonly policy: ExitPolicy;
  readonly router: MockPriceRouter;
  readonly sanctions: MockSanctionsList;
  readonly registry: TierRegistry;
  readonly guardian: Guardian;
  readonly factory: DepositFactory;
  /** Nothing is recorded; the caps of listed assets are so high that they bind nobody, unless a test lists otherwise. */
  readonly record: AuditRecord;
  /** Stands in for the timelock: admin of the manager, PARAMETERS and UPGRADER. */
  readonly timelock: HardhatEthersSigner;
  readonly riskOfficer: HardhatEthersSigner;
  readonly reviewer: HardhatEthersSigner;
  readonly attestor: HardhatEthersSigner;
  /** A key of the Guardian: a year, 30 days of budget. */
  readonly guardianKey: HardhatEthersSigner;
  /** Accounts without any role. */
  readonly users: readonly HardhatEthersSigner[];
  /** Sets the asset's parameters and price, and lists it. */
  list(asset: bigint, listing: Listing): Promise<void>;
  /** Sets a parameter as governance does, whatever its version. */
  setParam(target: "vault" | "policy" | "registry", key: string, value: bigint): Promise<void>;
}

/**
 * Deploys the custody core for unit tests: the real contracts and role graph, with one signer where production has Safes
 * and a timelock, and with a price router and a sanctions list that tests control. The native currency is listed.
 *
 * @example
 * const { ethers, networkHelpers } = await hre.network.create();
 * const fixture = async () => deployCore(ethers);
 * const core = await networkHelpers.loadFixture(fixture);
 */
export async function deployCore(ethers: HardhatEthers): Promise<Core> {
  const [timelock, riskOfficer, reviewer, attestor, guardianKey, ...users] = await ethers.getSigners();
  if (!timelock || !riskOfficer || !reviewer || !attestor || !guardianKey) {
    throw new Error("the network has fewer signers than there are roles");
  }

  const manager = (await ethers.deployContract("AccessManager", [timelock])) as unknown as AccessManager;
  const record = (await ethers.deployContract("AuditRecord", [manager, [], []])) as unknown as AuditRecord;
  const half = await ethers.deployContract("VaultAdmin", [record]);
  const implementation = await ethers.deployContract("Vault", [half]);
  const face = (await ethers.getContractFactory("VaultAdmin")).interface;
  const proxy = await ethers.deployContract("TransparentUpgradeableProxy", [
    implementation,
    timelock,
    face.encodeFunctionData("initialize", [manager.target]),
  ]);
  const vault = (await ethers.getContractAt("IVault", proxy.target)) as unknown as IVault;
  const router = (await ethers.deployContract("MockPriceRouter")) as unknown as MockPriceRouter;
  const sanctions = (await ethers.deployContract("MockSanctionsList")) as unknown as MockSanctionsList;
  const policy = (await ethers.deployContract("ExitPolicy", [
    manager,
    router,
    sanctions,
  ])) as unknown as ExitPolicy;
  const registry = (await ethers.deployContract("TierRegistry", [manager, vault])) as unknown as TierRegistry;
  const guardian = (await ethers.deployContract("Guardian", [manager, vault])) as unknown as Guardian;
  const factory = (await ethers.deployContract("DepositFactory", [vault])) as unknown as DepositFactory;

  const targets = { vault, policy, registry, guardian };
  for (const name of ["vault", "policy", "registry", "guardian"] as const) {
    await restrict(manager, name, targets[name]);
  }
  await restrict(manager, "auditRecord", record);
  const holders = [
    [ROLES.PARAMETERS, timelock],
    [ROLES.UPGRADER, timelock],
    [ROLES.RISK_OFFICER, riskOfficer],
    [ROLES.REVIEWER, reviewer],
    [ROLES.ATTESTOR, attestor],
    [ROLES.GUARDIAN, guardian],
    [ROLES.REGISTRY, registry],
  ] as const;
  for (const [role, holder] of holders) await manager.grantRole(role, holder, 0);

  const setParam: Core["setParam"] = async (target, key, value) => {
    const { version } = await targets[target].param(key);
    await targets[target].set(key, version, NEVER, value);
  };
  const list: Core["list"] = async (asset, listing) => {
    await setParam("vault", paramKey(KINDS.HOLDINGS_CAP, asset), listing.cap);
    await setParam("vault", paramKey(KINDS.SMALL_LANE_RATE, asset), listing.smallLane);
    await setParam("vault", paramKey(KINDS.LARGE_LANE_RATE, asset), listing.largeLane);
    await setParam("policy", paramKey(KINDS.ASSET_BREAKER, asset), listing.breaker);
    await record.declareCap(asset, listing.unverifiedCap);
    await router.setPrice(asset, listing.price, MODE.NORMAL);
    await vault.list(asset, listing.tokenClass, listing.tickExponent);
  };

  await setParam("vault", paramKey(KINDS.FRESH_PERIOD), FRESH_PERIOD / HOUR);
  for (const [tier, row] of TIERS.entries()) {
    await setParam("policy", paramKey(KINDS.TIER_WINDOW, BigInt(tier)), row.window);
    await setParam("policy", paramKey(KINDS.TIER_SINGLE, BigInt(tier)), row.single);
    await setParam("policy", paramKey(KINDS.TIER_SOON, BigInt(tier)), row.soon);
    await setParam("policy", paramKey(KINDS.TIER_LATE, BigInt(tier)), row.late);
  }
  await setParam("policy", paramKey(KINDS.UNVERIFIED_POOL), POOL);
  await setParam("registry", paramKey(KINDS.ATTESTOR_LIFTS), LIFTS);
  await record.serve(vault);
  await vault.setPolicy(ethers.ZeroAddress, 0, NEVER, policy);
  await list(NATIVE, NATIVE_LISTING);

  const { timestamp } = (await ethers.provider.getBlock("latest")) ?? { timestamp: 0 };
  await guardian.setKey(guardianKey, BigInt(timestamp) + 364n * DAY, 30n * DAY);

  return {
    ethers,
    manager,
    vault,
    policy,
    router,
    sanctions,
    registry,
    guardian,
    factory,
    record,
    timelock,
    riskOfficer,
    reviewer,
    attestor,
    guardianKey,
    users,
    list,
    setParam,
  };
}
