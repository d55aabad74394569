import { relative } from "node:path";
import { type StrongroomError, TerminalError } from "../../../core/errors.ts";
import { terminalLine } from "../../../core/terminal-text.ts";
import { textTable } from "../../../core/text-table.ts";
import { iso } from "../../../core/time.ts";
import { readAddressBook } from "../../../governance/address-book.ts";
import { conflictsOf, type Pending } from "../../../governance/proposals/conflicts.ts";
import { type Progress, progressOf } from "../../../governance/proposals/progress.ts";
import {
  type ProposalFolder,
  proposalsOf,
  signatureFilesIn,
} from "../../../governance/proposals/proposal-folder.ts";
import { type QueuedOperation, queueOf } from "../../../governance/proposals/queue.ts";
import { collectedSignatures } from "../../../governance/proposals/signing.ts";
import { ExitCode } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { type GovOptions, openSession, type Session } from "./session.ts";

/** A proposal and where it stands. */
interface Standing extends ProposalFolder {
  readonly progress: Progress;
  /** Files among its signatures that count for nothing. */
  readonly refused: readonly Complaint[];
}

/** What can't be taken as it lies there. */
interface Complaint {
  readonly file: string;
  readonly code: string;
  readonly message: string;
}

const LIVE = new Set(["collecting", "signed", "waiting", "ready", "open"]);

async function standingsOf({ governance, proposals }: Session) {
  const { provider, addresses } = governance;
  const standings: Standing[] = [];
  const unreadable: Complaint[] = [];
  const complain =
    (list: Complaint[]) =>
    (file: string, { code, message }: StrongroomError): void =>
      void list.push({ file, code, message });
  for (const { folder, proposal } of proposalsOf(proposals, addresses.chainId, complain(unreadable))) {
    const refused: Complaint[] = [];
    try {
      const files = signatureFilesIn(folder);
      const signatures = await collectedSignatures(provider, proposal, files, complain(refused));
      const progress = await progressOf(provider, addresses, proposal, signatures);
      // Of what is over nothing is counted any more: its owners may have changed since.
      standings.push({ folder, proposal, progress, refused: LIVE.has(progress.phase) ? refused : [] });
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      complain(unreadable)(folder, error);
    }
  }
  return { standings, unreadable };
}

function whenOf({ phase, readyAt }: Progress, { proposal }: ProposalFolder): string {
  if (phase === "waiting" && readyAt !== undefined) return `ready ${iso(readyAt)}`;
  return LIVE.has(phase) ? `void after ${iso(BigInt(proposal.inputs.validUntil))}` : "";
}

/** What is in the queue and in no proposal of this folder: somebody else's, or a thief's. */
function strangers(
  queue: readonly QueuedOperation[],
  standings: readonly Standing[],
): readonly QueuedOperation[] {
  const known = new Set(standings.map(({ proposal }) => proposal.operation?.id));
  return queue.filter(({ id }) => !known.has(id));
}

function pendingOf(standings: readonly Standing[], others: readonly QueuedOperation[]): readonly Pending[] {
  return [
    ...standings
      .filter(({ progress }) => LIVE.has(progress.phase))
      .map(({ folder, proposal, progress }) => ({
        name: folder,
        calls: proposal.calls,
        safe: proposal.safe,
        unsent: progress.phase === "collecting" || progress.phase === "signed",
      })),
    ...others.map(({ id, calls }) => ({
      name: `operation ${id}`,
      calls: calls.flatMap(({ reads, ...call }) => (reads === undefined ? [] : [{ ...call, reads }])),
      unsent: false,
    })),
  ];
}

/** `gov status`: exit code 1 if something in the queue is nobody's proposal, or a proposal can't be read. */
export async function govStatus(options: GovOptions): Promise<number> {
  const session = await openSession(options);
  try {
    const { provider, addresses } = session.governance;
    const { standings, unreadable } = await standingsOf(session);
    const queue = await queueOf(provider, addresses, await readAddressBook(provider, addresses));
    const others = strangers(queue, standings);
    const conflicts = conflictsOf(pendingOf(standings, others));
    const rows = standings.map(({ folder, proposal, progress }) => [
      relative(session.proposals, folder),
      terminalLine(proposal.title),
      progress.phase,
      progress.needed === 0 ? "" : `${progress.signatures} of ${progress.needed}`,
      whenOf(progress, { folder, proposal }),
    ]);
    const parts = [
      rows.length === 0
        ? "No proposals."
        : textTable(["proposal", "title", "state", "signatures", "when"], rows),
      ...others.map(
        ({ id, readyAt, calls }) =>
          `UNKNOWN OPERATION ${id}, ready ${iso(readyAt)}:\n${calls
            .map(
              ({ to, reads }) =>
                `  ${reads === undefined ? `an unknown call of ${to}` : `${reads.target}.${reads.function}`}`,
            )
            .join("\n")}\n  do: if nobody can explain it, veto it: gov cancel --operation ${id}`,
      ),
      ...unreadable.map(
        ({ file, code, message }) =>
          `UNREADABLE ${relative(session.proposals, file)}: ${message} (${code})\n  do: sign nothing of it, and remove it`,
      ),
      ...standings.flatMap(({ refused }) =>
        refused.map(
          ({ file, code, message }) =>
            `NOT COUNTED ${relative(session.proposals, file)}: ${message} (${code})\n  do: remove it`,
        ),
      ),
      ...conflicts.map(({ between, because }) => `CONFLICT ${between.join(" and ")}: ${because}`),
    ];
    print(
      options.json,
      {
        proposals: standings.map(({ folder, proposal, progress }) => ({
          folder,
          title: proposal.title,
          digest: proposal.digest,
          ...progress,
        })),
        unknown: others,
        unreadable,
        refused: standings.flatMap(({ refused }) => refused),
        conflicts,
      },
      `${parts.join("\n\n")}\n`,
    );
    return others.length + unreadable.length === 0 ? ExitCode.done : ExitCode.failed;
  } finally {
    await session.close();
  }
}
