import { globSync } from "node:fs";

/** What of a domain is mutated, and the tests that must notice; patterns from the project's root. */
export interface Domain {
  readonly name: string;
  readonly sources: readonly string[];
  readonly solidity: readonly string[];
  readonly mocha: readonly string[];
  /** Solidity tests that measure gas: compiled as ever. The others go without the optimizer, in half the time. */
  readonly measuring: readonly string[];
}

/** Tests of contracts and the attacks on them, no campaigns: what a developer runs while the domain changes. */
export const DOMAINS: readonly Domain[] = [
  {
    name: "policy",
    sources: ["contracts/policy/**/*.sol", "contracts/shared/{Units,WindowKeys}.sol"],
    solidity: [
      "test/contracts/policy/*.t.sol",
      "test/contracts/shared/{Units,Keys,Params}.t.sol",
      "test/contracts/custody/VaultWords.t.sol",
    ],
    mocha: [
      "test/contracts/policy/*.test.ts",
      "test/contracts/custody/Vault.{policy,withdraw}.test.ts",
      "test/regression/{unknown-tier,lens-lapsing-limits}.test.ts",
    ],
    measuring: [],
  },
  {
    name: "oracle",
    sources: ["contracts/oracle/**/*.sol"],
    solidity: ["test/contracts/oracle/*.t.sol"],
    mocha: ["test/contracts/oracle/*.test.ts"],
    measuring: ["test/contracts/oracle/{FeedSet,RedStoneSource}.t.sol"],
  },
  {
    name: "governance",
    sources: ["contracts/governance/**/*.sol", "contracts/shared/{Params,Parametrised,ParamKeys}.sol"],
    solidity: ["test/contracts/governance/*.t.sol", "test/contracts/shared/{Params,Keys}.t.sol"],
    mocha: [
      "test/contracts/governance/*.test.ts",
      "test/contracts/custody/Vault.params.test.ts",
      "test/attacks/{unverified,upgrades}.test.ts",
    ],
    measuring: [],
  },
  {
    name: "custody",
    sources: ["contracts/custody/**/*.sol", "contracts/shared/AssetId.sol"],
    solidity: ["test/contracts/custody/*.t.sol", "test/contracts/shared/AssetId.t.sol"],
    mocha: [
      "test/contracts/custody/*.test.ts",
      "test/regression/*.test.ts",
      "test/attacks/{cold-storage,recovery,impairment,reentrancy}.test.ts",
    ],
    measuring: [],
  },
  {
    name: "payments",
    sources: ["contracts/payments/**/*.sol"],
    solidity: ["test/contracts/payments/*.t.sol"],
    mocha: ["test/contracts/payments/*.test.ts", "test/attacks/payments.test.ts"],
    // What a condition has of its gas.
    measuring: ["test/contracts/payments/Questions.t.sol"],
  },
  {
    name: "gateway",
    sources: ["contracts/gateway/**/*.sol"],
    solidity: ["test/contracts/gateway/*.t.sol"],
    mocha: ["test/contracts/gateway/*.test.ts", "test/attacks/gateway.test.ts"],
    measuring: [],
  },
];

/** A domain whose patterns are resolved to files of a project. */
export type DomainFiles = Domain;

export function filesOf({ name, sources, solidity, mocha, measuring }: Domain, root: string): DomainFiles {
  // In the order of the patterns: it is the one in which tests run.
  const find = (patterns: readonly string[]) => [
    ...new Set(patterns.flatMap((pattern) => globSync(pattern, { cwd: root }).sort())),
  ];
  return {
    name,
    sources: find(sources),
    solidity: find(solidity),
    mocha: find(mocha),
    measuring: find(measuring),
  };
}
