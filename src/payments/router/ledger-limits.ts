import { formatUnits, ZeroAddress } from "ethers";
import { ACCOUNT_KIND, MAX_AMOUNT, TOKEN_CLASS } from "../../governance/parameters.ts";
import type { Reason } from "../sending/reason.ts";
import { type Deployment, vaultOf } from "./deployment.ts";
import type { Wish } from "./wish.ts";

const UNLISTED = 0n;

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** What forbids any route to this payee of this deployment. */
export async function payeeLimits(d: Deployment, { payer, payee, asset, amount }: Wish): Promise<Reason[]> {
  const vault = vaultOf(d);
  const [{ class: tokenClass }, { kind }] = await Promise.all([vault.assetOf(asset), vault.accountOf(payee)]);
  const reasons: Reason[] = [];
  if (amount <= 0n || amount > MAX_AMOUNT) reasons.push({ code: "AMOUNT", text: `${amount} is no amount` });
  if (tokenClass === UNLISTED) reasons.push({ code: "UNLISTED", text: "the vault doesn't list the asset" });
  if (same(payee, ZeroAddress) || same(payee, d.vault)) {
    reasons.push({ code: "PAYEE", text: "the payee is nobody, or the vault itself" });
  } else if (same(payee, payer)) reasons.push({ code: "PAYEE", text: "the payee is the payer" });
  else if (kind !== ACCOUNT_KIND.USER) {
    reasons.push({
      code: "PAYEE",
      text: "the payee is an app: what it is credited outside its hook is lost",
    });
  }
  return reasons;
}

/** What forbids debiting the payer's ledger account `amount` now, by a transfer or a push. */
export async function payerLimits(
  d: Deployment,
  { payer, asset }: Wish,
  amount: bigint,
  now: bigint,
): Promise<Reason[]> {
  const vault = vaultOf(d);
  const [balance, { decimals }, { kind }, subject] = await Promise.all([
    vault.balanceOf(payer, asset),
    vault.assetOf(asset),
    vault.accountOf(payer),
    vault.subjectOf(payer),
  ]);
  const { heldUntil, listed } = await vault.subjectRecord(subject);
  const reasons: Reason[] = [];
  if (balance < amount) {
    const text = `the payer has ${formatUnits(balance, decimals)} of ${formatUnits(amount, decimals)}`;
    reasons.push({ code: "BALANCE", text });
  }
  if (kind !== ACCOUNT_KIND.USER) reasons.push({ code: "PAYER_APP", text: "the payer is an app" });
  if (now < heldUntil) reasons.push({ code: "HELD", text: "the payer is held" });
  if (listed !== 0n) reasons.push({ code: "LISTED", text: "the payer is on the sanctions list" });
  return reasons;
}

/** Whether a token takes a fee when it is moved. */
export const takesFee = (tokenClass: bigint) => tokenClass === TOKEN_CLASS["fee-taking"];
