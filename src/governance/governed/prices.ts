import type { Interface } from "ethers";
import { FeedSet__factory } from "../../../typechain-types/factories/contracts/oracle/FeedSet__factory.ts";
import { TerminalError } from "../../core/errors.ts";
import { DAY } from "../../core/time.ts";
import { assetName } from "./assets.ts";
import type { GovernedKind } from "./kind.ts";
import { LATER, UNORDERED } from "./order.ts";
import type { Reading } from "./reading.ts";
import { bpsShown, secondsShown, untilShown } from "./shown.ts";
import { type Wording, wording } from "./wording.ts";

const FEED_SET: Interface = FeedSet__factory.createInterface();
const ASSET = wording("asset", "资产");
const HALT_DAYS = 14n;

const FEED_SETS: GovernedKind = {
  name: "feedSet",
  label: wording("price sources", "价格来源"),
  contracts: ["router"],
  argument: ASSET,
  unit: wording("address of the feed set", "喂价集合地址"),
  bounds: wording(
    "1 to 5 sources of different upstreams, δ of 0.01 % to 10 %; names the set that it replaces",
    "1 至 5 个不同上游的来源，δ 为 0.01 % 至 10 %；须指明所替换的集合",
  ),
  order: UNORDERED,
  parts: { sources: UNORDERED, deltaBps: UNORDERED },
  setters: [{ contract: "router", signature: "setFeedSet(uint256,address,address)", effect: "either" }],
  events: { FeedSetChanged: ({ asset }) => [assetName(asset as bigint)] },
  async read(at, router) {
    return Promise.all(
      at.assets.map(async (asset) => {
        const value = await at.of<string>(router, "feedSetOf", [asset.id]);
        const of = wording(asset.symbol);
        if (BigInt(value) === 0n) return { argument: asset.name, of, value, shown: at.account(value) };
        const inside = await insideOf(at, value);
        const { en, zh } = at.account(value);
        return {
          argument: asset.name,
          of,
          value,
          parts: inside.parts,
          shown: wording(`${en} (${inside.shown.en})`, `${zh}（${inside.shown.zh}）`),
        };
      }),
    );
  },
};

interface Inside {
  readonly parts: Readonly<Record<string, string>>;
  readonly shown: Wording;
}

/** What a feed set is made of. The router asks of one only that it gives prices: it need not tell. */
async function insideOf(at: Reading, feedSet: string): Promise<Inside> {
  try {
    const [sources, delta] = await Promise.all([
      at.view<readonly string[]>(feedSet, FEED_SET, "sources"),
      at.view<bigint>(feedSet, FEED_SET, "deltaBps"),
    ]);
    const { en } = bpsShown(delta);
    return {
      parts: { sources: [...sources].join(","), deltaBps: delta.toString() },
      shown: wording(`${sources.length} sources, δ ${en}`, `${sources.length} 个来源，δ ${en}`),
    };
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    return { parts: {}, shown: wording("doesn't tell its sources", "未告知其来源") };
  }
}

const HALTS: GovernedKind = {
  name: "halt",
  label: wording("price halted", "价格暂停"),
  contracts: ["router"],
  argument: ASSET,
  unit: wording("Unix seconds", "Unix 秒"),
  bounds: wording("14 UTC days, then 14 of rest", "14 个 UTC 日，之后须间隔 14 日"),
  order: LATER,
  setters: [
    { contract: "router", signature: "halt(uint256)", effect: "tightens" },
    { contract: "router", signature: "liftHalt(uint256,uint40)", effect: "loosens" },
  ],
  events: {
    Halted: ({ asset }) => [assetName(asset as bigint)],
    HaltLifted: ({ asset }) => [assetName(asset as bigint)],
  },
  async read(at, router) {
    return Promise.all(
      at.assets.map(async (asset) => {
        // StoredPrice.sol: the day of the last halt is the slot's upper 16 bits.
        const haltedOn = (await at.of<bigint>(router, "storedOf", [asset.id])) >> 240n;
        const end = haltedOn === 0n ? 0n : (haltedOn + HALT_DAYS) * DAY;
        const until = end > at.time ? end : 0n;
        return {
          argument: asset.name,
          of: wording(asset.symbol),
          value: until.toString(),
          shown: untilShown(until, at.time),
        };
      }),
    );
  },
};

const WARM_FOR: GovernedKind = {
  name: "WARM_FOR",
  label: wording("how long a stored price is used", "已存价格的有效时间"),
  contracts: ["router"],
  unit: wording("seconds", "秒"),
  bounds: wording("0 to 15 minutes", "0 至 15 分钟"),
  order: UNORDERED,
  setters: [],
  events: {},
  fixed: wording(
    "fixed in the router: a policy with another router replaces it",
    "路由内不可变；随指向另一路由的新策略更换",
  ),
  async read(at, router) {
    const value = await at.of<bigint>(router, "WARM_FOR");
    return [{ argument: "", value: value.toString(), shown: secondsShown(value) }];
  },
};

const ROUTER: GovernedKind = {
  name: "priceRouter",
  label: wording("price router", "价格路由"),
  contracts: ["policy"],
  unit: wording("address", "地址"),
  bounds: wording("the policy's own, as it was made", "策略创建时确定"),
  order: UNORDERED,
  setters: [],
  events: {},
  fixed: wording("fixed in the policy: comes with a new one", "策略内不可变；随新策略更换"),
  async read(at, policy) {
    const value = await at.of<string>(policy, "priceRouter");
    return [{ argument: "", value, shown: at.account(value) }];
  },
};

/** Where prices come from. */
export const PRICE_KINDS: readonly GovernedKind[] = [FEED_SETS, HALTS, WARM_FOR, ROUTER];
