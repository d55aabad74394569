import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { TerminalError, UsageError } from "../core/errors.ts";
import { writeWhole } from "../core/write-whole.ts";
import { runTests } from "../testing/run-tests.ts";
import type { TestRequest, TestResult } from "../testing/test-run.ts";
import { type CheckResult, resultOf } from "./check.ts";
import { ProjectCopy } from "./project-copy.ts";

const MUTANTS = "formal/mutants/*.json";
const STATE_FILE = ".strongroom/mutants/state.json";

/** What every deliberate defect says: one replacement in one source. */
export const DEFECT = {
  id: z.string().regex(/^[a-z0-9-]+$/),
  requirement: z.string().regex(/^INV-[A-Z]{2,5}-\d+$/),
  why: z.string().min(1),
  file: z.string().regex(/^contracts\/.*\.sol$/),
  search: z.string().min(1),
  replace: z.string(),
};

/** Parses a defect's file; the id must be the file's name. */
export function parseDefect<T extends { id: string }>(
  schema: z.ZodType<T>,
  what: string,
  file: string,
  text: string,
): T {
  const parsed = schema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new TerminalError("BAD_MUTANT", `${file} is not ${what}`, {
      cause: new Error(z.prettifyError(parsed.error)),
    });
  }
  if (parsed.data.id !== basename(file, ".json")) {
    throw new TerminalError("BAD_MUTANT", `${file}: its id is "${parsed.data.id}", not its file's name`);
  }
  return parsed.data;
}

/**
 * A defect and the test that must notice it. The file's name is its id.
 *
 * @example
 * { "id": "release-twice", "requirement": "INV-CUS-2", "why": "An exit must pay once", "file": "contracts/custody/Vault.sol",
 *   "search": "delete open[id];", "replace": "", "test": { "file": "test/contracts/Vault.t.sol", "grep": "test_paysOnce" } }
 */
const mutantSchema = z.strictObject({
  ...DEFECT,
  test: z.strictObject({
    file: z.string().regex(/^test\/.*(\.t\.sol|\.test\.ts)$/),
    grep: z.string().min(1).optional(),
  }),
});
export type Mutant = z.infer<typeof mutantSchema>;

/** What became of a mutant; only `killed` is good. */
export type Verdict = "killed" | "survived" | "broken";

/** Parses a mutant's file; the id must be the file's name. */
export function parseMutant(file: string, text: string): Mutant {
  return parseDefect(mutantSchema, "a mutant", file, text);
}

/** The mutated source. Throws unless the text to replace occurs exactly once and the replacement changes it. */
export function mutate(mutant: Pick<Mutant, "id" | "file" | "search" | "replace">, source: string): string {
  const matches = source.split(mutant.search).length - 1;
  if (matches !== 1) {
    throw new TerminalError(
      "BAD_MUTANT",
      `${mutant.id}: its text occurs ${matches} times in ${mutant.file}, not once`,
    );
  }
  // A function, because `$` in a replacement string would be special.
  const mutated = source.replace(mutant.search, () => mutant.replace);
  if (mutated === source) throw new TerminalError("BAD_MUTANT", `${mutant.id} changes nothing`);
  return mutated;
}

/**
 * Killed when an expectation of the test was not met; survived when every test passed; broken when neither can be said:
 * no test matched, the mutant does not compile, or the run crashed.
 */
export function judgeMutant(result: Pick<TestResult, "passed" | "failed" | "failures">): Verdict {
  if (result.failed > 0) return result.failures.some(({ assertion }) => assertion) ? "killed" : "broken";
  return result.passed > 0 ? "survived" : "broken";
}

function requestFor({ file, grep }: Mutant["test"]): TestRequest {
  const selection = { files: [file], ...(grep === undefined ? {} : { grep }) };
  return file.endsWith(".t.sol") ? { solidity: selection } : { mocha: selection };
}

function why(result: TestResult & { output: string }): string {
  const failure = result.failures[0];
  if (failure === undefined) return "no test matched";
  const lines = result.output.split("\n");
  const first = lines.findIndex((line) => /error/i.test(line));
  return [`${failure.title}: ${failure.message}`, ...(first < 0 ? [] : lines.slice(first, first + 4))].join(
    "\n",
  );
}

/** Digest of everything a verdict depends on. */
function digestSources(): string {
  const hash = createHash("sha256");
  for (const file of [
    ...globSync(["contracts/**/*.sol", "test/**/*.{sol,ts}", "deploy/**/*.ts"]),
    "package-lock.json",
  ].sort()) {
    hash.update(file).update("\0").update(readFileSync(file));
  }
  return hash.digest("hex");
}

type State = Record<string, string>;

function saveState(state: State): void {
  writeWhole(STATE_FILE, JSON.stringify(state, null, 2));
}

/** Applies mutants in a copy of a project and runs their tests there. */
export class MutantRunner {
  readonly #root: string;
  readonly #baseline = new Map<string, string | undefined>();

