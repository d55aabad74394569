import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { BaseContract, Signer } from "ethers";
import { TerminalError } from "../src/core/errors.ts";
import { Safe } from "../src/governance/safe.ts";
import type { SafeName } from "../src/governance/safe-names.ts";
import type {
  AccessManager,
  AuditRecord,
  Committee,
  DepositFactory,
  ExitPolicy,
  Gateway,
  Guardian,
  IVault,
  Netting,
  PaymentRules,
  Payments,
  PriceRouter,
  ProxyAdmin,
  PullPrices,
  Recovery,
  Reserve,
  Succession,
  TierRegistry,
  TimelockController,
  UpgradeController,
  VaultLens,
  VetoGate,
} from "../typechain-types/index.ts";
import type { SuiteAddresses } from "./addresses.ts";
import type { SuiteConfig } from "./config/schema.ts";
import type { RunReport } from "./run-steps.ts";
import type { SuiteMocks } from "./suite-mocks.ts";

/** A deployed suite. */
export interface Suite {
  readonly config: SuiteConfig;
  readonly addresses: SuiteAddresses;
  readonly contracts: {
    readonly manager: AccessManager;
    readonly timelock: TimelockController;
    readonly vault: IVault;
    readonly proxyAdmin: ProxyAdmin;
    readonly policy: ExitPolicy;
    readonly router: PriceRouter;
    readonly registry: TierRegistry;
    readonly guardian: Guardian;
    readonly vetoGate: VetoGate;
    readonly succession: Succession;
    readonly upgradeController: UpgradeController;
    readonly auditRecord: AuditRecord;
    readonly recovery: Recovery;
    readonly reserve: Reserve;
    readonly reserveManager: AccessManager;
    readonly reserveTimelock: TimelockController;
    readonly reserveVetoGate: VetoGate;
    readonly reserveSuccession: Succession;
    readonly factory: DepositFactory;
    readonly lens: VaultLens;
    readonly pullPrices: PullPrices;
    readonly paymentRules: PaymentRules;
    readonly payments: Payments;
    readonly netting: Netting;
    readonly gateway: Gateway;
    readonly committee: Committee;
  };
  readonly safes: Readonly<Record<Exclude<SafeName, "riskOfficer">, Safe>> & {
    /** Absent where the risk officer is an account. */
    readonly riskOfficer: Safe | undefined;
  };
  /** The keys at hand, by the Safe that they own. */
  readonly keys: Readonly<Record<SafeName | "attestors" | "auditors" | "committee", readonly Signer[]>>;
  /** Asset ids by symbol. */
  readonly assets: Readonly<Record<string, bigint>>;
  /** What stands in for the world, on development chains only. */
  readonly mocks: SuiteMocks;
  /** What was sent for it. */
  readonly run: RunReport;
  /** Lets this many seconds pass: sleeps on a real chain, moves the clock of the embedded one. */
  wait(seconds: bigint): Promise<void>;
}

async function contractAt<T extends BaseContract>(
  ethers: HardhatEthers,
  name: string,
  address: string,
): Promise<T> {
  return (await ethers.getContractAt(name, address)) as unknown as T;
}

