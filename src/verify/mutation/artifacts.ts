import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importsOf } from "../solidity-imports.ts";
import type { Compiled } from "./compiler.ts";

/** An artifact that holds code, and how the compiler made it. */
export interface BuiltContract {
  readonly source: string;
  readonly contract: string;
  readonly file: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

interface StoredArtifact {
  readonly contractName?: string;
  readonly sourceName: string;
  readonly bytecode: string;
  readonly buildInfoId: string;
}

/** Compiler settings that decide code; where files stand isn't one. */
function codeSettings(root: string, id: string): Readonly<Record<string, unknown>> {
  const text = readFileSync(join(root, "artifacts/build-info", `${id}.json`), "utf8");
  const { settings } = (JSON.parse(text) as { input: { settings: Record<string, unknown> } }).input;
  const { outputSelection: _, remappings: __, ...rest } = settings;
  return rest;
}

/** The artifacts of a project: what was built, what depends on what, and other code in their place for a while. */
export class Artifacts {
  readonly contracts: readonly BuiltContract[];
  readonly #root: string;
  readonly #closures = new Map<string, ReadonlySet<string>>();
  readonly #originals = new Map<string, string>();

  /** Reads the artifacts of a built project; drops the build infos, which only traces need and each run would load. */
  constructor(root: string) {
    this.#root = root;
    const settings = new Map<string, Readonly<Record<string, unknown>>>();
    this.contracts = globSync("artifacts/{contracts,test}/**/*.json", { cwd: root })
      .sort()
      .flatMap((file): BuiltContract[] => {
        const artifact = JSON.parse(readFileSync(join(root, file), "utf8")) as StoredArtifact;
        if (artifact.contractName === undefined || artifact.bytecode === "0x") return [];
        const id = artifact.buildInfoId;
        if (!settings.has(id)) settings.set(id, codeSettings(root, id));
        return [
          {
            source: artifact.sourceName,
            contract: artifact.contractName,
            file,
            settings: settings.get(id) ?? {},
          },
        ];
      });
    for (const file of globSync("artifacts/build-info/*", { cwd: root })) rmSync(join(root, file));
  }

  /** A source and all of ours that it imports, however far. */
  closure(source: string): ReadonlySet<string> {
    const known = this.#closures.get(source);
    if (known !== undefined) return known;
    const all = new Set([source]);
    this.#closures.set(source, all);
    for (const file of all) {
      for (const path of importsOf(file, readFileSync(join(this.#root, file), "utf8"))) {
        if (/^(contracts|test)\//.test(path)) all.add(path);
      }
    }
    return all;
  }

  /** Puts other code into an artifact until `restore`. */
  replace({ file }: BuiltContract, { abi, evm }: Compiled): void {
    const path = join(this.#root, file);
    const original = readFileSync(path, "utf8");
    if (!this.#originals.has(path)) this.#originals.set(path, original);
    const changed = {
      ...(JSON.parse(original) as object),
      abi,
      bytecode: `0x${evm.bytecode.object}`,
      deployedBytecode: `0x${evm.deployedBytecode.object}`,
      linkReferences: evm.bytecode.linkReferences,
      deployedLinkReferences: evm.deployedBytecode.linkReferences,
      immutableReferences: evm.deployedBytecode.immutableReferences ?? {},
    };
    writeFileSync(path, JSON.stringify(changed));
  }

  restore(): void {
    for (const [path, original] of this.#originals) if (existsSync(path)) writeFileSync(path, original);
    this.#originals.clear();
  }
}
