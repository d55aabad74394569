import { AbiCoder, keccak256 } from "ethers";
import { TERMS } from "./abi.ts";

/** When an amount becomes the payee's. Times in Unix seconds, durations in seconds, amounts in raw units. */
export interface PaymentSchedule {
  /** Before it nothing is vested. */
  readonly start: bigint;
  /** Until all is vested; 0 = all at the start. */
  readonly duration: bigint;
  /** What is vested grows at whole multiples of it after the start; 0 without a duration. */
  readonly step: bigint;
  /** Vested at the start at once. */
  readonly cliff: bigint;
}

/**
 * The full terms of a payment, as `Terms` of contracts/payments/interfaces/IPayments.sol has them. Whoever acts on a payment
 * sends them again: keep them, or read them from `PaymentCreated`.
 */
export interface PaymentTerms {
  /** Addresses with their checksum; `ZeroAddress` = nobody. */
  readonly payer: string;
  readonly payee: string;
  /** The asset's id in the ledger: `NATIVE_ASSET`, `erc20Asset(token)`. */
  readonly asset: bigint;
  /** Raw units, funded whole at the start. */
  readonly amount: bigint;
  readonly schedule: PaymentSchedule;
  /** Whether the payee takes what it wants of what has vested, until `latchBy`, instead of anyone releasing it. */
  readonly capture: boolean;
  /** The hash of the question that latches the payment, 32 bytes; `ZeroHash` = unconditional. */
  readonly condition: string;
  /** The last second in which it can be latched or captured; 0 without either. */
  readonly latchBy: bigint;
  /** From when on anyone rolls back what was neither latched nor captured; 0 without either. */
  readonly expiry: bigint;
  /** May split what the payee hasn't earned yet between payer and payee. */
  readonly arbiter: string;
  /** Share of each amount paid that goes to `feeTo`, in basis points. */
  readonly feeBps: bigint;
  readonly feeTo: string;
  /** Hash of an outside reference, 32 bytes. */
  readonly ref: string;
  /** Tells payments of equal terms apart. */
  readonly salt: bigint;
}

const coder = AbiCoder.defaultAbiCoder();

/** Terms as the ABI has them: 17 words. */
export function encodeTerms(terms: PaymentTerms): string {
  return coder.encode([TERMS], [terms]);
}

/** Terms out of 17 words. What isn't ABI-encoded terms throws what ethers throws. */
export function decodeTerms(data: string): PaymentTerms {
  return plainTerms(coder.decode([TERMS], data)[0] as PaymentTerms);
}

/** Terms as an object of their own, from what ethers decodes, an event's argument say. */
export function plainTerms(decoded: PaymentTerms): PaymentTerms {
  const { payer, payee, asset, amount, schedule, capture, condition } = decoded;
  const { latchBy, expiry, arbiter, feeBps, feeTo, ref, salt } = decoded;
  const { start, duration, step, cliff } = schedule;
  return {
    ...{ payer, payee, asset, amount, schedule: { start, duration, step, cliff }, capture, condition },
    ...{ latchBy, expiry, arbiter, feeBps, feeTo, ref, salt },
  };
}

/**
 * A payment's id, as the contract computes it.
 *
 * @param payments the address of the Payments contract
 * @example
 * const id = paymentId(1n, payments, terms);
 */
export function paymentId(chainId: bigint, payments: string, terms: PaymentTerms): string {
  return keccak256(coder.encode(["uint256", "address", TERMS], [chainId, payments, terms]));
}
