import type { PaymentsPlace } from "../../src/payments/check-terms.ts";
import type { ConditionAddresses } from "../../src/payments/conditions/read-question.ts";
import type { PaymentsFixture } from "./paymentsFixture.ts";

/** Where a fixture's payments are made. */
export async function placeOf(d: PaymentsFixture): Promise<PaymentsPlace> {
  const { chainId } = await d.ethers.provider.getNetwork();
  return { chainId, vault: d.vaultAddress, payments: await d.payments.getAddress() };
}

/** Where a fixture's conditions are. */
export async function conditionsOf({ conditions }: PaymentsFixture): Promise<ConditionAddresses> {
  return {
    hashLock: await conditions.hashLock.getAddress(),
    timeWindow: await conditions.timeWindow.getAddress(),
    priceLimit: await conditions.priceLimit.getAddress(),
    quorum: await conditions.quorum.getAddress(),
    attestation: await conditions.attestation.getAddress(),
    several: await conditions.several.getAddress(),
  };
}
