import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isAddress } from "ethers";
import { z } from "zod";
import type { Payload, UnsignedTx } from "../chains/chain.ts";
import { ChainView as EvmView } from "../chains/evm/chain-view.ts";
import { httpNode } from "../chains/evm/http-node.ts";
import { EvmNodes } from "../chains/evm/nodes.ts";
import { differ } from "../chains/node-set.ts";
import { DepositBook } from "../chains/utxo/address-book.ts";
import { utxoNetwork } from "../chains/utxo/network.ts";
import { utxoNodeSettings, utxoNodesSchema } from "../chains/utxo/open-utxo.ts";
import { openUtxoChain } from "../chains/utxo/utxo-chain.ts";
import { EVM_CHAIN_NAME } from "../core/chain-name.ts";
import { RetryableError } from "../core/errors.ts";
import { GatewayReader } from "../gateway/gateway-reader.ts";
import { AccountBook } from "./account-book.ts";
import { CreditedDeposits } from "./credited-deposits.ts";
import { gatewayPayouts } from "./gateway-at-final.ts";
import { GatewayPolicy } from "./gateway-policy.ts";
import type { RouteTools } from "./signer-process.ts";
import { UtxoWatch } from "./utxo-watch.ts";

const ADDRESS = z.string().refine((text) => isAddress(text), "must be an address");
const AMOUNT = z
  .string()
  .regex(/^[1-9]\d{0,17}$/, "decimal digits of the smallest unit")
  .transform(BigInt);

/** A route between a chain of Bitcoin's family and a Gateway, as a signer's configuration has it. */
export const UTXO_ROUTE = z.strictObject({
  kind: z.literal("utxo"),
  /** CAIP-2. */
  chain: z.string(),
  /** The group's key for coins, by name. */
  coins: z.string(),
  /** This signer's own, of two operators or more. */
  nodes: utxoNodesSchema,
  /** The height from which blocks are read: no later than the wallet's first coin. */
  birth: z.number().int().min(0),
  /** Blocks until one counts as final; the network's own where absent. The relayer's are the same. */
  confirmations: z.number().int().min(1).max(1_000).optional(),
  home: z.strictObject({
    /** CAIP-2: eip155. */
    chain: z.string().regex(EVM_CHAIN_NAME),
    urls: z
      .array(z.url({ protocol: /^https?$/ }))
      .min(2)
      .max(9)
      .refine(differ, "each node once: two are the same URL"),
    /** Blocks below the best one that count as final; the chain's own `finalized` where absent. */
    depth: z.number().int().min(1).optional(),
    gateway: ADDRESS,
    /** The block of the first Gateway's deployment, from which its deposits are read. */
    since: z.number().int().min(0).default(0),
    vault: ADDRESS,
    /** The ledger's id of the coin, decimal. */
    asset: z
      .string()
      .regex(/^\d{1,78}$/)
      .transform(BigInt),
  }),
  limits: z.strictObject({
    fee: AMOUNT,
    payoutsPerDay: AMOUNT,
    creditsPerDay: AMOUNT,
    upkeepPerDay: AMOUNT,
    deniedScripts: z.array(z.string().regex(/^([0-9a-f]{2})+$/)).default([]),
  }),
});
export type UtxoRouteText = z.infer<typeof UTXO_ROUTE>;

/** One route that works. */
export interface LiveRoute {
  readonly policy: GatewayPolicy;
  payloadsOf(unsigned: UnsignedTx): readonly Payload[];
  close(): Promise<void>;
}

/**
 * Makes a route's policy over this signer's own nodes.
 *
 * @throws RetryableError `KEY_NOT_MADE` before the ceremony that makes the group's key
 */
export async function utxoRoute(route: UtxoRouteText, tools: RouteTools): Promise<LiveRoute> {
  const { folder, record, journal, groupOf, log } = tools;
  const group = groupOf(route.coins);
  if (group === undefined) {
    throw new RetryableError("KEY_NOT_MADE", `This signer has no share of ${route.coins} yet`, {
      advice: "Start it without routes, hold the ceremony, then start it with this route.",
      docs: "docs/operations/key-ceremony.md",
    });
  }
  const known = utxoNetwork(route.chain);
  const network = { ...known, confirmations: route.confirmations ?? known.confirmations };
  const { home, limits } = route;
  const wallet = { network, groupKey: group.publicKey, home: home.chain, vault: home.vault };
  const accounts = await AccountBook.open(journal, route.chain);
  const book = new DepositBook(wallet, accounts.accounts);
  const file = join(folder, `index-${route.chain.replaceAll(/[^a-z0-9]/gi, "-")}.sqlite`);
  const database = new DatabaseSync(file);
  const { index } = openUtxoChain({
    ...wallet,
    ...{ nodes: utxoNodeSettings(route.nodes, folder), book, database, birth: route.birth },
  });
  const nodes = new EvmNodes(
    home.chain,
    home.urls.map((url) => httpNode(url)),
  );
  const finality =
    home.depth === undefined ? ({ by: "tag" } as const) : ({ by: "depth", blocks: home.depth } as const);
  const homeView = new EvmView(nodes, finality);
  const credits = new CreditedDeposits({
    ...{ journal, chain: route.chain, asset: home.asset, view: homeView },
    ...{ gateway: home.gateway, since: home.since },
  });
  const watch = new UtxoWatch({ index, book, accounts, credits, log });
  const policy = new GatewayPolicy({
    chain: route.chain,
    homeChainId: nodes.chainId,
    vault: home.vault,
    asset: home.asset,
    gateway: gatewayPayouts(homeView, new GatewayReader(homeView, home.gateway)),
    foreign: watch,
    limits: {
      fee: limits.fee,
      payouts: limits.payoutsPerDay,
      credits: limits.creditsPerDay,
      upkeep: limits.upkeepPerDay,
      denied: new Set(limits.deniedScripts),
    },
    tokensOf: (effect) => record.tokensOf(route.chain, effect),
  });
  return {
    policy,
    payloadsOf: (unsigned) => watch.executor.signingPayloads(unsigned),
    close: async () => database.close(),
  };
}
