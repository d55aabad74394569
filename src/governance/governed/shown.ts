import { cents, formatUnits, formatUsd, units } from "../../core/money.ts";
import { DAY, HOUR } from "../../core/time.ts";
import { type Wording, wording } from "./wording.ts";

const MINUTE = 60n;

export const NONE: Wording = wording("none", "无");

/** Dollars from cents. */
export function usdShown(amount: bigint): Wording {
  return wording(formatUsd(cents(amount)));
}

/** Seconds as people read them: `2 d 0 h`, `1 h 15 min`, `90 s`. */
export function secondsShown(seconds: bigint): Wording {
  if (seconds >= DAY) {
    const [days, hours] = [seconds / DAY, (seconds % DAY) / HOUR];
    const rest = seconds % HOUR;
    const more = rest === 0n ? wording("", "") : secondsShown(rest);
    return wording(`${days} d ${hours} h ${more.en}`.trim(), `${days} 天 ${hours} 小时 ${more.zh}`.trim());
  }
  if (seconds >= HOUR) {
    const [hours, minutes] = [seconds / HOUR, (seconds % HOUR) / MINUTE];
    const rest = seconds % MINUTE;
    const more = rest === 0n ? wording("", "") : secondsShown(rest);
    return wording(
      `${hours} h ${minutes} min ${more.en}`.trim(),
      `${hours} 小时 ${minutes} 分 ${more.zh}`.trim(),
    );
  }
  if (seconds >= MINUTE && seconds % MINUTE === 0n) {
    return wording(`${seconds / MINUTE} min`, `${seconds / MINUTE} 分`);
  }
  return wording(`${seconds} s`, `${seconds} 秒`);
}

/** Basis points as percent: `2 %`, `0.5 %`. */
export function bpsShown(bps: bigint): Wording {
  const rest = (bps % 100n).toString().padStart(2, "0").replace(/0+$/, "");
  return wording(`${bps / 100n}${rest === "" ? "" : `.${rest}`} %`);
}

/** Unix seconds as a date in UTC. */
export function timeShown(time: bigint): Wording {
  const iso = new Date(Number(time) * 1_000).toISOString();
  return wording(`${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`);
}

/** Until when something lasts; `NONE` if it is over. */
export function untilShown(time: bigint, now: bigint): Wording {
  if (time <= now) return NONE;
  const { en } = timeShown(time);
  return wording(`until ${en}`, `至 ${en}`);
}

/** Ticks of an asset in its own unit. */
export function ticksShown(
  ticks: bigint,
  asset: { readonly symbol: string; readonly tickExponent: bigint; readonly decimals: bigint },
): Wording {
  const amount = units(ticks * 10n ** asset.tickExponent);
  return wording(formatUnits(amount, Number(asset.decimals), asset.symbol, Number(asset.decimals)));
}

/** Several things between commas; `NONE` for none. */
export function listShown(items: readonly Wording[]): Wording {
  if (items.length === 0) return NONE;
  return wording(items.map(({ en }) => en).join(", "), items.map(({ zh }) => zh).join("、"));
}

export function flagShown(flag: boolean): Wording {
  return flag ? wording("yes", "是") : wording("no", "否");
}
