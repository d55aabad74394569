import type { Provider } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { ProxyAdmin__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/proxy/transparent/ProxyAdmin__factory.ts";
import { TerminalError } from "../../core/errors.ts";
import { DOMAIN_NAMES } from "../role-graph.ts";
import type { SafeName } from "../safe-names.ts";
import { checkManager } from "./lock-out/managers.ts";
import { checkSafe } from "./lock-out/safes.ts";
import { checkTimelock } from "./lock-out/timelocks.ts";
import { type LockOut, Tried } from "./lock-out/tried.ts";

async function checkProxies(tried: Tried): Promise<void> {
  const admin = ProxyAdmin__factory.connect(tried.addresses.proxyAdmin, tried.provider);
  const owner = await admin.owner();
  if (BigInt(owner) === BigInt(tried.addresses.upgradeController)) return;
  tried.say("LOCKOUT_PROXY", `${owner} would own the Vault's ProxyAdmin, not the upgrade controller`);
}

/** Every way in which governance is lost, or given away beside the delay, in the state of a chain. None = all is well. */
export async function lockOuts(provider: Provider, addresses: SuiteAddresses): Promise<readonly LockOut[]> {
  const tried = new Tried(provider, addresses);
  for (const [name, address] of Object.entries(addresses.safes) as [SafeName, string][]) {
    await checkSafe(tried, name, address);
  }
  for (const domain of DOMAIN_NAMES) {
    await checkTimelock(tried, domain);
    await checkManager(tried, domain);
  }
  await checkProxies(tried);
  return tried.found;
}

/**
 * Refuses a change after which governance would not work any more or be in other hands.
 *
 * @throws TerminalError with the code of the first new way
 */
export function refuseLockOuts(before: readonly LockOut[], after: readonly LockOut[]): void {
  const known = new Set(before.map(({ message }) => message));
  const [first, ...rest] = after.filter(({ message }) => !known.has(message));
  if (first === undefined) return;
  throw new TerminalError(first.code, [first, ...rest].map(({ message }) => message).join("\n  "), {
    advice: "Change the file so that governance keeps working, or split it so that each step does.",
    docs: "docs/lock-out.md",
  });
}
