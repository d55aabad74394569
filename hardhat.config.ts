import { fileURLToPath } from "node:url";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";

// The compiler is the WebAssembly build of the locked npm package: nothing is downloaded.
const solc = fileURLToPath(import.meta.resolve("solc/soljson.js"));

export default defineConfig({
  plugins: [toolbox],
  solidity: {
    compilers: [
      {
        version: "0.8.37",
        path: solc,
        settings: {
          evmVersion: "cancun",
          optimizer: { enabled: true, runs: 100 },
          metadata: { bytecodeHash: "none" },
          outputSelection: { "*": { "*": ["storageLayout"] } },
        },
      },
    ],
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
  },
  test: {
    mocha: { timeout: 120_000 },
    solidity: {
      profiles: {
        default: {
          fuzz: { failurePersistDir: "corpus/fuzz" },
          invariant: { failurePersistDir: "corpus/invariant", runs: 100, depth: 100 },
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
