import { type Command, Option } from "commander";
import type { SignerApproveCommand } from "./commands/signer/approve.ts";
import type { SignerCeremonyCommand } from "./commands/signer/ceremony.ts";
import type { SignerDiscardCommand } from "./commands/signer/discard.ts";
import type { SignerInitCommand } from "./commands/signer/init.ts";
import type { SignerKeyCommand } from "./commands/signer/key.ts";
import type { SignerPlanCommand } from "./commands/signer/plan.ts";
import type { SignerRunCommand } from "./commands/signer/run.ts";
import type { SignerStatusCommand } from "./commands/signer/status.ts";
import { EXIT_CODES, type Runner, withPassword } from "./deployment-command.ts";

const USE = () =>
  new Option("--use <what>", "what the key signs, and nothing else").choices(["transaction", "statement"]);
const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

/** Adds `signer`: one holder's process, its keys, and the ceremonies that make and move them. */
export function addSigner(program: Command, runner: Runner): void {
  const signer = program
    .command("signer")
    .description("Hold a share of a key: run a signer, hold key ceremonies, ask how signers are")
    .addHelpText("after", EXIT_CODES);
  const command = (usage: string, description: string) =>
    signer
      .command(usage)
      .description(description)
      .option("--json", "print one JSON object on stdout", false)
      .addHelpText("after", EXIT_CODES);

  withPassword(
    command("init", "Make an identity and a configuration to be filled in; nothing is overwritten")
      .requiredOption("--folder <folder>", "where keys, journal and configuration will be")
      .requiredOption("--name <name>", "how others call it")
      .option("--listen <host:port>", "where it will listen", "127.0.0.1:7700")
      .option("--coordinator", "for who asks signers instead: a relayer, or who leads a ceremony", false),
  ).action(async (options: SignerInitCommand) => {
    const { signerInit } = await import("./commands/signer/init.ts");
    await runner.run({ ...options, folder: runner.here(options.folder) }, signerInit);
  });
  withPassword(
    signer
      .command("run")
      .description("Run a signer until it is told to end")
      .requiredOption("--config <file>", "its signer.json")
      .addHelpText("after", EXIT_CODES),
  ).action(async (options: SignerRunCommand) => {
    const { signerRun } = await import("./commands/signer/run.ts");
    await runner.run(options, signerRun);
  });
  withPassword(
    command("key", "Make an ECDSA key of a signer's own, for a committee of single signatures")
      .requiredOption("--config <file>", "the signer's signer.json")
      .requiredOption("--name <name>", "the key's name: the same at all members")
      .addOption(USE().makeOptionMandatory()),
  ).action(async (options: SignerKeyCommand) => {
    const { signerKey } = await import("./commands/signer/key.ts");
    await runner.run(options, signerKey);
  });
  command("plan", "Write down a ceremony for everybody's approval: a new key, or one that is shared anew")
    .option("--key <name>", "a new key's name")
    .addOption(USE())
    .requiredOption("--threshold <number>", "how many members sign together")
    .requiredOption("--member <file>", "a member's identity.json; repeat, in order of their numbers", several)
    .option("--from <file>", "share this group's key anew instead: its public file")
    .option("--dealer <file>", "with --from: the identity.json of a member that deals; repeat", several)
    .option("--attempt <number>", "one more after a ceremony that failed", "1")
    .requiredOption("--out <file>", "where the ceremony is written")
    .action(async (options: SignerPlanCommand) => {
      const { signerPlan } = await import("./commands/signer/plan.ts");
      const here = (file: string) => runner.here(file);
      const { from, dealer, member } = options;
      const files = {
        member: member.map(here),
        ...(from === undefined ? {} : { from: here(from) }),
        ...(dealer === undefined ? {} : { dealer: dealer.map(here) }),
      };
      await runner.run({ ...options, ...files }, signerPlan);
    });
  command("approve", "Show a ceremony, and let this signer take part in it")
    .requiredOption("--config <file>", "the signer's signer.json")
    .requiredOption("--ceremony <file>", "the ceremony")
    .option("--fingerprint <digits>", "the ceremony's, as it was compared by voice")
    .action(async (options: SignerApproveCommand) => {
      const { signerApprove } = await import("./commands/signer/approve.ts");
      await runner.run({ ...options, ceremony: runner.here(options.ceremony) }, signerApprove);
    });
  for (const [kind, description] of [
    ["dkg", "Lead the ceremony that makes a group's key"],
    ["reshare", "Lead the ceremony that shares a group's key anew: other members, another threshold"],
  ] as const) {
    withPassword(
      command(kind, description)
        .requiredOption("--config <file>", "the leader's coordinator.json")
        .requiredOption("--ceremony <file>", "what every participant has approved")
        .requiredOption("--out <file>", "where the group's public key is written")
        .option("--finish", "end a ceremony whose leader was lost after all had stored it", false),
    ).action(async (options: SignerCeremonyCommand) => {
      const { signerCeremony } = await import("./commands/signer/ceremony.ts");
      const here = { ...options, ceremony: runner.here(options.ceremony) };
      await runner.run(here, (given) => signerCeremony(kind, given));
    });
  }
  withPassword(
    command(
      "status",
      "Ask all signers of a coordinator's how they are, and which keys they hold",
    ).requiredOption("--config <file>", "the coordinator's coordinator.json"),
  ).action(async (options: SignerStatusCommand) => {
    const { signerStatus } = await import("./commands/signer/status.ts");
    await runner.run(options, signerStatus);
  });
  withPassword(
    command("discard", "Throw away what a failed ceremony has stored: only if no member has activated it")
      .requiredOption("--config <file>", "the signer's signer.json; it must not run")
      .requiredOption("--key <name>", "the key that waits"),
  ).action(async (options: SignerDiscardCommand) => {
    const { signerDiscard } = await import("./commands/signer/discard.ts");
    await runner.run(options, signerDiscard);
  });
}
