import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import { Interface } from "ethers";
import { TerminalError } from "../src/core/errors.ts";
import { safeArtifact } from "../src/governance/safe-contracts.ts";
import type { CodeOf, PlannedCode } from "./planner.ts";

/** The contracts that a deployment creates. */
export const DEPLOYED = [
  "AccessManager",
  "Attestation",
  "AuditRecord",
  "ChainlinkSource",
  "Committee",
  "DepositFactory",
  "ExitPolicy",
  "FeedSet",
  "ForeignAsset",
  "Gateway",
  "Guardian",
  "HashLock",
  "MockAggregator",
  "MockERC20",
  "MockSanctionsList",
  "MultisigVerifier",
  "Netting",
  "PaymentRules",
  "Payments",
  "PriceLimit",
  "PriceRouter",
  // By the Vault's proxy.
  "ProxyAdmin",
  "PullPrices",
  "PythSource",
  "Quorum",
  "Recovery",
  "RedStoneSource",
  "Reserve",
  "SafeGuard",
  "SafeSetup",
  "SchnorrVerifier",
  "SecretRegistry",
  "Several",
  "Succession",
  "TierRegistry",
  "TimeWindow",
  "TimelockController",
  "TransparentUpgradeableProxy",
  "UpgradeController",
  "Vault",
  "VaultAdmin",
  "VaultLens",
  "VetoGate",
] as const;
/** Faces of what it only calls. */
const CALLED = ["IVault"] as const;

/** The build's code: under coverage it is instrumented, so that it is read, not imported. */
export async function codeFor(ethers: HardhatEthers): Promise<CodeOf> {
  const codes = new Map<string, PlannedCode>();
  for (const name of DEPLOYED) {
    const { interface: face, bytecode } = await ethers.getContractFactory(name);
    codes.set(name, { face, bytecode });
  }
  for (const name of CALLED) {
    codes.set(name, { face: (await ethers.getContractAt(name, DEAD)).interface, bytecode: "" });
  }
  codes.set("Safe", { face: Interface.from(safeArtifact("singleton").abi as never), bytecode: "" });
  return (name) => {
    const code = codes.get(name);
    if (code === undefined) throw new TerminalError("PLAN_INVALID", `A plan names no contract ${name}`);
    return code;
  };
}

/** Any address: only the interface is wanted. */
const DEAD = "0x000000000000000000000000000000000000dEaD";
