import type { ReadAsset } from "./assets.ts";
import { bpsShown, secondsShown, ticksShown, usdShown } from "./shown.ts";
import { type Wording, wording } from "./wording.ts";

/** What a number counts. */
export interface Unit {
  readonly name: Wording;
  shown(value: bigint, asset: ReadAsset | undefined): Wording;
  /** What follows the amount in English, and what comes before it in Chinese. */
  readonly per?: Wording;
}

function inTicks(value: bigint, asset: ReadAsset | undefined): Wording {
  return asset === undefined ? wording(`${value} ticks`, `${value} 刻度`) : ticksShown(value, asset);
}

const A_DAY = wording(" a day", "每日 ");

/** What numbers count. */
export const UNITS: Readonly<Record<UnitName, Unit>> = {
  hours: { name: wording("hours", "小时"), shown: (v) => secondsShown(v * 3_600n) },
  days: { name: wording("days", "天"), shown: (v) => wording(`${v} d`, `${v} 天`) },
  seconds: { name: wording("seconds", "秒"), shown: (v) => secondsShown(v) },
  cents: { name: wording("cents", "美分"), shown: (v) => usdShown(v) },
  centsADay: {
    name: wording("cents a trailing day", "美分／滚动 24 小时"),
    shown: (v) => usdShown(v),
    per: A_DAY,
  },
  ticks: { name: wording("ticks of the asset", "资产刻度"), shown: inTicks },
  ticksADay: {
    name: wording("ticks of the asset a trailing day", "资产刻度／滚动 24 小时"),
    shown: inTicks,
    per: A_DAY,
  },
  bpsADay: {
    name: wording("basis points of the asset's liabilities a day", "该资产负债的基点／日"),
    shown: (v) => bpsShown(v),
    per: wording(" of liabilities a day", "每日负债的 "),
  },
  bpsOfExits: {
    name: wording("basis points of the trailing day's instant exits", "过去一日即时出金的基点"),
    shown: (v) => bpsShown(v),
    per: wording(" of a day's instant exits", "一日即时出金的 "),
  },
  bpsOfAccounts: {
    name: wording("basis points of all accounts", "全部账户的基点"),
    shown: (v) => bpsShown(v),
    per: wording(" of all accounts", "全部账户的 "),
  },
  tiers: {
    name: wording("tiers, from the highest down", "个等级（自最高级起）"),
    shown: (v) =>
      wording(v === 0n ? "no tier" : v === 1n ? "the highest tier" : `the ${v} highest tiers`, `${v} 个等级`),
  },
  lifts: {
    name: wording("lifts a trailing day", "次提升／滚动 24 小时"),
    shown: (v) => wording(`${v}`, `${v} 次`),
    per: A_DAY,
  },
};
export type UnitName =
  | "hours"
  | "days"
  | "seconds"
  | "cents"
  | "centsADay"
  | "ticks"
  | "ticksADay"
  | "bpsADay"
  | "bpsOfExits"
  | "bpsOfAccounts"
  | "lifts"
  | "tiers";

/** An amount with what it counts per. */
export function amountShown({ shown, per }: Unit, value: bigint, asset: ReadAsset | undefined): Wording {
  const { en, zh } = shown(value, asset);
  return wording(`${en}${per?.en ?? ""}`, `${per?.zh ?? ""}${zh}`);
}
