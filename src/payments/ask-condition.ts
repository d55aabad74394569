import { dataLength, dataSlice, Interface, type Provider, type TransactionRequest } from "ethers";
import { CONDITION_ABI } from "./abi.ts";
import type { Question } from "./question.ts";

const FACE = new Interface(CONDITION_ABI);

/**
 * Asks a condition by a static call, and takes nothing but one word that is 1 for a yes, as `Questions.met` does.
 *
 * @param payment the payment's id
 * @param how the gas that the call may use, and the block that it meets
 * @throws what the provider throws, also where the condition reverts or wants more gas
 */
export async function askCondition(
  provider: Provider,
  { condition, terms }: Question,
  payment: string,
  witness: string,
  how: Pick<TransactionRequest, "blockTag"> & {
    /** Of the gas that the call has, by its data. */
    gasFor(data: string): bigint;
  },
): Promise<boolean> {
  const data = FACE.encodeFunctionData("check", [payment, terms, witness]);
  const { gasFor, ...at } = how;
  const answer = await provider.call({ to: condition, data, gasLimit: gasFor(data), ...at });
  return dataLength(answer) >= 32 && BigInt(dataSlice(answer, 0, 32)) === 1n;
}
