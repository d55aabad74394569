import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import { runCommand } from "../run-command.ts";
import { runSolc, sourcesOf } from "../solc.ts";

/**
 * One compilation: a source of specs with what it imports, some of it replaced. It runs in a process of its own, as the
 * compiler blocks the one that it runs in.
 */
const jobSchema = z.strictObject({
  /** The project's root. */
  root: z.string(),
  /** The source of specs, from the root. */
  file: z.string(),
  /** Texts that take a file's place, by path from the root: a mutant. Nothing is written into the project. */
  overlay: z.record(z.string(), z.string()),
  /** Where the artifacts go. */
  out: z.string(),
});
export type CompileJob = z.infer<typeof jobSchema>;

interface CompilerOutput {
  readonly errors?: readonly { severity: string; formattedMessage: string }[];
  readonly sources: Record<string, { id: number; ast: unknown }>;
  readonly contracts: Record<string, Record<string, CompiledContract>>;
}

interface CompiledContract {
  readonly abi: unknown;
  readonly metadata: string;
  readonly storageLayout: unknown;
  readonly evm: {
    readonly bytecode: { object: string; linkReferences: unknown; sourceMap: string };
    readonly deployedBytecode: { object: string; linkReferences: unknown; sourceMap: string };
    readonly methodIdentifiers: Record<string, string>;
  };
}

// The Vault's code needs the IR, as where it ships (hardhat.config.ts); the libraries' specs do without, which is quicker.
const THROUGH_IR = new Set(["formal/specs/Exits.t.sol"]);
const SETTINGS = {
  evmVersion: "cancun",
  optimizer: { enabled: true, runs: 100 },
  metadata: { bytecodeHash: "none" },
};

const ARTIFACT = [
  "abi",
  "metadata",
  "storageLayout",
  "evm.bytecode",
  "evm.deployedBytecode",
  "evm.methodIdentifiers",
];

/** Compiles with the locked solc and writes artifacts in forge's form, which is the one that Halmos reads. */
export function compile({ root, file, overlay, out }: CompileJob): void {
  const read = sourcesOf(root, overlay);
  const main = read(file);
  if ("error" in main) throw new TerminalError("NO_SPEC", `There is no ${file}`);
  const input = {
    language: "Solidity",
    sources: { [file]: { content: main.contents } },
    settings: {
      ...SETTINGS,
      viaIR: THROUGH_IR.has(file),
      outputSelection: { [file]: { "*": ARTIFACT, "": ["ast"] } },
    },
  };
  const output = JSON.parse(runSolc(JSON.stringify(input), read)) as CompilerOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    throw new TerminalError("SPEC_DOES_NOT_COMPILE", `${file} does not compile`, {
      cause: new Error(errors.map(({ formattedMessage }) => formattedMessage.trim()).join("\n")),
    });
  }
  const directory = join(out, basename(file));
  mkdirSync(directory, { recursive: true });
  const source = output.sources[file];
  for (const [name, { abi, metadata, storageLayout, evm }] of Object.entries(output.contracts[file] ?? {})) {
    const hex = <T extends { object: string }>(code: T) => ({ ...code, object: `0x${code.object}` });
    const artifact = {
      abi,
      bytecode: hex(evm.bytecode),
      deployedBytecode: hex(evm.deployedBytecode),
      methodIdentifiers: evm.methodIdentifiers,
      metadata: JSON.parse(metadata) as unknown,
      storageLayout,
      ast: source?.ast,
      id: source?.id,
    };
    writeFileSync(join(directory, `${name}.json`), JSON.stringify(artifact));
  }
}

/** Compiles in a process of its own. Throws SPEC_DOES_NOT_COMPILE with what the compiler said. */
export async function compileApart(job: CompileJob): Promise<void> {
  mkdirSync(job.out, { recursive: true });
  const request = join(job.out, "job.json");
  writeFileSync(request, JSON.stringify(job));
  const { code, output } = await runCommand(process.execPath, [import.meta.filename, request]);
  if (code === 0) return;
  throw new TerminalError("SPEC_DOES_NOT_COMPILE", `${job.file} does not compile`, {
    cause: new Error(output.trim().split("\n").slice(0, 20).join("\n")),
    advice: "See the compiler's lines; formal/README.md says how a spec is compiled.",
  });
}

if (import.meta.main) {
  try {
    compile(jobSchema.parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"))));
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    process.stderr.write(`${cause instanceof Error ? cause.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
