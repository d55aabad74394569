import { chainKey, FEATURES, type FeatureName, KINDS, paramKey } from "../parameters.ts";
import type { Managed } from "../role-graph.ts";
import { assetName, type ReadAsset } from "./assets.ts";
import type { Instance } from "./contracts.ts";
import type { Bounds, Found, GovernedKind, Setter } from "./kind.ts";
import { LARGER, type Order, SMALLER, UNORDERED } from "./order.ts";
import type { Reading } from "./reading.ts";
import { timeShown } from "./shown.ts";
import { amountShown, UNITS, type Unit, type UnitName } from "./units.ts";
import { type Wording, wording } from "./wording.ts";

export type KindName = keyof typeof KINDS;
/** `foreign`: an asset that the gateway serves. */
export type Argument = "none" | "tier" | "feature" | "asset" | "account" | "foreign" | "chain";

/** One row of contracts/shared/ParamKeys.sol. */
export interface NumberRow {
  readonly kind: KindName;
  readonly contract: Managed;
  readonly argument: Argument;
  readonly unit: UnitName;
  readonly label: Wording;
  /** What a row that was never set counts as, where that isn't zero. */
  readonly unset?: bigint;
}

const MONTH = 2_592_000n;
const WEEK = 604_800n;

function row(
  contract: Managed,
  kind: KindName,
  argument: Argument,
  unit: UnitName,
  en: string,
  zh: string,
  unset?: bigint,
): NumberRow {
  return {
    kind,
    contract,
    argument,
    unit,
    label: wording(en, zh),
    ...(unset === undefined ? {} : { unset }),
  };
}

/** Every kind of number that a setter of `IParams` writes. Bounds and directions are the contracts' own, by `specOf`. */
export const NUMBERS: readonly NumberRow[] = [
  row("vault", "FRESH_PERIOD", "none", "hours", "how long a credit stays fresh", "入账后的冷却期"),
  row("vault", "HOLDINGS_CAP", "asset", "ticks", "most that deposits may bring in", "存入总额上限"),
  row("vault", "SMALL_LANE_RATE", "asset", "bpsADay", "queue rate of small exits", "小额队列放行速率"),
  row("vault", "LARGE_LANE_RATE", "asset", "bpsADay", "queue rate of large exits", "大额队列放行速率"),
  row(
    "vault",
    "HOT_COVER",
    "asset",
    "bpsOfExits",
    "instant exits that a sweep keeps cover for",
    "归集后热端保留比例",
  ),
  row("vault", "HOT_MIN", "asset", "ticks", "least that a sweep keeps hot", "热端最低保留"),
  row("vault", "HOT_MAX", "asset", "ticks", "most that a sweep keeps hot", "热端最高保留"),
  row(
    "vault",
    "WIND_DOWN_AFTER",
    "none",
    "days",
    "silence after which anyone winds down",
    "治理沉默多久后可清盘",
  ),
  row("policy", "TIER_WINDOW", "tier", "centsADay", "daily limit of instant exits", "每日即时出金限额"),
  row("policy", "TIER_SINGLE", "tier", "cents", "limit of one instant exit", "单笔即时出金限额"),
  row("policy", "TIER_SOON", "tier", "seconds", "wait of an endorsed exit", "复核后的等待时间", MONTH),
  row("policy", "TIER_LATE", "tier", "seconds", "wait of any exit", "任何出金的最长等待", MONTH),
  row("policy", "ASSET_BREAKER", "asset", "ticksADay", "instant exits of everyone", "全体即时出金熔断额"),
  row(
    "policy",
    "UNVERIFIED_POOL",
    "none",
    "centsADay",
    "instant exits of all unverified together",
    "未验证客户共用额度",
  ),
  row("registry", "ATTESTOR_LIFTS", "none", "lifts", "tier lifts of one attestor", "每名认证人的提升次数"),
  row("reserve", "REFILL_DELAY", "none", "seconds", "delay of a refill", "补款延迟", WEEK),
  row("reserve", "KEEP", "asset", "ticks", "what a sweep leaves in the reserve", "归集后储备保留"),
  row(
    "appRelease",
    "CANARY_SHARE",
    "account",
    "bpsOfAccounts",
    "share of accounts in the canary",
    "灰度账户比例",
  ),
  row(
    "paymentRules",
    "PAYMENT_TIERS",
    "feature",
    "tiers",
    "tiers that may use a feature",
    "可用该功能的等级数",
  ),
  row(
    "paymentRules",
    "PAYMENT_VOLUME",
    "tier",
    "centsADay",
    "daily volume of new payments",
    "每日新增支付额度",
  ),
  row("appRelease", "CANARY_CAP", "asset", "ticks", "most that the canary may hold", "灰度持有上限"),
  row("gateway", "FOREIGN_CAP", "foreign", "ticks", "most that its supply comes to", "供应总量上限"),
  row("gateway", "FOREIGN_INSTANT", "foreign", "ticksADay", "deposits credited at once", "即时入账额度"),
  row("gateway", "FOREIGN_DELAY", "chain", "seconds", "wait of all other deposits", "其余存入的等待时间"),
  row("gateway", "CHAIN_OUT", "chain", "centsADay", "payouts authorised on a chain", "链上付出授权额度"),
  row(
    "gateway",
    "FOREIGN_WORTH",
    "foreign",
    "cents",
    "what one unit counts in payouts",
    "每单位计入付出额度的金额",
  ),
  row("gateway", "FOREIGN_LEAST", "foreign", "ticks", "least that a payout carries", "单笔付出下限"),
];

