import { createRequire } from "node:module";
import {
  getCompatibilityFallbackHandlerDeployment,
  getMultiSendCallOnlyDeployment,
  getProxyFactoryDeployment,
  getSafeSingletonDeployment,
} from "@safe-global/safe-deployments";
import { AbiCoder, concat, getCreate2Address, keccak256 } from "ethers";
import { TerminalError } from "../core/errors.ts";

/** The version whose bytecode is used, as audited and deployed by its authors: never a rebuild. */
export const SAFE_VERSION = "1.5.0";

/** The contracts that every Safe stands on. */
export const SAFE_CONTRACTS = ["factory", "singleton", "fallbackHandler", "multiSend"] as const;
export type SafeContract = (typeof SAFE_CONTRACTS)[number];

/** An artifact of the npm package. */
export interface SafeArtifact {
  readonly _format: string;
  readonly contractName: string;
  readonly sourceName: string;
  readonly abi: readonly unknown[];
  readonly bytecode: string;
  readonly deployedBytecode: string;
  readonly linkReferences: Record<string, never>;
  readonly deployedLinkReferences: Record<string, never>;
}

const FOLDER = "@safe-global/safe-smart-account/build/artifacts/contracts";
const FILES: Readonly<Record<SafeContract, string>> = {
  factory: `${FOLDER}/proxies/SafeProxyFactory.sol/SafeProxyFactory.json`,
  singleton: `${FOLDER}/Safe.sol/Safe.json`,
  fallbackHandler: `${FOLDER}/handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json`,
  multiSend: `${FOLDER}/libraries/MultiSendCallOnly.sol/MultiSendCallOnly.json`,
};
const PROXY_FILE = `${FOLDER}/proxies/SafeProxy.sol/SafeProxy.json`;

const DEPLOYMENTS = {
  factory: getProxyFactoryDeployment,
  singleton: getSafeSingletonDeployment,
  fallbackHandler: getCompatibilityFallbackHandlerDeployment,
  multiSend: getMultiSendCallOnlyDeployment,
} as const;

const load = createRequire(import.meta.url);

/** The keccak-256 of the code that the authors have deployed. */
export function canonicalCodeHash(which: SafeContract): string {
  const canonical = DEPLOYMENTS[which]({ version: SAFE_VERSION })?.deployments.canonical;
  if (canonical === undefined) {
    throw new TerminalError("SAFE_UNKNOWN", `Safe ${SAFE_VERSION} has no canonical ${which}`);
  }
  return canonical.codeHash;
}

/** Where it stands on every chain that has it: its address follows from its code. */
export function canonicalHome(which: SafeContract): string {
  const canonical = DEPLOYMENTS[which]({ version: SAFE_VERSION })?.deployments.canonical;
  if (canonical === undefined) {
    throw new TerminalError("SAFE_UNKNOWN", `Safe ${SAFE_VERSION} has no canonical ${which}`);
  }
  return canonical.address;
}

/** Where the authors have deployed it on a chain; undefined where they have not. */
export function canonicalAddress(which: SafeContract, chainId: bigint): string | undefined {
  return DEPLOYMENTS[which]({ version: SAFE_VERSION, network: chainId.toString() })?.networkAddresses[
    chainId.toString()
  ];
}

/** The hash of the code of every Safe's own proxy. */
export function safeProxyCodeHash(): string {
  return keccak256((load(PROXY_FILE) as SafeArtifact).deployedBytecode);
}

/** Where the factory puts a Safe of these terms, whoever asks it to. */
export function safeProxyAddress(
  factory: string,
  singleton: string,
  setup: string,
  saltNonce: bigint,
): string {
  const coder = AbiCoder.defaultAbiCoder();
  const salt = keccak256(concat([keccak256(setup), coder.encode(["uint256"], [saltNonce])]));
  const { bytecode } = load(PROXY_FILE) as SafeArtifact;
  return getCreate2Address(
    factory,
    salt,
    keccak256(concat([bytecode, coder.encode(["address"], [singleton])])),
  );
}

/**
 * The artifact to deploy where the authors have not.
 *
 * @throws TerminalError `SAFE_NOT_CANONICAL` if its code is not the canonical one.
 */
export function safeArtifact(which: SafeContract): SafeArtifact {
  const artifact = load(FILES[which]) as SafeArtifact;
  const found = keccak256(artifact.deployedBytecode);
  const expected = canonicalCodeHash(which);
  if (found !== expected) {
    throw new TerminalError(
      "SAFE_NOT_CANONICAL",
      `The installed ${artifact.contractName} is not the canonical one`,
      {
        facts: { found, expected },
        advice: "Remove node_modules and install the locked dependencies again.",
      },
    );
  }
  return artifact;
}
