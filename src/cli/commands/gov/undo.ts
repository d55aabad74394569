import { UsageError } from "../../../core/errors.ts";
import { CHANGE_FORMAT, parseChange } from "../../../governance/changes/change-file.ts";
import { progressOf } from "../../../governance/proposals/progress.ts";
import {
  openProposal,
  signatureFilesIn,
  writeProposal,
} from "../../../governance/proposals/proposal-folder.ts";
import { propose } from "../../../governance/proposals/propose.ts";
import { collectedSignatures } from "../../../governance/proposals/signing.ts";
import { summaryOf } from "../../../governance/proposals/summary.ts";
import { releaseOf, type Undoing, undoingOf } from "../../../governance/proposals/undo.ts";
import { ExitCode } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { type GovOptions, openSessionOf, type Session, sayRefused } from "./session.ts";

/** What `gov cancel` and `gov rollback` are told. */
export interface UndoCommand extends GovOptions {
  /** An operation or a release by its id, where no proposal of it is at hand. */
  readonly operation?: string;
  readonly release?: string;
  readonly reason?: string;
  readonly reserve?: boolean;
}

async function proposeUndoing(
  session: Session,
  { changes, title, nonce }: Undoing,
  options: UndoCommand,
): Promise<number> {
  const reason = options.reason ?? "The signers have decided against it";
  const change = parseChange({ format: CHANGE_FORMAT, title, reason, changes });
  const proposal = await propose(session.governance, change, nonce);
  const { folder } = writeProposal(session.proposals, proposal);
  print(options.json, { folder, proposal }, `${summaryOf(proposal, "en")}\nWritten: ${folder}\n`);
  return ExitCode.done;
}

/** `gov cancel`: proposes what ends a proposal: a rejection while its Safe has not sent it, a veto while it waits. */
export async function govCancel(path: string | undefined, options: UndoCommand): Promise<number> {
  if ((path === undefined) === (options.operation === undefined)) {
    throw new UsageError("Name a proposal, or --operation ID", { advice: "gov status shows both." });
  }
  const opened = path === undefined ? undefined : openProposal(path);
  const session = await openSessionOf(opened?.proposal, options);
  try {
    if (opened === undefined) {
      const domain = options.reserve === true ? "reserve" : "suite";
      const changes = [{ kind: "veto", operation: options.operation, domain }];
      return await proposeUndoing(session, { title: "Veto an operation", changes }, options);
    }
    const { provider, addresses } = session.governance;
    const { folder, proposal } = opened;
    const signatures = await collectedSignatures(provider, proposal, signatureFilesIn(folder), sayRefused);
    const progress = await progressOf(provider, addresses, proposal, signatures);
    return await proposeUndoing(session, undoingOf(proposal, progress), options);
  } finally {
    await session.close();
  }
}

/** `gov rollback`: proposes to roll a release back, by its proposal or its id. */
export async function govRollback(path: string | undefined, options: UndoCommand): Promise<number> {
  if ((path === undefined) === (options.release === undefined)) {
    throw new UsageError("Name a proposal, or --release ID", {
      advice: "The event ReleaseExecuted has the id.",
    });
  }
  const opened = path === undefined ? undefined : openProposal(path);
  const session = await openSessionOf(opened?.proposal, options);
  try {
    const release = opened === undefined ? options.release : releaseOf(opened.proposal);
    const changes = [{ kind: "roll-back", release }];
    return await proposeUndoing(session, { title: "Roll a release back", changes }, options);
  } finally {
    await session.close();
  }
}
