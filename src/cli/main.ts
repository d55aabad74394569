import { fileURLToPath } from "node:url";
import { CommanderError } from "commander";
import { explain, UsageError } from "../core/errors.ts";
import { terminalText } from "../core/terminal-text.ts";
import { ExitCode } from "./exit-code.ts";
import { createProgram } from "./program.ts";

// Types are committed: commands that build write none, as others may be reading them.
process.env.HARDHAT_NO_TYPECHAIN = "true";

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

/** Until everything that was printed has left: a pipe takes little at a time, and an exit would cut the rest off. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => stream.write("", () => done()));
}

// A reader that has seen enough, as `head` does, is no mistake of this command.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
const code = await main(process.argv.slice(2));
await Promise.all([written(process.stdout), written(process.stderr)]);
// Ends even if a dependency keeps a handle open.
process.exit(code);
