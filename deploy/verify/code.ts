import {
  AbiCoder,
  concat,
  getCreateAddress,
  id as hashOf,
  keccak256,
  TypedDataEncoder,
  ZeroAddress,
} from "ethers";
import { AccessManager__factory } from "../../typechain-types/factories/@openzeppelin/contracts/access/manager/AccessManager__factory.ts";
import { TimelockController__factory } from "../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { ProxyAdmin__factory } from "../../typechain-types/factories/@openzeppelin/contracts/proxy/transparent/ProxyAdmin__factory.ts";
import { TransparentUpgradeableProxy__factory } from "../../typechain-types/factories/@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol/TransparentUpgradeableProxy__factory.ts";
import { DepositFactory__factory } from "../../typechain-types/factories/contracts/custody/DepositFactory__factory.ts";
import { Recovery__factory } from "../../typechain-types/factories/contracts/custody/Recovery__factory.ts";
import { Reserve__factory } from "../../typechain-types/factories/contracts/custody/Reserve__factory.ts";
import { Vault__factory } from "../../typechain-types/factories/contracts/custody/Vault__factory.ts";
import { VaultAdmin__factory } from "../../typechain-types/factories/contracts/custody/VaultAdmin__factory.ts";
import { VaultLens__factory } from "../../typechain-types/factories/contracts/custody/VaultLens__factory.ts";
import { Committee__factory } from "../../typechain-types/factories/contracts/gateway/Committee__factory.ts";
import { ForeignAsset__factory } from "../../typechain-types/factories/contracts/gateway/ForeignAsset__factory.ts";
import { Gateway__factory } from "../../typechain-types/factories/contracts/gateway/Gateway__factory.ts";
import { MultisigVerifier__factory } from "../../typechain-types/factories/contracts/gateway/verifiers/MultisigVerifier__factory.ts";
import { SchnorrVerifier__factory } from "../../typechain-types/factories/contracts/gateway/verifiers/SchnorrVerifier__factory.ts";
import { AuditRecord__factory } from "../../typechain-types/factories/contracts/governance/AuditRecord__factory.ts";
import { Guardian__factory } from "../../typechain-types/factories/contracts/governance/Guardian__factory.ts";
import { SafeGuard__factory } from "../../typechain-types/factories/contracts/governance/SafeGuard__factory.ts";
import { SafeSetup__factory } from "../../typechain-types/factories/contracts/governance/SafeSetup__factory.ts";
import { Succession__factory } from "../../typechain-types/factories/contracts/governance/Succession__factory.ts";
import { UpgradeController__factory } from "../../typechain-types/factories/contracts/governance/UpgradeController__factory.ts";
import { VetoGate__factory } from "../../typechain-types/factories/contracts/governance/VetoGate__factory.ts";
import { ChainlinkSource__factory } from "../../typechain-types/factories/contracts/oracle/ChainlinkSource__factory.ts";
import { FeedSet__factory } from "../../typechain-types/factories/contracts/oracle/FeedSet__factory.ts";
import { PriceRouter__factory } from "../../typechain-types/factories/contracts/oracle/PriceRouter__factory.ts";
import { PullPrices__factory } from "../../typechain-types/factories/contracts/oracle/PullPrices__factory.ts";
import { PythSource__factory } from "../../typechain-types/factories/contracts/oracle/PythSource__factory.ts";
import { RedStoneSource__factory } from "../../typechain-types/factories/contracts/oracle/RedStoneSource__factory.ts";
import { Attestation__factory } from "../../typechain-types/factories/contracts/payments/conditions/Attestation__factory.ts";
import { HashLock__factory } from "../../typechain-types/factories/contracts/payments/conditions/HashLock__factory.ts";
import { PriceLimit__factory } from "../../typechain-types/factories/contracts/payments/conditions/PriceLimit__factory.ts";
import { Quorum__factory } from "../../typechain-types/factories/contracts/payments/conditions/Quorum__factory.ts";
import { Several__factory } from "../../typechain-types/factories/contracts/payments/conditions/Several__factory.ts";
import { TimeWindow__factory } from "../../typechain-types/factories/contracts/payments/conditions/TimeWindow__factory.ts";
import { Netting__factory } from "../../typechain-types/factories/contracts/payments/Netting__factory.ts";
import { PaymentRules__factory } from "../../typechain-types/factories/contracts/payments/PaymentRules__factory.ts";
import { Payments__factory } from "../../typechain-types/factories/contracts/payments/Payments__factory.ts";
import { SecretRegistry__factory } from "../../typechain-types/factories/contracts/payments/SecretRegistry__factory.ts";
import { ExitPolicy__factory } from "../../typechain-types/factories/contracts/policy/ExitPolicy__factory.ts";
import { TierRegistry__factory } from "../../typechain-types/factories/contracts/policy/TierRegistry__factory.ts";
import type { SuiteAddresses } from "../addresses.ts";
import type { SuiteConfig } from "../config/schema.ts";
import { firstVerifier } from "../modules/gateway.ts";
import { SUCCESSION_QUORUM } from "../modules/governance.ts";
import type { Chain, Findings } from "./chain.ts";
import { declaredSource } from "./sources.ts";

