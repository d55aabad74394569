// The commands of src/cli/treasury-commands.ts as a program of their own, for tests that kill it.
import { Command, CommanderError } from "commander";
import { ExitCode } from "../../src/cli/exit-code.ts";
import { addAdopt, addMigrate } from "../../src/cli/treasury-commands.ts";
import { explain, UsageError } from "../../src/core/errors.ts";

let code: number = ExitCode.done;
const finish = (finished: number) => {
  code = finished;
};
const program = new Command("strongroom").exitOverride();
addMigrate(program, finish, process.cwd(), "");
addAdopt(program.command("gov"), finish, process.cwd(), "");
try {
  await program.parseAsync(process.argv.slice(2), { from: "user" });
} catch (error) {
  if (error instanceof CommanderError) code = error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  else {
    process.stderr.write(`strongroom: ${explain(error)}\n`);
    code = error instanceof UsageError ? ExitCode.usage : ExitCode.failed;
  }
}
process.exit(code);
