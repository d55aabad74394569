import { textTable } from "../core/text-table.ts";
import type { Authority } from "./governed/authorities.ts";
import { BY_WORDS } from "./governed/authorities.ts";
import { secondsShown, timeShown } from "./governed/shown.ts";
import { type Language, type Wording, wording } from "./governed/wording.ts";
import type { Variable } from "./variables.ts";

const HEAD: readonly Wording[] = [
  wording("Variable", "变量"),
  wording("Meaning", "含义"),
  wording("Value", "当前值"),
  wording("Bounds", "硬界限"),
  wording("Who tightens", "谁可收紧"),
  wording("Who loosens or sets", "谁可放宽或设定"),
  wording("Events", "事件"),
  wording("Last change", "最近变更"),
];
const NOBODY = wording("nobody", "无人");
const AT_ONCE = wording("at once", "立即生效");
const NEVER = wording("never", "从未");

function after(delay: bigint): Wording {
  if (delay === 0n) return AT_ONCE;
  const { en, zh } = secondsShown(delay);
  return wording(`after ${en}`, `${zh}后`);
}

/** Roles and delays without addresses: those are in the machine's form, and in the rows of the roles. */
function authority({ role, delaySeconds, when }: Authority, lang: Language): string {
  const name = role in BY_WORDS ? BY_WORDS[role as keyof typeof BY_WORDS][lang] : role;
  const wait = when === undefined || delaySeconds !== 0n ? after(delaySeconds)[lang] : when[lang];
  return lang === "en" ? `${name}, ${wait}` : `${name}，${wait}`;
}

function authorities(all: readonly Authority[], fixed: Wording | undefined, lang: Language): string {
  if (all.length === 0) return (fixed ?? NOBODY)[lang];
  return [...new Set(all.map((one) => authority(one, lang)))].join(lang === "en" ? "; " : "；");
}

function lastChange({ lastChange: last, events }: Variable, lang: Language): string {
  if (last === undefined) return events.length === 0 ? "" : NEVER[lang];
  return `${timeShown(last.time)[lang]} ${last.event}`;
}

function row(variable: Variable, lang: Language, withHistory: boolean): readonly string[] {
  const { id, label, shown, bounds, tightenedBy, loosenedBy, events, fixed } = variable;
  return [
    id,
    label[lang],
    shown[lang],
    bounds.shown[lang],
    authorities(tightenedBy, undefined, lang),
    authorities(loosenedBy, fixed, lang),
    events.join(", "),
    ...(withHistory ? [lastChange(variable, lang)] : []),
  ];
}

/**
 * Variables as a terminal shows them: a table for each contract, under its name and whole address. The last column is there
 * if the reading has a history.
 *
 * @example
 * process.stdout.write(renderVariables(await readVariables(provider, addresses), { lang: "zh" }));
 */
export function renderVariables(
  variables: readonly Variable[],
  { lang = "en" }: { readonly lang?: Language } = {},
): string {
  const withHistory = variables.some(({ lastChange: last }) => last !== undefined);
  const head = HEAD.map((title) => title[lang]).slice(0, withHistory ? HEAD.length : -1);
  const groups = Map.groupBy(variables, ({ contract }) => contract.name);
  const tables = [...groups].map(([name, group]) => {
    const [first] = group;
    const title =
      first === undefined ? name : `${first.contract.label[lang]} · ${name} ${first.contract.address}`;
    return `${title}\n\n${textTable(
      head,
      group.map((variable) => row(variable, lang, withHistory)),
    )}`;
  });
  return `${tables.join("\n\n")}\n`;
}

/** A value as JSON has it: integers beyond a double's as decimal strings. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Variables, or what was compared of them, as plain JSON: every `bigint` is a decimal string. */
export function variablesJson(value: unknown): Json {
  return JSON.parse(
    JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? one.toString() : one)),
  ) as Json;
}
