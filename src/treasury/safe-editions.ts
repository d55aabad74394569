import {
  getCompatibilityFallbackHandlerDeployment,
  getExtensibleFallbackHandlerDeployment,
  getSafeL2SingletonDeployment,
  getSafeMigrationDeployment,
  getSafeSingletonDeployment,
  getSafeToL2SetupDeployment,
} from "@safe-global/safe-deployments";
import { SAFE_VERSION, safeProxyCodeHash } from "../governance/safe-contracts.ts";

/** One of the Safe authors' own contracts, recognised by its code. */
export interface SafeEdition {
  /** As the authors number it: `1.5.0`. */
  readonly version: string;
  /** What it is: `Safe`, `SafeL2`, or a handler's name. */
  readonly name: string;
}

type Find = typeof getSafeSingletonDeployment;

/** Every version that the authors have published, the newest first. */
const VERSIONS = [SAFE_VERSION, "1.4.1", "1.3.0", "1.2.0", "1.1.1", "1.0.0"] as const;

/** The oldest version whose owners the authors' own migration contract brings to {@link SAFE_VERSION}. */
export const OLDEST_MIGRATABLE = "1.3.0";

/**
 * The keccak-256 of the proxies' code by version. The authors publish it in no list: the older two are those of
 * `@gnosis.pm/safe-contracts@1.3.0` and `@safe-global/safe-contracts@1.4.1`, test/vectors/safe-proxies.json has the code.
 */
const PROXIES: Readonly<Record<string, string>> = {
  "0xb89c1b3bdf2cf8827818646bce9a8f6e372885f8c55e5c07acbd307cb133b000": "1.3.0",
  "0xd7d408ebcd99b2b70be43e20253d6d92a8ea8fab29bd3be7f55b10032331fb4c": "1.4.1",
};

function editions(find: Find, name: string): ReadonlyMap<string, SafeEdition> {
  const found = new Map<string, SafeEdition>();
  for (const version of VERSIONS) {
    for (const deployment of Object.values(find({ version })?.deployments ?? {})) {
      found.set(deployment.codeHash, { version, name });
    }
  }
  return found;
}

const SINGLETONS = new Map([
  ...editions(getSafeSingletonDeployment, "Safe"),
  ...editions(getSafeL2SingletonDeployment, "SafeL2"),
]);
const HANDLERS = new Map([
  ...editions(getExtensibleFallbackHandlerDeployment, "ExtensibleFallbackHandler"),
  ...editions(getCompatibilityFallbackHandlerDeployment, "CompatibilityFallbackHandler"),
]);
const SETUPS = editions(getSafeToL2SetupDeployment, "SafeToL2Setup");

/** Which singleton has this code; undefined if none of the authors'. */
export function singletonEdition(codeHash: string): SafeEdition | undefined {
  return SINGLETONS.get(codeHash);
}

/** Which fallback handler has this code; undefined if none of the authors'. */
export function handlerEdition(codeHash: string): SafeEdition | undefined {
  return HANDLERS.get(codeHash);
}

/** Which of the authors' own set-up contracts has this code; undefined if none. */
export function setupEdition(codeHash: string): SafeEdition | undefined {
  return SETUPS.get(codeHash);
}

/** Which version's proxy has this code; undefined if none of the authors'. */
export function proxyVersion(codeHash: string): string | undefined {
  return codeHash === safeProxyCodeHash() ? SAFE_VERSION : PROXIES[codeHash];
}

/** Where the authors' contract stands that brings a Safe to {@link SAFE_VERSION}; undefined where it does not. */
export function migrationAddress(chainId: bigint): string | undefined {
  const network = chainId.toString();
  return getSafeMigrationDeployment({ version: SAFE_VERSION, network })?.networkAddresses[network];
}
