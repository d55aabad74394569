import { cpSync, existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { environment, loader } from "../../testing/run-tests.ts";
import type { TestRequest, TestResult } from "../../testing/test-run.ts";
import { build } from "../build.ts";
import { ProjectCopy } from "../project-copy.ts";
import { Artifacts, type BuiltContract } from "./artifacts.ts";
import { AnsweringChild } from "./child.ts";
import { Compiler } from "./compiler.ts";
import type { DomainFiles } from "./domains.ts";

const workerFile = fileURLToPath(new URL("./test-worker.ts", import.meta.url));

/** Fuzz tests run less often than in `./strongroom test`, with one seed: a verdict must not depend on chance. */
export const FUZZ = { runs: 64, seed: "0x5eed" } as const;
/** A test that loops for ever has noticed. */
const LONGEST = { solidity: 240_000, mocha: 400_000 } as const;

/** What became of changed sources. */
export type Outcome =
  | { readonly verdict: "killed"; readonly by: string; readonly test: string }
  /** A test took too long, or too much memory: seen, though not understood. */
  | { readonly verdict: "timeout"; readonly by: string }
  | { readonly verdict: "survived" }
  /** Doesn't compile. */
  | { readonly verdict: "invalid"; readonly why: string }
  /** The runner's own trouble: says nothing. */
  | { readonly verdict: "error"; readonly why: string };

/** Sources by path, changed. */
export type ChangedSources = Readonly<Record<string, string>>;

/** Judges changed sources. */
export interface Judge {
  /** @param likely test files that probably notice, the likeliest first */
  judge(changed: ChangedSources, domain: DomainFiles, likely: readonly string[]): Promise<Outcome>;
}

/** Takes along what the project has built; Hardhat builds anew what isn't current. Its cache names files by whole paths. */
function takeBuild(project: string, copy: string): void {
  const cache = join(copy, "cache/compile-cache.json");
  for (const directory of ["artifacts", "cache"]) {
    const built = join(project, directory);
    if (existsSync(built)) cpSync(built, join(copy, directory), { recursive: true });
  }
  if (!existsSync(cache)) return;
  const root = realpathSync(project);
  const moved = readFileSync(cache, "utf8")
    .replaceAll(`"${root}/`, () => `"${copy}/`)
    .replaceAll(`"${copy}/node_modules/`, () => `"${root}/node_modules/`);
  writeFileSync(cache, moved);
}

/** Tests a project's copy on changed code without ever building it again: only what the tests reach is compiled. */
export class TestBed implements Judge, AsyncDisposable {
  readonly compiler: Compiler;
  readonly root: string;
  readonly #copy: ProjectCopy;
  readonly #artifacts: Artifacts;
  #worker: AnsweringChild<TestRequest, TestResult> | undefined;

  private constructor(copy: ProjectCopy) {
    this.#copy = copy;
    this.root = copy.root;
    this.compiler = new Compiler(copy.root);
    this.#artifacts = new Artifacts(copy.root);
  }

  static async of(project: string): Promise<TestBed> {
    const copy = await ProjectCopy.of(project);
    try {
      takeBuild(project, copy.root);
      await build(copy.root, { withTests: true });
      return new TestBed(copy);
    } catch (error) {
      await copy[Symbol.asyncDispose]();
      throw error;
    }
  }

  #tester(): AnsweringChild<TestRequest, TestResult> {
    // A copy of this project loads the copy's own worker, another project this one's.
    const local = join(this.root, "src/verify/mutation/test-worker.ts");
    this.#worker ??= new AnsweringChild(existsSync(local) ? local : workerFile, [], {
      cwd: this.root,
      env: environment({ built: true }),
      execArgv: ["--import", loader(this.root)],
    });
    return this.#worker;
  }

  /** Contracts that a Solidity test deploys by name, as they ship. */
  #shippedBy(test: string): readonly BuiltContract[] {
    const names = new Set<string>();
    for (const file of this.#artifacts.closure(test)) {
      const text = readFileSync(join(this.root, file), "utf8");
      for (const [, name = ""] of text.matchAll(/\bship\("(\w+)"/g)) names.add(name);
    }
    return this.#artifacts.contracts.filter(
      ({ contract, source }) => names.has(contract) && source.startsWith("contracts/"),
    );
  }

  /** What must be compiled before these tests say something about the changed sources. */
  #reached(changed: ChangedSources, { solidity, mocha }: { solidity: readonly string[]; mocha: boolean }) {
    const isTouched = ({ source }: BuiltContract) => {
      const closure = this.#artifacts.closure(source);
      return Object.keys(changed).some((file) => closure.has(file));
    };
    const reached = new Set(
      solidity.flatMap((test) => [
        ...this.#artifacts.contracts.filter(({ source }) => source === test),
        ...this.#shippedBy(test),
      ]),
    );
    if (mocha) {
      for (const built of this.#artifacts.contracts) {
        if (built.source.startsWith("contracts/") && !built.source.startsWith("contracts/mocks/bench/"))
          reached.add(built);
      }
    }
    return [...reached].filter(isTouched);
  }

  /** Compiles contracts, those with the same settings at once, into their artifacts; returns the compiler's error. */
  async #compile(
    contracts: readonly BuiltContract[],
    changed: ChangedSources,
    { measuring }: DomainFiles,
  ): Promise<string | undefined> {
    const settingsOf = ({ source, settings }: BuiltContract) =>
      source.endsWith(".t.sol") && !measuring.includes(source)
        ? { ...settings, optimizer: { enabled: false } }
        : settings;
    const groups = Map.groupBy(contracts, (built) => JSON.stringify(settingsOf(built)));
    for (const [settings, members] of groups) {
      const answer = await this.compiler.contracts(
        members,
        JSON.parse(settings) as Record<string, unknown>,
        changed,
      );
      if (answer.error !== undefined) return answer.error;
      for (const [index, code] of answer.contracts.entries()) {
        const built = members[index];
        if (built !== undefined) this.#artifacts.replace(built, code);
      }
    }
    return undefined;
  }

  async #run(request: TestRequest, by: string): Promise<Outcome | undefined> {
    const longest = request.mocha === undefined ? LONGEST.solidity : LONGEST.mocha;
    const result = await this.#tester().ask({ ...request, built: true, bail: true, fuzz: FUZZ }, longest);
    if (result === undefined || request.mocha !== undefined) {
      // Gone, or used up: the next one starts while the next mutant compiles.
      this.#worker?.end();
      this.#worker = undefined;
      this.#tester();
    }
    if (result === undefined) return { verdict: "timeout", by };
    const noticed = result.failures.find(({ file }) => file !== undefined);
    if (noticed?.file !== undefined) return { verdict: "killed", by: noticed.file, test: noticed.title };
    const [failure] = result.failures;
    if (failure !== undefined) return { verdict: "error", why: `${failure.title}: ${failure.message}` };
    return result.passed > 0 ? undefined : { verdict: "error", why: "no test ran" };
  }

  async judge(changed: ChangedSources, domain: DomainFiles, likely: readonly string[]): Promise<Outcome> {
    try {
      return await this.#judge(changed, domain, likely);
    } catch (error) {
      // Whatever died starts anew with the next question.
      this.#worker?.end();
      this.#worker = undefined;
      this.compiler[Symbol.dispose]();
      const cause = error instanceof Error ? `${error.message}\n${String(error.cause ?? "")}` : String(error);
      return { verdict: "error", why: cause };
    } finally {
      this.#artifacts.restore();
    }
  }

  async #judge(changed: ChangedSources, domain: DomainFiles, likely: readonly string[]): Promise<Outcome> {
    this.#tester();
    const solidity = domain.solidity.filter(
      (test) => this.#reached(changed, { solidity: [test], mocha: false }).length > 0,
    );
    const compiled = new Set<BuiltContract>();
    const prepare = async (wanted: { solidity: readonly string[]; mocha: boolean }) => {
      const missing = this.#reached(changed, wanted).filter((built) => !compiled.has(built));
      for (const built of missing) compiled.add(built);
      return missing.length === 0 ? undefined : await this.#compile(missing, changed, domain);
    };
    const named = Object.keys(changed).map((file) => basename(file, ".sol"));
    const first = solidity.filter((test) => likely[0] === test || named.includes(basename(test, ".t.sol")));
    const rest = solidity.filter((test) => !first.includes(test));
    // A test that deploys the changed contract as it ships waits for its compilation: then Mocha may as well go first.
    const [importing, shipping] = [true, false].map((wanted) =>
      rest.filter((test) => {
        const closure = this.#artifacts.closure(test);
        return Object.keys(changed).some((file) => closure.has(file)) === wanted;
      }),
    );
    const mocha = [
      ...likely.filter((file) => domain.mocha.includes(file)),
      ...domain.mocha.filter((file) => !likely.includes(file)),
    ];
    const runs: readonly TestRequest[] = [
      { solidity: { files: first } },
      { solidity: { files: importing ?? [] } },
      { mocha: { files: mocha } },
      { solidity: { files: shipping ?? [] } },
    ];
    for (const request of runs) {
      const files = request.solidity?.files ?? request.mocha?.files ?? [];
      if (files.length === 0) continue;
      const why = await prepare({
        solidity: request.solidity?.files ?? [],
        mocha: request.mocha !== undefined,
      });
      if (why !== undefined) return { verdict: "invalid", why };
      const outcome = await this.#run(request, files.join(", "));
      if (outcome !== undefined) return outcome;
    }
    return { verdict: "survived" };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker?.end();
    this.compiler[Symbol.dispose]();
    await this.#copy[Symbol.asyncDispose]();
  }
}
