import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import { compileApart } from "./compile.ts";
import { runGroup } from "./run-group.ts";

/** Seconds that one run may take, however busy the machine. */
const MOST_SECONDS = 600;

// Fixed, so that two runs are one; formal/README.md says what each does to a proof.
const WORDS = [
  "--loop=64",
  "--panic-error-codes=*",
  "--solver=yices",
  "--solver-threads=1",
  "--solver-timeout-assertion=180s",
  "--solver-timeout-branching=10ms",
  "--no-status",
];

const testSchema = z.object({
  name: z.string(),
  exitcode: z.number(),
  models: z
    .array(
      z.object({
        is_valid: z.boolean(),
        model: z.record(z.string(), z.object({ variable_name: z.string(), value: z.string() })),
      }),
    )
    .nullable(),
  /** All paths, those that end well, those that the machine could not follow. */
  num_paths: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  num_bounded_loops: z.number().nullable(),
});
const reportSchema = z.object({ test_results: z.record(z.string(), z.array(testSchema)) });

/** What Halmos reports of one spec. */
export type SpecReport = z.infer<typeof testSchema>;

/** One run's reports by spec's name, and what was printed. */
export interface HalmosRun {
  readonly reports: ReadonlyMap<string, SpecReport>;
  readonly output: string;
}

/** A spec: a function `check_…` of a contract in a source under formal/specs. */
export interface Spec {
  readonly file: string;
  readonly name: string;
}

/** The specs in a source, in their order. */
export function specsIn(file: string, text: string): Spec[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  return [...code.matchAll(/\bfunction\s+(check_\w+)\s*\(/g)].map(([, name = ""]) => ({ file, name }));
}

/** Halmos's JSON, by spec's name. Values of 256 bits are kept as they are written. */
export function parseReport(text: string): Map<string, SpecReport> {
  const whole = text.replaceAll(/"value": (\d+)/g, '"value": "$1"');
  const parsed = reportSchema.safeParse(JSON.parse(whole));
  if (!parsed.success) {
    throw new TerminalError("BAD_REPORT", "Halmos's report has another form than expected", {
      cause: new Error(z.prettifyError(parsed.error)),
      advice:
        "Has its version in formal/requirements.txt changed? Then src/verify/formal/halmos.ts must follow.",
    });
  }
  const tests = Object.values(parsed.data.test_results).flat();
  return new Map(tests.map((test) => [test.name.replace(/\(.*$/, ""), test]));
}

/** A counterexample as people read it: each parameter's value that makes the spec fail. */
export function counterexample({ models }: SpecReport): string {
  const [first] = models ?? [];
  if (first === undefined) return "no values given";
  const values = Object.values(first.model)
    .map(({ variable_name, value }) => `${variable_name} = 0x${BigInt(value).toString(16)}`)
    .sort();
  return `${first.is_valid ? "" : "perhaps (not confirmed by the solver): "}${values.join(", ") || "any values"}`;
}

/** Why a spec is not proved; undefined when it is. Nothing but a full proof passes. */
export function specProblem(report: SpecReport | undefined): string | undefined {
  if (report === undefined) return "Halmos did not report it";
  if (report.exitcode === 1) return `counterexample: ${counterexample(report)}`;
  if (report.exitcode === 2) return "the solver gave up: neither proved nor refuted";
  if (report.exitcode === 3) return "Halmos met something that it can't execute";
  if (report.exitcode === 4) return "every path reverts: it says nothing";
  if (report.exitcode !== 0) return `Halmos failed with its code ${report.exitcode}`;
  const [, good = 0, stuck = 0] = report.num_paths ?? [];
  if (good === 0) return "no path ends well: it says nothing";
  if (stuck > 0) return `${stuck} paths were not followed to their end`;
  if (report.num_bounded_loops !== 0) return "a loop was cut: what lies behind it is not proved";
  return undefined;
}

/** What became of a mutant by the report of its spec; only `killed` is good, and only with values that show it. */
export function mutantVerdict(report: SpecReport | undefined): "killed" | "survived" | "broken" {
  if (report?.exitcode === 1 && report.models?.some(({ is_valid }) => is_valid)) return "killed";
  return specProblem(report) === undefined ? "survived" : "broken";
}

/** How a run is made; the defaults suit the command line. */
export interface RunOptions {
  readonly root: string;
  /** The path of Halmos. */
  readonly halmos: string;
  /** Runs only the spec of this name. */
  readonly only?: string;
  /** Texts that take a file's place, by path from the root. */
  readonly overlay?: Readonly<Record<string, string>>;
  /** Stops at the first counterexample. */
  readonly firstOnly?: boolean;
  readonly seconds?: number;
}

/** Compiles a source of specs and runs Halmos on it, in a directory of its own that is removed afterwards. */
export async function runHalmos(
  file: string,
  { root, halmos, only = "check_\\w+", overlay = {}, firstOnly = false, seconds = MOST_SECONDS }: RunOptions,
): Promise<HalmosRun> {
  const work = mkdtempSync(join(tmpdir(), "strongroom-halmos-"));
  try {
    await compileApart({ root, file, overlay, out: join(work, "out") });
    // Halmos starts forge to compile. That is done already, with the project's own compiler.
    const bin = join(work, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "forge"), "#!/bin/sh\nexit 0\n");
    chmodSync(join(bin, "forge"), 0o755);
    const report = join(work, "report.json");
    const words = [
      `--root=${work}`,
      `--json-output=${report}`,
      `--match-test=^${only}\\(`,
      ...WORDS,
      ...(firstOnly ? ["--early-exit"] : []),
    ];
    const { code, output } = await runGroup(halmos, words, {
      cwd: work,
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`, NO_COLOR: "1" },
      seconds,
    });
    if (code === null) {
      throw new TerminalError("HALMOS_STOPPED", `Halmos did not finish ${file}`, {
        cause: new Error(
          `it did not start, or took more than ${seconds} s: ${output.trim().split("\n").at(-1) ?? ""}`,
        ),
        advice: "Run it again on a machine with less to do; if it repeats, give the spec a smaller domain.",
      });
    }
    const reports = existsSync(report)
      ? parseReport(readFileSync(report, "utf8"))
      : new Map<string, SpecReport>();
    return { reports, output };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
