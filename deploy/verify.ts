import type { Provider } from "ethers";
import type { SuiteAddresses } from "./addresses.ts";
import type { SuiteConfig } from "./config/schema.ts";
import { checkAccessManagers } from "./verify/access-manager.ts";
import { Chain, type CheckResult, Findings } from "./verify/chain.ts";
import { type CreationCode, checkCode, generatedCode } from "./verify/code.ts";
import { checkCustody } from "./verify/custody.ts";
import { checkDeployer } from "./verify/deployer.ts";
import { checkGateway } from "./verify/gateway.ts";
import { checkSafes } from "./verify/safes.ts";
import { checkTimelocks } from "./verify/timelock.ts";

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
  creationCode: CreationCode = generatedCode,
): Promise<readonly CheckResult[]> {
  const chain = new Chain(provider, addresses.fromBlock);
  const f = new Findings();
  f.equal("chain.id", "this is the declared chain", (await provider.getNetwork()).chainId, config.chainId);
  const groups: Readonly<Record<string, () => Promise<void>>> = {
    code: () => checkCode(chain, addresses, config, f, creationCode),
    timelock: () => checkTimelocks(chain, addresses, config, f),
    manager: () => checkAccessManagers(chain, addresses, config, f),
    safes: () => checkSafes(chain, addresses, config, f),
    custody: () => checkCustody(chain, addresses, config, f),
    gateway: () => checkGateway(chain, addresses, config, f),
    deployer: () => checkDeployer(chain, addresses, f),
  };
  for (const [name, look] of Object.entries(groups)) {
    try {
      await look();
    } catch (error) {
      // What does not answer as it should is a finding, not a reason to look at nothing else.
      const found = error instanceof Error ? error.message : String(error);
      f.equal(`${name}.readable`, `${name}: everything answers`, found, "an answer to every question");
    }
  }
  return f.results;
}
