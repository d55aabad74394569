import { Command, Option } from "commander";
import { UsageError } from "../core/errors.ts";
import { addChain } from "./chain-program.ts";
import type { DeployCommand } from "./commands/deploy.ts";
import type { VerifyDeploymentCommand } from "./commands/deploy-verify.ts";
import type { WaitCommand } from "./commands/dev.ts";
import type { PublishSourceCommand } from "./commands/publish-source.ts";
import type { StatusCommand } from "./commands/status.ts";
import type { VerifyOptions } from "./commands/verify.ts";
import { EXIT_CODES, type Finish, onDeployment, Runner } from "./deployment-command.ts";
import { addGovernance } from "./gov-program.ts";
import { addJournal, addJournalBench } from "./journal-program.ts";
import { addRelay, addRelayBench } from "./relay-program.ts";
import { addSigner } from "./signer-program.ts";
import { addMigrate } from "./treasury-commands.ts";

/** A time as people type it. */
function seconds(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is no time in seconds`, { advice: "Say a whole number from 1 to 9999." });
}

/** A network that must be named. */
function named(network: string | undefined): string {
  if (network !== undefined) return network;
  throw new UsageError("No network is named", {
    advice: "Say --network NAME; local is a rehearsal in memory.",
  });
}

/**
 * The command line of Strongroom. Each command's code is imported when it runs, so that help is quick.
 *
 * @param finish receives the exit code of the command that ran
 * @param userDirectory where the user stands: relative paths are meant from there
 */
export function createProgram(finish: Finish, userDirectory: string): Command {
  const runner = new Runner(finish, userDirectory);
  const program = new Command("strongroom");
  program
    .description("Custody whose exits are limited, delayed and governed on chain")
    .exitOverride()
    // An option belongs to the command that it follows: deploy and its own commands have some of the same name.
    .enablePositionalOptions()
    .showHelpAfterError(
      "Run './strongroom --help' to see the commands, './strongroom COMMAND --help' for one.",
    )
    .addHelpText("after", EXIT_CODES);

  program
    .command("demo")
    .description(
      "Deploy the whole suite on an embedded chain, tell its story and replay real thefts against it",
    )
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .option("--report <file>", "write the HTML report to this file")
    .addHelpText("after", EXIT_CODES)
    .action(async (options: { json: boolean; report?: string }) => {
      const { demo } = await import("./commands/demo.ts");
      await runner.run(options, demo);
    });

  program
    .command("test")
    .description("Run every test that needs nothing but this machine")
    .option("--deep", "run the invariants with a million calls or more per group instead", false)
    .option("--resume", "with --deep: go on after the groups that already passed", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: { deep: boolean; resume: boolean }) => {
      const { test } = await import("./commands/test.ts");
      await runner.run(options, test);
    });

  program
    .command("verify")
    .description(
      "Check format, types, storage layouts, sizes, generated files, requirement IDs, coverage, Slither's findings, licences, the bill of materials, and that tests assert every error and event",
    )
    .option("--mutants", "instead: break the contracts on purpose and require that a test notices", false)
    .option("--mutation", "instead: break the contracts in generated ways, a seeded sample per domain", false)
    .option(
      "--only <name>",
      "run this one check, with --mutants this one mutant, with --mutation this one domain",
    )
    .option("--sample <number>", "with --mutation: how many mutants per domain")
    .option("--seed <text>", "with --mutation: which sample")
    .addHelpText("after", EXIT_CODES)
    .action(async (options: VerifyOptions) => {
      const { verify } = await import("./commands/verify.ts");
      await runner.run(options, verify);
    });

  const deploy = program
    .command("deploy")
    .description(
      "Deploy the suite, hand all power to its Safes and timelock, and prove it; local is a rehearsal in memory",
    )
    .enablePositionalOptions()
    .option("--network <name>", "local, or a network of hardhat.config.ts with a file in deploy/config")
    .option("--config <file>", "take the parameters from this file (.ts exporting config, or .json)")
    .option("--rpc <url>", "a node's address instead of the configured one")
    .option("--timeout <seconds>", "how long the node may take for one answer", seconds)
    .option("--deployments <folder>", "where records are kept, instead of deployments/")
    .option("--dry-run", "print the plan and its cost, and send nothing", false)
    .option("--reset", "put the record of a chain that was started again from nothing aside", false)
    .option(
      "--acknowledge-unaudited <name>",
      "for a main network: its name again, as nothing here was audited",
    )
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addOption(new Option("--verify", "always done").hideHelp())
    .addHelpText("after", EXIT_CODES)
    .action(async ({ network, ...options }: Partial<DeployCommand> & { verify?: boolean }) => {
      const { deploy: run } = await import("./commands/deploy.ts");
      const { json = false, dryRun = false, reset = false } = options;
      await runner.run({ ...options, network: named(network), json, dryRun, reset }, run);
    });
  onDeployment(
    deploy,
    "verify",
    "Read a deployment back from its chain and compare it with what was declared",
  )
    .option("--all", "every record, in one table", false)
    .action(async (options: VerifyDeploymentCommand) => {
      const { verifyDeployed } = await import("./commands/deploy-verify.ts");
      await runner.run(options, verifyDeployed);
    });
  deploy
    .command("publish-source")
    .description("Give a deployment's sources to Etherscan and Sourcify; goes on where it stopped")
    .option("--network <name>", "a network that was deployed to")
    .option("--to <explorers>", "etherscan, sourcify or both, with a comma between", "etherscan,sourcify")
    .option("--deployments <folder>", "where records are kept, instead of deployments/")
    .option("--etherscan-url <url>", "another server that speaks Etherscan's API version 2")
    .option("--sourcify-url <url>", "another Sourcify server")
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES)
    .action(async ({ network, ...options }: PublishSourceCommand) => {
      const { publishSource } = await import("./commands/publish-source.ts");
      await runner.run({ ...options, network: named(network) }, publishSource);
    });

  program
    .command("status")
    .description("Show what runs where: owners, delays, limits, code, what is paused or stressed")
    .option("--network <name>", "a network that was deployed to")
    .option("--all", "every record, in one table", false)
    .option("--rpc <url>", "a node's address instead of the configured one; with --all name=url,name=url")
    .option("--deployments <folder>", "where records are kept, instead of deployments/")
    .addOption(new Option("--lang <language>", "language of the table").choices(["en", "zh"]).default("en"))
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: StatusCommand) => {
      const { status } = await import("./commands/status.ts");
      await runner.run(options, status);
    });
  addGovernance(program, runner);
  addChain(program, runner);
  addJournal(program, runner);
  addMigrate(program, runner);
  addSigner(program, runner);
  addRelay(program, runner);

  program
    .command("dev")
    .description("Help on a developer's own chain")
    .addHelpText("after", EXIT_CODES)
    .command("wait <time-span>")
    .description('Move a development node\'s clock forwards: "2d", "36 h"')
    .requiredOption("--network <name>", "a network of hardhat.config.ts whose node is a development node")
    .option("--rpc <url>", "a node's address instead of the configured one")
    .option("--json", "print one JSON object on stdout", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (span: string, options: WaitCommand) => {
      const { devWait } = await import("./commands/dev.ts");
      await runner.ask(options, (given) => devWait(span, given));
    });

  const bench = program
    .command("bench")
    .description("Measure, side by side with peers")
    .addHelpText("after", EXIT_CODES);
  bench
    .command("gas")
    .description("Measure gas beside the nearest peers; writes bench/gas.md and bench/gas.json")
    .option("--json", "print the content of bench/gas.json on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: { json: boolean }) => {
      const { benchGas } = await import("./commands/bench.ts");
      await runner.run(options, benchGas);
    });
  bench
    .command("netting")
    .description(
      "Measure netting beside one transfer for each obligation, and its solver; writes bench/netting.md, .json and .svg",
    )
    .option("--json", "print the content of bench/netting.json on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: { json: boolean }) => {
      const { benchNetting } = await import("./commands/bench.ts");
      await runner.run(options, benchNetting);
    });
  addJournalBench(bench, runner);
  addRelayBench(bench, runner);

  program
    .command("doctor")
    .description(
      "Look at this machine, this checkout and, if named, a network before a deployment, and say how to repair what is wrong",
    )
    .option("--network <name>", "look at everything that a deployment to this network depends on")
    .option("--config <file>", "with --network: take the parameters from this file")
    .option("--rpc <url>", "with --network: a node's address instead of the configured one")
    .option("--json", "print one JSON object on stdout", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: { json: boolean; network?: string; config?: string; rpc?: string }) => {
      const { doctor } = await import("./commands/doctor.ts");
      await runner.run(options, doctor);
    });

  return program;
}
