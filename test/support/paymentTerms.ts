import { AbiCoder, type BigNumberish, ZeroAddress, ZeroHash } from "ethers";
import { TERMS } from "../../src/payments/abi.ts";
import { type PaymentTerms, paymentId } from "../../src/payments/terms.ts";
import type { PaymentsFixture } from "./paymentsFixture.ts";

/** `Purpose` and `Cause` of contracts/payments/interfaces/IPayments.sol. */
export const PURPOSE = { CREATE: 0n, REFUND: 1n } as const;
export const CAUSE = { VOIDED: 0n, ROLLED_BACK: 1n, SPLIT: 2n } as const;

const NOW: PaymentTerms["schedule"] = { start: 0n, duration: 0n, step: 0n, cliff: 0n };
const coder = AbiCoder.defaultAbiCoder();

/** Anna pays bert 1,000 units at once, unless told otherwise. */
export function termsOf(
  d: Pick<PaymentsFixture, "anna" | "bert" | "tokenId">,
  changes: Partial<PaymentTerms> = {},
): PaymentTerms {
  return {
    payer: d.anna.address,
    payee: d.bert.address,
    asset: d.tokenId,
    amount: 1_000n,
    schedule: NOW,
    capture: false,
    condition: ZeroHash,
    latchBy: 0n,
    expiry: 0n,
    arbiter: ZeroAddress,
    feeBps: 0n,
    feeTo: ZeroAddress,
    ref: ZeroHash,
    salt: 1n,
    ...changes,
  };
}

/** What is pushed with the amounts. */
export function pushData(purpose: bigint, terms: readonly PaymentTerms[]): string {
  return coder.encode(["uint8", `${TERMS}[]`], [purpose, terms]);
}

/** Creates payments as their payer, each with a push of its own. */
export function create(
  d: PaymentsFixture,
  by: Parameters<PaymentsFixture["vault"]["connect"]>[0],
  ...terms: readonly PaymentTerms[]
) {
  return d.vault.connect(by).callWith(
    d.payments,
    terms.map(({ asset }) => asset),
    terms.map(({ amount }) => amount),
    pushData(PURPOSE.CREATE, terms),
  );
}

/** Gives back of payments as their payee. */
export function refund(
  d: PaymentsFixture,
  by: Parameters<PaymentsFixture["vault"]["connect"]>[0],
  ...refunds: readonly (readonly [terms: PaymentTerms, amount: BigNumberish])[]
) {
  return d.vault.connect(by).callWith(
    d.payments,
    refunds.map(([{ asset }]) => asset),
    refunds.map(([, amount]) => amount),
    pushData(
      PURPOSE.REFUND,
      refunds.map(([terms]) => terms),
    ),
  );
}

/** A payment's id, computed apart from the contract. */
export async function idOf(d: PaymentsFixture, terms: PaymentTerms): Promise<string> {
  const { chainId } = await d.ethers.provider.getNetwork();
  return paymentId(chainId, await d.payments.getAddress(), terms);
}

/** The slot that events carry. */
export function slotOf(
  paid: bigint,
  {
    refunded = 0n,
    latched = false,
    closed = false,
  }: { refunded?: bigint; latched?: boolean; closed?: boolean } = {},
): bigint {
  return paid | (refunded << 112n) | (1n << 224n) | (latched ? 1n << 225n : 0n) | (closed ? 1n << 226n : 0n);
}
