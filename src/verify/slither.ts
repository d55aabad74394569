import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { TerminalError } from "../core/errors.ts";
import { ownSources } from "../docs/solidity-text.ts";
import { ensureVenv, REQUIREMENTS } from "./python.ts";
import { runCommand } from "./run-command.ts";
import { withImports } from "./solidity-imports.ts";

/** One finding of Slither in our own code. */
export interface SlitherFinding {
  readonly detector: string;
  readonly impact: string;
  /** What it says, without lines and paths: the same wherever the code moves, another when the code itself changes. */
  readonly says: string;
  /** Where it is now, e.g. contracts/custody/Vault.sol#68. */
  readonly at: string;
}

/** What Slither made of the contracts. */
export interface SlitherReport {
  readonly contracts: number;
  readonly detectors: number;
  readonly findings: readonly SlitherFinding[];
}

const Output = z.object({
  success: z.boolean(),
  error: z.string().nullable(),
  results: z.object({
    detectors: z
      .array(
        z.object({
          check: z.string(),
          impact: z.string(),
          description: z.string(),
          elements: z.array(
            z.object({
              source_mapping: z.object({ filename_relative: z.string(), lines: z.array(z.number()) }),
            }),
          ),
        }),
      )
      .default([]),
  }),
});

const Compiled = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  contracts: z.record(z.string(), z.record(z.string(), z.looseObject({}))).default({}),
  sources: z.record(z.string(), z.unknown()),
});

/** A description without places and repeated lines, on one line. */
export function sayingOf(description: string): string {
  const lines = description
    .split("\n")
    .map((line) =>
      line
        .replaceAll(/\s*\([^()\s]+\.sol#\d+(?:-\d+)?\)/g, "")
        .replace(/^[\s-]+/, "")
        .trim(),
    )
    .filter(Boolean);
  return [...new Set(lines)].join("; ").replaceAll(":;", ":");
}

/**
 * The findings of Slither's JSON that touch our own code. Its own filter would drop those that touch a library too.
 *
 * @throws TerminalError `SLITHER_FAILED` if it is not the JSON of a finished analysis.
 */
export function findingsIn(json: string): readonly SlitherFinding[] {
  const failed = (reason: unknown) =>
    new TerminalError("SLITHER_FAILED", "Slither's output is not that of a finished analysis", {
      cause: reason instanceof Error ? reason : new Error(String(reason)),
      advice: "If Slither was raised, compare its JSON with src/verify/slither.ts.",
    });
  let output: z.infer<typeof Output>;
  try {
    output = Output.parse(JSON.parse(json));
  } catch (error) {
    throw failed(error);
  }
  if (!output.success || output.error !== null) throw failed(output.error ?? "it reports no success");
  return output.results.detectors.flatMap(({ check, impact, description, elements }) => {
    const own = elements.find(({ source_mapping: s }) => s.filename_relative.startsWith("contracts/"));
    // A finding about nothing in particular is about us.
    if (own === undefined && elements.length > 0) return [];
    const { filename_relative: file, lines } = own?.source_mapping ?? { filename_relative: "", lines: [] };
    return [{ detector: check, impact, says: sayingOf(description), at: `${file}#${lines[0] ?? 0}` }];
  });
}

/** Compiles sources to what Slither reads, as a project in the layout of Hardhat 2; returns the number of contracts. */
async function layOut(project: string, sources: ReadonlyMap<string, string>): Promise<number> {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
    // Slither reads the syntax tree: no code is generated.
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true },
      outputSelection: { "*": { "": ["ast"], "*": ["abi"] } },
    },
  };
  const files = { input: join(project, "input.json"), output: join(project, "output.json") };
  writeFileSync(files.input, JSON.stringify(input));
  const script = fileURLToPath(new URL("./solc-process.ts", import.meta.url));
  const solc = await runCommand(process.execPath, [script, files.input, files.output]);
  const failed = (cause: string) =>
    new TerminalError("BUILD_FAILED", "The contracts do not compile", {
      cause: new Error(cause),
      advice: "Run npx hardhat build.",
    });
  if (solc.code !== 0) throw failed(solc.output.trim().split("\n").slice(-20).join("\n"));
  const output = Compiled.parse(JSON.parse(readFileSync(files.output, "utf8")));
  const errors = output.errors.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw failed(errors.map((error) => error.formattedMessage).join("\n"));
  const code = { object: "", sourceMap: "" };
  const contracts = Object.values(output.contracts).flatMap((file) => Object.values(file));
  for (const contract of contracts) contract.evm = { bytecode: code, deployedBytecode: code };
  const { version } = JSON.parse(
    readFileSync(fileURLToPath(import.meta.resolve("solc/package.json")), "utf8"),
  ) as { version: string };
  mkdirSync(join(project, "artifacts/build-info"), { recursive: true });
  const info = JSON.stringify({ input, output, solcVersion: version });
  writeFileSync(join(project, "artifacts/build-info/sources.json"), info);
  writeFileSync(join(project, "hardhat.config.js"), "");
  return contracts.length;
}

/**
 * Runs Slither's every detector over contracts/, mocks aside, and all that they import.
 *
 * @param program Slither's path; by default that of the project's Python environment
 * @throws TerminalError `BUILD_FAILED`; `SLITHER_FAILED` if it does not finish, or leaves a contract out; those of `ensureVenv`.
 */
export async function runSlither(root: string, { program = "" } = {}): Promise<SlitherReport> {
  const own = [...ownSources(root).keys()];
  if (own.length === 0) return { contracts: 0, detectors: 0, findings: [] };
  const slither = program || (await ensureVenv(join(root, REQUIREMENTS))).bin("slither");
  const project = realpathSync(mkdtempSync(join(tmpdir(), "strongroom-slither-")));
  try {
    const compiled = await layOut(project, withImports(root, own));
    for (const part of ["contracts", "node_modules"]) symlinkSync(resolve(root, part), join(project, part));
    // A comment in a source must not silence a detector: what is accepted stands in one file, with its reason.
    const words = [
      ".",
      "--ignore-compile",
      "--show-ignored-findings",
      "--no-fail-pedantic",
      "--json",
      "out.json",
    ];
    const { output } = await runCommand(slither, words, { cwd: project });
    const last = output.trim().split("\n").slice(-20).join("\n");
    const counts = output.match(/analyzed \((\d+) contracts with (\d+) detectors\)/);
    const report = join(project, "out.json");
    if (counts === null || !existsSync(report)) {
      throw new TerminalError("SLITHER_FAILED", "Slither did not finish", { cause: new Error(last) });
    }
    const [contracts, detectors] = [Number(counts[1]), Number(counts[2])];
    if (contracts < compiled) {
      throw new TerminalError("SLITHER_FAILED", `Slither read ${contracts} of ${compiled} contracts`, {
        cause: new Error(last),
      });
    }
    return { contracts, detectors, findings: findingsIn(readFileSync(report, "utf8")) };
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}
