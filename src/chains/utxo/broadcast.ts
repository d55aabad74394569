import { z } from "zod";
import type { BroadcastResult, Hex } from "../chain.ts";
import { type JsonRpcNode, NodeRefusal } from "./json-rpc-node.ts";
import type { NodeQuorum } from "./node-quorum.ts";

/** Core's codes: already in a block's unspent outputs; against the rules; no transaction at all. */
const IN_CHAIN = -27;
const AGAINST_RULES = -26;
const NO_TRANSACTION = -22;

/** Refusals by rule that say the node has it. */
const KNOWN = ["txn-already-in-mempool", "txn-already-known"];

/**
 * Refusals by rule that hold for these bytes as long as the node's rules do. All else may pass: a conflict in its mempool, too many
 * ancestors, inputs that it doesn't see yet.
 */
const FOR_GOOD =
  /^(insufficient fee|min relay fee not met|mempool min fee not met|dust|scriptpubkey|scriptsig|version|tx-size|multi-op-return|bare-multisig|bad-witness-nonstandard|bad-txns-(?!inputs-missingorspent|spends-conflicting-tx|premature-spend)|mandatory-script-verify-flag-failed|non-mandatory-script-verify-flag|absurdly-high-fee|max-fee-exceeded|coinbase)/;

/** What one refusal means. A resend of a mined and spent transaction and a lost conflict give the same code, -25: nobody knows. */
export function refusalMeans({ rpcCode, said }: Pick<NodeRefusal, "rpcCode" | "said">): BroadcastResult {
  if (
    rpcCode === IN_CHAIN ||
    (rpcCode === AGAINST_RULES && KNOWN.some((reason) => said.startsWith(reason)))
  ) {
    return "known";
  }
  if (rpcCode === NO_TRANSACTION || (rpcCode === AGAINST_RULES && FOR_GOOD.test(said))) return "rejected";
  return "ambiguous";
}

async function send(node: JsonRpcNode, txId: Hex, raw: Hex): Promise<BroadcastResult> {
  try {
    // The node's own limit of fees is turned off: the signers' cap holds, and a refusal by this one would look like a conflict.
    const answer = await node.ask("sendrawtransaction", [raw, 0], z.string());
    return answer === txId ? "accepted" : "ambiguous";
  } catch (error) {
    return error instanceof NodeRefusal ? refusalMeans(error) : "ambiguous";
  }
}

/**
 * Gives a transaction to every node. One that has it is enough; `rejected` only where all of those that are configured refuse it for
 * good, so that a node's lie or a lost answer never looks like the end.
 */
export async function broadcastTo({ nodes }: NodeQuorum, txId: Hex, raw: Hex): Promise<BroadcastResult> {
  const results = await Promise.all(nodes.map((node) => send(node, txId, raw)));
  for (const result of ["accepted", "known", "ambiguous"] as const)
    if (results.includes(result)) return result;
  return "rejected";
}
