import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { TerminalError } from "../core/errors.ts";
import { addChain } from "./chain-program.ts";
import type { AdoptCommand } from "./commands/adopt.ts";
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

const EXIT_CODES = "\nExit codes: 0 done, 1 failed or not the same, 2 wrong usage.";

/** Options that name files: meant from where the user stands. */
const FILES = ["deployments", "proposals", "keystore", "out", "change"] as const;

const LANGUAGE = () =>
  new Option("--lang <language>", "language of summaries").choices(["en", "zh"]).default("en");

/**
 * Runs a command. What a node or a file system says otherwise than it should becomes an error that says what to do.
 *
 * @throws StrongroomError `NODE_FAILED`, `FILE_UNUSABLE`, and what the command throws
 */
async function attempt(
  { network }: { readonly network?: string },
  command: () => Promise<number>,
): Promise<number> {
  try {
    return await command();
  } catch (error) {
    const { path, syscall, code } = error as NodeJS.ErrnoException;
    if (path !== undefined && syscall !== undefined) {
      throw new TerminalError("FILE_UNUSABLE", `${path} can't be used`, {
        cause: error,
        facts: { code: code ?? "unknown" },
        advice: "Check the path, its folder and their permissions.",
      });
    }
    const { asFailure } = await import("../../deploy/connect.ts");
    throw asFailure(error, network ?? "that the proposal names");
  }
}

/** A subcommand that works on one deployment. */
function onDeployment(gov: Command, usage: string, description: string): Command {
  return gov
    .command(usage)
    .description(description)
    .option("--network <name>", "a network that was deployed to; a proposal names its own")
    .option("--rpc <url>", "a node's address instead of the configured one")
    .option("--deployments <folder>", "where records are kept, instead of deployments/")
    .option("--proposals <folder>", "where proposals are kept, instead of proposals/")
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES);
}

function withPassword(command: Command): Command {
  return command
    .option("--password-env <name>", "the environment's variable with the keystore's password")
    .option("--password-fd <number>", "an open file descriptor with it, as in 3<password-file");
}

