import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";
import type { HookContext, SolidityHooks } from "hardhat/types/hooks";
import type { HardhatPlugin } from "hardhat/types/plugins";
import { CompilerAnswers } from "./src/core/compiler-answers.ts";

// The compiler is the WebAssembly build of the locked npm package: nothing is downloaded.
const solc = fileURLToPath(import.meta.resolve("solc/soljson.js"));

function compiler(runs: number, viaIR = false) {
  return {
    version: "0.8.37",
    path: solc,
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true, runs },
      viaIR,
      metadata: { bytecodeHash: "none" },
      outputSelection: { "*": { "*": ["storageLayout"] } },
    },
  };
}

const DEVELOPMENT_NODE = "http://127.0.0.1:8545";

/** A public network. Address and key are read when used: npx hardhat keystore set NAME, or the environment. */
function network(name: string) {
  return {
    type: "http" as const,
    chainType: "generic" as const,
    url: configVariable(`${name}_RPC_URL`),
    accounts: [configVariable("DEPLOYER_KEY")],
  };
}

/** Hardhat leaves one processor idle when it compiles, so that a machine with two compiles its twenty jobs one by one. */
const sideBySide: HardhatPlugin = {
  id: "strongroom:side-by-side",
  hookHandlers: {
    solidity: async () => ({
      default: async (): Promise<Partial<SolidityHooks>> => ({
        build: (context, files, options, next) =>
          next(context, files, { concurrency: Math.max(2, availableParallelism()), ...options }),
      }),
    }),
  },
};

// Beside the compiler that gave them: copies of a checkout share its node_modules.
const answers = new CompilerAnswers(fileURLToPath(new URL("./node_modules/.cache/solc", import.meta.url)));

/** The same sources are compiled once in a checkout and its copies. */
const rememberedAnswers: HardhatPlugin = {
  id: "strongroom:remembered-answers",
  hookHandlers: {
    solidity: async () => ({
      default: async (): Promise<Partial<SolidityHooks>> => ({
        invokeSolc: (context, compiler, input, config, next) =>
          answers.answer([compiler.longVersion, input], () => next(context, compiler, input, config)),
      }),
    }),
  },
};

/**
 * Our own commands explain what reverts from its data and need no traces; nor do the fifty processes of `./strongroom test`
 * (src/testing/run-tests.ts): they say what failed, and `npx hardhat test mocha FILE` says how.
 */
const needsNoTraces =
  process.argv[1] === fileURLToPath(import.meta.resolve("./src/cli/main.ts")) ||
  process.env.STRONGROOM_TRACES === "false";

/**
 * Each process with an embedded chain first reads what the compiler said of all that was ever built, for its traces: seconds.
 * Solidity tests are most of that, and never run on such a chain, their own runner aside, which reads it by itself.
 */
const tracesOfContracts: HardhatPlugin = {
  id: "strongroom:traces-of-contracts",
  hookHandlers: {
    hre: async () => ({
      default: async () => ({
        created: async (_: HookContext, { artifacts }: Pick<HookContext, "artifacts">) => {
          artifacts.getAllBuildInfoIds = async () => {
            if (needsNoTraces) return new Set();
            const names = [...(await artifacts.getAllFullyQualifiedNames())];
            const built = names.filter((name) => !name.startsWith("test/"));
            const ids = await Promise.all(built.map((name) => artifacts.getBuildInfoId(name)));
            return new Set(ids.filter((id) => id !== undefined));
          };
        },
      }),
    }),
  },
};

export default defineConfig({
  plugins: [toolbox, sideBySide, rememberedAnswers, tracesOfContracts],
  solidity: {
    // What each transaction runs is compiled for speed, through the IR; everything else for size and short builds. The
    // peers that the bench compares with are compiled likewise.
    compilers: [compiler(100)],
    overrides: {
      // Its views take more variables at once than the older pipeline's stack holds; more runs and it outgrows 22 kB.
      "contracts/custody/VaultAdmin.sol": compiler(30, true),
      // More runs and it outgrows the limit of 22 kB.
      "contracts/custody/Vault.sol": compiler(20_000, true),
      "contracts/gateway/Gateway.sol": compiler(200, true),
      ...Object.fromEntries(
        [
          "contracts/gateway/Committee.sol",
          "contracts/gateway/ForeignAsset.sol",
          "contracts/gateway/verifiers/MultisigVerifier.sol",
          "contracts/gateway/verifiers/SchnorrVerifier.sol",
          "contracts/oracle/ChainlinkSource.sol",
          "contracts/oracle/FeedSet.sol",
          "contracts/oracle/PriceRouter.sol",
          "contracts/oracle/PullPrices.sol",
          "contracts/oracle/PythSource.sol",
          "contracts/oracle/RedStoneSource.sol",
          "contracts/payments/Netting.sol",
          "contracts/payments/PaymentRules.sol",
          "contracts/payments/Payments.sol",
          "contracts/policy/ExitPolicy.sol",
          ...globSync("contracts/mocks/bench/*Consumed.sol", { cwd: import.meta.dirname }),
          "contracts/mocks/bench/EcrecoverVerifier.sol",
          "contracts/mocks/bench/OzLedger.sol",
          "contracts/mocks/bench/OzTokenVault.sol",
        ].map((file) => [file, compiler(100_000, true)]),
      ),
    },
    npmFilesToBuild: [
      "@openzeppelin/contracts/access/manager/AccessManager.sol",
      "@openzeppelin/contracts/governance/TimelockController.sol",
      "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol",
      "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol",
      "@pythnetwork/pyth-sdk-solidity/MockPyth.sol",
    ],
  },
  paths: {
    sources: ["./contracts"],
    tests: { mocha: "./test", solidity: "./test" },
    ignition: "./deploy",
  },
  typechain: { outDir: "typechain-types", tsNocheck: true },
  networks: {
    default: { type: "edr-simulated", chainType: "l1", hardfork: "cancun" },
    // Development nodes: anvil, npx hardhat node. Both hold keys of their own.
    localhost: { type: "http", chainType: "l1", url: DEVELOPMENT_NODE, accounts: "remote" },
    anvil: { type: "http", chainType: "l1", url: DEVELOPMENT_NODE, accounts: "remote" },
    sepolia: network("SEPOLIA"),
    hoodi: network("HOODI"),
    "base-sepolia": network("BASE_SEPOLIA"),
    "arbitrum-sepolia": network("ARBITRUM_SEPOLIA"),
    "bsc-testnet": network("BSC_TESTNET"),
    // Real value: ./strongroom deploy refuses it unless it is told twice.
    mainnet: network("MAINNET"),
  },
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
  test: {
    // Ends what hangs; no test is judged by its time.
    mocha: { timeout: 300_000 },
    solidity: {
      profiles: {
        default: {
          fuzz: { failurePersistDir: "corpus/fuzz" },
          invariant: { failurePersistDir: "corpus/invariant", runs: 25, depth: 100 },
        },
        // Runs and seed come from `./strongroom test --deep`.
        deep: {
          fuzz: { failurePersistDir: "corpus/fuzz" },
          invariant: { failurePersistDir: "corpus/invariant" },
        },
      },
    },
  },
});
