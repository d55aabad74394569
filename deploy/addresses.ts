/** Where everything is. Plain, so that it can be written to a file and read by anything. */
export interface SuiteAddresses {
  readonly network: string;
  readonly chainId: string;
  readonly deployer: string;
  /** The block before the first transaction: logs start after it. */
  readonly fromBlock: number;
  readonly safeContracts: {
    readonly factory: string;
    readonly singleton: string;
    readonly fallbackHandler: string;
    readonly multiSend: string;
  };
  readonly safes: {
    readonly council: string;
    readonly guardian: string;
    readonly canceller: string;
    readonly reviewer: string;
    readonly rollback: string;
    readonly reserve: string;
    readonly riskOfficer?: string;
  };
  readonly manager: string;
  readonly timelock: string;
  readonly vetoGate: string;
  readonly succession: string;
  readonly safeGuard: string;
  readonly safeSetup: string;
  /** The reserve's own. */
  readonly reserveManager: string;
  readonly reserveTimelock: string;
  readonly reserveVetoGate: string;
  readonly reserveSuccession: string;
  readonly reserveSafeGuard: string;
  readonly vault: string;
  readonly vaultImplementation: string;
  readonly vaultAdmin: string;
  readonly proxyAdmin: string;
  readonly policy: string;
  readonly router: string;
  readonly registry: string;
  readonly guardian: string;
  readonly upgradeController: string;
  readonly auditRecord: string;
  readonly recovery: string;
  readonly reserve: string;
  readonly factory: string;
  readonly lens: string;
  readonly pullPrices: string;
  readonly paymentRules: string;
  readonly payments: string;
  readonly netting: string;
  readonly secretRegistry: string;
  /** What payments may depend on. */
  readonly conditions: {
    readonly attestation: string;
    readonly hashLock: string;
    readonly priceLimit: string;
    readonly quorum: string;
    readonly several: string;
    readonly timeWindow: string;
  };
  readonly gateway: string;
  readonly committee: string;
  /** Of the committee's first epoch. */
  readonly committeeVerifier: string;
  /** Zero where nobody is screened. */
  readonly sanctionsList: string;
  readonly assets: readonly {
    readonly symbol: string;
    readonly id: string;
    /** Zero for the chain's own currency. */
    readonly token: string;
    readonly feedSet: string;
    readonly sources: readonly {
      readonly address: string;
      readonly kind: "chainlink" | "pyth" | "redstone";
      /** What it reads: the feed, or the Pyth contract; zero where signed packages come to the source itself. */
      readonly feed: string;
    }[];
  }[];
  readonly guardianKeys: readonly {
    readonly key: string;
    readonly expiry: string;
    readonly budgetSeconds: string;
  }[];
}