  /** @param root a copy of the project that may be changed */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Why the tests of a file cannot judge mutants: they do not pass on the unchanged sources. Undefined when they do. The
   * whole file runs once, for all mutants that it judges.
   */
  async baselineProblem(file: string): Promise<string | undefined> {
    if (!this.#baseline.has(file)) {
      const result = await runTests(requestFor({ file }), { root: this.#root, quiet: true });
      const verdict = judgeMutant(result);
      this.#baseline.set(
        file,
        verdict === "survived" ? undefined : `its tests do not pass unmutated: ${why(result)}`,
      );
    }
    return this.#baseline.get(file);
  }

  /** Runs the mutant's test on the mutated source and puts the source back. */
  async verdict(mutant: Mutant): Promise<{ verdict: Verdict; why: string }> {
    const path = join(this.#root, mutant.file);
    const source = readFileSync(path, "utf8");
    writeFileSync(path, mutate(mutant, source));
    try {
      const result = await runTests(requestFor(mutant.test), { root: this.#root, quiet: true });
      return { verdict: judgeMutant(result), why: why(result) };
    } finally {
      writeFileSync(path, source);
    }
  }
}

/** A mutant that changes no behaviour: if the runner does not report it as survived, its verdicts mean nothing. */
function equivalentOf(mutant: Mutant): Mutant {
  return { ...mutant, id: "equivalent", replace: `${mutant.search} /* the same */ ` };
}

/**
 * Runs every mutant of formal/mutants in a copy of the project, after showing that an equivalent mutant survives.
 * Verdicts are kept under .strongroom/mutants and hold as long as no source, test or mutant changes.
 *
 * @param only the id of a single mutant to run
 */
export async function runMutants(only?: string): Promise<CheckResult[]> {
  const all = globSync(MUTANTS)
    .sort()
    .map((file) => parseMutant(file, readFileSync(file, "utf8")));
  const mutants = only === undefined ? all : all.filter(({ id }) => id === only);
  const first = mutants[0];
  if (first === undefined) {
    if (only !== undefined)
      throw new UsageError(`there is no mutant "${only}"`, { advice: "See formal/mutants." });
    return [resultOf("mutants", [])];
  }
  const sources = digestSources();
  const state: State = existsSync(STATE_FILE) ? (JSON.parse(readFileSync(STATE_FILE, "utf8")) as State) : {};
  const keyOf = (mutant: Mutant) =>
    createHash("sha256").update(sources).update(JSON.stringify(mutant)).digest("hex");
  await using copy = await ProjectCopy.of(process.cwd());
  const runner = new MutantRunner(copy.root);
  const results: CheckResult[] = [];
  const report = (name: string, problem: string | undefined, note: string) => {
    process.stdout.write(`${problem === undefined ? "passed" : "failed"}  ${name}: ${problem ?? note}\n`);
    results.push(resultOf(name, [{ subject: name, problem }]));
  };

  const selfTest = equivalentOf(first);
  process.stderr.write(`the runner itself, with an equivalent mutant of ${first.file} ...\n`);
  const baseline = await runner.baselineProblem(selfTest.test.file);
  const self = baseline === undefined ? await runner.verdict(selfTest) : undefined;
  const unnoticed =
    self?.verdict === "survived" ? undefined : `an equivalent mutant was ${self?.verdict}: ${self?.why}`;
  report("runner", baseline ?? unnoticed, "an equivalent mutant survives, as it must");

  const known = (mutant: Mutant) => state[mutant.id] === keyOf(mutant) && only === undefined;
  // All tests on the unchanged sources first: between two mutants they would compile everything once more.
  const pending = mutants.filter((mutant) => !known(mutant));
  const files = [...new Set(pending.map(({ test }) => test.file))];
  for (const [index, file] of files.entries()) {
    process.stderr.write(`unmutated [${index + 1}/${files.length}] ${file} ...\n`);
    await runner.baselineProblem(file);
  }
  for (const [index, mutant] of mutants.entries()) {
    const name = `${mutant.id} (${mutant.requirement})`;
    if (known(mutant)) {
      report(name, undefined, "killed before, nothing has changed since");
      continue;
    }
    process.stderr.write(`[${index + 1}/${mutants.length}] ${name} ...\n`);
    const unfit = await runner.baselineProblem(mutant.test.file);
    if (unfit !== undefined) {
      report(name, unfit, "");
      continue;
    }
    const { verdict, why: reason } = await runner.verdict(mutant);
    if (verdict === "killed") {
      state[mutant.id] = keyOf(mutant);
      saveState(state);
    }
    report(
      name,
      verdict === "killed"
        ? undefined
        : `${verdict}: ${mutant.why}${verdict === "broken" ? `\n${reason}` : ""}`,
      "killed",
    );
  }
  return results;
}
