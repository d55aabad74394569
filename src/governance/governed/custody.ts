import type { Result } from "ethers";
import { assetName } from "./assets.ts";
import type { Instance } from "./contracts.ts";
import type { Found, GovernedKind } from "./kind.ts";
import { whole } from "./kind.ts";
import { LATER, MORE, RETIRED, setValue, UNORDERED, UP } from "./order.ts";
import type { Reading } from "./reading.ts";
import { flagShown, listShown, untilShown } from "./shown.ts";
import { type Wording, wording } from "./wording.ts";

const ADDRESS = wording("address", "地址");
const FLAG = wording("yes or no", "是或否");
const TIME = wording("Unix seconds", "Unix 秒");
const ASSET = wording("asset", "资产");

/** `Kind` and `TokenClass` of contracts/custody/interfaces/IVaultTypes.sol. */
const APP_KINDS = ["USER", "APP", "RETIRED"] as const;
const TOKEN_CLASSES = ["UNLISTED", "NATIVE", "EXACT", "FEE_TAKING"] as const;

function flag(value: boolean): Pick<Found, "value" | "shown"> {
  return { value: String(value), shown: flagShown(value) };
}

function address(at: Reading, value: string): Pick<Found, "value" | "shown"> {
  return { value, shown: at.account(value) };
}

/** The last argument of an event's kind for each that was ever named. */
function everNamed(values: readonly unknown[]): readonly string[] {
  return [...new Set(values.map(String))];
}

const POLICY: GovernedKind = {
  name: "policy",
  label: wording("policy in force", "现行策略"),
  contracts: ["vault"],
  unit: ADDRESS,
  bounds: wording(
    "names the policy and the revision that it replaces, answers as a policy",
    "须指明所替换的策略及其修订号，并能应答",
  ),
  order: UNORDERED,
  setters: [{ contract: "vault", signature: "setPolicy(address,uint32,uint40,address)", effect: "either" }],
  events: { PolicySet: whole },
  async read(at, vault) {
    return [{ argument: "", ...address(at, await at.of<string>(vault, "policy")) }];
  },
};

const SANCTIONS: GovernedKind = {
  ...POLICY,
  name: "sanctionsList",
  label: wording("sanctions list", "制裁名单"),
  bounds: wording("the policy's own: comes with it", "随策略而定"),
  async read(at, vault) {
    return [{ argument: "", ...address(at, await at.of<string>(vault, "sanctionsList")) }];
  },
};

const KINDS: GovernedKind = {
  name: "kind",
  label: wording("app", "应用"),
  contracts: ["vault"],
  argument: wording("account", "账户"),
  unit: wording("APP or RETIRED", "APP（启用）或 RETIRED（停用）"),
  bounds: wording("a contract; an app never becomes a user again", "必须是合约；应用不能再变回用户"),
  order: RETIRED,
  setters: [{ contract: "vault", signature: "setKind(address,uint8)", effect: "either" }],
  events: { KindSet: ({ account }) => [String(account)] },
  async read(at, vault) {
    const accounts = everNamed(at.logsOf(vault, "KindSet").map(({ args }) => args.account));
    return Promise.all(
      accounts.map(async (account) => {
        const { kind } = await at.of<{ kind: bigint }>(vault, "accountOf", [account]);
        const value = APP_KINDS[Number(kind)] ?? `kind ${kind}`;
        return { argument: account, of: at.account(account), value, shown: wording(value) };
      }),
    );
  },
};

const ASSETS: GovernedKind = {
  name: "asset",
  label: wording("listed asset", "上架资产"),
  contracts: ["vault"],
  argument: ASSET,
  unit: wording("class of its transfers", "转账类别"),
  bounds: wording(
    "at most 1000 assets; never unlisted; class and tick never change",
    "至多 1000 种；不能下架；类别与刻度不可变",
  ),
  order: UNORDERED,
  setters: [{ contract: "vault", signature: "list(uint256,uint8,uint8)", effect: "loosens" }],
  events: { AssetListed: ({ asset }) => [assetName(asset as bigint)] },
  async read(at) {
    return at.assets.map((asset) => {
      const value = TOKEN_CLASSES[Number(asset.class)] ?? `class ${asset.class}`;
      const [tick, decimals] = [asset.tickExponent.toString(), asset.decimals.toString()];
      return {
        argument: asset.name,
        of: wording(asset.symbol),
        value,
        parts: { tickExponent: tick, decimals },
        shown: wording(
          `${value}, tick 10^${tick} of 10^${decimals}`,
          `${value}，刻度 10^${tick}（共 10^${decimals}）`,
        ),
      };
    });
  },
};

