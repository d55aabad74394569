import { z } from "zod";
import { CHAIN_NAME } from "../../../core/chain-name.ts";
import { TerminalError } from "../../../core/errors.ts";
import { cents, formatUsd, usdDecimal } from "../../../core/money.ts";
import { DAY, HOUR } from "../../../core/time.ts";
import { type KindName, NUMBERS, type NumberRow } from "../../governed/numbers.ts";
import type { Wording } from "../../governed/wording.ts";
import { chainKey, FEATURES, type FeatureName, KINDS, paramKey } from "../../parameters.ts";
import { assetOf, type ChangeContext, callOf, view } from "../context.ts";
import { intent } from "../intent.ts";
import { amount, count, duration, percent, rawUnits, symbol, tier, usd } from "../quantities.ts";

/** How a file writes a number of each unit. */
const WRITTEN = {
  cents: "dollars",
  centsADay: "dollars",
  seconds: "seconds",
  hours: "hours",
  days: "days",
  ticks: "ticks",
  ticksADay: "ticks",
  bpsADay: "share",
  bpsOfExits: "share",
  bpsOfAccounts: "share",
  lifts: "times",
  tiers: "times",
} as const satisfies Readonly<Record<NumberRow["unit"], string>>;
type Writing = (typeof WRITTEN)[NumberRow["unit"]];

type TableName = "vault" | "policy" | "registry" | "reserve" | "paymentRules" | "gateway";

function numberOf(name: KindName): NumberRow & { contract: TableName } {
  const found = NUMBERS.find(({ kind }) => kind === name);
  if (found === undefined) throw new TerminalError("UNKNOWN_NUMBER", `No table has a number ${name}`);
  return found as NumberRow & { contract: TableName };
}

/** Those of the suite: an app's release is a contract of its own, reached by `call`. */
const names = NUMBERS.filter(({ contract }) => contract !== "appRelease").map(({ kind }) => kind) as [
  KindName,
  ...KindName[],
];
const value = z.union([usd, duration, percent, amount, count]).meta({
  description: "In the number's own kind: dollars, a time span, a share, an amount of the asset, or a count",
});

/** A row of one of the tables. */
interface Row {
  readonly target: string;
  readonly key: string;
  readonly value: bigint;
  readonly says: Wording;
}

const UNIT_NAMES: Readonly<Record<Writing, string>> = {
  dollars: 'US dollars such as "$10,000"',
  seconds: 'a time span such as "36 h"',
  hours: 'a time span in whole hours such as "24 h"',
  days: 'a time span in whole days such as "365 d"',
  share: 'a share such as "5 %"',
  ticks: 'an amount of the asset such as "1500.5"',
  times: "a count",
};

function wrongUnit(name: KindName, given: string): never {
  throw new TerminalError("CHANGE_UNIT", `${name} is not written like "${given}"`, {
    advice: `Write ${UNIT_NAMES[WRITTEN[numberOf(name).unit]]}.`,
  });
}

/** The text of a value read as the number's own unit. */
function inUnit(name: KindName, given: string, unit: Exclude<Writing, "ticks">): bigint {
  const parse = {
    dollars: usd,
    share: percent,
    times: count,
    seconds: duration,
    hours: duration,
    days: duration,
  }[unit];
  const parsed = parse.safeParse(given);
  const seconds = parsed.success ? parsed.data : wrongUnit(name, given);
  const divisor = unit === "hours" ? HOUR : unit === "days" ? DAY : 1n;
  return seconds % divisor === 0n ? seconds / divisor : wrongUnit(name, given);
}

/** What a number is of. */
interface Of {
  readonly tier?: number | undefined;
  readonly feature?: FeatureName | undefined;
  readonly asset?: string | undefined;
  /** By CAIP-2. */
  readonly chain?: string | undefined;
}

