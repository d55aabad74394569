import {
  type BytesLike,
  Contract,
  type ContractRunner,
  type ContractTransactionResponse,
  type Interface,
  type Overrides,
} from "ethers";
import { PAYMENTS_ABI } from "./abi.ts";
import type { StoredPayment } from "./payment-slot.ts";
import type { Question } from "./question.ts";
import type { PaymentTerms } from "./terms.ts";

type Sent = Promise<ContractTransactionResponse>;

/** Payments as ethers speaks to it, with types. What each call demands stands in IPayments.sol and docs/integrate-payments.md. */
export interface PaymentsContract {
  readonly interface: Interface;
  getAddress(): Promise<string>;
  /** By anyone: its condition is met. */
  latch(terms: PaymentTerms, question: Question, witness: BytesLike, overrides?: Overrides): Sent;
  /** By anyone: pays what is due. */
  release(terms: PaymentTerms, overrides?: Overrides): Sent;
  releaseBatch(terms: readonly PaymentTerms[], overrides?: Overrides): Sent;
  /** By the payee. Raw units. */
  capture(terms: PaymentTerms, amount: bigint, overrides?: Overrides): Sent;
  /** By the payer: pays all that is left. */
  accept(terms: PaymentTerms, overrides?: Overrides): Sent;
  /** By the payee: gives all that is left back. */
  void(terms: PaymentTerms, overrides?: Overrides): Sent;
  /** By anyone, after the expiry. */
  rollback(terms: PaymentTerms, overrides?: Overrides): Sent;
  rollbackBatch(terms: readonly PaymentTerms[], overrides?: Overrides): Sent;
  /** By the arbiter. Raw units. */
  split(terms: PaymentTerms, toPayee: bigint, overrides?: Overrides): Sent;
  /** Several calls of Payments in one transaction. */
  multicall(calls: readonly BytesLike[], overrides?: Overrides): Sent;
  paymentOf(id: string, overrides?: Overrides): Promise<StoredPayment>;
  /** Raw units that `release` pays, or `capture` may take. */
  dueOf(terms: PaymentTerms, overrides?: Overrides): Promise<bigint>;
  /** The address of PaymentRules. */
  rules(overrides?: Overrides): Promise<string>;
}

/** Payments at an address; a signer as `runner` sends, a provider reads. */
export function paymentsAt(address: string, runner: ContractRunner): PaymentsContract {
  return new Contract(address, PAYMENTS_ABI, runner) as unknown as PaymentsContract;
}
