import { toBeHex } from "ethers";
import { domainOfSafe, SEATS } from "../../role-graph.ts";
import { Safe } from "../../safe.ts";
import type { SafeName } from "../../safe-names.ts";
import { SAFE_SLOTS, SENTINEL } from "../../safe-settings.ts";
import type { Tried } from "./tried.ts";

const MOST_MODULES = 50;
/** One stolen key must not be enough. */
const FEWEST_SIGNATURES = 2;

/** That enough of its keys are there, and that it obeys its owners and its timelock alone. */
export async function checkSafe(tried: Tried, name: SafeName, address: string): Promise<void> {
  const safe = new Safe(address, BigInt(tried.addresses.chainId), tried.provider);
  const [owners, threshold] = await Promise.all([safe.owners(), safe.threshold()]);
  if (threshold < FEWEST_SIGNATURES) {
    tried.say(
      "LOCKOUT_THRESHOLD",
      `${threshold} signature would be enough for the ${name} Safe: one stolen key is all of it`,
    );
  }
  if (owners.length <= threshold) {
    tried.say(
      "LOCKOUT_OWNERS",
      `The ${name} Safe would need all of its ${owners.length} owners: one lost key locks it`,
    );
  }
  // Contracts that a Safe has no code for can't sign either; zero-code accounts are keys.
  const own = tried.addresses as unknown as Record<string, unknown>;
  const ours = new Map(
    Object.entries(own).flatMap(([key, value]): [bigint, string][] =>
      typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value) && key !== "deployer"
        ? [[BigInt(value), key]]
        : [],
    ),
  );
  for (const owner of owners) {
    const which = ours.get(BigInt(owner));
    if (which !== undefined)
      tried.say("LOCKOUT_OWNERS", `The ${name} Safe would be owned by the ${which}, which signs nothing`);
  }
  const timelock = tried.addresses[SEATS[domainOfSafe(name)].timelock];
  const isModule = (await safe.contract.getFunction("isModuleEnabled").staticCall(timelock)) as boolean;
  if (!isModule)
    tried.say(
      "LOCKOUT_MODULE",
      `The ${name} Safe would not know its timelock: nobody could change its owners`,
    );
  await checkSettings(tried, name, safe, timelock);
}

/** Guards keep a Safe from its owners and modules; a handler speaks to others in the Safe's name, for anyone. */
async function checkSettings(
  tried: Tried,
  name: SafeName,
  { address, contract }: Safe,
  timelock: string,
): Promise<void> {
  const guard = tried.addresses[SEATS[domainOfSafe(name)].guard];
  const { fallbackHandler } = tried.addresses.safeContracts;
  for (const [setting, meant] of [
    ["guard", guard],
    ["moduleGuard", guard],
    ["fallbackHandler", fallbackHandler],
  ] as const) {
    const found = BigInt(await tried.provider.getStorage(address, SAFE_SLOTS[setting]));
    if (found === BigInt(meant)) continue;
    tried.say("LOCKOUT_SAFE", `The ${name} Safe would have ${toBeHex(found, 20)} as its ${setting}`);
  }
  const [modules] = (await contract
    .getFunction("getModulesPaginated")
    .staticCall(SENTINEL, MOST_MODULES)) as [readonly string[]];
  for (const module of modules.filter((module) => module !== timelock)) {
    tried.say("LOCKOUT_SAFE", `${module} could act as the ${name} Safe, as its module`);
  }
}
