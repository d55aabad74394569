import { Interface } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { AccessManager__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/access/manager/AccessManager__factory.ts";
import { TimelockController__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { ProxyAdmin__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/proxy/transparent/ProxyAdmin__factory.ts";
import { Succession__factory } from "../../../typechain-types/factories/contracts/governance/Succession__factory.ts";
import { VetoGate__factory } from "../../../typechain-types/factories/contracts/governance/VetoGate__factory.ts";
import { type Deployed, DOMAIN_NAMES, type DomainName, FACES, type Managed, SEATS } from "../role-graph.ts";
import { safeArtifact } from "../safe-contracts.ts";
import { type Wording, wording } from "./wording.ts";

/** Contracts whose state governance changes. Some have two instances: the suite's and the reserve's own. */
export type GovernedContract =
  | Managed
  | "manager"
  | "timelock"
  | "vetoGate"
  | "succession"
  | "safe"
  | "proxyAdmin";

/** One contract of a deployment. */
export interface Instance {
  readonly contract: GovernedContract;
  /** Begins the ids of its variables: `reserveTimelock`, `safe.council`. */
  readonly name: string;
  readonly address: string;
  /** Who governs it: the suite's timelock and AccessManager, or the reserve's. */
  readonly domain: DomainName;
}

/** A kind of governed contract. */
export interface ContractClass {
  readonly label: Wording;
  readonly face: Interface;
  /** Solidity's names of the contracts that have this face. */
  readonly artifacts: readonly string[];
  /** Names, addresses, and by whom governed. */
  instances(a: SuiteAddresses): readonly (readonly [name: string, address: string, domain: DomainName])[];
}

function one(
  contract: Deployed | "proxyAdmin",
  label: Wording,
  face: Interface,
  artifacts: readonly string[],
): ContractClass {
  const domain = contract === "reserve" ? "reserve" : "suite";
  return { label, face, artifacts, instances: (a) => [[contract, a[contract], domain]] };
}

function two(
  seat: "manager" | "timelock" | "gate" | "succession",
  label: Wording,
  face: Interface,
  artifact: string,
): ContractClass {
  return {
    label,
    face,
    artifacts: [artifact],
    instances: (a) =>
      DOMAIN_NAMES.map((domain) => [SEATS[domain][seat], a[SEATS[domain][seat]], domain] as const),
  };
}

/** Every kind of governed contract: the one list that reading, documentation and the check of completeness go by. */
export const CONTRACTS: Readonly<Record<GovernedContract, ContractClass>> = {
  vault: one("vault", wording("Vault", "金库"), FACES.vault, ["Vault", "VaultAdmin"]),
  policy: one("policy", wording("Exit policy", "出金策略"), FACES.policy, ["ExitPolicy"]),
  registry: one("registry", wording("Tier registry", "等级登记"), FACES.registry, ["TierRegistry"]),
  router: one("router", wording("Price router", "价格路由"), FACES.router, ["PriceRouter"]),
  guardian: one("guardian", wording("Guardian", "守护者"), FACES.guardian, ["Guardian"]),
  recovery: one("recovery", wording("Recovery", "账户恢复"), FACES.recovery, ["Recovery"]),
  reserve: one("reserve", wording("Reserve", "储备"), FACES.reserve, ["Reserve"]),
  paymentRules: one("paymentRules", wording("Payment rules", "支付规则"), FACES.paymentRules, [
    "PaymentRules",
  ]),
  gateway: one("gateway", wording("Gateway", "跨链网关"), FACES.gateway, ["Gateway"]),
  committee: one("committee", wording("Committee", "跨链委员会"), FACES.committee, ["Committee"]),
  upgradeController: one(
    "upgradeController",
    wording("Upgrade controller", "升级控制"),
    FACES.upgradeController,
    ["UpgradeController"],
  ),
  auditRecord: one("auditRecord", wording("Audit record", "审计记录"), FACES.auditRecord, ["AuditRecord"]),
  // Each app has one of its own, where it likes: no deployment of the suite knows it.
  appRelease: {
    label: wording("App release", "应用发布"),
    face: FACES.appRelease,
    artifacts: ["AppRelease"],
    instances: () => [],
  },
  proxyAdmin: one("proxyAdmin", wording("Proxy admin", "代理管理"), ProxyAdmin__factory.createInterface(), [
    "ProxyAdmin",
  ]),
  manager: two(
    "manager",
    wording("Access manager", "权限管理"),
    AccessManager__factory.createInterface(),
    "AccessManager",
  ),
  timelock: two(
    "timelock",
    wording("Timelock", "时间锁"),
    TimelockController__factory.createInterface(),
    "TimelockController",
  ),
  vetoGate: two("gate", wording("Veto gate", "否决闸"), VetoGate__factory.createInterface(), "VetoGate"),
  succession: two(
    "succession",
    wording("Succession", "继任"),
    Succession__factory.createInterface(),
    "Succession",
  ),
  safe: {
    label: wording("Safe", "Safe 多签"),
    face: new Interface(safeArtifact("singleton").abi as never),
    artifacts: ["Safe"],
    instances: ({ safes }) =>
      Object.entries(safes)
        .filter((entry): entry is [string, string] => entry[1] !== undefined)
        .map(([name, address]) => [`safe.${name}`, address, name === "reserve" ? "reserve" : "suite"]),
  },
};

/** Every governed contract of a deployment. */
export function instancesOf(addresses: SuiteAddresses): readonly Instance[] {
  return (Object.keys(CONTRACTS) as GovernedContract[]).flatMap((contract) =>
    CONTRACTS[contract]
      .instances(addresses)
      .map(([name, address, domain]) => ({ contract, name, address, domain })),
  );
}