/** The creation code that this source compiles to. */
const CREATION = {
  AccessManager: AccessManager__factory.bytecode,
  TimelockController: TimelockController__factory.bytecode,
  ProxyAdmin: ProxyAdmin__factory.bytecode,
  DepositFactory: DepositFactory__factory.bytecode,
  VaultAdmin: VaultAdmin__factory.bytecode,
  VaultLens: VaultLens__factory.bytecode,
  Vault: Vault__factory.bytecode,
  Guardian: Guardian__factory.bytecode,
  UpgradeController: UpgradeController__factory.bytecode,
  AuditRecord: AuditRecord__factory.bytecode,
  VetoGate: VetoGate__factory.bytecode,
  Succession: Succession__factory.bytecode,
  SafeGuard: SafeGuard__factory.bytecode,
  SafeSetup: SafeSetup__factory.bytecode,
  Recovery: Recovery__factory.bytecode,
  Reserve: Reserve__factory.bytecode,
  ChainlinkSource: ChainlinkSource__factory.bytecode,
  FeedSet: FeedSet__factory.bytecode,
  PriceRouter: PriceRouter__factory.bytecode,
  PullPrices: PullPrices__factory.bytecode,
  PythSource: PythSource__factory.bytecode,
  RedStoneSource: RedStoneSource__factory.bytecode,
  Committee: Committee__factory.bytecode,
  ForeignAsset: ForeignAsset__factory.bytecode,
  Gateway: Gateway__factory.bytecode,
  MultisigVerifier: MultisigVerifier__factory.bytecode,
  SchnorrVerifier: SchnorrVerifier__factory.bytecode,
  Attestation: Attestation__factory.bytecode,
  HashLock: HashLock__factory.bytecode,
  PriceLimit: PriceLimit__factory.bytecode,
  Quorum: Quorum__factory.bytecode,
  Several: Several__factory.bytecode,
  TimeWindow: TimeWindow__factory.bytecode,
  Netting: Netting__factory.bytecode,
  PaymentRules: PaymentRules__factory.bytecode,
  Payments: Payments__factory.bytecode,
  SecretRegistry: SecretRegistry__factory.bytecode,
  ExitPolicy: ExitPolicy__factory.bytecode,
  TierRegistry: TierRegistry__factory.bytecode,
  TransparentUpgradeableProxy: TransparentUpgradeableProxy__factory.bytecode,
} as const;
export type Coded = keyof typeof CREATION;

/** What the constructors of the payment apps take: Vault, release, rules. */
const GATEWAY_TYPES = ["address", "address", "address", "address"] as const;
const APP_TYPES = ["address", "address", "address"] as const;

/** Whether a name is of one of these. */
export function isGenerated(name: string): name is Coded {
  return Object.hasOwn(CREATION, name);
}

/** Gives a contract's creation code; a build that instruments its contracts has its own. */
export type CreationCode = (name: Coded) => Promise<string>;

/** The code of the generated types, which a check keeps as fresh as the contracts. */
export const generatedCode: CreationCode = (name) => Promise.resolve(CREATION[name]);

/**
 * The code at each address is what this source compiles to, immutables included: the constructor is run in a call with the
 * declared arguments, and what it leaves is compared. So a private immutable (the Vault's other half, a source's feed) is
 * proven without a view. What a contract derives from its own address (the TierRegistry's domain, the proxy's ProxyAdmin) is
 * replaced by what the real address gives.
 *
 * @param missing "skipped" while a deployment is under way: what isn't there yet is no finding
 */
