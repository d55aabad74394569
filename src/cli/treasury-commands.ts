import { resolve } from "node:path";
import type { Command } from "commander";
import type { AdoptCommand } from "./commands/adopt.ts";
import type { MigrateImportCommand, MigrateWindDownCommand } from "./commands/migrate.ts";

type Finish = (code: number) => void;

/** What every command on a deployment takes. */
function onDeployment(command: Command): Command {
  return command
    .requiredOption("--network <name>", "a network that was deployed to")
    .option("--rpc <url>", "a node's address instead of the configured one")
    .option("--deployments <folder>", "where records are kept, instead of deployments/")
    .option("--json", "print one JSON object on stdout, progress on stderr", false);
}

/** Paths are meant from where the user stands. */
function from<T extends object>(here: string, options: T, ...paths: (keyof T)[]): T {
  const entries = Object.entries(options).map(([name, value]) => [
    name,
    paths.includes(name as keyof T) && typeof value === "string" ? resolve(here, value) : value,
  ]);
  return Object.fromEntries(entries) as T;
}

/** Adds `migrate import` and `migrate wind-down`. */
export function addMigrate(program: Command, finish: Finish, here: string, exitCodes: string): void {
  const migrate = program
    .command("migrate")
    .description("Bring balances into a Vault from elsewhere, and everything out of it to its owners")
    .addHelpText("after", exitCodes);
  onDeployment(
    migrate
      .command("import")
      .description("Credit opening balances, once each, whatever interrupts it, and prove it"),
  )
    .requiredOption("--file <csv>", "opening balances: account,asset,amount")
    .option("--from-vault <address>", "write the file first, from the holders of an existing vault")
    .option("--block <number>", "with --from-vault: as of this block")
    .option("--from-block <number>", "with --from-vault: where that vault's logs begin")
    .option("--asset <symbol>", "with --from-vault: what a plain token stands for, one to one")
    .option("--from <address>", "the importing account, one of the network's; else the first")
    .option("--batch <number>", "how many transactions are under way at once", "50")
    .option("--confirmations <number>", "blocks after which a transaction is settled")
    .option("--approve", "allow the Vault to take exactly what is left", false)
    .option("--again", "credit although the account has credited the same before", false)
    .option("--dry-run", "look and tell, send nothing", false)
    .addHelpText("after", exitCodes)
    .action(async (options: MigrateImportCommand) => {
      const { migrateImport } = await import("./commands/migrate.ts");
      finish(await migrateImport(from(here, options, "file", "deployments")));
    });
  onDeployment(
    migrate
      .command("wind-down")
      .description(
        "Take every step that anyone may for everything to get out to its owners, and list the rest",
      ),
  )
    .option("--asset <symbols...>", "these assets alone")
    .option(
      "--intents <folder>",
      "write intents for owners to sign here, and carry out those that are signed",
    )
    .option("--from <address>", "who pays the gas, one of the network's accounts; else the first")
    .option("--batch <number>", "how many transactions are under way at once", "50")
    .option("--dry-run", "look and tell, send nothing", false)
    .addHelpText("after", "\nExit code 0 only when nothing is owed any more.")
    .addHelpText("after", exitCodes)
    .action(async (options: MigrateWindDownCommand) => {
      const { migrateWindDown } = await import("./commands/migrate.ts");
      finish(await migrateWindDown(from(here, options, "intents", "deployments")));
    });
}

/** Adds `adopt` to `gov`. */
export function addAdopt(gov: Command, finish: Finish, here: string, exitCodes: string): void {
  onDeployment(
    gov
      .command("adopt")
      .description(
        "Look at a Safe that a team has already: what is fine, what must change, and the calls for it",
      ),
  )
    .requiredOption("--safe <address>", "the Safe")
    .option("--office <name>", "the office that it is for", "council")
    .option("--owners <addresses>", "who its owners are meant to be, with commas between")
    .option("--threshold <number>", "how many of them are meant to sign")
    .option("--since <block>", "a block from before the Safe was made: look at how it was made")
    .addHelpText("after", exitCodes)
    .action(async (options: AdoptCommand) => {
      const { govAdopt } = await import("./commands/adopt.ts");
      finish(await govAdopt(from(here, options, "deployments")));
    });
}
