import type { PlainFeed } from "../../src/governance/price-source.ts";
import type { SuiteConfig } from "../config/schema.ts";
import type { SafeContractAddresses } from "../factories/safe-contracts.ts";
import type { Planner } from "../planner.ts";

/** One asset with the addresses of its token and feeds. */
export interface PlannedAsset extends Omit<SuiteConfig["assets"][number], "feeds" | "token"> {
  readonly id: bigint;
  /** Zero for the chain's own currency. */
  readonly token: string;
  readonly feeds: readonly PlainFeed[];
}

/** What the modules are told: the parameter file, with mocks and dates resolved to addresses and times. */
export interface Plan {
  readonly config: SuiteConfig;
  /** Takes the steps in. */
  readonly planner: Planner;
  readonly safeContracts: SafeContractAddresses;
  /** Zero where nobody is screened. */
  readonly sanctionsList: string;
  readonly assets: readonly PlannedAsset[];
  readonly guardianKeys: readonly {
    readonly key: "guardian-safe" | string;
    readonly expiry: bigint;
    readonly budgetSeconds: bigint;
  }[];
}