/** The typed face of a suite that stands already. */
export async function attachSuite(
  ethers: HardhatEthers,
  config: SuiteConfig,
  addresses: SuiteAddresses,
  rest: { keys: readonly Signer[]; mocks: SuiteMocks; wait: Suite["wait"]; run: RunReport },
): Promise<Suite> {
  const [executor] = await ethers.getSigners();
  if (executor === undefined) throw new TerminalError("NO_DEPLOYER", "The network has no account");
  const safe = (address: string) => new Safe(address, BigInt(addresses.chainId), executor);
  const holders = new Map<string, Signer>();
  for (const key of rest.keys) holders.set(await key.getAddress(), key);
  const atHand = (owners: readonly string[]): readonly Signer[] =>
    owners.flatMap((owner) => {
      const key = holders.get(owner);
      return key === undefined ? [] : [key];
    });
  const { council, guardian, canceller, reviewer, rollback, reserve } = config.safes;
  const risk = config.riskOfficer;
  const { committee } = config.gateway;
  return {
    config,
    addresses,
    contracts: {
      manager: await contractAt<AccessManager>(ethers, "AccessManager", addresses.manager),
      timelock: await contractAt<TimelockController>(ethers, "TimelockController", addresses.timelock),
      vault: await contractAt<IVault>(ethers, "IVault", addresses.vault),
      proxyAdmin: await contractAt<ProxyAdmin>(ethers, "ProxyAdmin", addresses.proxyAdmin),
      policy: await contractAt<ExitPolicy>(ethers, "ExitPolicy", addresses.policy),
      router: await contractAt<PriceRouter>(ethers, "PriceRouter", addresses.router),
      registry: await contractAt<TierRegistry>(ethers, "TierRegistry", addresses.registry),
      guardian: await contractAt<Guardian>(ethers, "Guardian", addresses.guardian),
      vetoGate: await contractAt<VetoGate>(ethers, "VetoGate", addresses.vetoGate),
      succession: await contractAt<Succession>(ethers, "Succession", addresses.succession),
      upgradeController: await contractAt<UpgradeController>(
        ethers,
        "UpgradeController",
        addresses.upgradeController,
      ),
      auditRecord: await contractAt<AuditRecord>(ethers, "AuditRecord", addresses.auditRecord),
      recovery: await contractAt<Recovery>(ethers, "Recovery", addresses.recovery),
      reserve: await contractAt<Reserve>(ethers, "Reserve", addresses.reserve),
      reserveManager: await contractAt<AccessManager>(ethers, "AccessManager", addresses.reserveManager),
      reserveTimelock: await contractAt<TimelockController>(
        ethers,
        "TimelockController",
        addresses.reserveTimelock,
      ),
      reserveVetoGate: await contractAt<VetoGate>(ethers, "VetoGate", addresses.reserveVetoGate),
      reserveSuccession: await contractAt<Succession>(ethers, "Succession", addresses.reserveSuccession),
      factory: await contractAt<DepositFactory>(ethers, "DepositFactory", addresses.factory),
      lens: await contractAt<VaultLens>(ethers, "VaultLens", addresses.lens),
      pullPrices: await contractAt<PullPrices>(ethers, "PullPrices", addresses.pullPrices),
      paymentRules: await contractAt<PaymentRules>(ethers, "PaymentRules", addresses.paymentRules),
      payments: await contractAt<Payments>(ethers, "Payments", addresses.payments),
      netting: await contractAt<Netting>(ethers, "Netting", addresses.netting),
      gateway: await contractAt<Gateway>(ethers, "Gateway", addresses.gateway),
      committee: await contractAt<Committee>(ethers, "Committee", addresses.committee),
    },
    safes: {
      council: safe(addresses.safes.council),
      guardian: safe(addresses.safes.guardian),
      canceller: safe(addresses.safes.canceller),
      reviewer: safe(addresses.safes.reviewer),
      rollback: safe(addresses.safes.rollback),
      reserve: safe(addresses.safes.reserve),
      riskOfficer: addresses.safes.riskOfficer === undefined ? undefined : safe(addresses.safes.riskOfficer),
    },
    keys: {
      council: atHand(council.owners),
      guardian: atHand(guardian.owners),
      canceller: atHand(canceller.owners),
      reviewer: atHand(reviewer.owners),
      rollback: atHand(rollback.owners),
      reserve: atHand(reserve.owners),
      riskOfficer: atHand("safe" in risk ? risk.safe.owners : [risk.account]),
      attestors: atHand(config.attestors),
      auditors: atHand(config.auditors),
      committee: atHand(committee !== undefined && "signers" in committee ? committee.signers : []),
    },
    assets: Object.fromEntries(addresses.assets.map(({ symbol, id }) => [symbol, BigInt(id)])),
    mocks: rest.mocks,
    wait: rest.wait,
    run: rest.run,
  };
}
