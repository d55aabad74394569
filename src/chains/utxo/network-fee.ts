import { z } from "zod";
import { RetryableError } from "../../core/errors.ts";
import type { FeeQuote } from "../chain.ts";
import type { JsonRpcNode } from "./json-rpc-node.ts";
import { largest } from "./largest.ts";
import { type NodeQuorum, type NodeWord, nodesDisagree } from "./node-quorum.ts";

/** A node's number of whole coins as smallest units. Exact below 90 million coins, which is more than there are. */
export const coinAmount = z
  .number()
  .nonnegative()
  .max(90_000_000)
  .transform((coins) => BigInt(Math.round(coins * 1e8)));

/** Blocks within which a transaction should be mined. */
const TARGETS = { economy: 72, normal: 6, urgent: 2 } as const;

/** Estimates of honest nodes differ with what each has seen. Beyond this factor, and this many times the relay rate, one lies. */
const FACTOR = 4n;
const SLACK = 10n;

const estimateSchema = z.object({ feerate: coinAmount.optional() });
const mempoolSchema = z.object({ mempoolminfee: coinAmount, minrelaytxfee: coinAmount });

/** What one node thinks, smallest units per kvB: its estimate, and no less than it takes into its mempool. */
async function wordOf(
  node: JsonRpcNode,
  target: number,
  unknown: bigint | undefined,
): Promise<bigint | undefined> {
  const [{ feerate }, { mempoolminfee, minrelaytxfee }] = await Promise.all([
    node.ask("estimatesmartfee", [target], estimateSchema),
    node.ask("getmempoolinfo", [], mempoolSchema),
  ]);
  const estimate = feerate ?? unknown;
  if (estimate === undefined) return undefined;
  return largest([estimate, mempoolminfee, minrelaytxfee]);
}

/**
 * What a transaction should pay now: the median of the nodes' words, the lower of two, within the network's cap. Nodes that know no
 * estimate aren't heard, but on test chains, where the least that is relayed will do.
 *
 * @throws RetryableError `FEE_UNKNOWN`, `NODES_DISAGREE`, `NODES_UNAVAILABLE`
 */
export async function networkFee(quorum: NodeQuorum, urgency: keyof typeof TARGETS): Promise<FeeQuote> {
  const { feesMayBeUnknown, relayRate, rateCap, feeCap } = quorum.network;
  const unknown = feesMayBeUnknown ? relayRate : undefined;
  const words = (await quorum.each("the fee", (node) => wordOf(node, TARGETS[urgency], unknown)))
    .filter((word): word is NodeWord<bigint> => word.value !== undefined)
    .sort((a, b) => (a.value < b.value ? -1 : 1));
  const [lowest, highest] = [words[0]?.value, words.at(-1)?.value];
  if (lowest === undefined || highest === undefined || words.length < quorum.required) {
    throw new RetryableError("FEE_UNKNOWN", "Too few nodes have an estimate of the fee", {
      advice: "A node that just started has none for some hours: wait, or add nodes.",
      facts: { estimates: words.length, required: quorum.required },
    });
  }
  if (highest > lowest * FACTOR && highest - lowest > relayRate * SLACK)
    throw nodesDisagree("the fee", words);
  const median = words[Math.floor((words.length - 1) / 2)]?.value ?? lowest;
  if (median > rateCap) return { rate: rateCap, cap: feeCap };
  return { rate: median, cap: feeCap };
}
