import type { DatabaseSync } from "node:sqlite";
import type { Caip2, Hex } from "../chain.ts";
import { type AddressBook, DepositBook } from "./address-book.ts";
import { ChainView } from "./chain-view.ts";
import { JsonRpcNode, type NodeSettings, type NodeTransport } from "./json-rpc-node.ts";
import type { UtxoNetwork } from "./network.ts";
import { NodeQuorum, type QuorumPatience } from "./node-quorum.ts";
import { UtxoExecutor } from "./utxo-executor.ts";
import { UtxoIndex } from "./utxo-index.ts";
import { UtxoObserver } from "./utxo-observer.ts";
import type { UtxoWallet } from "./wallet-transaction.ts";

/** What a wallet on a chain of Bitcoin's family is opened with. */
export interface UtxoChainSettings {
  /** With caps, anchors or confirmations of one's own: `{ ...UTXO_NETWORKS.litecoin, feeCap: 5_000_000n }`. All signers alike. */
  readonly network: UtxoNetwork;
  /** Two at least, better three, of different operators. */
  readonly nodes: readonly NodeSettings[];
  /** The group's key for coins: 32 bytes, x only, before any tweak. */
  readonly groupKey: Hex;
  /** The chain that the Vault is on. */
  readonly home: Caip2;
  /** The Vault whose accounts have deposit addresses, 0x-prefixed. */
  readonly vault: string;
  /** Whose deposit addresses are known; accounts that are named one by one unless given. */
  readonly book?: AddressBook;
  /** Where the index is kept: its own file for each process. */
  readonly database: DatabaseSync;
  /** The height from which blocks are read: no later than the wallet's first coin. */
  readonly birth: number;
  readonly transport?: NodeTransport;
  readonly patience?: QuorumPatience;
}

/** A wallet on one chain: read by `observer`, acted on by `executor`, both by one index. */
export interface UtxoChain {
  readonly wallet: UtxoWallet;
  readonly book: AddressBook;
  readonly index: UtxoIndex;
  readonly observer: UtxoObserver;
  readonly executor: UtxoExecutor;
}

/**
 * Puts a chain's parts together. Nothing is asked of the nodes yet.
 *
 * @throws TerminalError `NODES_TOO_FEW`, `NODE_URL`, `KEY_INVALID`, `INDEX_FOREIGN`
 * @example
 * const chain = openUtxoChain({ network: UTXO_NETWORKS.litecoin, nodes, groupKey, home, vault, database: new DatabaseSync("ltc.sqlite"), birth });
 * for await (const block of chain.observer.scan(cursor, await chain.observer.finalized())) record(block.events);
 */
export function openUtxoChain({
  network,
  groupKey,
  home,
  vault,
  database,
  birth,
  ...more
}: UtxoChainSettings): UtxoChain {
  const nodes = more.nodes.map((settings) => new JsonRpcNode(settings, more.transport));
  const view = new ChainView(new NodeQuorum(network, nodes, more.patience));
  const wallet: UtxoWallet = { network, groupKey, home, vault };
  const book = more.book ?? new DepositBook(wallet);
  const index = new UtxoIndex({ view, wallet, book, database, birth });
  return { wallet, book, index, observer: new UtxoObserver(index), executor: new UtxoExecutor(index) };
}