const WINDING_DOWN: GovernedKind = {
  name: "windingDown",
  label: wording("winding down", "清盘中"),
  contracts: ["vault"],
  argument: ASSET,
  unit: FLAG,
  bounds: wording(
    "begins only after WIND_DOWN_AFTER of governance's silence",
    "仅在治理沉默超过 WIND_DOWN_AFTER 后开始",
  ),
  order: UP,
  setters: [
    {
      contract: "vault",
      signature: "windDown(uint256)",
      effect: "tightens",
      by: "anyone",
      when: wording("after WIND_DOWN_AFTER of governance's silence", "治理沉默 WIND_DOWN_AFTER 之后"),
    },
    { contract: "vault", signature: "revive(uint256)", effect: "loosens" },
  ],
  events: {
    WindDownBegun: ({ asset }) => [assetName(asset as bigint)],
    Revived: ({ asset }) => [assetName(asset as bigint)],
  },
  async read(at) {
    return at.assets.map((asset) => ({
      argument: asset.name,
      of: wording(asset.symbol),
      ...flag(asset.windingDown),
    }));
  },
};

const RESERVES: GovernedKind = {
  name: "reserves",
  label: wording("reserves, the nearest first", "储备，由近到远"),
  contracts: ["vault"],
  unit: wording("addresses", "地址列表"),
  bounds: wording("at most 4, each serving this Vault", "至多 4 个，均须服务于本金库"),
  order: UNORDERED,
  setters: [
    { contract: "vault", signature: "addReserve(address)", effect: "either" },
    { contract: "vault", signature: "removeReserve(address)", effect: "either" },
  ],
  events: { ReserveAdded: whole, ReserveRemoved: whole },
  async read(at, vault) {
    const reserves = [...(await at.of<readonly string[]>(vault, "reserves"))];
    return [
      { argument: "", value: reserves.join(","), shown: listShown(reserves.map((r) => at.account(r))) },
    ];
  },
};

const INSTANT_CLOSED: GovernedKind = {
  name: "instantClosed",
  label: wording("instant exits closed", "即时出金关闭"),
  contracts: ["vault"],
  unit: FLAG,
  bounds: wording("exits queue while it stands; nothing else stops", "关闭期间出金进入队列，其余不受影响"),
  order: UP,
  setters: [
    { contract: "vault", signature: "closeInstant()", effect: "tightens" },
    { contract: "vault", signature: "openInstant(uint40)", effect: "loosens" },
  ],
  events: { InstantClosed: whole, InstantOpened: whole },
  async read(at, vault) {
    return [{ argument: "", ...flag(await at.of<boolean>(vault, "instantClosed")) }];
  },
};

const HELD: GovernedKind = {
  name: "heldUntil",
  label: wording("hold", "冻结"),
  contracts: ["vault"],
  argument: wording("customer, or everyone", "客户或全体"),
  unit: TIME,
  bounds: wording(
    "guardians: 7 days in any 90; the timelock adds at most 30 days an act",
    "守护者：任意 90 天内 7 天；时间锁每次至多延长 30 天",
  ),
  order: LATER,
  setters: [
    { contract: "vault", signature: "hold(address,uint40)", effect: "tightens" },
    { contract: "vault", signature: "lift(address)", effect: "loosens" },
    { contract: "vault", signature: "extend(address,uint40)", effect: "tightens" },
    { contract: "guardian", signature: "hold(address,uint40)", effect: "tightens", by: "keys" },
    { contract: "guardian", signature: "lift(address)", effect: "loosens", by: "keys" },
  ],
  events: { Held: heldSubject, Lifted: heldSubject, HoldExtended: heldSubject },
  async read(at, vault) {
    const everyone = await at.of<bigint>(vault, "everyoneHeldUntil");
    const holds = await Promise.all(
      heldByLogs(at, vault).map(async (subject) => {
        const { heldUntil } = await at.of<{ heldUntil: bigint }>(vault, "subjectRecord", [subject]);
        return { subject, until: heldUntil };
      }),
    );
    return [
      heldFound(EVERYONE, wording("everyone", "全体"), everyone, at.time),
      ...holds
        .filter(({ until }) => until > at.time)
        .map(({ subject, until }) => heldFound(subject, at.account(subject), until, at.time)),
    ];
  },
};

