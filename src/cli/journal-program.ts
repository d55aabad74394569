import type { Command } from "commander";
import { UsageError } from "../core/errors.ts";
import type { JournalCheckOptions, JournalOptions, JournalOutOptions } from "./commands/journal.ts";
import { EXIT_CODES, type Runner } from "./deployment-command.ts";

/** How many of something. */
function count(text: string): number {
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is no number of them`, {
    advice: "Say a whole number from 1 to 99999999.",
  });
}

/** A command on a journal. */
function onJournal(parent: Command, usage: string, description: string): Command {
  return parent
    .command(usage)
    .description(description)
    .option("--file <file>", "the journal's SQLite file")
    .option("--url <url>", "the journal's PostgreSQL database, instead of DATABASE_URL")
    .option("--schema <name>", "where its tables are in that database, instead of strongroom")
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES);
}

/** Adds `bench journal`. */
export function addJournalBench(bench: Command, runner: Runner): void {
  bench
    .command("journal")
    .description("Measure the journal's commits, restart, check and backup; writes bench/journal.md")
    .option("--events <number>", "how long its history is", count, 1_000_000)
    .option("--url <url>", "a PostgreSQL database to measure, too")
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: { json: boolean; events: number; url?: string }) => {
      const { benchJournal } = await import("./commands/bench.ts");
      await runner.run(options, benchJournal);
    });
}

/** Adds `journal` and `drill`. */
export function addJournal(program: Command, runner: Runner): void {
  const journal = program
    .command("journal")
    .description("Check, back up, copy and move the journal of a relayer or signer");
  onJournal(journal, "check", "Replay every event, and compare with what is kept beside them")
    .option("--expect <position:digest>", "an end of it that was written down elsewhere")
    .action(async (options: JournalCheckOptions) => {
      const { journalCheck } = await import("./commands/journal.ts");
      await runner.run(options, journalCheck);
    });
  onJournal(journal, "backup", "Back up a journal that is in use into a new file, and check the copy")
    .requiredOption("--out <file>", "the backup: a whole journal in SQLite")
    .action(async (options: JournalOutOptions) => {
      const { journalBackup } = await import("./commands/journal.ts");
      await runner.run(options, journalBackup);
    });
  onJournal(journal, "export", "Copy a journal row by row into a new SQLite file")
    .requiredOption("--out <file>", "the copy")
    .action(async (options: JournalOutOptions) => {
      const { journalExport } = await import("./commands/journal.ts");
      await runner.run(options, journalExport);
    });
  onJournal(
    journal,
    "import <from>",
    "Copy a backup or an export into an empty journal: a new file, or a database",
  ).action(async (from: string, options: JournalOptions) => {
    const { journalImport } = await import("./commands/journal.ts");
    await runner.run({ ...options, from: runner.here(from) }, journalImport);
  });

  const drill = program.command("drill").description("Rehearse a disaster, and say what it costs");
  drill
    .command("journal")
    .description("Kill a journal's writer, lose its disk, restore its backup, and report RPO and RTO")
    .option("--url <url>", "a PostgreSQL database to drill on, in schemas of its own; without it SQLite")
    .option("--commits <number>", "commits before the backup, and again after it", count, 500)
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: { json: boolean; url?: string; commits: number }) => {
      const { drill: run } = await import("./commands/drill.ts");
      await runner.run(options, run);
    });
}
