import { z } from "zod";
import type { Hex } from "../chain.ts";
import type { JsonRpcNode } from "./json-rpc-node.ts";
import { coinAmount } from "./network-fee.ts";
import { refusalIs } from "./node-quorum.ts";

/** Core's code for a transaction that isn't in the mempool. */
const NOT_FOUND = -5;

/** A transaction that waits at a node, with what it hangs on and what hangs on it, itself included. */
export interface MempoolEntry {
  /** Virtual bytes. */
  readonly ancestorSize: number;
  readonly ancestorFees: bigint;
  readonly descendantFees: bigint;
}

const entrySchema = z
  .object({
    ancestorsize: z.number().int().positive(),
    fees: z.object({ ancestor: coinAmount, descendant: coinAmount }),
  })
  .transform(
    ({ ancestorsize, fees }): MempoolEntry => ({
      ancestorSize: ancestorsize,
      ancestorFees: fees.ancestor,
      descendantFees: fees.descendant,
    }),
  );

/** What a node's mempool has of a transaction; undefined: nothing. */
export async function mempoolEntry(node: JsonRpcNode, txId: Hex): Promise<MempoolEntry | undefined> {
  try {
    return await node.ask("getmempoolentry", [txId], entrySchema);
  } catch (error) {
    if (refusalIs(error, NOT_FOUND)) return undefined;
    throw error;
  }
}

/** Whether a transaction waits at a node. */
export async function waitsAt(node: JsonRpcNode, txId: Hex): Promise<boolean> {
  return (await mempoolEntry(node, txId)) !== undefined;
}
