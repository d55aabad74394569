import { type Command, Option } from "commander";
import type { AdoptCommand } from "./commands/adopt.ts";
import type { MigrateImportCommand, MigrateWindDownCommand } from "./commands/migrate.ts";
import { EXIT_CODES, onDeployment, type Runner } from "./deployment-command.ts";

const network = () => new Option("--network <name>", "a network that was deployed to").makeOptionMandatory();

/** Adds `migrate import` and `migrate wind-down`. */
export function addMigrate(program: Command, runner: Runner): void {
  const migrate = program
    .command("migrate")
    .description("Bring balances into a Vault from elsewhere, and everything out of it to its owners")
    .addHelpText("after", EXIT_CODES);
  onDeployment(
    migrate,
    "import",
    "Credit opening balances, once each, whatever interrupts it, and prove it",
    network(),
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
    .action(async (options: MigrateImportCommand) => {
      const { migrateImport } = await import("./commands/migrate.ts");
      await runner.ask(options, migrateImport);
    });
  onDeployment(
    migrate,
    "wind-down",
    "Take every step that anyone may for everything to get out to its owners, and list the rest",
    network(),
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
    .action(async (options: MigrateWindDownCommand) => {
      const { migrateWindDown } = await import("./commands/migrate.ts");
      await runner.ask(options, migrateWindDown);
    });
}

/** Adds `adopt` to `gov`. */
export function addAdopt(gov: Command, runner: Runner): void {
  onDeployment(
    gov,
    "adopt",
    "Look at a Safe that a team has already: what is fine, what must change, and the calls for it",
    network(),
  )
    .requiredOption("--safe <address>", "the Safe")
    .option("--office <name>", "the office that it is for", "council")
    .option("--owners <addresses>", "who its owners are meant to be, with commas between")
    .option("--threshold <number>", "how many of them are meant to sign")
    .option("--since <block>", "a block from before the Safe was made: look at how it was made")
    .action(async (options: AdoptCommand) => {
      const { govAdopt } = await import("./commands/adopt.ts");
      await runner.ask(options, govAdopt);
    });
}