/** Customers whose last hold in the logs lasts: years of holds that are over cost no question. */
function heldByLogs(at: Reading, vault: Instance): readonly string[] {
  const until = new Map<string, bigint>();
  for (const { event, args } of at.logsOf(vault, "Held", "HoldExtended", "Lifted")) {
    until.set(String(args.subject), event === "Lifted" ? 0n : (args.until as bigint));
  }
  return [...until].filter(([subject, end]) => BigInt(subject) !== 0n && end > at.time).map(([one]) => one);
}

const EVERYONE = "everyone";

function heldSubject({ subject }: Result): readonly string[] {
  return [BigInt(String(subject)) === 0n ? EVERYONE : String(subject)];
}

/** A hold that is over is none: time alone changes no variable. */
function heldFound(argument: string, of: Wording, until: bigint, now: bigint): Found {
  const inForce = until > now ? until : 0n;
  return { argument, of, value: inForce.toString(), shown: untilShown(inForce, now) };
}

const RESERVE_VETOES: GovernedKind = {
  name: "vetoed",
  label: wording("exits vetoed from refills", "被否决补款的出金"),
  contracts: ["reserve"],
  unit: wording("ids of exits", "出金编号"),
  bounds: wording("30 days, once per exit", "30 天，每笔出金仅一次"),
  order: MORE,
  setters: [
    { contract: "reserve", signature: "veto(bytes32)", effect: "tightens" },
    { contract: "reserve", signature: "unveto(bytes32)", effect: "loosens" },
  ],
  events: { Vetoed: whole, Unvetoed: whole },
  async read(at, reserve) {
    const vetoes = at.logsOf(reserve, "Vetoed").filter(({ args }) => vetoedUntil(args) > at.time);
    const ids = everNamed(vetoes.map(({ args }) => args.id));
    const until = await Promise.all(
      ids.map((id) => at.of<{ vetoedUntil: bigint }>(reserve, "announcedOf", [id])),
    );
    const standing = ids.filter((_, index) => (until[index]?.vetoedUntil ?? 0n) > at.time);
    return [{ argument: "", value: setValue(standing), shown: listShown(standing.map((id) => wording(id))) }];
  },
};

/** An announcement's slot: readyAt in its lowest 40 bits, vetoedUntil in the next. */
function vetoedUntil({ announcementSlot }: Result): bigint {
  return ((announcementSlot as bigint) >> 40n) & ((1n << 40n) - 1n);
}

const RESERVE_ALL_VETOED: GovernedKind = {
  name: "allVetoedUntil",
  label: wording("all refills vetoed", "全部补款被否决"),
  contracts: ["reserve"],
  unit: TIME,
  bounds: wording("30 days, then 60 days of rest", "30 天，之后须间隔 60 天"),
  order: LATER,
  setters: [
    { contract: "reserve", signature: "vetoAll()", effect: "tightens" },
    { contract: "reserve", signature: "unvetoAll()", effect: "loosens" },
  ],
  events: { VetoedAll: whole, UnvetoedAll: whole },
  async read(at, reserve) {
    return [heldFound("", wording(""), await at.of<bigint>(reserve, "allVetoedUntil"), at.time)];
  },
};

/** What governance decides in the Vault and its reserve beside their numbers. */
export const CUSTODY_KINDS: readonly GovernedKind[] = [
  POLICY,
  SANCTIONS,
  KINDS,
  ASSETS,
  WINDING_DOWN,
  RESERVES,
  INSTANT_CLOSED,
  HELD,
  RESERVE_VETOES,
  RESERVE_ALL_VETOED,
];
