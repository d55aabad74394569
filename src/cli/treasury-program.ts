import { resolve } from "node:path";
import type { Command } from "commander";
import type { MigrateImportCommand, MigrateWindDownCommand } from "./commands/migrate.ts";

const EXIT_CODES = "\nExit codes: 0 done, 1 failed or not complete yet, 2 wrong usage.";

/** Options that name files: meant from where the user stands. */
const FILES = ["deployments", "file", "intents"] as const;

/** Adds `migrate` with its commands. */
export function addMigration(program: Command, finish: (code: number) => void, userDirectory: string): void {
  const fromHere = <T extends object>(options: T): T => {
    const named = options as Record<string, unknown>;
    const paths = FILES.flatMap((name) =>
      typeof named[name] === "string" ? [[name, resolve(userDirectory, named[name])]] : [],
    );
    return { ...options, ...Object.fromEntries(paths) };
  };
  const migrate = program
    .command("migrate")
    .description("Bring opening balances into a Vault, or everything out to its owners")
    .addHelpText("after", EXIT_CODES);
  const onVault = (name: string, description: string): Command =>
    migrate
      .command(name)
      .description(description)
      .requiredOption("--network <name>", "a network that was deployed to")
      .option("--rpc <url>", "a node's address instead of the configured one")
      .option("--deployments <folder>", "where records are kept, instead of deployments/")
      .option("--from <address>", "the account that pays, where the network has several")
      .option("--batch <number>", "how many transactions are under way at once")
      .option("--dry-run", "print what would be done, and send nothing", false)
      .option("--json", "print one JSON object on stdout, progress on stderr", false)
      .addHelpText("after", EXIT_CODES);

  onVault("import", "Credit opening balances, reconciled to the unit; goes on where it stopped")
    .requiredOption("--file <balances.csv>", "account,asset,amount; with --from-vault it is written")
    .option("--from-vault <address>", "take the holders of this vault instead of a file")
    .option("--asset <symbol>", "with --from-vault: which asset its shares become")
    .option("--block <number>", "with --from-vault: holders as of this block")
    .option("--from-block <number>", "with --from-vault: where its history begins")
    .option("--confirmations <number>", "how many blocks a credit must be deep before it counts")
    .option("--approve", "let the Vault take the tokens that it needs", false)
    .option("--again", "import a file once more that was imported before", false)
    .action(async (options: MigrateImportCommand) => {
      const { migrateImport } = await import("./commands/migrate.ts");
      finish(await migrateImport(fromHere(options)));
    });
  onVault("wind-down", "Everything out to its owners, with a proof of completeness")
    .option("--asset <symbols...>", "these assets alone")
    .option("--intents <folder>", "owners' signed intents, which are submitted")
    .action(async (options: MigrateWindDownCommand) => {
      const { migrateWindDown } = await import("./commands/migrate.ts");
      finish(await migrateWindDown(fromHere(options)));
    });
}
