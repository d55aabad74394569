import { ZeroAddress } from "ethers";
import { z } from "zod";
import { asset as configAsset, feed as configFeed } from "../../../../deploy/config/schema.ts";
import { assetRows, erc20Asset, NATIVE_ASSET, TOKEN_CLASS } from "../../parameters.ts";
import { type PlainFeed, sourceCode } from "../../price-source.ts";
import { assetOf, callOf, resolve, view } from "../context.ts";
import { intent, type PartContext } from "../intent.ts";
import { type Part, partOf } from "../parts.ts";
import { address, symbol } from "../quantities.ts";

const NO_MOCK = "name the feed's address: a change deploys no mocks";

/** A feed as parameter files write it, by its address. */
const feed = configFeed
  .refine((row) => row.kind !== "chainlink" || typeof row.aggregator === "string", NO_MOCK)
  .transform((row) => row as PlainFeed);
const feeds = z
  .array(feed)
  .min(1)
  .max(5)
  .refine(
    (rows) => new Set(rows.map(({ upstream }) => upstream)).size === rows.length,
    "two sources of one upstream count once",
  );
const pyth = address.optional().describe("The network's Pyth contract, where a feed reads it");

const setName = (of: string): string => `feedSet_${of}`;

/** The sources and their set: contracts that nobody owns, so that anyone may deploy them. */
async function feedParts(
  of: string,
  rows: readonly PlainFeed[],
  deltaBps: bigint,
  pythAddress: string | undefined,
  { artifact }: PartContext,
): Promise<readonly Part[]> {
  const sources: Part[] = [];
  for (const row of rows) {
    const { contract, args } = sourceCode(row, pythAddress ?? ZeroAddress);
    sources.push(
      partOf(`source_${of}_${row.upstream.replaceAll(/\W/g, "_")}`, await artifact(contract), args),
    );
  }
  const set = partOf(setName(of), await artifact("FeedSet"), [
    sources.map((source) => source.address),
    deltaBps,
  ]);
  return [...sources, set];
}

const upstreams = (rows: readonly PlainFeed[]): string => rows.map(({ upstream }) => upstream).join(", ");

/** Where an asset's price comes from. */
export const setPriceSources = intent(
  "set-price-sources",
  z.strictObject({
    kind: z.literal("set-price-sources"),
    asset: symbol,
    deltaBps: z
      .int()
      .min(1)
      .max(1_000)
      .transform(BigInt)
      .describe("How far apart sources may be, basis points"),
    feeds,
    pyth,
  }),
  async (entry, context) => {
    const { id } = await assetOf(context, entry.asset);
    const current = await view<string>(context, "router", "feedSetOf", id);
    const next = resolve(context, `$${setName(entry.asset)}`);
    return {
      calls: [callOf(context, "router", "setFeedSet", [id, current, next])],
      says: {
        en: `Take the price of ${entry.asset} from ${upstreams(entry.feeds)}`,
        zh: `${entry.asset} 的价格改为取自 ${upstreams(entry.feeds)}`,
      },
    };
  },
  (entry, context) => feedParts(entry.asset, entry.feeds, entry.deltaBps, entry.pyth, context),
);

/** Takes an asset in: its numbers and price sources first, then its listing. */
export const listAsset = intent(
  "list-asset",
  configAsset.extend({
    kind: z.literal("list-asset"),
    token: z.union([z.literal("native"), address]),
    feeds,
    pyth,
  }),
  async (entry, context) => {
    const id = entry.token === "native" ? NATIVE_ASSET : erc20Asset(entry.token);
    const rows = assetRows([{ ...entry, id }]);
    const calls = await Promise.all(
      rows.map(async ({ target, key, value }) => {
        const { version } = await view<{ version: bigint }>(context, target, "param", key);
        return callOf(context, target, "set", [key, version, context.validUntil, value]);
      }),
    );
    const current = await view<string>(context, "router", "feedSetOf", id);
    const next = resolve(context, `$${setName(entry.symbol)}`);
    return {
      calls: [
        ...calls,
        callOf(context, "router", "setFeedSet", [id, current, next]),
        callOf(context, "auditRecord", "declareCap", [id, entry.unverifiedCapTicks]),
        callOf(context, "vault", "list", [id, TOKEN_CLASS[entry.tokenClass], entry.tickExponent]),
      ],
      says: {
        en: `List ${entry.symbol} (${entry.token}), priced by ${upstreams(entry.feeds)}`,
        zh: `上架资产 ${entry.symbol}（${entry.token}），价格取自 ${upstreams(entry.feeds)}`,
      },
    };
  },
  (entry, context) => feedParts(entry.symbol, entry.feeds, entry.deltaBps, entry.pyth, context),
);