export async function checkCode(
  chain: Chain,
  addresses: SuiteAddresses,
  config: SuiteConfig,
  f: Findings,
  creationCode: CreationCode,
  missing: "found" | "skipped" = "found",
): Promise<void> {
  const check = async (
    id: string,
    title: string,
    address: string,
    name: Coded,
    types: readonly string[] = [],
    values: readonly unknown[] = [],
    own: (ranAt: string) => readonly (readonly [string, string])[] = () => [],
  ) => {
    const deployed = await chain.provider.getCode(address);
    if (deployed === "0x" && missing === "skipped") return;
    const creation = concat([
      await creationCode(name),
      AbiCoder.defaultAbiCoder().encode([...types], [...values]),
    ]);
    const { code, ranAt } = await chain.codeAfter(creation);
    let expected = code.toLowerCase();
    for (const [there, here] of own(ranAt)) {
      expected = expected.replaceAll(there.slice(2).toLowerCase(), here.slice(2).toLowerCase());
    }
    f.equal(`code.${id}`, title, keccak256(deployed), keccak256(expected));
  };
  /** What a contract that others sign for keeps of its own address: its EIP-712 domain. */
  const signs = (name: string, address: string) => (ranAt: string) => {
    const domain = (verifyingContract: string) =>
      TypedDataEncoder.hashDomain({
        name: `Strongroom ${name}`,
        version: "1",
        chainId: config.chainId,
        verifyingContract,
      });
    return [
      [domain(ranAt), domain(address)],
      [ranAt, address],
    ] as const;
  };
  const { manager, router, vault, timelock } = addresses;
  for (const [id, address, admin] of [
    ["manager", manager, timelock],
    ["reserveManager", addresses.reserveManager, addresses.reserveTimelock],
  ] as const) {
    await check(id, "the AccessManager is OpenZeppelin's", address, "AccessManager", ["address"], [admin]);
  }
  for (const [id, address, delaySeconds] of [
    ["timelock", timelock, config.timelock.delaySeconds],
    ["reserveTimelock", addresses.reserveTimelock, config.reserve.delaySeconds],
  ] as const) {
    await check(
      id,
      "the timelock is OpenZeppelin's",
      address,
      "TimelockController",
      ["uint256", "address[]", "address[]", "address"],
      [delaySeconds, [], [], address],
    );
  }
  const { safes } = addresses;
  const offices = [safes.guardian, safes.canceller, safes.reviewer];
  for (const [id, address, name, types, values] of [
    [
      "vetoGate",
      addresses.vetoGate,
      "VetoGate",
      ["address", "address", "address"],
      [timelock, safes.canceller, ZeroAddress],
    ],
    [
      "reserveVetoGate",
      addresses.reserveVetoGate,
      "VetoGate",
      ["address", "address", "address"],
      [addresses.reserveTimelock, safes.canceller, ZeroAddress],
    ],
    [
      "succession",
      addresses.succession,
      "Succession",
      ["address", "address[]", "uint256"],
      [timelock, offices, SUCCESSION_QUORUM],
    ],
    [
      "reserveSuccession",
      addresses.reserveSuccession,
      "Succession",
      ["address", "address[]", "uint256"],
      [addresses.reserveTimelock, offices, SUCCESSION_QUORUM],
    ],
    ["safeGuard", addresses.safeGuard, "SafeGuard", ["address"], [timelock]],
    ["reserveSafeGuard", addresses.reserveSafeGuard, "SafeGuard", ["address"], [addresses.reserveTimelock]],
    [
      "upgradeController",
      addresses.upgradeController,
      "UpgradeController",
      ["address", "address", "address", "uint40"],
      [manager, timelock, vault, config.rollbackWindowSeconds],
    ],
    [
      "reserve",
      addresses.reserve,
      "Reserve",
      ["address", "address", "address"],
      [addresses.reserveManager, vault, ZeroAddress],
    ],
  ] as const) {
    await check(id, `the ${name} is ours, for the declared Safes and timelock`, address, name, types, values);
  }
  await check(
    "safeSetup",
    "what Safes were made with is ours",
    addresses.safeSetup,
    "SafeSetup",
    [],
    [],
    (ranAt) => [[ranAt, addresses.safeSetup]],
  );
  await check(
    "recovery",
    "the Recovery contract is ours",
    addresses.recovery,
    "Recovery",
    ["address", "address"],
    [manager, vault],
    signs("Recovery", addresses.recovery),
  );
  await check(
    "proxyAdmin",
    "the ProxyAdmin is OpenZeppelin's",
    addresses.proxyAdmin,
    "ProxyAdmin",
    ["address"],
    [timelock],
  );
  await check(
    "auditRecord",
    "the audit record is ours",
    addresses.auditRecord,
    "AuditRecord",
    ["address", "uint256[]", "uint64[]"],
    [manager, [], []],
    signs("AuditRecord", addresses.auditRecord),
  );
  await check(
    "vaultAdmin",
    "the Vault's second half is ours, and asks the declared audit record",
    addresses.vaultAdmin,
    "VaultAdmin",
    ["address"],
    [addresses.auditRecord],
  );
  await check(
    "vaultImplementation",
    "the Vault's code is ours, and its immutable second half is the declared one",
    addresses.vaultImplementation,
    "Vault",
    ["address"],
    [addresses.vaultAdmin],
  );
  await check(
    "policy",
    "the policy is ours, with the declared router and sanctions list",
    addresses.policy,
    "ExitPolicy",
    ["address", "address", "address"],
    [manager, router, addresses.sanctionsList],
  );
  await check(
    "router",
    "the price router is ours",
    router,
    "PriceRouter",
    ["address", "uint256"],
    [manager, config.warmForSeconds],
  );
  await check(
    "guardian",
    "the Guardian is ours",
    addresses.guardian,
    "Guardian",
    ["address", "address"],
    [manager, vault],
  );
  await check(
    "factory",
    "the deposit factory is ours",
    addresses.factory,
    "DepositFactory",
    ["address"],
    [vault],
  );
  await check("lens", "the lens is ours", addresses.lens, "VaultLens", ["address"], [vault]);
  await check(
    "pullPrices",
    "what brings signed prices is ours, for the declared Pyth contract",
    addresses.pullPrices,
    "PullPrices",
    ["address", "address"],
    [config.pyth ?? ZeroAddress, vault],
  );
  await check(
    "registry",
    "the tier registry is ours",
    addresses.registry,
    "TierRegistry",
    ["address", "address"],
    [manager, vault],
    signs("TierRegistry", addresses.registry),
  );
  const { conditions, paymentRules, secretRegistry } = addresses;
  for (const [id, address, name, types, values] of [
    [
      "paymentRules",
      paymentRules,
      "PaymentRules",
      ["address", "address", "address"],
      [manager, vault, router],
    ],
    ["payments", addresses.payments, "Payments", APP_TYPES, [vault, ZeroAddress, paymentRules]],
    ["netting", addresses.netting, "Netting", APP_TYPES, [vault, ZeroAddress, paymentRules]],
    ["secretRegistry", secretRegistry, "SecretRegistry", [], []],
    ["conditions.attestation", conditions.attestation, "Attestation", [], []],
    ["conditions.hashLock", conditions.hashLock, "HashLock", ["address"], [secretRegistry]],
    ["conditions.priceLimit", conditions.priceLimit, "PriceLimit", ["address"], [router]],
    ["conditions.quorum", conditions.quorum, "Quorum", [], []],
    ["conditions.several", conditions.several, "Several", [], []],
    ["conditions.timeWindow", conditions.timeWindow, "TimeWindow", [], []],
  ] as const) {
    // Those that nobody signs for have no domain, and their own address nowhere.
    await check(id, `${id} is ours`, address, name, types, values, signs(name, address));
  }
  const { gateway, committee, committeeVerifier } = addresses;
  const verifier = firstVerifier(config);
  for (const [id, address, name, types, values] of [
    ["gateway", gateway, "Gateway", GATEWAY_TYPES, [manager, vault, committee, ZeroAddress]],
    ["committee", committee, "Committee", ["address", "address"], [manager, committeeVerifier]],
    [
      "committeeVerifier",
      committeeVerifier,
      verifier.contract,
      verifier.contract === "SchnorrVerifier" ? ["uint256"] : ["address[]", "uint256"],
      verifier.args,
    ],
  ] as const) {
    await check(id, `the ${id} is ours`, address, name, types, values, signs(name, address));
  }
  for (const { symbol, token } of config.assets) {
    const where = addresses.assets.find((asset) => asset.symbol === symbol);
    if (where === undefined || typeof token !== "object" || !("foreign" in token)) continue;
    const { caip19, name, ticker, decimals } = token.foreign;
    await check(
      `token.${symbol}`,
      `${symbol}: its token is ours, for this Vault`,
      where.token,
      "ForeignAsset",
      ["address", "address", "string", "string", "string", "uint8"],
      [vault, gateway, caip19, name, ticker, decimals],
    );
  }
  await check(
    "proxy",
    "the Vault's proxy is OpenZeppelin's, and its immutable admin is the declared one",
    vault,
    "TransparentUpgradeableProxy",
    ["address", "address", "bytes"],
    [
      addresses.vaultImplementation,
      timelock,
      concat([
        hashOf("initialize(address)").slice(0, 10),
        AbiCoder.defaultAbiCoder().encode(["address"], [manager]),
      ]),
    ],
    // A contract's first creation has nonce 1.
    (ranAt) => [[getCreateAddress({ from: ranAt, nonce: 1 }), addresses.proxyAdmin]],
  );
  for (const asset of config.assets) {
    const where = addresses.assets.find(({ symbol }) => symbol === asset.symbol);
    if (where === undefined) continue;
    await check(
      `feedSet.${asset.symbol}`,
      `${asset.symbol}: its feed set has the declared sources`,
      where.feedSet,
      "FeedSet",
      ["address[]", "uint256"],
      [where.sources.map(({ address }) => address), asset.deltaBps],
    );
    for (const [index, feed] of asset.feeds.entries()) {
      const source = where.sources[index];
      if (source === undefined) continue;
      const { name, types, values } = declaredSource(feed, source.feed, config.pyth ?? ZeroAddress);
      await check(
        `source.${asset.symbol}.${feed.upstream}`,
        `${asset.symbol}: the source reads the declared feed within the declared bounds`,
        source.address,
        name,
        types,
        values,
      );
    }
  }
}
