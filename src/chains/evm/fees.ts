import { lesser } from "../../core/bigint-order.ts";
import type { FeeQuote } from "../chain.ts";
import { askOne, feeHistorySchema } from "./answers.ts";
import type { EvmNodes } from "./nodes.ts";

/** Bounds of what is paid. */
export interface FeeBounds {
  /** Most for a unit of gas, wei. */
  readonly rate: bigint;
  /** Most for one transaction, wei. */
  readonly total: bigint;
}

/** What is paid for a unit of gas, wei: the tip within the rate. */
export interface GasPrice {
  readonly rate: bigint;
  readonly tip: bigint;
}

export type Urgency = "economy" | "normal" | "urgent";

/** Which tip of recent transactions, as a percentile; how far the base fee may rise (EIP-1559: an eighth a block), in percent. */
const URGENCY = {
  economy: { percentile: 10, rise: 125n },
  normal: { percentile: 50, rise: 200n },
  urgent: { percentile: 90, rise: 300n },
} as const;

const BLOCKS = 20;
/** Estimates of honest nodes differ by a few blocks' changes; more than this, the higher to the lower, is disagreement. */
const FARTHEST = 2n;
/** A tip on a chain where nobody pays one. */
const LEAST_TIP = 1_000_000n;

function median(values: readonly bigint[]): bigint {
  const rising = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return rising[Math.floor(rising.length / 2)] ?? 0n;
}

/**
 * What a unit of gas costs now: the next block's base fee with room to rise, and the median tip of recent blocks. The middle of
 * what nodes estimate.
 *
 * @throws RetryableError `NODES_DISAGREE` if any node's estimate is more than twice another's
 */
export async function gasPrice(nodes: EvmNodes, urgency: Urgency): Promise<GasPrice> {
  const { percentile, rise } = URGENCY[urgency];
  const said = await nodes.survey("the fee", async (node): Promise<GasPrice> => {
    const history = await askOne(
      node,
      "eth_feeHistory",
      [`0x${BLOCKS.toString(16)}`, "latest", [percentile]],
      feeHistorySchema,
    );
    const paid = (history.reward ?? []).map(([reward = 0n]) => reward).filter((reward) => reward > 0n);
    const tip = paid.length === 0 ? LEAST_TIP : median(paid);
    const base = history.baseFeePerGas.at(-1) ?? 0n;
    return { rate: (base * rise) / 100n + tip, tip };
  });
  const rising = said.toSorted((a, b) => (a.value.rate < b.value.rate ? -1 : 1));
  const [low, high] = [rising[0], rising.at(-1)];
  if (low === undefined || high === undefined) throw new Error("A quorum is never empty");
  if (high.value.rate > low.value.rate * FARTHEST) {
    throw nodes.disagreement("the fee", low, high, ({ rate }) => String(rate));
  }
  return (rising[Math.floor(rising.length / 2)] ?? high).value;
}

/** The same as a quote, within the bounds. */
export async function feeQuote(nodes: EvmNodes, urgency: Urgency, bounds: FeeBounds): Promise<FeeQuote> {
  const { rate } = await gasPrice(nodes, urgency);
  return { rate: lesser(rate, bounds.rate), cap: bounds.total };
}
