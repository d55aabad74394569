import type { Provider } from "ethers";
import type { SuiteAddresses } from "./addresses.ts";
import type { SuiteConfig } from "./config/schema.ts";
import { checkAccessManager } from "./verify/access-manager.ts";
import { Chain, type CheckResult, Findings } from "./verify/chain.ts";
import { checkCode } from "./verify/code.ts";
import { checkCustody } from "./verify/custody.ts";
import { checkDeployer } from "./verify/deployer.ts";
import { checkSafes } from "./verify/safes.ts";
import { checkTimelock } from "./verify/timelock.ts";

export type { CheckResult } from "./verify/chain.ts";

/**
 * Compares a deployment with its declaration. Reads the chain alone: logs, views, slots and code; what deployed it is not
 * trusted. All properties are looked at, and each is one result.
 *
 * @example
 * const failed = (await verifyDeployment(ethers.provider, suite.addresses, suite.config)).filter(({ ok }) => !ok);
 */
export async function verifyDeployment(
  provider: Provider,
  addresses: SuiteAddresses,
  config: SuiteConfig,
): Promise<readonly CheckResult[]> {
  const chain = new Chain(provider, addresses.fromBlock);
  const f = new Findings();
  f.equal("chain.id", "this is the declared chain", (await provider.getNetwork()).chainId, config.chainId);
  await checkCode(chain, addresses, config, f);
  await checkTimelock(chain, addresses, config, f);
  await checkAccessManager(chain, addresses, config, f);
  await checkSafes(chain, addresses, config, f);
  await checkCustody(chain, addresses, config, f);
  await checkDeployer(chain, addresses, f);
  return f.results;
}
