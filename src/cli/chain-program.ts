import { resolve } from "node:path";
import type { Command } from "commander";
import type { CallCommand } from "./commands/call.ts";
import type { ExitsCommand } from "./commands/exits.ts";

const EXIT_CODES = "\nExit codes: 0 done, 1 failed, 2 wrong usage.";

function onDeployment(program: Command, usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .option("--network <name>", "a network that was deployed to")
    .option("--rpc <url>", "a node's address instead of the configured one")
    .option("--deployments <folder>", "where records are kept, instead of deployments/")
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES);
}

/** Adds `call` and `exits`: what needs no proposal. */
export function addChain(program: Command, finish: (code: number) => void, userDirectory: string): void {
  const fromHere = <T extends { deployments?: string; keystore?: string }>(options: T): T => ({
    ...options,
    ...(options.deployments === undefined
      ? {}
      : { deployments: resolve(userDirectory, options.deployments) }),
    ...(options.keystore === undefined ? {} : { keystore: resolve(userDirectory, options.keystore) }),
  });
  onDeployment(
    program,
    "call <contract> <function> [arguments...]",
    "Ask a view, or do what needs no proposal: an owner's own verbs, and anyone's",
  )
    .option("--keystore <file>", "whose account acts, instead of the network's own")
    .option("--password-env <name>", "the environment's variable with the keystore's password")
    .option("--password-fd <number>", "an open file descriptor with it, as in 3<password-file")
    .addHelpText(
      "after",
      "\nAddresses: with checksum, or $name of the record. Assets: their symbol. Exits: their id. Several: with commas, or none.",
    )
    .action(async (contract: string, name: string, words: string[], options: CallCommand) => {
      const { call } = await import("./commands/call.ts");
      finish(await call(contract, name, words, fromHere(options)));
    });
  onDeployment(program, "exits", "List every exit that is open, the next to mature first")
    .option("--of <account>", "only what this account has asked for")
    .action(async (options: ExitsCommand) => {
      const { exits } = await import("./commands/exits.ts");
      finish(await exits(fromHere(options)));
    });
}