async function rowOf(
  context: ChangeContext,
  name: KindName,
  given: string,
  { tier: ofTier, feature, asset, chain }: Of,
): Promise<Row> {
  const { contract: target, argument, unit: counted, label: wording } = numberOf(name);
  // An asset that the gateway serves is named like any other.
  const of = argument === "foreign" ? "asset" : argument;
  const unit = WRITTEN[counted];
  const all = { tier: ofTier, feature, asset, chain };
  const wrong = (["tier", "feature", "asset", "chain"] as const).some(
    (each) => (of === each) !== (all[each] !== undefined),
  );
  if (wrong) {
    const wants =
      of === "none"
        ? "no tier, feature, asset or chain"
        : `${of === "asset" ? "an" : "a"} ${of} and nothing else`;
    throw new TerminalError(
      "CHANGE_ARGUMENT",
      `${name} is a number of ${of === "none" ? "the whole" : `one ${of}`}`,
      {
        advice: `Give it ${wants}.`,
      },
    );
  }
  const kind = KINDS[name];
  if (chain !== undefined) {
    return {
      target,
      key: chainKey(kind, chain),
      value: inUnit(name, given, unit as Exclude<Writing, "ticks">),
      says: { en: `${wording.en}, ${chain} = ${given}`, zh: `${chain} 的${wording.zh} = ${given}` },
    };
  }
  if (asset === undefined) {
    const [en, zh] =
      ofTier !== undefined
        ? [`${wording.en} of tier ${ofTier}`, `第 ${ofTier} 级的${wording.zh}`]
        : feature !== undefined
          ? [`${wording.en}, ${feature}`, `${feature} 的${wording.zh}`]
          : [wording.en, wording.zh];
    const place = feature === undefined ? (ofTier ?? 0) : FEATURES.indexOf(feature);
    return {
      target,
      key: paramKey(kind, BigInt(place)),
      value: inUnit(name, given, unit as Exclude<Writing, "ticks">),
      says: { en: `${en} = ${given}`, zh: `${zh} = ${given}` },
    };
  }
  const known = await assetOf(context, asset);
  const says = { en: `${wording.en}, ${asset} = ${given}`, zh: `${asset} 的${wording.zh} = ${given}` };
  const key = paramKey(kind, known.id);
  if (unit !== "ticks") return { target, key, value: inUnit(name, given, unit), says };
  if (!amount.safeParse(given).success) wrongUnit(name, given);
  const raw = rawUnits(given, known.decimals);
  const tick = 10n ** BigInt(known.tickExponent);
  if (raw === undefined || raw % tick !== 0n) {
    throw new TerminalError("CHANGE_PRECISION", `${given} ${asset} is no whole number of ticks`, {
      facts: { tick: `10^${known.tickExponent} raw units`, decimals: known.decimals },
      advice: "Round it to the asset's tick.",
    });
  }
  return { target, key, value: raw / tick, says };
}

async function setCall(context: ChangeContext, row: Row) {
  const { version } = await view<{ version: bigint }>(context, row.target, "param", row.key);
  return callOf(context, row.target, "set", [row.key, version, context.validUntil, row.value]);
}

const both = (says: readonly Wording[], en: string, zh: string): Wording => ({
  en: `${en}${says.map((said) => said.en).join("; ")}`,
  zh: `${zh}${says.map((said) => said.zh).join("；")}`,
});

/** The limits and delays of one tier, those that are named. */
export const setTierLimits = intent(
  "set-tier-limits",
  z
    .strictObject({
      kind: z.literal("set-tier-limits"),
      tier,
      perDay: usd.optional().describe("Instant exits of one customer in any trailing day"),
      single: usd.optional().describe("Most for one instant exit"),
      soon: duration.optional().describe("Until an endorsed exit matures"),
      late: duration.optional().describe("Until any exit matures"),
    })
    .refine(
      (row) => row.perDay ?? row.single ?? row.soon ?? row.late,
      "name at least one of perDay, single, soon, late",
    ),
  async (entry, context) => {
    const wanted = [
      ["TIER_WINDOW", entry.perDay],
      ["TIER_SINGLE", entry.single],
      ["TIER_SOON", entry.soon],
      ["TIER_LATE", entry.late],
    ] as const;
    const calls = [];
    const said: Wording[] = [];
    for (const [name, number] of wanted) {
      if (number === undefined) continue;
      const inDollars = WRITTEN[numberOf(name).unit] === "dollars";
      const text = inDollars ? usdDecimal(cents(number)) : `${number} s`;
      const row = await rowOf(context, name, text, { tier: entry.tier });
      calls.push(await setCall(context, row));
      const shown = inDollars ? formatUsd(cents(number)) : spanOf(number);
      const { label } = numberOf(name);
      said.push({ en: `${label.en} ${shown}`, zh: `${label.zh} ${shown}` });
    }
    return { calls, says: both(said, `Set for tier ${entry.tier}: `, `为第 ${entry.tier} 级设定：`) };
  },
);

function spanOf(seconds: bigint): string {
  if (seconds % DAY === 0n) return `${seconds / DAY} d`;
  return seconds % HOUR === 0n ? `${seconds / HOUR} h` : `${seconds} s`;
}

const fields = {
  name: z.enum(names).describe("A row of docs/variables.md"),
  tier: tier.optional(),
  feature: z.enum(FEATURES).optional().describe("Of new payments"),
  asset: symbol.optional(),
  chain: z
    .string()
    .regex(CHAIN_NAME, "not a chain's name by CAIP-2")
    .optional()
    .describe("Whose assets the gateway serves"),
  // Read again in the number's own unit: which one that is, the name tells.
  value: z
    .union([z.string(), z.int().min(0)])
    .transform(String)
    .pipe(z.string().min(1))
    .describe(value.meta()?.description ?? ""),
};

/** Any governed number: through the timelock. */
export const setNumber = intent(
  "set-number",
  z.strictObject({ kind: z.literal("set-number"), ...fields }),
  async (entry, context) => {
    const row = await rowOf(context, entry.name, entry.value, entry);
    return { calls: [await setCall(context, row)], says: both([row.says], "Set ", "设定 ") };
  },
);

/** Any ordered number, tighter and at once, for 14 days: the risk officer's act. */
export const tighten = intent(
  "tighten",
  z.strictObject({ kind: z.literal("tighten"), ...fields }),
  async (entry, context) => {
    const row = await rowOf(context, entry.name, entry.value, entry);
    return {
      calls: [callOf(context, row.target, "tighten", [row.key, row.value])],
      says: both([row.says], "Tighten at once, for 14 days: ", "立即收紧，为期 14 天："),
    };
  },
);
