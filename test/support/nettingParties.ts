import { id, Wallet } from "ethers";
import { type NettingDomain, nettingDomain } from "../../src/payments/netting/netting-domain.ts";
import {
  type Obligation,
  type SignedObligation,
  signObligation,
} from "../../src/payments/netting/obligation.ts";

/** A deployment that isn't there: for what needs a domain and no chain. */
export const NOWHERE: NettingDomain = nettingDomain(31_337n, `0x${"7e".repeat(20)}`);

/** Unix seconds, long after all tests. */
export const LATER = 4_000_000_000n;

export const ASSET = 2n << 248n;

/** Keys of parties, the same in every run, by ascending address. */
export function partyKeys(count: number): Wallet[] {
  return Array.from({ length: count }, (_, i) => new Wallet(id(`party ${i}`))).sort((a, b) =>
    BigInt(a.address) < BigInt(b.address) ? -1 : 1,
  );
}

/** An obligation with what doesn't matter filled in. Give salts where terms are equal. */
export function owes(
  debtor: { address: string },
  creditor: { address: string },
  amount: bigint,
  more: Partial<Obligation> = {},
): Obligation {
  return {
    debtor: debtor.address,
    creditor: creditor.address,
    asset: ASSET,
    amount,
    ref: id("an invoice"),
    dueBy: LATER,
    salt: 0n,
    ...more,
  };
}

/** As `owes`, signed by the debtor. */
export function signedDebt(
  domain: NettingDomain,
  debtor: Wallet,
  creditor: { address: string },
  amount: bigint,
  more: Partial<Obligation> = {},
): Promise<SignedObligation> {
  return signObligation(debtor, domain, owes(debtor, creditor, amount, more));
}
