import type { Command } from "commander";
import type { CallCommand } from "./commands/call.ts";
import type { ExitsCommand } from "./commands/exits.ts";
import { onDeployment, type Runner, withPassword } from "./deployment-command.ts";

/** Adds `call` and `exits`: what needs no proposal. */
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
}
