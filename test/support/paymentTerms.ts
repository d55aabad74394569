import { AbiCoder, type BigNumberish, ParamType, ZeroAddress, ZeroHash } from "ethers";
import { Payments__factory } from "../../typechain-types/factories/contracts/payments/Payments__factory.ts";
import type { PaymentsFixture } from "./paymentsFixture.ts";

/** `Terms` of contracts/payments/interfaces/IPayments.sol. */
export interface TermsFields {
  payer: string;
  payee: string;
  asset: bigint;
  amount: bigint;
  schedule: { start: bigint; duration: bigint; step: bigint; cliff: bigint };
  capture: boolean;
  condition: string;
  latchBy: bigint;
  expiry: bigint;
  arbiter: string;
  feeBps: bigint;
  feeTo: string;
  ref: string;
  salt: bigint;
}

/** `Purpose` and `Cause` of the same file. */
export const PURPOSE = { CREATE: 0n, REFUND: 1n } as const;
export const CAUSE = { VOIDED: 0n, ROLLED_BACK: 1n, SPLIT: 2n } as const;

const NOW: TermsFields["schedule"] = { start: 0n, duration: 0n, step: 0n, cliff: 0n };
const face = Payments__factory.createInterface();
const TERMS = face.getFunction("release").inputs[0] as ParamType;
const coder = AbiCoder.defaultAbiCoder();

/** Anna pays bert 1,000 units at once, unless told otherwise. */
export function termsOf(
  d: Pick<PaymentsFixture, "anna" | "bert" | "tokenId">,
  changes: Partial<TermsFields> = {},
): TermsFields {
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
export function pushData(purpose: bigint, terms: readonly TermsFields[]): string {
  return coder.encode(
    ["uint8", ParamType.from(`${TERMS.format("full").replace(/ terms$/, "")}[]`)],
    [purpose, terms],
  );
}

/** Creates payments as their payer, each with a push of its own. */
export function create(
  d: PaymentsFixture,
  by: Parameters<PaymentsFixture["vault"]["connect"]>[0],
  ...terms: readonly TermsFields[]
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
  ...refunds: readonly (readonly [terms: TermsFields, amount: BigNumberish])[]
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
export async function idOf(d: PaymentsFixture, terms: TermsFields): Promise<string> {
  const { chainId } = await d.ethers.provider.getNetwork();
  return d.ethers.keccak256(
    coder.encode(["uint256", "address", TERMS], [chainId, await d.payments.getAddress(), terms]),
  );
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
