import { type Command, Option } from "commander";
import type { ServiceCommand } from "./commands/gov/collect.ts";
import type { ExecuteCommand } from "./commands/gov/execute.ts";
import type { KeyCommand } from "./commands/gov/key.ts";
import type { NewSafeCommand } from "./commands/gov/new-safe.ts";
import type { ProposeCommand } from "./commands/gov/propose.ts";
import type { RecordSafeCommand } from "./commands/gov/record-safe.ts";
import type { ReviewCommand } from "./commands/gov/review.ts";
import type { GovOptions } from "./commands/gov/session.ts";
import type { SignCommand } from "./commands/gov/sign.ts";
import type { UndoCommand } from "./commands/gov/undo.ts";
import type { VariablesCommand } from "./commands/gov/variables.ts";
import { EXIT_CODES, onDeployment, type Runner, withPassword } from "./deployment-command.ts";
import { addAdopt } from "./treasury-commands.ts";

const LANGUAGE = () =>
  new Option("--lang <language>", "language of summaries").choices(["en", "zh"]).default("en");

/** A subcommand that works on one deployment and its proposals. */
function onProposals(gov: Command, usage: string, description: string): Command {
  const network = new Option("--network <name>", "a network that was deployed to; a proposal names its own");
  return onDeployment(gov, usage, description, network).option(
    "--proposals <folder>",
    "where proposals are kept, instead of proposals/",
  );
}

