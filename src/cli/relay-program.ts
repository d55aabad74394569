import type { Command } from "commander";
import type { RelayGiveUpCommand, RelayResumeCommand } from "./commands/relay/operate.ts";
import type { RelayOptions } from "./commands/relay/route-session.ts";
import type { RelayRunCommand } from "./commands/relay/run.ts";
import type { RelaySimulateCommand } from "./commands/relay/simulate.ts";
import type { RelayStatusCommand } from "./commands/relay/status.ts";
import type { RelayWatchCommand } from "./commands/relay/watch.ts";
import { EXIT_CODES, type Runner } from "./deployment-command.ts";
import { wholeNumber } from "./option-values.ts";

/** How many of something. */
function count(text: string): number {
  return wholeNumber(text, "The number", 1);
}

/** A block's height. */
function height(text: string): number {
  return wholeNumber(text, "The height");
}

/** Adds `bench relay` and `bench scan`. */
export function addRelayBench(bench: Command, runner: Runner): void {
  bench
    .command("relay")
    .description("Measure the relayer's payouts a second and its restart; writes bench/relay.md")
    .option("--payouts <number>", "how many are worked off", count, 2_000)
    .option("--events <number>", "the history that a worker is started on", count, 1_000_000)
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: { json: boolean; payouts: number; events: number }) => {
      const { benchRelay } = await import("./commands/bench.ts");
      await runner.run(options, benchRelay);
    });
  bench
    .command("scan")
    .description("Measure the scan of a chain's logs beside a bare loop of questions; writes bench/scan.md")
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: { json: boolean }) => {
      const { benchScan } = await import("./commands/bench.ts");
      await runner.run(options, benchScan);
    });
}

/** Adds `relay`: what carries deposits in and payouts out between a ledger and a chain of coins. */
export function addRelay(program: Command, runner: Runner): void {
  const relay = program
    .command("relay")
    .description("Carry deposits in and payouts out between the ledger and another chain, each once")
    .addHelpText("after", EXIT_CODES);
  const command = (usage: string, description: string) =>
    relay
      .command(usage)
      .description(description)
      .requiredOption("--config <file>", "the route's configuration")
      .option("--json", "print one JSON object on stdout", false)
      .addHelpText("after", EXIT_CODES);

  relay
    .command("run")
    .description("Work a route off until it is told to end; any number of workers may, one has it at a time")
    .requiredOption("--config <file>", "the route's configuration")
    .addHelpText("after", EXIT_CODES)
    .action(async (options: RelayRunCommand) => {
      const { relayRun } = await import("./commands/relay/run.ts");
      await runner.run(options, relayRun);
    });
  command("status [id]", "Where open messages are and what is next, or one message with its transactions")
    .option("--dead", "only what waits for an operator", false)
    .action(async (id: string | undefined, options: RelayStatusCommand) => {
      const { relayStatus } = await import("./commands/relay/status.ts");
      await runner.run(options, (given) => relayStatus(given, id));
    });
  command("explain <id>", "Everything that happened to a message, in sentences, and why it waits").action(
    async (id: string, options: RelayOptions) => {
      const { relayExplain } = await import("./commands/relay/explain.ts");
      await runner.run(options, (given) => relayExplain(given, id));
    },
  );
  command("retry <id>", "Take a dead letter up again").action(async (id: string, options: RelayOptions) => {
    const { relayRetry } = await import("./commands/relay/operate.ts");
    await runner.run(options, (given) => relayRetry(given, id));
  });
  command("give-up <id>", "Spend a payout's conflict token on nothing, so that its account can take a refund")
    .requiredOption("--why <text>", "the reason, for its history")
    .action(async (id: string, options: RelayGiveUpCommand) => {
      const { relayGiveUp } = await import("./commands/relay/operate.ts");
      await runner.run(options, (given) => relayGiveUp(given, id));
    });
  command("resume", "Go on after a chain took back what was final, once somebody has looked")
    .option("--from <height>", "read the chain's blocks again from this one on", height)
    .action(async (options: RelayResumeCommand) => {
      const { relayResume } = await import("./commands/relay/operate.ts");
      await runner.run(options, relayResume);
    });
  command("watch <account>", "Look for deposits to an account's address from now on, and print that address")
    .option(
      "--since <height>",
      "and in blocks of the chain of coins from this one on, which are read again",
      height,
    )
    .action(async (account: string, options: RelayWatchCommand) => {
      const { relayWatch } = await import("./commands/relay/watch.ts");
      await runner.run(options, (given) => relayWatch(given, account));
    });
  command(
    "upkeep <kind> <value>",
    "Have the wallet kept going: anchors COUNT, or consolidate COINS; prints its id",
  ).action(async (kind: string, value: string, options: RelayOptions) => {
    const { relayUpkeep } = await import("./commands/relay/upkeep.ts");
    await runner.run(options, (given) => relayUpkeep(given, kind, value));
  });
  command(
    "wallet",
    "Print the wallet's own address, and what an operator sends there: float, and anchors",
  ).action(async (options: RelayOptions) => {
    const { relayWallet } = await import("./commands/relay/wallet.ts");
    await runner.run(options, relayWallet);
  });
  relay
    .command("simulate")
    .description("Run the relayer in simulated worlds full of faults; the same seed is the same world")
    .option("--seed <number>", "the first world", "1")
    .option("--count <number>", "how many, one seed after another", "1")
    .option("--mutant <name>", "with a defect planted, which must be noticed")
    .option("--history", "print everything that happens", false)
    .option("--json", "print one JSON object on stdout", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: RelaySimulateCommand) => {
      const { relaySimulate } = await import("./commands/relay/simulate.ts");
      await runner.run(options, relaySimulate);
    });
}
