import { fileURLToPath } from "node:url";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";

// The compiler is the WebAssembly build of the locked npm package: nothing is downloaded.
const solc = fileURLToPath(import.meta.resolve("solc/soljson.js"));

function compiler(runs: number) {
  return {
    version: "0.8.37",
    path: solc,
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true, runs },
      metadata: { bytecodeHash: "none" },
      outputSelection: { "*": { "*": ["storageLayout"] } },
    },
  };
}

export default defineConfig({
  plugins: [toolbox],
  solidity: {
    // 100 runs keep the Vault below the size limit; what each exit asks is small and compiled for speed.
    compilers: [compiler(100)],
    overrides: {
      "contracts/oracle/ChainlinkSource.sol": compiler(10_000),
      "contracts/oracle/FeedSet.sol": compiler(10_000),
      "contracts/oracle/PriceRouter.sol": compiler(10_000),
      "contracts/policy/ExitPolicy.sol": compiler(10_000),
    },
    npmFilesToBuild: [
      "@openzeppelin/contracts/access/manager/AccessManager.sol",
      "@openzeppelin/contracts/governance/TimelockController.sol",
      "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol",
      "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol",
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
    // Read when used: npx hardhat keystore set NAME, or the environment.
    sepolia: {
      type: "http",
      chainType: "l1",
      url: configVariable("SEPOLIA_RPC_URL"),
      accounts: [configVariable("DEPLOYER_KEY")],
    },
    hoodi: {
      type: "http",
      chainType: "l1",
      url: configVariable("HOODI_RPC_URL"),
      accounts: [configVariable("DEPLOYER_KEY")],
    },
  },
  test: {
    mocha: { timeout: 120_000 },
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
