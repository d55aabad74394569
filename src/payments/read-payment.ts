import { type BlockTag, Contract, dataLength, type Provider } from "ethers";
import { RetryableError } from "../core/errors.ts";
import { isOfContract } from "../governance/node-answer.ts";
import { FEATURES, type FeatureName } from "../governance/parameters.ts";
import { PAYMENT_RULES_ABI } from "./abi.ts";
import { askCondition } from "./ask-condition.ts";
import type { PaymentsPlace } from "./check-terms.ts";
import { type PaymentState, paymentState } from "./payment-state.ts";
import { paymentsAt } from "./payments-contract.ts";
import type { Question } from "./question.ts";
import { type PaymentTerms, paymentId } from "./terms.ts";

/** A payment as a block has it. */
export interface ReadPayment extends PaymentState {
  readonly id: string;
  readonly block: number;
}

/** `Feature` of IPaymentRules, in its order, as Solidity spells it. */
export const PAYMENT_FEATURES = FEATURES.map((name) => name.toUpperCase() as PaymentFeature);
export type PaymentFeature = Uppercase<FeatureName>;

/** Volume that isn't counted, as PaymentRules has it. */
const UNCOUNTED = (1n << 36n) - 1n;

/** What an account may open now. */
export interface Allowance {
  /** The customer whose volume it is. */
  readonly subject: string;
  readonly tier: bigint;
  readonly features: readonly PaymentFeature[];
  /** Cents that still fit into the trailing day; undefined: nothing is counted. */
  readonly room: bigint | undefined;
}

/**
 * A payment as a block has it: that of its phase is the block's own time; what is sent now meets a later one.
 *
 * @param at the latest block unless given
 * @throws RetryableError `BLOCK_UNKNOWN` if the node doesn't have it
 */
export async function readPayment(
  provider: Provider,
  place: PaymentsPlace,
  terms: PaymentTerms,
  at: BlockTag = "latest",
): Promise<ReadPayment> {
  const block = await provider.getBlock(at);
  if (block === null) {
    throw new RetryableError("BLOCK_UNKNOWN", "The node has no such block", { facts: { block: String(at) } });
  }
  const id = paymentId(place.chainId, place.payments, terms);
  const stored = await paymentsAt(place.payments, provider).paymentOf(id, { blockTag: block.number });
  return { id, block: block.number, ...paymentState(terms, stored, BigInt(block.timestamp)) };
}

/** What `account` may open now, by its customer's tier and what that has used. */
export async function readAllowance(
  provider: Provider,
  place: PaymentsPlace,
  account: string,
  at: BlockTag = "latest",
): Promise<Allowance> {
  const rules = await paymentsAt(place.payments, provider).rules({ blockTag: at });
  const contract = new Contract(rules, PAYMENT_RULES_ABI, provider);
  const [subject, tier, features, room] = await contract.getFunction("allowanceOf")(account, {
    blockTag: at,
  });
  return {
    subject,
    tier,
    features: PAYMENT_FEATURES.filter((_, bit) => ((features >> BigInt(bit)) & 1n) === 1n),
    room: room === UNCOUNTED ? undefined : room,
  };
}

/** What a condition may use: `Questions.GAS`. */
const QUESTION_GAS = 1_000_000;

/**
 * Whether a condition would say yes now. As in the contract, one that reverts, that answers anything else or that wants more gas
 * than it may use says no.
 *
 * @param payment the payment's id
 */
export async function isMet(
  provider: Provider,
  question: Question,
  payment: string,
  witness: string,
  at: BlockTag = "latest",
): Promise<boolean> {
  // A transaction pays for itself and its data besides.
  const gasFor = (data: string) => BigInt(QUESTION_GAS + 21_000 + 16 * dataLength(data));
  try {
    return await askCondition(provider, question, payment, witness, { gasFor, blockTag: at });
  } catch (error) {
    if (isOfContract(error)) return false;
    throw error;
  }
}
