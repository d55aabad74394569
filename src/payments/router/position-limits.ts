import { IPriceRouter__factory } from "../../../typechain-types/factories/contracts/oracle/interfaces/IPriceRouter__factory.ts";
import { cents, centsOfUnitsUp, formatUsd, units } from "../../core/money.ts";
import { revertDataOf } from "../../governance/revert-data.ts";
import { type PaymentFeature, readAllowance } from "../read-payment.ts";
import type { Reason } from "../sending/reason.ts";
import { type Deployment, vaultOf } from "./deployment.ts";
import type { Wish } from "./wish.ts";

const PRICE_DECIMALS = 12;
/** `Mode.NORMAL` of contracts/oracle/interfaces/IPriceRouter.sol. */
const NORMAL = 3n;

/** The asset's ask where it may be trusted. */
async function askOf(d: Deployment, asset: bigint): Promise<bigint | undefined> {
  try {
    const { ask, mode } = await IPriceRouter__factory.connect(d.router, d.provider).peek(asset);
    return mode === NORMAL ? ask : undefined;
  } catch (error) {
    if (revertDataOf(error) === undefined) throw error;
    return undefined;
  }
}

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
  const [price, { decimals }] = await Promise.all([askOf(d, asset), vaultOf(d).assetOf(asset)]);
  if (price === undefined) {
    reasons.push({ code: "PRICE", text: "there is no price to trust, and the payer's volume is counted" });
    return reasons;
  }
  const worth = centsOfUnitsUp(units(amount), { answer: price, decimals: PRICE_DECIMALS }, Number(decimals));
  if (worth > room) {
    const text = `the payer's volume of a day has room for ${formatUsd(cents(room))} of ${formatUsd(worth)}`;
    reasons.push({ code: "VOLUME", text });
  }
  return reasons;
}