/** `Direction` of contracts/shared/interfaces/IParams.sol. */
const ORDERS: readonly Order[] = [UNORDERED, SMALLER, LARGER];
const TOP_TIER = 3;

const FEATURE_LABELS: Readonly<Record<FeatureName, Wording>> = {
  pay: wording("paying", "支付"),
  schedule: wording("vesting over time", "按时间释放"),
  condition: wording("conditions", "条件支付"),
  capture: wording("capture", "授权后扣款"),
  arbiter: wording("arbiters", "仲裁"),
  netting: wording("netting", "轧差"),
};

interface Param {
  readonly base: bigint;
  readonly tight: bigint;
  readonly until: bigint;
  readonly version: bigint;
}

interface Spec {
  readonly min: bigint;
  readonly max: bigint;
  readonly direction: bigint;
}

/** What is read of one row: `own` is the row's own value in force. */
interface Row {
  readonly argument: string;
  readonly label: Wording | undefined;
  readonly asset: ReadAsset | undefined;
  readonly param: Param;
  readonly own: bigint;
}

function keysOf(
  { argument, kind }: NumberRow,
  at: Reading,
  instance: Instance,
): readonly Omit<Row, "param" | "own">[] {
  if (argument === "none") return [{ argument: "", label: undefined, asset: undefined }];
  if (argument === "asset" || argument === "foreign") {
    const assets = argument === "asset" ? at.assets : at.assets.filter(({ chain }) => chain !== undefined);
    return assets.map((asset) => ({ argument: asset.name, label: wording(asset.symbol), asset }));
  }
  if (argument === "chain") {
    return chainsOf(at).map((chain) => ({ argument: chain, label: undefined, asset: undefined }));
  }
  if (argument === "account") {
    // Accounts that anything was ever set for: a key's argument is one.
    const keys = at.logsOf(instance, "ParamSet").map(({ args }) => BigInt(args.key as string));
    const accounts = keys.filter((key) => key >> 248n === KINDS[kind]).map((key) => assetName(key));
    return [...new Set(accounts)].map((account) => ({
      argument: account,
      label: at.account(account),
      asset: undefined,
    }));
  }
  if (argument === "feature") {
    return FEATURES.map((feature, index) => ({
      argument: String(index),
      label: FEATURE_LABELS[feature],
      asset: undefined,
    }));
  }
  return Array.from({ length: TOP_TIER + 1 }, (_, tier) => ({
    argument: String(tier),
    label: wording(`tier ${tier}`, `等级 ${tier}`),
    asset: undefined,
  }));
}

/** The chains whose assets the gateway serves, by CAIP-2. */
function chainsOf({ assets }: Reading): readonly string[] {
  return [...new Set(assets.flatMap(({ chain }) => chain ?? []))];
}

function keyOf({ kind, argument: of }: NumberRow, argument: string, asset: ReadAsset | undefined): string {
  if (of === "chain") return chainKey(KINDS[kind], argument);
  return paramKey(KINDS[kind], asset?.id ?? BigInt(argument === "" ? 0 : argument));
}

/** The strictest of a tier's own row and all higher tiers': what the policy goes by (INV-POL-3). */
function metWithHigherTiers(rows: readonly Row[], index: number, order: Order): bigint {
  const values = rows.slice(index).map(({ own }) => own);
  return values.reduce((best, value) =>
    order.compare(best.toString(), value.toString()) === "tightens" ? value : best,
  );
}

