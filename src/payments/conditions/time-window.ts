import { AbiCoder } from "ethers";
import type { Question } from "../question.ts";

/** What a TimeWindow is asked. Unix seconds, both included. */
export interface TimeWindowTerms {
  readonly from: bigint;
  readonly until: bigint;
}

/** It wants no witness. */
export const NO_WITNESS = "0x";

const TYPES = ["uint40", "uint40"];
const coder = AbiCoder.defaultAbiCoder();

/** Whether it is between two moments. */
export function timeWindow(condition: string, { from, until }: TimeWindowTerms): Question {
  return { condition, terms: coder.encode(TYPES, [from, until]) };
}

export function readTimeWindow({ terms }: Question): TimeWindowTerms {
  const [from, until] = coder.decode(TYPES, terms);
  return { from, until };
}
