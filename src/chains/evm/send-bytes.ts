import { RetryableError } from "../../core/errors.ts";
import type { BroadcastResult, SignedTx } from "../chain.ts";
import { quantitySchema, read, transactionSchema, wordSchema } from "./answers.ts";
import type { EvmNodes } from "./nodes.ts";
import type { Answer, EvmNode } from "./rpc.ts";

/** JSON-RPC's own codes: the node can't even read it, or it is of another chain. */
const UNREADABLE = new Set([-32_600, -32_602]);

/**
 * Why a node didn't take a transaction, by what it has instead of by what it says: geth, anvil and Hardhat have other words and
 * other codes for each case (EIP-1474 has one for all), and change them.
 *
 * - It has the transaction, waiting or mined: known.
 * - The account's nonce is used by another one: rejected.
 * - Another one waits with this nonce, so that this one pays too little to replace it: rejected, as it is.
 * - It couldn't be read: rejected, by JSON-RPC's codes.
 * - Anything else (fees below the base fee, no funds, a full pool, a busy node) may pass: ambiguous.
 */
async function whyNot(node: EvmNode, signed: SignedTx, account: string, nonce: number, code: number) {
  const byHash = { method: "eth_getTransactionByHash", params: [`0x${signed.txId}`] };
  const used = { method: "eth_getTransactionCount", params: [account, "latest"] };
  const waiting = { method: "eth_getTransactionCount", params: [account, "pending"] };
  const [found, latest, pending] = await node.ask([byHash, used, waiting]);
  if (read(node, byHash, found as Answer, transactionSchema.nullable()) !== null) return "known";
  if (read(node, used, latest as Answer, quantitySchema) > nonce) return "rejected";
  if (read(node, waiting, pending as Answer, quantitySchema) > nonce) return "rejected";
  return UNREADABLE.has(code) ? "rejected" : "ambiguous";
}

/**
 * Sends a transaction's bytes to all nodes. One that takes it is enough; that it is refused takes a quorum that refuses it and
 * nobody who doesn't. No answer is no answer: the same bytes go again.
 */
export async function sendBytes(
  nodes: EvmNodes,
  signed: SignedTx,
  account: string,
  nonce: number,
): Promise<BroadcastResult> {
  const question = { method: "eth_sendRawTransaction", params: [`0x${signed.raw}`] };
  let said: readonly { readonly value: BroadcastResult }[];
  try {
    said = await nodes.survey("a transaction", async (node): Promise<BroadcastResult> => {
      try {
        const [answer] = await node.ask([question]);
        if (answer === undefined) return "ambiguous";
        if ("fault" in answer) return await whyNot(node, signed, account, nonce, answer.fault.code);
        return read(node, question, answer, wordSchema) === signed.txId ? "accepted" : "ambiguous";
      } catch (error) {
        if (error instanceof RetryableError) return "ambiguous";
        throw error;
      }
    });
  } catch (error) {
    // Fewer than a quorum could be asked what chain they serve: one of them may have taken it all the same.
    if (error instanceof RetryableError) return "ambiguous";
    throw error;
  }
  const results = said.map(({ value }) => value);
  for (const result of ["accepted", "known", "ambiguous"] as const)
    if (results.includes(result)) return result;
  return "rejected";
}
