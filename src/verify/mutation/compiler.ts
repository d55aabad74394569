import { fileURLToPath } from "node:url";
import { TerminalError } from "../../core/errors.ts";
import { AnsweringChild } from "./child.ts";
import type { SyntaxNode } from "./syntax.ts";

const processFile = fileURLToPath(new URL("./compiler-process.ts", import.meta.url));
const LONGEST = 600_000;
/** The compiler never gives memory back. */
const COMPILES_PER_PROCESS = 60;

/** One contract's code, as an artifact holds it. */
export interface Compiled {
  readonly abi: unknown;
  readonly evm: {
    readonly bytecode: { readonly object: string; readonly linkReferences: unknown };
    readonly deployedBytecode: {
      readonly object: string;
      readonly linkReferences: unknown;
      readonly immutableReferences?: unknown;
    };
  };
}

/** solc's standard JSON input. */
export interface CompilerInput {
  readonly language: "Solidity";
  readonly sources: Readonly<Record<string, { content: string }>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface CompilerQuestion {
  readonly input: {
    readonly files: readonly string[];
    readonly settings: Readonly<Record<string, unknown>>;
    readonly outputSelection: unknown;
  };
  /** Sources to take instead of what stands in the files, by path. */
  readonly changed: Readonly<Record<string, string>>;
}

export interface CompilerAnswer {
  readonly error: string | undefined;
  readonly contracts: Readonly<Record<string, Readonly<Record<string, Compiled>>>>;
  readonly trees: Readonly<Record<string, unknown>>;
}

/** A contract in a source. */
export interface Target {
  readonly source: string;
  readonly contract: string;
}

/** The compiler of the locked package, in a process that stays: loading and warming it up costs more than a contract. */
export class Compiler implements Disposable {
  readonly #root: string;
  #child: AnsweringChild<CompilerQuestion, CompilerAnswer> | undefined;
  #compiles = 0;

  constructor(root: string) {
    this.#root = root;
  }

  async #ask(question: CompilerQuestion): Promise<CompilerAnswer> {
    if (this.#compiles++ >= COMPILES_PER_PROCESS) {
      this[Symbol.dispose]();
      this.#compiles = 1;
    }
    this.#child ??= new AnsweringChild(processFile, [this.#root], { cwd: this.#root });
    const answer = await this.#child.ask(question, LONGEST);
    if (answer !== undefined) return answer;
    this.#child = undefined;
    throw new TerminalError("COMPILER_TIMEOUT", `The compiler took more than ${LONGEST / 1000} s`);
  }

  /** The syntax trees of sources, by path. */
  async trees(files: readonly string[]): Promise<ReadonlyMap<string, SyntaxNode>> {
    const { error, trees } = await this.#ask({
      input: { files, settings: {}, outputSelection: { "*": { "": ["ast"] } } },
      changed: {},
    });
    if (error !== undefined) {
      throw new TerminalError("BUILD_FAILED", "The contracts do not compile", { cause: new Error(error) });
    }
    return new Map(files.map((file) => [file, trees[file] as SyntaxNode]));
  }

  /** Code of just these contracts, or the compiler's first error. */
  async contracts(
    targets: readonly Target[],
    settings: Readonly<Record<string, unknown>>,
    changed: Readonly<Record<string, string>>,
  ): Promise<{ error: string } | { error: undefined; contracts: readonly Compiled[] }> {
    const wanted = [
      "abi",
      "evm.bytecode.object",
      "evm.bytecode.linkReferences",
      "evm.deployedBytecode.object",
      "evm.deployedBytecode.linkReferences",
      "evm.deployedBytecode.immutableReferences",
    ];
    const outputSelection: Record<string, Record<string, readonly string[]>> = {};
    for (const { source, contract } of targets) {
      outputSelection[source] = { ...outputSelection[source], [contract]: wanted };
    }
    const answer = await this.#ask({
      input: { files: Object.keys(outputSelection), settings, outputSelection },
      changed,
    });
    if (answer.error !== undefined) return { error: answer.error };
    const contracts = targets.map(({ source, contract }) => {
      const compiled = answer.contracts[source]?.[contract];
      if (compiled === undefined) {
        throw new TerminalError("BUILD_FAILED", `The compiler gave nothing for ${source}:${contract}`);
      }
      return compiled;
    });
    return { error: undefined, contracts };
  }

  [Symbol.dispose](): void {
    this.#child?.end();
    this.#child = undefined;
  }
}
