import { DAY } from "../src/core/time.ts";
import type { SuiteConfig } from "./config/schema.ts";
import { canonicalSafe } from "./factories/safe-contracts.ts";
import { type PlannedAddresses, planStrongroom } from "./modules/strongroom.ts";
import { planWorld } from "./modules/world.ts";
import { type CodeOf, Planner, type Step } from "./planner.ts";

/** What a deployment will do and where everything will be: a function of its input, without a chain. */
export interface SuitePlan {
  readonly steps: readonly Step[];
  readonly addresses: PlannedAddresses;
}

/**
 * Plans a deployment.
 *
 * @param startedAt Unix seconds of the chain when the deployment began: keys that a development chain's file lets die after
 *   days do so counted from here, whenever it is resumed
 * @param now of the chain: the time of mock feeds' first rounds
 */
export function planSuite(
  config: SuiteConfig,
  codeOf: CodeOf,
  deployer: string,
  startedAt: bigint,
  now = startedAt,
): SuitePlan {
  const planner = new Planner(codeOf, deployer, config.salt);
  const world = planWorld(planner, config, now);
  const addresses = planStrongroom({
    config,
    planner,
    safeContracts: canonicalSafe(),
    ...world,
    guardianKeys: config.guardianKeys.map(({ key, expires, budgetSeconds }) => ({
      key,
      expiry:
        typeof expires === "string" ? BigInt(Date.parse(expires)) / 1_000n : startedAt + expires.days * DAY,
      budgetSeconds,
    })),
  });
  return { steps: planner.steps, addresses };
}
