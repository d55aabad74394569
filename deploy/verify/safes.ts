import { id, keccak256 } from "ethers";
import { domainOfSafe, SEATS } from "../../src/governance/role-graph.ts";
import {
  canonicalCodeHash,
  SAFE_CONTRACTS,
  SAFE_VERSION,
  safeArtifact,
  safeProxyCodeHash,
} from "../../src/governance/safe-contracts.ts";
import type { SafeName } from "../../src/governance/safe-names.ts";
import { proxyVersion, singletonEdition } from "../../src/treasury/safe-editions.ts";
import type { SuiteAddresses } from "../addresses.ts";
import { adoptionsOf } from "../adopted.ts";
import type { SuiteConfig } from "../config/schema.ts";
import type { Chain, Findings } from "./chain.ts";

/** The end of a Safe's linked lists. */
const SENTINEL = "0x0000000000000000000000000000000000000001";
const SINGLETON_SLOT = 0n;
const GUARD_SLOT = id("guard_manager.guard.address");
const MODULE_GUARD_SLOT = id("module_manager.module_guard.address");
const FALLBACK_SLOT = id("fallback_manager.handler.address");

/** Safes are the canonical code with the declared owners, and change themselves through their timelock alone. */
export async function checkSafes(
  chain: Chain,
  addresses: SuiteAddresses,
  config: SuiteConfig,
  f: Findings,
): Promise<void> {
  for (const which of SAFE_CONTRACTS) {
    f.equal(
      `safe.code.${which}`,
      `the Safe ${which} is the canonical code`,
      keccak256(await chain.provider.getCode(addresses.safeContracts[which])),
      canonicalCodeHash(which),
    );
  }
  const declared = {
    ...config.safes,
    ...("safe" in config.riskOfficer ? { riskOfficer: config.riskOfficer.safe } : {}),
  };
  const adoptions = await adoptionsOf(chain.provider, addresses, config);
  for (const [name, { adopt, owners, threshold }] of Object.entries(declared)) {
    const address = addresses.safes[name as keyof typeof addresses.safes];
    f.equal(`safe.${name}.present`, `there is a ${name} Safe`, address !== undefined, true);
    if (address === undefined) continue;
    const safe = chain.at(address, safeArtifact("singleton").abi as never);
    const proxy = keccak256(await chain.provider.getCode(address));
    const singleton = await chain.addressIn(address, SINGLETON_SLOT);
    const adoption = adoptions.get(name as SafeName);
    if (adoption !== undefined) {
      f.equal(`safe.${name}.address`, `${name}: it is the one that was adopted`, address, adopt);
      // Its owners chose the proxy's version, and whether the singleton logs more; the code is the authors' all the same.
      f.equal(
        `safe.${name}.proxy`,
        `${name}: the proxy is Safe's own`,
        proxyVersion(proxy) !== undefined,
        true,
      );
      f.equal(
        `safe.${name}.singleton`,
        `${name}: it runs a canonical singleton`,
        singletonEdition(keccak256(await chain.provider.getCode(singleton)))?.version,
        SAFE_VERSION,
      );
      const left = `not yet under guard: ${adoption.calls.length} calls of its ${adoption.by} are left`;
      f.equal(
        `safe.${name}.adopted`,
        `${name}: the Safe that its team had is under guard`,
        adoption.underGuard ? "under guard" : left,
        "under guard",
      );
    } else {
      f.equal(`safe.${name}.proxy`, `${name}: the proxy is Safe's own`, proxy, safeProxyCodeHash());
      f.equal(
        `safe.${name}.singleton`,
        `${name}: it runs the canonical singleton`,
        singleton,
        addresses.safeContracts.singleton,
      );
    }
    f.sameSet(
      `safe.${name}.owners`,
      `${name}: its owners`,
      await chain.view<string[]>(safe, "getOwners"),
      owners,
    );
    f.equal(
      `safe.${name}.threshold`,
      `${name}: signatures needed`,
      await chain.view<bigint>(safe, "getThreshold"),
      threshold,
    );
    // The reserve's Safe changes through the reserve's timelock, all others through the suite's.
    const seat = SEATS[domainOfSafe(name as SafeName)];
    const [timelock, guard] = [addresses[seat.timelock], addresses[seat.guard]];
    const [modules] = await chain.view<[string[], string]>(safe, "getModulesPaginated", SENTINEL, 50);
    f.sameSet(`safe.${name}.modules`, `${name}: its timelock is its only module`, modules, [timelock]);
    f.equal(
      `safe.${name}.guard`,
      `${name}: the guard looks at what its owners sign`,
      await chain.addressIn(address, GUARD_SLOT),
      guard,
    );
    f.equal(
      `safe.${name}.module-guard`,
      `${name}: and at what its module does`,
      await chain.addressIn(address, MODULE_GUARD_SLOT),
      guard,
    );
    f.equal(
      `safe.${name}.fallback-handler`,
      `${name}: the canonical fallback handler`,
      keccak256(await chain.provider.getCode(await chain.addressIn(address, FALLBACK_SLOT))),
      canonicalCodeHash("fallbackHandler"),
    );
  }
}