/** Adds `gov` with its commands. */
export function addGovernance(program: Command, finish: (code: number) => void, userDirectory: string): void {
  const here = (path: string): string => resolve(userDirectory, path);
  const fromHere = <T extends object>(options: T): T => {
    const named = options as Record<string, unknown>;
    const paths = FILES.flatMap((name) =>
      typeof named[name] === "string" ? [[name, here(named[name])]] : [],
    );
    return { ...options, ...Object.fromEntries(paths) };
  };
  const gov = program
    .command("gov")
    .description("Propose, review, sign, execute and undo changes of a deployment")
    .addHelpText("after", EXIT_CODES);

  onDeployment(
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
      finish(await attempt(options, () => govPropose(here(file), fromHere(options))));
    });
  onDeployment(gov, "review <proposal>", "Compute a proposal again from the chain and the change alone")
    .option("--change <file>", "the change file that you were shown elsewhere")
    .addOption(LANGUAGE())
    .action(async (proposal: string, options: ReviewCommand) => {
      const { govReview } = await import("./commands/gov/review.ts");
      finish(await attempt(options, () => govReview(here(proposal), fromHere(options))));
    });
  withPassword(
    onDeployment(
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
    finish(await attempt(options, () => govSign(here(proposal), fromHere(options))));
  });
  const withService = (command: Command): Command =>
    command
      .option("--service <url>", "a Safe Transaction Service's API")
      .option("--api-key-env <name>", "the environment's variable with the service's key");
  withService(
    onDeployment(gov, "collect <proposal> [files...]", "Gather signatures of other machines into a proposal"),
  ).action(async (proposal: string, files: string[], options: ServiceCommand) => {
    const { govCollect } = await import("./commands/gov/collect.ts");
    finish(await attempt(options, () => govCollect(here(proposal), files.map(here), fromHere(options))));
  });
  withService(
    onDeployment(
      gov,
      "publish <proposal>",
      "Leave a proposal and its signatures with a Safe Transaction Service",
    ),
  ).action(async (proposal: string, options: ServiceCommand) => {
    const { govPublish } = await import("./commands/gov/collect.ts");
    finish(await attempt(options, () => govPublish(here(proposal), fromHere(options))));
  });
  onDeployment(gov, "status", "Show proposals, signatures, the timelocks' queues and conflicts").action(
    async (options: GovOptions) => {
      const { govStatus } = await import("./commands/gov/status.ts");
      finish(await attempt(options, () => govStatus(fromHere(options))));
    },
  );
  withPassword(
    onDeployment(gov, "execute [proposal]", "Send what is signed, or execute what is ready")
      .option("--operation <id>", "an operation in a timelock's queue that is in no proposal")
      .option("--keystore <file>", "whose account pays or acts, instead of the network's own"),
  ).action(async (proposal: string | undefined, options: ExecuteCommand) => {
    const { govExecute } = await import("./commands/gov/execute.ts");
    const path = proposal === undefined ? undefined : here(proposal);
    finish(await attempt(options, () => govExecute(path, fromHere(options))));
  });
  onDeployment(
    gov,
    "verify <proposal>",
    "Say whether the chain is now as an executed proposal promised",
  ).action(async (proposal: string, options: GovOptions) => {
    const { govVerify } = await import("./commands/gov/execute.ts");
    finish(await attempt(options, () => govVerify(here(proposal), fromHere(options))));
  });
  onDeployment(gov, "cancel [proposal]", "Propose what ends a proposal: a rejection, or the canceller's veto")
    .option("--operation <id>", "an operation in a timelock's queue that is in no proposal")
    .option("--reserve", "with --operation: in the reserve's timelock", false)
    .option("--reason <text>", "why: signers read it")
    .action(async (proposal: string | undefined, options: UndoCommand) => {
      const { govCancel } = await import("./commands/gov/undo.ts");
      finish(
        await attempt(options, () =>
          govCancel(proposal === undefined ? undefined : here(proposal), fromHere(options)),
        ),
      );
    });
  onDeployment(gov, "rollback [proposal]", "Propose to roll a release back, inside its window")
    .option("--release <id>", "a release that is in no proposal")
    .option("--reason <text>", "why: signers read it")
    .action(async (proposal: string | undefined, options: UndoCommand) => {
      const { govRollback } = await import("./commands/gov/undo.ts");
      finish(
        await attempt(options, () =>
          govRollback(proposal === undefined ? undefined : here(proposal), fromHere(options)),
        ),
      );
    });
  onDeployment(gov, "variables", "List every governed variable: value, bounds, who changes it, last change")
    .option("--block <number>", "as of this block")
    .addOption(LANGUAGE())
    .action(async (options: VariablesCommand) => {
      const { govVariables } = await import("./commands/gov/variables.ts");
      finish(await attempt(options, () => govVariables(fromHere(options))));
    });
  gov
    .command("adopt")
    .description("Judge a team's existing Safe for an office, and list what must change")
    .requiredOption("--network <name>", "the Safe's network")
    .requiredOption("--safe <address>", "the Safe")
    .option("--office <name>", "the office that it is for", "council")
    .option("--owners <addresses>", "who its owners should be, a comma between")
    .option("--threshold <number>", "how many of them should sign")
    .option("--since <block>", "a block from before the Safe was made")
    .option("--rpc <url>", "a node's address instead of the configured one")
    .option("--deployments <folder>", "where records are kept, instead of deployments/")
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (options: AdoptCommand) => {
      const { govAdopt } = await import("./commands/adopt.ts");
      finish(await attempt(options, () => govAdopt(fromHere(options))));
    });
  withPassword(
    onDeployment(gov, "new-safe", "Make a Safe under its guard from the first moment; anyone may")
      .requiredOption("--owners <addresses>", "its owners, a comma between")
      .requiredOption("--threshold <number>", "how many of them sign")
      .option("--reserve", "for the reserve's timelock instead of the suite's", false)
      .option("--salt <number>", "tells it from another one of the same owners", "1")
      .option("--keystore <file>", "whose account pays, instead of the network's own"),
  ).action(async (options: NewSafeCommand) => {
    const { govNewSafe } = await import("./commands/gov/new-safe.ts");
    finish(await attempt(options, () => govNewSafe(fromHere(options))));
  });
  onDeployment(gov, "record-safe", "Write into the record which Safe proposes since a succession")
    .requiredOption("--office <name>", "council or reserve")
    .requiredOption("--safe <address>", "the Safe that the timelock listens to now")
    .action(async (options: RecordSafeCommand) => {
      const { govRecordSafe } = await import("./commands/gov/record-safe.ts");
      finish(await attempt(options, () => govRecordSafe(fromHere(options))));
    });
  withPassword(
    gov
      .command("key")
      .description("Make an encrypted keystore with a fresh key")
      .requiredOption("--out <file>", "where it is written; nothing is overwritten")
      .option("--json", "print one JSON object on stdout", false),
  ).action(async (options: KeyCommand) => {
    const { govKey } = await import("./commands/gov/key.ts");
    finish(await attempt({}, () => govKey(fromHere(options))));
  });
  addChain(program, finish, userDirectory);
}
