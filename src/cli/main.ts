import { fileURLToPath } from "node:url";
import { CommanderError } from "commander";
import { explain, UsageError } from "../core/errors.ts";
import { terminalText } from "../core/terminal-text.ts";
import { ExitCode } from "./exit-code.ts";
import { createProgram } from "./program.ts";

async function main(words: readonly string[]): Promise<number> {
  let code: number = ExitCode.done;
  const program = createProgram((finished) => {
    code = finished;
  }, process.cwd());
  // Hardhat and every path of the repository are meant from its root, wherever the user stands.
  process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
  try {
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed its message. Help that was asked for is no mistake.
      return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
    }
    process.stderr.write(`strongroom: ${terminalText(explain(error))}\n`);
    return error instanceof UsageError ? ExitCode.usage : ExitCode.failed;
  }
}

// Ends even if a dependency keeps a handle open.
process.exit(await main(process.argv.slice(2)));
