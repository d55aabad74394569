import type { z } from "zod";
import { RetryableError } from "../../core/errors.ts";
import type { Hex, Point } from "../chain.ts";
import {
  askOne,
  type ChainTransaction,
  fullBlockSchema,
  quantitySchema,
  quantityText,
  type Receipt,
  receiptSchema,
  transactionSchema,
} from "./answers.ts";
import type { ChainView } from "./chain-view.ts";
import type { EvmNode } from "./rpc.ts";

/** The transaction that used a nonce, and what became of it. */
export interface Spender {
  readonly transaction: ChainTransaction;
  readonly succeeded: boolean;
}

function receiptOf(view: ChainView, txId: Hex): Promise<Receipt | null> {
  return view.nodes.agree(
    `transaction ${txId}`,
    (node) => askOne(node, "eth_getTransactionReceipt", [`0x${txId}`], receiptSchema.nullable()),
    {
      key: (receipt) => (receipt === null ? "none" : `${receipt.blockHash} ${receipt.status}`),
      absent: (receipt) => receipt === null,
    },
  );
}

function reorganised(height: number): RetryableError {
  return new RetryableError("REORGANISED", "A block left the chain while it was read", { facts: { height } });
}

async function mined(view: ChainView, txId: Hex, below: Point): Promise<Spender | undefined> {
  const receipt = await receiptOf(view, txId);
  if (receipt === null || receipt.blockNumber > below.height) return undefined;
  if (!(await view.has({ height: receipt.blockNumber, hash: receipt.blockHash }))) {
    throw reorganised(receipt.blockNumber);
  }
  const transaction = await view.nodes.agree(
    `transaction ${txId}`,
    (node) => askOne(node, "eth_getTransactionByHash", [`0x${txId}`], transactionSchema.nullable()),
    { key: (said) => JSON.stringify([said?.from, said?.nonce, said?.to, said?.input, String(said?.value)]) },
  );
  return transaction === null ? undefined : { transaction, succeeded: receipt.status === 1 };
}

async function nonceBelow(view: ChainView, account: string, height: number): Promise<number> {
  try {
    return await view.nodes.agree(
      `an account's nonce at block ${height}`,
      async (node) => {
        const nonce = await askOne(
          node,
          "eth_getTransactionCount",
          [account, quantityText(height)],
          quantitySchema,
        );
        return Number(nonce);
      },
      { key: String },
    );
  } catch (cause) {
    if (!(cause instanceof RetryableError) || cause.code !== "NODES_UNAVAILABLE") throw cause;
    throw new RetryableError(
      "HISTORY_UNAVAILABLE",
      "Nodes no longer know an account's nonce at an old block",
      {
        facts: { account, height },
        cause,
        advice: "Tell which transactions were sent, or use nodes that keep old state.",
      },
    );
  }
}

/** The first block at or below `point` after which the account's next nonce is above this one: steps double, then halve. */
async function blockOf(view: ChainView, account: string, nonce: number, point: Point): Promise<number> {
  let after = point.height;
  let before = point.height;
  for (let step = 1; ; step *= 2) {
    if (before === 0) return 0;
    before = Math.max(0, point.height - step);
    if ((await nonceBelow(view, account, before)) <= nonce) break;
    after = before;
  }
  while (after - before > 1) {
    const middle = Math.floor((after + before) / 2);
    if ((await nonceBelow(view, account, middle)) > nonce) after = middle;
    else before = middle;
  }
  return after;
}

/**
 * The transaction that used an account's nonce, which is known to be used at a block: one of those that the caller sent, else
 * whichever the block holds in which the account's nonce rose.
 *
 * @throws RetryableError `HISTORY_UNAVAILABLE`, `REORGANISED`
 */
export async function spenderOf(
  view: ChainView,
  account: string,
  nonce: number,
  point: Point,
  sent: readonly Hex[],
): Promise<Spender> {
  const sender = account.toLowerCase();
  const isIt = ({ transaction }: Spender) => transaction.from === sender && transaction.nonce === nonce;
  for (const txId of sent) {
    const own = await mined(view, txId, point);
    if (own !== undefined && isIt(own)) return own;
  }
  const height = await blockOf(view, account, nonce, point);
  const txId = await view.nodes.agree(
    `block ${height}`,
    async (node) => {
      const params = [quantityText(height), true];
      const block = await askOne(node, "eth_getBlockByNumber", params, fullBlockSchema.nullable());
      return (
        block?.transactions.find(({ from, nonce: used }) => from === sender && used === nonce)?.hash ?? null
      );
    },
    { key: String, absent: (hash) => hash === null },
  );
  const found = txId === null ? undefined : await mined(view, txId, point);
  if (found === undefined || !isIt(found)) throw reorganised(height);
  return found;
}

const maybeTransaction = transactionSchema.nullable();

/**
 * Whether any node has one of these transactions waiting. Without any: whether a node counts this nonce among those that wait,
 * which says so of anybody's transaction, and of none that waits behind a gap. One node's word for that is enough for a while only, as
 * nothing that is known of could wait there.
 *
 * @throws RetryableError `NODES_DISAGREE` where some have counted it for long, and others haven't
 */
export async function isWaiting(
  view: ChainView,
  account: string,
  nonce: number,
  sent: readonly Hex[],
): Promise<boolean> {
  if (sent.length > 0) {
    const said = await view.nodes.survey("what waits", (node) => hasOne(node, sent));
    return said.some(({ value }) => value);
  }
  const said = await view.nodes.survey("what waits", async (node) => {
    const next = await askOne(node, "eth_getTransactionCount", [account, "pending"], quantitySchema);
    return Number(next) > nonce;
  });
  view.nodes.notForLong(`whether nonce ${nonce} of ${account} waits`, said);
  return said.some(({ value }) => value);
}

async function hasOne(node: EvmNode, sent: readonly Hex[]): Promise<boolean> {
  for (const txId of sent) {
    if ((await askOne(node, "eth_getTransactionByHash", [`0x${txId}`], maybeTransaction)) !== null)
      return true;
  }
  return false;
}

/** An account's balance at a block, wei. */
export function balanceAt(view: ChainView, account: string, point: Point): Promise<bigint> {
  return view.at(point, "eth_getBalance", [account], quantitySchema as z.ZodType<bigint>);
}
