import { keccak256, type Provider, ZeroAddress } from "ethers";
import type { SuiteAddresses } from "./addresses.ts";

/** Every contract of a deployment under a name: `vault`, `safes.council`, `assets.eth.sources.0`. */
export function namedContracts(addresses: SuiteAddresses): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const collect = (prefix: string, record: object) => {
    for (const [name, value] of Object.entries(record)) {
      if (typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value)) found.set(prefix + name, value);
    }
  };
  const { deployer: _deployer, ...contracts } = addresses;
  collect("", contracts);
  collect("safes.", addresses.safes);
  collect("safeContracts.", addresses.safeContracts);
  collect("conditions.", addresses.conditions);
  for (const { symbol, feedSet, sources } of addresses.assets) {
    found.set(`assets.${symbol}.feedSet`, feedSet);
    for (const [index, { address }] of sources.entries())
      found.set(`assets.${symbol}.sources.${index}`, address);
  }
  for (const [name, address] of found) if (address === ZeroAddress) found.delete(name);
  return found;
}

/** keccak-256 of the code of each contract, by name. */
export async function codeHashesOf(
  provider: Pick<Provider, "getCode">,
  addresses: SuiteAddresses,
): Promise<Readonly<Record<string, string>>> {
  const hashes: Record<string, string> = {};
  for (const [name, address] of namedContracts(addresses))
    hashes[name] = keccak256(await provider.getCode(address));
  return hashes;
}
