import { UsageError } from "../../../core/errors.ts";
import { textTable } from "../../../core/text-table.ts";
import { iso } from "../../../core/time.ts";
import { advance, brokenPromises } from "../../../governance/proposals/advance.ts";
import { signatureFilesIn } from "../../../governance/proposals/proposal-folder.ts";
import { executeQueued } from "../../../governance/proposals/queue.ts";
import { refuseOtherChain } from "../../../governance/proposals/review.ts";
import { collectedSignatures } from "../../../governance/proposals/signing.ts";
import { ExitCode } from "../../exit-code.ts";
import type { PasswordOptions } from "../../option-values.ts";
import { print } from "../../output.ts";
import { type GovOptions, openProposalSession, openSession, payer, sayRefused } from "./session.ts";

/** What `gov execute` is told. */
export interface ExecuteCommand extends GovOptions, PasswordOptions {
  /** Whose account pays for the gas, or acts; else the network's own. */
  readonly keystore?: string;
  /** An operation in a timelock's queue that is in no proposal. */
  readonly operation?: string;
}

async function executeOperation(id: string, options: ExecuteCommand): Promise<number> {
  const session = await openSession(options);
  try {
    const { provider, addresses } = session.governance;
    const receipt = await executeQueued(provider, addresses, id.toLowerCase(), await payer(session, options));
    const done = { did: "executed", transaction: receipt.hash, gas: receipt.gasUsed };
    print(options.json, done, `executed: ${receipt.hash}, ${receipt.gasUsed} gas\n`);
    return ExitCode.done;
  } finally {
    await session.close();
  }
}

/** `gov execute`: sends what is signed, or executes what is ready. */
export async function govExecute(path: string | undefined, options: ExecuteCommand): Promise<number> {
  const { operation } = options;
  if (operation !== undefined && path === undefined) return executeOperation(operation, options);
  if (path === undefined || operation !== undefined) {
    throw new UsageError("Name a proposal, or --operation ID", { advice: "gov status shows both." });
  }
  const session = await openProposalSession(path, options);
  try {
    const { governance, folder, proposal } = session;
    const signatures = await collectedSignatures(
      governance.provider,
      proposal,
      signatureFilesIn(folder),
      sayRefused,
    );
    const done = await advance(governance, proposal, signatures, await payer(session, options));
    const { readyAt } = done.progress;
    const next =
      readyAt !== undefined && done.did === "scheduled"
        ? `\nReady ${iso(readyAt)}: then run the same command again.`
        : "";
    print(options.json, done, `${done.did}: ${done.transaction}, ${done.gas} gas${next}\n`);
    return ExitCode.done;
  } finally {
    await session.close();
  }
}

/** `gov verify`: exit code 1 unless every variable is what an executed proposal promised. */
export async function govVerify(path: string, options: GovOptions): Promise<number> {
  const session = await openProposalSession(path, options);
  try {
    const { governance, proposal } = session;
    refuseOtherChain(governance, proposal);
    const broken = await brokenPromises(governance, proposal);
    const kept = proposal.simulation.changes.length - broken.length;
    const text =
      broken.length === 0
        ? `All ${kept} variables are as promised.\n`
        : `${textTable(
            ["variable", "promised", "found"],
            broken.map(({ id, promised, found }) => [id, promised, found]),
          )}\n`;
    print(options.json, { kept, broken }, text);
    return broken.length === 0 ? ExitCode.done : ExitCode.failed;
  } finally {
    await session.close();
  }
}
