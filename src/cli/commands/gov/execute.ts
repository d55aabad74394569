import { textTable } from "../../../core/text-table.ts";
import { advance, brokenPromises } from "../../../governance/proposals/advance.ts";
import { openProposal, signatureFilesIn } from "../../../governance/proposals/proposal-folder.ts";
import { iso } from "../../../governance/proposals/propose.ts";
import { refuseOtherChain } from "../../../governance/proposals/review.ts";
import { collectedSignatures } from "../../../governance/proposals/signing.ts";
import { ExitCode } from "../../exit-code.ts";
import { type GovOptions, openSession, type PasswordOptions, payer, print, sayRefused } from "./session.ts";

/** What `gov execute` is told. */
export interface ExecuteCommand extends GovOptions, PasswordOptions {
  /** Whose account pays for the gas, or acts; else the network's own. */
  readonly keystore?: string;
}

/** `gov execute`: sends what is signed, or executes what is ready. */
export async function govExecute(path: string, options: ExecuteCommand): Promise<number> {
  const { folder, proposal } = openProposal(path);
  const session = await openSession({ ...options, network: options.network ?? proposal.network });
  try {
    const { governance } = session;
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
  const { proposal } = openProposal(path);
  const session = await openSession({ ...options, network: options.network ?? proposal.network });
  try {
    refuseOtherChain(session.governance, proposal);
    const broken = await brokenPromises(session.governance, proposal);
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