/** Adds `gov` with its commands. */
export function addGovernance(program: Command, runner: Runner): void {
  const hereIf = (path: string | undefined) => (path === undefined ? undefined : runner.here(path));
  const gov = program
    .command("gov")
    .description("Propose, review, sign, execute and undo changes of a deployment")
    .addHelpText("after", EXIT_CODES);

  onProposals(
    gov,
    "propose <change-file>",
    "Compile a change, try it on a fork of the live state, and write what owners sign",
  )
    .option(
      "--chains <names>",
      "several networks, a comma between: one proposal for each; --rpc name=url,name=url",
    )
    .option("--nonce <number>", "of the Safe, where it isn't the next one")
    .option("--dry-run", "write nothing", false)
    .addOption(LANGUAGE())
    .action(async (file: string, options: ProposeCommand) => {
      const { govPropose } = await import("./commands/gov/propose.ts");
      await runner.ask(options, (given) => govPropose(runner.here(file), given));
    });
  onProposals(
    gov,
    "review <proposal>",
    "Compute a proposal again from the chain and the change alone; exit code 1 unless it is the same",
  )
    .option("--change <file>", "the change file that you were shown elsewhere")
    .addOption(LANGUAGE())
    .action(async (proposal: string, options: ReviewCommand) => {
      const { govReview } = await import("./commands/gov/review.ts");
      await runner.ask(options, (given) => govReview(runner.here(proposal), given));
    });
  withPassword(
    onProposals(
      gov,
      "sign <proposal>",
      "Show what an owner signs, have it signed, check it, and write it as a file",
    )
      .option("--keystore <file>", "sign with an encrypted keystore")
      .option("--signer-url <url>", "sign with a wallet behind a URL (EIP-1193 over JSON-RPC)")
      .option("--signature <hex>", "take a signature that was made elsewhere")
      .option("--owner <address>", "who signs, where the wallet holds several owners")
      .option("--expect <hash>", "the Safe transaction hash as you know it from elsewhere")
      .option("--yes", "sign without being asked", false)
      .option("--reviewed", "leave the review out: it was made before", false)
      .option("--offline", "without a node", false)
      .option("--out <file>", "where the signature is written, instead of the proposal's folder")
      .addOption(LANGUAGE()),
  ).action(async (proposal: string, options: SignCommand) => {
    const { govSign } = await import("./commands/gov/sign.ts");
    await runner.ask(options, (given) => govSign(runner.here(proposal), given));
  });
  const withService = (command: Command): Command =>
    command
      .option("--service <url>", "a Safe Transaction Service's API")
      .option("--api-key-env <name>", "the environment's variable with the service's key");
  withService(
    onProposals(gov, "collect <proposal> [files...]", "Gather signatures of other machines into a proposal"),
  ).action(async (proposal: string, files: string[], options: ServiceCommand) => {
    const { govCollect } = await import("./commands/gov/collect.ts");
    const from = files.map((file) => runner.here(file));
    await runner.ask(options, (given) => govCollect(runner.here(proposal), from, given));
  });
  withService(
    onProposals(
      gov,
      "publish <proposal>",
      "Leave a proposal and its signatures with a Safe Transaction Service",
    ),
  ).action(async (proposal: string, options: ServiceCommand) => {
    const { govPublish } = await import("./commands/gov/collect.ts");
    await runner.ask(options, (given) => govPublish(runner.here(proposal), given));
  });
  onProposals(gov, "status", "Show proposals, signatures, the timelocks' queues and conflicts").action(
    async (options: GovOptions) => {
      const { govStatus } = await import("./commands/gov/status.ts");
      await runner.ask(options, govStatus);
    },
  );
  withPassword(
    onProposals(gov, "execute [proposal]", "Send what is signed, or execute what is ready")
      .option("--operation <id>", "an operation in a timelock's queue that is in no proposal")
      .option("--keystore <file>", "whose account pays or acts, instead of the network's own"),
  ).action(async (proposal: string | undefined, options: ExecuteCommand) => {
    const { govExecute } = await import("./commands/gov/execute.ts");
    await runner.ask(options, (given) => govExecute(hereIf(proposal), given));
  });
  onProposals(
    gov,
    "verify <proposal>",
    "Say whether the chain is now as an executed proposal promised; exit code 1 unless it is",
  ).action(async (proposal: string, options: GovOptions) => {
    const { govVerify } = await import("./commands/gov/execute.ts");
    await runner.ask(options, (given) => govVerify(runner.here(proposal), given));
  });
  onProposals(gov, "cancel [proposal]", "Propose what ends a proposal: a rejection, or the canceller's veto")
    .option("--operation <id>", "an operation in a timelock's queue that is in no proposal")
    .option("--reserve", "with --operation: in the reserve's timelock", false)
    .option("--reason <text>", "why: signers read it")
    .action(async (proposal: string | undefined, options: UndoCommand) => {
      const { govCancel } = await import("./commands/gov/undo.ts");
      await runner.ask(options, (given) => govCancel(hereIf(proposal), given));
    });
  onProposals(gov, "rollback [proposal]", "Propose to roll a release back, inside its window")
    .option("--release <id>", "a release that is in no proposal")
    .option("--reason <text>", "why: signers read it")
    .action(async (proposal: string | undefined, options: UndoCommand) => {
      const { govRollback } = await import("./commands/gov/undo.ts");
      await runner.ask(options, (given) => govRollback(hereIf(proposal), given));
    });
  onProposals(gov, "variables", "List every governed variable: value, bounds, who changes it, last change")
    .option("--block <number>", "as of this block")
    .addOption(LANGUAGE())
    .action(async (options: VariablesCommand) => {
      const { govVariables } = await import("./commands/gov/variables.ts");
      await runner.ask(options, govVariables);
    });
  addAdopt(gov, runner);
  withPassword(
    onProposals(gov, "new-safe", "Make a Safe under its guard from the first moment; anyone may")
      .requiredOption("--owners <addresses>", "its owners, a comma between")
      .requiredOption("--threshold <number>", "how many of them sign")
      .option("--reserve", "for the reserve's timelock instead of the suite's", false)
      .option("--salt <number>", "tells it from another one of the same owners", "1")
      .option("--keystore <file>", "whose account pays, instead of the network's own"),
  ).action(async (options: NewSafeCommand) => {
    const { govNewSafe } = await import("./commands/gov/new-safe.ts");
    await runner.ask(options, govNewSafe);
  });
  onProposals(gov, "record-safe", "Write into the record which Safe proposes since a succession")
    .requiredOption("--office <name>", "council or reserve")
    .requiredOption("--safe <address>", "the Safe that the timelock listens to now")
    .action(async (options: RecordSafeCommand) => {
      const { govRecordSafe } = await import("./commands/gov/record-safe.ts");
      await runner.ask(options, govRecordSafe);
    });
  withPassword(
    gov
      .command("key")
      .description("Make an encrypted keystore with a fresh key")
      .requiredOption("--out <file>", "where it is written; nothing is overwritten")
      .option("--json", "print one JSON object on stdout", false),
  ).action(async (options: KeyCommand) => {
    const { govKey } = await import("./commands/gov/key.ts");
    await runner.run(options, govKey);
  });
}
