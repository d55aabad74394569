import { AbiCoder, keccak256, toBeHex } from "ethers";
import { KINDS, paramKey } from "../governance/parameters.ts";
import type { Chain } from "./chain.ts";
import type { Apps } from "./payments.ts";
import type { Suite } from "./strongroom.ts";
import type { Names } from "./trace.ts";

/** VaultLayout._LAYOUT, and the order of the struct's fields. */
const LAYOUT = 0x049ed9874cddfb22ee00672b5e90470d92861ce613b533c13a00c28c3bd9ad00n;
const FIELD = {
  door: 0n,
  list: 1n,
  balances: 2n,
  accounts: 3n,
  subjects: 4n,
  assets: 5n,
  windows: 7n,
  book: 8n,
  params: 9n,
};

/** ERC-1967. */
const IMPLEMENTATION = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";

/** Slots of ExitPolicy._table.rows, _tiers, PriceRouter._stored and _feedSets: slot 0 is AccessManaged's. */
const TABLE_ROWS = 1n;
const TIER_DIGESTS = 3n;
const STORED = 1n;
const FEED_SETS = 2n;

function mapped(slot: bigint | string, key: bigint | string): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [key, slot]));
}

/** Names for the accounts and slots that the Vault's verbs touch. */
export async function nameEverything(chain: Chain, suite: Suite, apps: Apps): Promise<Names> {
  const address = (contract: Parameters<Chain["address"]>[0]) => chain.address(contract).toLowerCase();
  const contracts = new Map([
    [address(suite.vault), "proxy"],
    [address(suite.implementation), "Vault"],
    [address(suite.policy), "ExitPolicy"],
    [address(suite.router), "PriceRouter"],
    [address(suite.feedSet), "FeedSet"],
    [address(suite.sanctions), "sanctions list"],
    [address(suite.token), "token"],
    [address(apps.payments), "Payments"],
    [address(apps.rules), "PaymentRules"],
    ...suite.sources.map((source) => [address(source), "ChainlinkSource ×3"] as const),
    ...suite.feeds.map((feed) => [address(feed), "feed ×3"] as const),
  ]);
  const field = (name: keyof typeof FIELD) => LAYOUT + FIELD[name];
  const owner = suite.owner.address;
  const app = chain.address(apps.payments);
  const policy = (kind: bigint, argument: bigint) => mapped(TABLE_ROWS, paramKey(kind, argument));
  const tier = await topTier(suite);
  const slots = new Map([
    [IMPLEMENTATION, "implementation"],
    [toBeHex(field("door"), 32), "policy and hold on everyone"],
    [toBeHex(field("list"), 32), "sanctions list and hold on everyone"],
    [mapped(mapped(field("balances"), owner), suite.asset), "owner's balance"],
    [mapped(mapped(field("balances"), suite.friend.address), suite.asset), "recipient's balance"],
    [mapped(field("accounts"), owner), "account"],
    [mapped(mapped(field("balances"), app), suite.asset), "app's balance"],
    [mapped(field("accounts"), app), "app's account"],
    [mapped(field("subjects"), owner), "subject"],
    [mapped(field("assets"), suite.asset), "asset"],
    [mapped(field("windows"), owner), "subject's window"],
    [mapped(field("windows"), suite.asset), "asset's window"],
    [mapped(mapped(field("book"), owner), suite.recipient), "destination book"],
    [mapped(field("params"), paramKey(KINDS.LARGE_LANE_RATE, suite.asset)), "lane's rate"],
    [mapped(field("accounts"), suite.recipient), "recipient's account"],
    [mapped(TIER_DIGESTS, tier), "tier's digest"],
    [policy(KINDS.ASSET_BREAKER, suite.asset), "asset's limit"],
    [mapped(STORED, suite.asset), "stored price"],
    [mapped(FEED_SETS, suite.asset), "feed set's address"],
  ]);
  return { contracts, slots };
}

async function topTier({ vault, owner, recipient, asset }: Suite): Promise<bigint> {
  const facts = await vault.getFunction("facts").staticCall(owner, asset, 1, recipient);
  return facts.tier;
}
