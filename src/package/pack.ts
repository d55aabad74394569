import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { TerminalError } from "../core/errors.ts";
import { runCommand } from "../verify/run-command.ts";

/** A packed package. */
export interface Tarball {
  readonly file: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes of what it holds. */
  readonly unpackedSize: number;
  /** SHA-512 as lockfiles write it. */
  readonly integrity: string;
  /** Paths in it. */
  readonly entries: readonly string[];
}

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly integrity: string;
  readonly files: readonly { readonly path: string }[];
}

/**
 * Packs a staged package with npm, which sorts entries and sets their times, owners and modes to fixed values.
 *
 * @param staged the folder that `stage` wrote
 * @param destination the folder for the tarball
 * @throws TerminalError `PACK_FAILED` with npm's last words.
 */
export async function pack(staged: string, destination: string): Promise<Tarball> {
  mkdirSync(destination, { recursive: true });
  const words = [
    "pack",
    resolve(staged),
    "--json",
    "--ignore-scripts",
    "--pack-destination",
    resolve(destination),
  ];
  const { code, stdout, output } = await runCommand("npm", words);
  if (code !== 0) {
    throw new TerminalError("PACK_FAILED", "npm did not pack the package", {
      cause: new Error(output.trim().split("\n").slice(-20).join("\n")),
      advice: "Check that npm is on the PATH: npm --version",
    });
  }
  // npm 11 answers with a list; older and newer ones may key it by name.
  const answer = JSON.parse(stdout) as readonly Packed[] | Readonly<Record<string, Packed>>;
  const [packed] = Object.values(answer);
  if (packed === undefined) throw new TerminalError("PACK_FAILED", "npm packed nothing");
  const { filename, size, unpackedSize, integrity, files } = packed;
  return {
    file: join(resolve(destination), filename),
    size,
    unpackedSize,
    integrity,
    entries: files.map(({ path }) => path),
  };
}
