import { cents, centsOfUnitsUp, formatUsd, units } from "../../core/money.ts";
import { PRICE_DECIMALS } from "../conditions/price-limit.ts";
import { type PaymentFeature, readAllowance } from "../read-payment.ts";
import type { Reason } from "../sending/reason.ts";
import { type Deployment, priceOf, vaultOf } from "./deployment.ts";
import type { Wish } from "./wish.ts";

/** `Mode.NORMAL` of contracts/oracle/interfaces/IPriceRouter.sol. */
const NORMAL = 3n;

/** What forbids the payer's customer a new position of `amount` with these features. */
export async function positionLimits(
  d: Deployment,
  { payer, asset }: Wish,
  amount: bigint,
  features: readonly PaymentFeature[],
): Promise<Reason[]> {
  const { chainId } = await d.provider.getNetwork();
  const place = { chainId, vault: d.vault, payments: d.payments };
  const { tier, features: open, room } = await readAllowance(d.provider, place, payer);
  const reasons: Reason[] = features
    .filter((name) => !open.includes(name))
    .map((name) => ({ code: "FEATURE", text: `tier ${tier} may not use ${name}` }));
  if (room === undefined) return reasons;
  const [price, { decimals }] = await Promise.all([priceOf(d, asset), vaultOf(d).assetOf(asset)]);
  if (price?.mode !== NORMAL) {
    reasons.push({ code: "PRICE", text: "there is no price to trust, and the payer's volume is counted" });
    return reasons;
  }
  const worth = centsOfUnitsUp(
    units(amount),
    { answer: price.ask, decimals: PRICE_DECIMALS },
    Number(decimals),
  );
  if (worth > room) {
    const text = `the payer's volume of a day has room for ${formatUsd(cents(room))} of ${formatUsd(worth)}`;
    reasons.push({ code: "VOLUME", text });
  }
  return reasons;
}