async function readNumber(number: NumberRow, at: Reading, instance: Instance): Promise<readonly Found[]> {
  const unit: Unit = UNITS[number.unit];
  const keys = keysOf(number, at, instance);
  const [spec, ...params] = await Promise.all([
    at.of<Spec>(instance, "specOf", [paramKey(KINDS[number.kind])]),
    ...keys.map(({ argument, asset }) => at.of<Param>(instance, "param", [keyOf(number, argument, asset)])),
  ]);
  const order = ORDERS[Number(spec.direction)] ?? UNORDERED;
  const rows = keys.map((key, index): Row => {
    const read = params[index] as Param;
    // A number that was never set counts as its strictest where zero would be lax.
    const base = read.base === 0n ? (number.unset ?? 0n) : read.base;
    const param: Param = { base, tight: read.tight, until: read.until, version: read.version };
    return { ...key, param, own: at.time < param.until ? param.tight : base };
  });
  return rows.map((found, index): Found => {
    const { param, own, asset } = found;
    const value = number.argument === "tier" ? metWithHigherTiers(rows, index, order) : own;
    const bounds: Bounds = {
      min: spec.min.toString(),
      max: spec.max.toString(),
      shown: rangeShown(unit, spec, asset),
    };
    return {
      argument: found.argument,
      ...(found.label === undefined ? {} : { of: found.label }),
      value: value.toString(),
      parts: partsOf(param, own, at.time),
      shown: shownOf(unit, found, value, at.time),
      bounds,
      order,
      // A base below a tightening is what comes after it.
      partOrders: { base: order },
    };
  });
}

function partsOf(param: Param, own: bigint, now: bigint): Readonly<Record<string, string>> {
  const tightened =
    now < param.until ? { tightened: param.tight.toString(), until: param.until.toString() } : {};
  return {
    base: param.base.toString(),
    own: own.toString(),
    version: param.version.toString(),
    ...tightened,
  };
}

function rangeShown(unit: Unit, { min, max }: Spec, asset: ReadAsset | undefined): Wording {
  const [least, most] = [unit.shown(min, asset), unit.shown(max, asset)];
  const { en, zh } = unit.per ?? wording("");
  return wording(`${least.en} to ${most.en}${en}`, `${zh}${least.zh} 至 ${most.zh}`);
}

function shownOf(unit: Unit, { param, own, asset }: Row, value: bigint, now: bigint): Wording {
  let { en, zh } = amountShown(unit, value, asset);
  if (param.version === 0n) {
    en += " (never set)";
    zh += "（从未设置）";
  }
  if (now < param.until) {
    const [base, until] = [amountShown(unit, param.base, asset), timeShown(param.until)];
    en += ` (tightened until ${until.en}, then ${base.en})`;
    zh += `（收紧至 ${until.zh}，之后 ${base.zh}）`;
  }
  if (value !== own) {
    const row = amountShown(unit, own, asset);
    en += ` (by a higher tier; its own row says ${row.en})`;
    zh += `（受更高等级约束；本行为 ${row.zh}）`;
  }
  return wording(en, zh);
}

const ARGUMENTS: Readonly<Record<Exclude<Argument, "none">, Wording>> = {
  tier: wording("tier", "等级"),
  feature: wording("feature", "功能"),
  account: wording("account", "账户"),
  asset: wording("asset", "资产"),
  foreign: wording("asset", "资产"),
  chain: wording("chain", "链"),
};

function settersOf(contract: Managed): readonly Setter[] {
  return [
    { contract, signature: "tighten(bytes32,uint64)", effect: "tightens" },
    { contract, signature: "set(bytes32,uint32,uint40,uint64)", effect: "either" },
  ];
}

function kindOf(number: NumberRow): GovernedKind {
  const parameter = KINDS[number.kind];
  const touched: GovernedKind["events"][string] = (args, at) => {
    const key = BigInt(args.key as string);
    if (key >> 248n !== parameter) return [];
    if (number.argument === "none") return [""];
    if (number.argument === "chain") {
      return chainsOf(at).filter((chain) => BigInt(chainKey(parameter, chain)) === key);
    }
    const small = number.argument === "tier" || number.argument === "feature";
    return [small ? (key & 0xffn).toString() : assetName(key)];
  };
  return {
    name: number.kind,
    label: number.label,
    contracts: [number.contract],
    ...(number.argument === "none" ? {} : { argument: ARGUMENTS[number.argument] }),
    unit: UNITS[number.unit].name,
    parameter,
    setters: settersOf(number.contract),
    events: { ParamTightened: touched, ParamSet: touched },
    read: (at, instance) => readNumber(number, at, instance),
  };
}

/** The kinds of numbers. */
export const NUMBER_KINDS: readonly GovernedKind[] = NUMBERS.map(kindOf);
