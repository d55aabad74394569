import { TerminalError } from "../../../core/errors.ts";
import { textTable } from "../../../core/text-table.ts";
import { readAddressBook } from "../../../governance/address-book.ts";
import { conflictsOf, type Pending } from "../../../governance/proposals/conflicts.ts";
import { type Progress, progressOf } from "../../../governance/proposals/progress.ts";
import {
  openProposal,
  type ProposalFolder,
  proposalFoldersOf,
  signatureFilesIn,
} from "../../../governance/proposals/proposal-folder.ts";
import { iso } from "../../../governance/proposals/propose.ts";
import { type QueuedOperation, queueOf } from "../../../governance/proposals/queue.ts";
import { collectedSignatures } from "../../../governance/proposals/signing.ts";
import { printable } from "../../../governance/wallets/foreign-json.ts";
import { ExitCode } from "../../exit-code.ts";
import { type GovOptions, openSession, print, type Session } from "./session.ts";

/** A proposal and where it stands. */
interface Standing extends ProposalFolder {
  readonly progress: Progress;
}

const LIVE = new Set(["collecting", "signed", "waiting", "ready", "open"]);

/** A folder that is no proposal as it was written, or whose signatures aren't: it must hide nothing else. */
interface Broken {
  readonly folder: string;
  readonly code: string;
  readonly because: string;
}

async function standingsOf({ governance, proposals }: Session): Promise<{
  readonly standings: readonly Standing[];
  readonly broken: readonly Broken[];
}> {
  const { provider, addresses } = governance;
  const standings: Standing[] = [];
  const broken: Broken[] = [];
  for (const folder of proposalFoldersOf(proposals, addresses.chainId)) {
    try {
      const { proposal } = openProposal(folder);
      const signatures = await collectedSignatures(provider, proposal, signatureFilesIn(folder));
      const progress = await progressOf(provider, addresses, proposal, signatures);
      standings.push({ folder, proposal, progress });
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      broken.push({ folder, code: error.code, because: error.message });
    }
  }
  return { standings, broken };
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

/** `gov status`: exit code 1 if something in the queue is nobody's proposal, or a proposal is broken. */
export async function govStatus(options: GovOptions): Promise<number> {
  const session = await openSession(options);
  try {
    const { provider, addresses } = session.governance;
    const { standings, broken } = await standingsOf(session);
    const queue = await queueOf(provider, addresses, await readAddressBook(provider, addresses));
    const others = strangers(queue, standings);
    const conflicts = conflictsOf(pendingOf(standings, others));
    const rows = standings.map(({ folder, proposal, progress }) => [
      folder,
      proposal.title,
      progress.phase,
      progress.needed === 0 ? "" : `${progress.signatures} of ${progress.needed}`,
      whenOf(progress, { folder, proposal }),
    ]);
    const parts = [
      rows.length === 0
        ? "No proposals."
        : textTable(["proposal", "title", "state", "signatures", "when"], rows),
      ...broken.map(({ folder, code, because }) => `BROKEN ${folder}: ${printable(because)} (${code})`),
      ...others.map(
        ({ id, readyAt, calls }) =>
          `UNKNOWN OPERATION ${id}, ready ${iso(readyAt)}:\n${calls
            .map(
              ({ to, reads }) =>
                `  ${reads === undefined ? `an unknown call of ${to}` : `${reads.target}.${reads.function}`}`,
            )
            .join("\n")}\n  do: if nobody can explain it, veto it: gov cancel --operation ${id}`,
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
        broken,
        unknown: others,
        conflicts,
      },
      `${parts.join("\n\n")}\n`,
    );
    return others.length === 0 && broken.length === 0 ? ExitCode.done : ExitCode.failed;
  } finally {
    await session.close();
  }
}
