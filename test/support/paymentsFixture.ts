import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkHelpers } from "@nomicfoundation/hardhat-network-helpers/types";
import { ZeroAddress } from "ethers";
import type {
  Attestation,
  HashLock,
  Netting,
  PaymentRules,
  Payments,
  PriceLimit,
  Quorum,
  SecretRegistry,
  Several,
  TimeWindow,
} from "../../typechain-types/index.ts";
import { KINDS, NEVER, paramKey } from "./deployCore.ts";
import { restrict } from "./restrict.ts";
import { deployVault, KIND, type VaultFixture } from "./vaultFixture.ts";

/** `Feature` of contracts/payments/interfaces/IPaymentRules.sol. */
export const FEATURE = {
  PAY: 0n,
  SCHEDULE: 1n,
  CONDITION: 2n,
  CAPTURE: 3n,
  ARBITER: 4n,
  NETTING: 5n,
} as const;

/** Of volumes: nothing is counted. */
export const UNCOUNTED = (1n << 36n) - 1n;

/** Cents a trailing day, by tier, in the test deployment. */
export const VOLUMES = [100_000n, 1_000_000n, 10_000_000n, UNCOUNTED] as const;

/** How many tiers, from the highest down, may use each feature in the test deployment: the unverified pay, and no more. */
export const OPEN_TO = {
  PAY: 4n,
  SCHEDULE: 3n,
  CONDITION: 3n,
  CAPTURE: 3n,
  ARBITER: 3n,
  NETTING: 2n,
} as const;

/** The payment apps on a Vault. Anna and bert have tier 3, carl tier 1, mallory none. */
export interface PaymentsFixture extends VaultFixture {
  readonly rules: PaymentRules;
  readonly payments: Payments;
  readonly netting: Netting;
  readonly secrets: SecretRegistry;
  readonly conditions: {
    readonly hashLock: HashLock;
    readonly timeWindow: TimeWindow;
    readonly priceLimit: PriceLimit;
    readonly quorum: Quorum;
    readonly attestation: Attestation;
    readonly several: Several;
  };
  /** Sets a number of the rules as governance does. */
  setRule(kind: "PAYMENT_TIERS" | "PAYMENT_VOLUME", argument: bigint, value: bigint): Promise<void>;
}

/** Deploys a Vault and the payment apps as a deployment does, with their numbers set. */
export async function deployPayments(
  ethers: HardhatEthers,
  networkHelpers: NetworkHelpers,
): Promise<PaymentsFixture> {
  const d = await deployVault(ethers, networkHelpers);
  const contract = async <T>(name: string, args: readonly unknown[] = []) =>
    (await ethers.deployContract(name, [...args])) as unknown as T;
  const rules = await contract<PaymentRules>("PaymentRules", [d.manager, d.vault, d.router]);
  const payments = await contract<Payments>("Payments", [d.vault, ZeroAddress, rules]);
  const netting = await contract<Netting>("Netting", [d.vault, ZeroAddress, rules]);
  const secrets = await contract<SecretRegistry>("SecretRegistry");
  await restrict(d.manager, "paymentRules", rules);
  for (const app of [payments, netting]) await d.vault.setKind(app, KIND.APP);
  const setRule: PaymentsFixture["setRule"] = async (kind, argument, value) => {
    const key = paramKey(KINDS[kind], argument);
    const { version } = await rules.param(key);
    await rules.set(key, version, NEVER, value);
  };
  for (const [name, feature] of Object.entries(FEATURE)) {
    await setRule("PAYMENT_TIERS", feature, OPEN_TO[name as keyof typeof FEATURE]);
  }
  for (const [tier, volume] of VOLUMES.entries()) await setRule("PAYMENT_VOLUME", BigInt(tier), volume);
  for (const [who, tier] of [
    [d.anna, 3n],
    [d.bert, 3n],
    [d.carl, 1n],
  ] as const) {
    await d.vault.connect(d.officer).setTier(who, tier, await d.now(), NEVER);
  }
  return {
    ...d,
    rules,
    payments,
    netting,
    secrets,
    conditions: {
      hashLock: await contract<HashLock>("HashLock", [secrets]),
      timeWindow: await contract<TimeWindow>("TimeWindow"),
      priceLimit: await contract<PriceLimit>("PriceLimit", [d.router]),
      quorum: await contract<Quorum>("Quorum"),
      attestation: await contract<Attestation>("Attestation"),
      several: await contract<Several>("Several"),
    },
    setRule,
  };
}
