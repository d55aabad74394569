import type { Command } from "commander";
import type { CallCommand } from "./commands/call.ts";
import type { ExitsCommand } from "./commands/exits.ts";
import type { KeeperCommand } from "./commands/keeper.ts";
import { onDeployment, type Runner, withPassword } from "./deployment-command.ts";

/** Adds `call`, `exits` and `keeper`: what needs no proposal. */
export function addChain(program: Command, runner: Runner): void {
  withPassword(
    onDeployment(
      program,
      "call <contract> <function> [arguments...]",
      "Ask a view, or do what needs no proposal: an owner's own verbs, and anyone's",
    ).option("--keystore <file>", "whose account acts, instead of the network's own"),
  )
    .addHelpText(
      "after",
      "\nAddresses: with checksum, or $name of the record. Assets: their symbol. Exits: their id. Several: with commas, or none.",
    )
    .action(async (contract: string, name: string, words: string[], options: CallCommand) => {
      const { call } = await import("./commands/call.ts");
      await runner.ask(options, (given) => call(contract, name, words, given));
    });
  onDeployment(program, "exits", "List every exit that is open, the next to mature first")
    .option("--of <account>", "only what this account has asked for")
    .action(async (options: ExitsCommand) => {
      const { exits } = await import("./commands/exits.ts");
      await runner.ask(options, exits);
    });
  withPassword(
    onDeployment(program, "keeper", "Latch, release and roll back payments when it is due, as anyone may"),
  )
    .option("--once", "do what is due now, and end", false)
    .option("--keystore <file>", "whose account pays for gas, instead of the network's own")
    .option("--state <file>", "what it knows and has sent, instead of keepers/CHAIN-ACCOUNT.json")
    .option(
      "--witnesses <file>",
      "questions that payments depend on, and what is brought for them; read anew",
    )
    .option("--least-usd <amount>", "leave alone what is worth less", "0.10")
    .option("--most-gwei <price>", "send nothing while gas is dearer")
    .option("--gas-bound <gas>", "the most that one transaction may use", "3000000")
    .option("--condition-gas <gas>", "the most that a condition's answer may use", "300000")
    .option("--confirmations <number>", "blocks on top of what is read")
    .option("--every <seconds>", "between two rounds, at the most", "30")
    .addHelpText(
      "after",
      "\nWith --once exit code 1 if anything that was due is left. Its log on stderr has one JSON object a line.",
    )
    .action(async (options: KeeperCommand) => {
      const { keeper } = await import("./commands/keeper.ts");
      await runner.ask(options, keeper);
    });
}
