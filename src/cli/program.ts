import { resolve } from "node:path";
import { Command } from "commander";
import type { VerifyOptions } from "./commands/verify.ts";

/** Receives the exit code of the command that ran. */
type Finish = (code: number) => void;

const EXIT_CODES = "\nExit codes: 0 done, 1 failed, 2 wrong usage.";

/**
 * The command line of Strongroom. Each command's code is imported when it runs, so that help is quick.
 *
 * @param finish receives the exit code of the command that ran
 * @param userDirectory where the user stands: relative paths are meant from there
 */
export function createProgram(finish: Finish, userDirectory: string): Command {
  const program = new Command("strongroom");
  program
    .description("Custody whose exits are limited, delayed and governed on chain")
    .exitOverride()
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
      const report = options.report === undefined ? {} : { report: resolve(userDirectory, options.report) };
      finish(await demo({ json: options.json, ...report }));
    });

  program
    .command("test")
    .description("Run every test that needs nothing but this machine")
    .option("--deep", "run the invariants with a million calls or more per group instead", false)
    .option("--resume", "with --deep: go on after the groups that already passed", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: { deep: boolean; resume: boolean }) => {
      const { test } = await import("./commands/test.ts");
      finish(await test(options));
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
      finish(await verify(options));
    });

  program
    .command("deploy")
    .description(
      "Deploy the suite and hand all power to its Safes and timelock; local is a rehearsal in memory",
    )
    .requiredOption(
      "--network <name>",
      "local, or a network of hardhat.config.ts with a file in deploy/config",
    )
    .option("--config <file>", "take the parameters from this file (.ts exporting config, or .json)")
    .option("--verify", "then read the chain and prove that it is as declared", false)
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: { network: string; config?: string; verify: boolean; json: boolean }) => {
      const { deploy } = await import("./commands/deploy.ts");
      const config = options.config === undefined ? {} : { config: resolve(userDirectory, options.config) };
      const { network, verify, json } = options;
      finish(await deploy({ network, verify, json, ...config }));
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
      finish(await benchGas(options));
    });

  program
    .command("doctor")
    .description("Look at this machine and this checkout, and say how to repair what is wrong")
    .option("--json", "print one JSON object on stdout", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: { json: boolean }) => {
      const { doctor } = await import("./commands/doctor.ts");
      finish(await doctor(options));
    });

  return program;
}
