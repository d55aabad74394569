import { z } from "zod";
import type { RetryableError } from "../../core/errors.ts";
import type { Hex } from "../chain.ts";
import type { ChainTip } from "./chain-view.ts";
import type { IndexedCoin } from "./index-tables.ts";
import type { JsonRpcNode } from "./json-rpc-node.ts";
import { waitsAt } from "./mempool.ts";
import { coinAmount } from "./network-fee.ts";
import { type NodeWord, nodesDisagree } from "./node-quorum.ts";
import type { UtxoIndex } from "./utxo-index.ts";
import { parseOutpoint, type WalletInput } from "./wallet-transaction.ts";

/** Blocks until a miner's own output may be spent. */
const COINBASE_MATURITY = 100;

/** An output as nodes have it unspent. */
export interface LiveOutput {
  readonly amount: bigint;
  readonly script: Hex;
  readonly confirmations: number;
}

const outputSchema = z
  .object({
    value: coinAmount,
    confirmations: z.number().int().nonnegative(),
    scriptPubKey: z.object({ hex: z.string().regex(/^([0-9a-f]{2})*$/) }),
  })
  .nullable()
  .transform((found): LiveOutput | undefined =>
    found === null
      ? undefined
      : { amount: found.value, script: found.scriptPubKey.hex, confirmations: found.confirmations },
  );

/** What a node says of an output: undefined = spent, or never there. With `waiting`, its mempool counts. */
async function liveAt(
  node: JsonRpcNode,
  outpoint: string,
  waiting: boolean,
): Promise<LiveOutput | undefined> {
  const { txId, index } = parseOutpoint(outpoint);
  return node.ask("gettxout", [txId, index, waiting], outputSchema);
}

/**
 * Whether something that waits at a node spends an output: it is there by the blocks, or by its own transaction that waits too, and
 * isn't once the mempool counts. One node's word is enough, as nothing is done upon it but waiting.
 *
 * @param unsigned Whether nothing is known that could wait there: then one node's word is enough for a while only
 * @throws RetryableError `NODES_DISAGREE` where some have said so for long, and others haven't
 */
export async function spentInMempool(
  { view }: UtxoIndex,
  outpoint: string,
  unsigned: boolean,
): Promise<boolean> {
  const words = await view.quorum.each(`output ${outpoint}`, async (node) => {
    const made =
      (await liveAt(node, outpoint, false)) !== undefined ||
      (await waitsAt(node, parseOutpoint(outpoint).txId));
    return made && (await liveAt(node, outpoint, true)) === undefined;
  });
  const about = `what spends output ${outpoint} in mempools`;
  const saying = words.map(({ node, value }) => ({ node, value: value ? "something" : "nothing" }));
  const differ = view.quorum.differsForLong(
    about,
    saying.map(({ value }) => value),
  );
  if (unsigned && differ) throw nodesDisagree(about, saying);
  return words.some(({ value }) => value);
}

/**
 * An output that every node has, unspent by anything in its blocks or mempool; undefined: some node hasn't.
 *
 * @param disputes Is told where some have had it for long, and others haven't: who finds nothing else knows by it why
 * @throws RetryableError `NODES_DISAGREE` about what it holds
 */
export async function liveOutput(
  index: UtxoIndex,
  outpoint: string,
  disputes: RetryableError[] = [],
): Promise<LiveOutput | undefined> {
  const words = await unspentWords(index, outpoint);
  const isThere = words.map(({ value }) => value !== undefined);
  if (index.view.quorum.differsForLong(`output ${outpoint}`, isThere)) {
    const saying = words.map(({ node, value }) => ({
      node,
      value: value === undefined ? "spent" : "unspent",
    }));
    disputes.push(nodesDisagree(`output ${outpoint}`, saying));
  }
  return isThere.includes(false) ? undefined : sameOutput(outpoint, words);
}

/**
 * Whether every node has an output unspent, or none has.
 *
 * @throws RetryableError `NODES_DISAGREE` where some have it, or about what it holds
 */
export async function isUnspent(index: UtxoIndex, outpoint: string): Promise<boolean> {
  const words = await unspentWords(index, outpoint);
  return words.some(({ value }) => value !== undefined) && sameOutput(outpoint, words) !== undefined;
}

type OutputWord = NodeWord<LiveOutput | undefined>;

function unspentWords({ view }: UtxoIndex, outpoint: string): Promise<OutputWord[]> {
  return view.quorum.each(`output ${outpoint}`, (node) => liveAt(node, outpoint, true));
}

/** What all say alike of an output. */
function sameOutput(outpoint: string, words: readonly OutputWord[]): LiveOutput | undefined {
  const said = words.map(({ node, value }) => ({
    node,
    value: value === undefined ? "none" : `${value.amount} to ${value.script}`,
  }));
  if (said.some(({ value }) => value !== said[0]?.value)) throw nodesDisagree(`output ${outpoint}`, said);
  return words[0]?.value;
}

/** Whether it is one of the anchors: at the wallet's own address, with exactly what they hold. */
export function isAnchor(
  { wallet }: UtxoIndex,
  { account, amount }: Pick<IndexedCoin, "account" | "amount">,
): boolean {
  return account === undefined && amount === wallet.network.anchor;
}

/**
 * Whether nobody else can take a coin back: it is final, or it is what the wallet's own transaction paid back to it out of nothing but
 * such coins. One that bumps a stranger's deposit hangs on that, and so does what it pays back.
 */
function settledBy({ tables }: UtxoIndex, final: number): (coin: IndexedCoin) => boolean {
  const known = new Map<Hex, boolean>();
  const isOurs = (txId: Hex): boolean => {
    const before = known.get(txId);
    if (before !== undefined) return before;
    const spent = tables.spentBy(txId);
    const is = spent.length > 0 && spent.every(isSettled);
    known.set(txId, is);
    return is;
  };
  const isSettled = ({ height, account, outpoint }: IndexedCoin): boolean =>
    height <= final || (account === undefined && isOurs(parseOutpoint(outpoint).txId));
  return isSettled;
}

/**
 * Coins that a transaction may spend: others' once they are final, the wallet's own change once it is in a block. Never what only
 * waits in a mempool: so no payout has ancestors there, and none hangs on another one's fate.
 */
export function spendableCoins(
  index: UtxoIndex,
  { head, final }: ChainTip,
  spent: readonly string[],
): WalletInput[] {
  const taken = new Set(spent);
  const isSettled = settledBy(index, final);
  return index.tables
    .unspent()
    .filter((coin) => !isAnchor(index, coin) && !taken.has(coin.outpoint))
    .filter((coin) => (coin.coinbase ? head.height - coin.height + 1 >= COINBASE_MATURITY : isSettled(coin)))
    .map(({ outpoint, amount, account }) => ({ outpoint, amount, account }));
}
