import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { StorageLayout } from "@openzeppelin/upgrades-core";
import { type FunctionFragment, type Interface, keccak256, type Provider } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import { writeWhole } from "../../core/write-whole.ts";
import { FACES } from "../role-graph.ts";

/** Where the committed storage layouts live: one file for each upgradeable contract. */
export const LAYOUTS = "deploy/layouts";

/** What of a release's code its successor is compared with. */
export interface CodeDescription {
  readonly contract: string;
  /** Canonical signatures, sorted. */
  readonly functions: readonly string[];
  readonly layout: StorageLayout;
}

interface CodeFile {
  readonly format: "strongroom/code@1";
  /** By the keccak-256 of the implementation's code. */
  readonly implementations: Readonly<Record<string, CodeDescription>>;
}

/** Canonical signatures of an interface's functions, sorted. */
export function functionsOf(face: Interface): readonly string[] {
  return face.fragments
    .filter((fragment): fragment is FunctionFragment => fragment.type === "function")
    .map((fragment) => fragment.format("sighash"))
    .sort();
}

/** The Vault's code as this checkout has it: the face of both halves, and the committed layout that `verify` keeps true. */
export function describeVault(root: string): CodeDescription {
  const layout = JSON.parse(readFileSync(join(root, LAYOUTS, "Vault.json"), "utf8")) as StorageLayout;
  return { contract: "Vault", functions: functionsOf(FACES.vault), layout };
}

/** What a checkout says of its contracts' code. Only the Vault is upgraded, so only the Vault is described. */
export function descriptionsOf(root: string): (contract: string) => CodeDescription | undefined {
  return (contract) => (contract === "Vault" ? describeVault(root) : undefined);
}

/** The code book of a chain's deployment, beside its record. */
export function codeBookOf(deployments: string, chainId: string): CodeBook {
  return new CodeBook(join(deployments, `${chainId}.code.json`));
}

/** Descriptions of every release that ran on one chain, beside the deployment's record. */
export class CodeBook {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  #read(): CodeFile {
    if (!existsSync(this.#file)) return { format: "strongroom/code@1", implementations: {} };
    let cause: unknown;
    try {
      const content = JSON.parse(readFileSync(this.#file, "utf8")) as CodeFile | null;
      if (content?.format === "strongroom/code@1") return content;
    } catch (error) {
      cause = error;
    }
    throw new TerminalError("CODE_BOOK_INVALID", `${this.#file} describes no code`, {
      cause,
      advice: "Restore it from the repository.",
    });
  }

  of(codeHash: string): CodeDescription | undefined {
    return this.#read().implementations[codeHash];
  }

  /** Adds the code that stands at an address. */
  async learn(provider: Provider, address: string, description: CodeDescription): Promise<void> {
    const codeHash = keccak256(await provider.getCode(address));
    const { implementations, format } = this.#read();
    const next = { format, implementations: { ...implementations, [codeHash]: description } };
    writeWhole(this.#file, `${JSON.stringify(next)}\n`);
  }
}
