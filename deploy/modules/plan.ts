import type { PlainFeed } from "../../src/governance/price-source.ts";
import type { SuiteConfig } from "../config/schema.ts";
import type { SafeContractAddresses } from "../factories/safe-contracts.ts";
import type { Planner } from "../planner.ts";

type Declared = SuiteConfig["assets"][number]["token"];
/** What a parameter file says of an asset of another chain. */
export type ForeignTerms = Extract<Declared, { readonly foreign: unknown }>["foreign"];

/** One asset with the addresses of its token and feeds. */
export interface PlannedAsset extends Omit<SuiteConfig["assets"][number], "feeds" | "token"> {
  readonly id: bigint;
  /** Zero for the chain's own currency. */
  readonly token: string;
  readonly feeds: readonly PlainFeed[];
  /** Of an asset of another chain, whose token is planned with the gateway. */
  readonly foreign?: ForeignTerms;
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
