import { ZeroAddress } from "ethers";
import type { planCustody } from "./custody.ts";
import type { planGovernance } from "./governance.ts";
import type { Plan } from "./plan.ts";
import type { planPrices } from "./prices.ts";

/**
 * The payment apps, the rules that they share, and what payments may depend on. The apps hold nothing until the Vault knows
 * them as apps, and open nothing until the rules' numbers are set.
 */
export function planPayments(
  { planner }: Plan,
  { manager }: ReturnType<typeof planGovernance>,
  { router }: ReturnType<typeof planPrices>,
  { vault }: ReturnType<typeof planCustody>,
) {
  const paymentRules = planner.contract("PaymentRules", [manager, vault, router]);
  const secretRegistry = planner.contract("SecretRegistry");
  return {
    paymentRules,
    payments: planner.contract("Payments", [vault, ZeroAddress, paymentRules]),
    netting: planner.contract("Netting", [vault, ZeroAddress, paymentRules]),
    secretRegistry,
    conditions: {
      attestation: planner.contract("Attestation"),
      hashLock: planner.contract("HashLock", [secretRegistry]),
      priceLimit: planner.contract("PriceLimit", [router]),
      quorum: planner.contract("Quorum"),
      several: planner.contract("Several"),
      timeWindow: planner.contract("TimeWindow"),
    },
  };
}
