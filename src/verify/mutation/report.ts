import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import { type Campaign, isNoticed } from "./campaign.ts";
import { folded, OPERATORS } from "./mutant.ts";

export const REPORT_FILE = "bench/mutation.json";
export const PAGE_FILE = "bench/mutation.md";
export const ARGUMENTS_FILE = "bench/mutation-arguments.json";
/** Least share of killed mutants, in percent. Argued survivors don't count as killed. */
export const LEAST_SCORE = 90;

const count = z.int().min(0);
const survivorSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  file: z.string(),
  line: z.int().min(1),
  within: z.string(),
  operator: z.enum(OPERATORS),
  original: z.string(),
  replacement: z.string(),
});
const domainSchema = z.strictObject({
  generated: count,
  sampled: count,
  invalid: count,
  killed: count,
  /** Of the killed, those that a test noticed by never ending. */
  timeouts: count,
  secondsPerMutant: z.number(),
  operators: z.partialRecord(z.enum(OPERATORS), z.strictObject({ sampled: count, killed: count })),
  survivors: z.array(survivorSchema),
});
const reportSchema = z.strictObject({
  seed: z.string(),
  sample: count,
  domains: z.record(z.string(), domainSchema),
});
const argumentsSchema = z.record(
  z.string().regex(/^[0-9a-f]{12}$/),
  z.strictObject({ file: z.string(), mutant: z.string().min(1), why: z.string().min(20) }),
);

export type DomainReport = z.infer<typeof domainSchema>;
export type MutationReport = z.infer<typeof reportSchema>;
export type Survivor = z.infer<typeof survivorSchema>;
/** Why survivors may live, by mutant id. */
export type Arguments = z.infer<typeof argumentsSchema>;

function read<T>(schema: z.ZodType<T>, root: string, file: string): T | undefined {
  const path = join(root, file);
  if (!existsSync(path)) return undefined;
  const parsed = schema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new TerminalError("BAD_MUTATION_FILE", `${file} isn't what it should be`, {
    cause: new Error(z.prettifyError(parsed.error)),
  });
}

export function readReport(root: string): MutationReport | undefined {
  return read(reportSchema, root, REPORT_FILE);
}

export function readArguments(root: string): Arguments {
  return read(argumentsSchema, root, ARGUMENTS_FILE) ?? {};
}

/** The figures of a campaign. */
export function summarise({ generated, judged, invalid }: Campaign): DomainReport {
  const operators: DomainReport["operators"] = {};
  for (const name of OPERATORS) {
    const of = judged.filter(({ mutant }) => mutant.operator === name);
    if (of.length === 0) continue;
    const killed = of.filter(({ outcome }) => isNoticed(outcome)).length;
    operators[name] = { sampled: of.length, killed };
  }
  const seconds = judged.reduce((sum, one) => sum + one.seconds, 0);
  return {
    generated: generated.length,
    sampled: judged.length,
    invalid,
    killed: judged.filter(({ outcome }) => isNoticed(outcome)).length,
    timeouts: judged.filter(({ outcome }) => outcome.verdict === "timeout").length,
    secondsPerMutant: Number((seconds / Math.max(judged.length, 1)).toFixed(1)),
    operators,
    survivors: judged
      .filter(({ outcome }) => outcome.verdict === "survived")
      .map(({ mutant: { id, file, line, within, operator, original, replacement } }) => ({
        id,
        file,
        line,
        within,
        operator,
        original,
        replacement,
      }))
      .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line)),
  };
}

/** Killed of all that compile, in percent. */
export function scoreOf({ killed, sampled }: DomainReport): number {
  return sampled === 0 ? 0 : (100 * killed) / sampled;
}

function cell(text: string): string {
  const flat = folded(text);
  return flat === "" || flat === "{}" ? "*nothing*" : `\`${flat.replaceAll("|", "\\|")}\``;
}

/** bench/mutation.md, whole. */
export function renderPage({ seed, sample, domains }: MutationReport, given: Arguments): string {
  const names = Object.keys(domains);
  const row = (name: string, d: DomainReport) => {
    const argued = d.survivors.filter(({ id }) => id in given).length;
    const open = d.survivors.length - argued;
    return `| ${name} | ${d.generated} | ${d.sampled} | ${d.invalid} | ${d.killed} | ${argued} | ${open} | ${scoreOf(d).toFixed(1)} % | ${d.secondsPerMutant} |`;
  };
  const operatorRow = (operator: (typeof OPERATORS)[number]) => {
    const cells = names.map((name) => {
      const of = domains[name]?.operators[operator];
      return of === undefined ? "" : `${of.killed} / ${of.sampled}`;
    });
    return `| ${operator} | ${cells.join(" | ")} |`;
  };
  const survivorRow = (s: Survivor) =>
    `| \`${s.id}\` | ${s.file}:${s.line}, ${s.within} | ${s.operator} | ${cell(s.original)} → ${cell(s.replacement)} | ${given[s.id]?.why ?? "**open**"} |`;
  const survivors = names.map((name) => {
    const found = domains[name]?.survivors ?? [];
    const table =
      found.length === 0
        ? "None."
        : [
            "| Id | Where | Operator | Defect | Why it may live |",
            "| --- | --- | --- | --- | --- |",
            ...found.map(survivorRow),
          ].join("\n");
    return `### ${name}\n\n${table}\n`;
  });
  return `# Mutation: do the tests notice?

Written by \`./strongroom verify --mutation\`; the arguments come from mutation-arguments.json. Of all mutants that the
operators make of a domain's sources a sample of ${sample} (or all, where there are fewer), taken with seed \`${seed}\` in
strata of file and operator, is compiled and run against the domain's fast tests. Score: killed of those that compile, at
least ${LEAST_SCORE} %; an argued survivor counts as not killed.

| Domain | Generated | Sampled | Didn't compile | Killed | Argued | Open | Score | s each |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${names.map((name) => row(name, domains[name] as DomainReport)).join("\n")}

## By operator

Killed of sampled.

| Operator | ${names.join(" | ")} |
| --- | ${names.map(() => "---:").join(" | ")} |
${OPERATORS.map(operatorRow).join("\n")}

## Survivors

${survivors.join("\n")}`;
}

/** Writes the figures and the page. */
export function writeReport(root: string, report: MutationReport, given: Arguments): void {
  writeFileSync(join(root, REPORT_FILE), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(root, PAGE_FILE), renderPage(report, given));
}
