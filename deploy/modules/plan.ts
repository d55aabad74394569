import type { PlainFeed } from "../../src/governance/price-source.ts";
import type { SuiteConfig } from "../config/schema.ts";

/** One asset with everything that the chain in question has already: token and feeds. */
export interface PlannedAsset extends Omit<SuiteConfig["assets"][number], "feeds"> {
  readonly id: bigint;
  readonly feeds: readonly PlainFeed[];
}

/** What the modules are told: the parameter file, with mocks and dates resolved to addresses and times. */
export interface Plan {
  readonly config: SuiteConfig;
  readonly deployer: string;
  /** The authors' own deployments, where the chain has them; else the modules deploy the same code. */
  readonly canonicalSafe: boolean;
  readonly sanctionsList: string;
  readonly assets: readonly PlannedAsset[];
  readonly guardianKeys: readonly {
    readonly key: "guardian-safe" | string;
    readonly expiry: bigint;
    readonly budgetSeconds: bigint;
  }[];
}
