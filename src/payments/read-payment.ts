import { type BlockTag, Contract, dataLength, dataSlice, Interface, type Provider } from "ethers";
import { RetryableError } from "../core/errors.ts";
import { isOfContract } from "../governance/node-answer.ts";
import { CONDITION_ABI, PAYMENT_RULES_ABI } from "./abi.ts";
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

/** `Feature` of IPaymentRules, in its order. */
export const PAYMENT_FEATURES = ["PAY", "SCHEDULE", "CONDITION", "CAPTURE", "ARBITER", "NETTING"] as const;
export type PaymentFeature = (typeof PAYMENT_FEATURES)[number];

/** Volume that isn't counted, as PaymentRules has it. */
const UNCOUNTED = (1n << 36n) - 1n;

const face = new Interface(CONDITION_ABI);

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
  { condition, terms }: Question,
  payment: string,
  witness: string,
  at: BlockTag = "latest",
): Promise<boolean> {
  const data = face.encodeFunctionData("check", [payment, terms, witness]);
  // A transaction pays for itself and its data besides.
  const gasLimit = QUESTION_GAS + 21_000 + 16 * dataLength(data);
  try {
    const answer = await provider.call({ to: condition, data, gasLimit, blockTag: at });
    return dataLength(answer) >= 32 && BigInt(dataSlice(answer, 0, 32)) === 1n;
  } catch (error) {
    if (isOfContract(error)) return false;
    throw error;
  }
}
