import { terminalLine } from "../../../core/terminal-text.ts";
import { textTable } from "../../../core/text-table.ts";
import { readChange } from "../../../governance/changes/change-file.ts";
import type { Language } from "../../../governance/governed/wording.ts";
import { openProposal } from "../../../governance/proposals/proposal-folder.ts";
import { review } from "../../../governance/proposals/review.ts";
import { summaryOf } from "../../../governance/proposals/summary.ts";
import { ExitCode } from "../../exit-code.ts";
import { type GovOptions, openSession, print } from "./session.ts";

/** What `gov review` is told. */
export interface ReviewCommand extends GovOptions {
  /** The change file that the reviewer was shown elsewhere. */
  readonly change?: string;
  readonly lang?: Language;
}

/** `gov review`: exit code 1 unless this machine comes to the very same proposal. */
export async function govReview(path: string, options: ReviewCommand): Promise<number> {
  const { proposal } = openProposal(path);
  const session = await openSession({ ...options, network: options.network ?? proposal.network });
  try {
    const change = options.change === undefined ? undefined : readChange(options.change);
    const { same, differences, recomputed } = await review(session.governance, proposal, change);
    const verdict = same
      ? "THE SAME: this machine comes to the same calls, hashes and changes.\n"
      : `NOT THE SAME. Don't sign before each of these is explained:\n${textTable(
          ["field", "in the proposal", "found here"],
          differences.map(({ field, proposed, found }) => [short(field), short(proposed), short(found)]),
        )}\n`;
    print(
      options.json,
      { same, differences, recomputed },
      `${summaryOf(recomputed, options.lang ?? "en")}\n${verdict}`,
    );
    return same ? ExitCode.done : ExitCode.failed;
  } finally {
    await session.close();
  }
}

/** In one line: what a proposal says can't look like a verdict of ours. */
const short = (text: string): string => {
  const line = terminalLine(text);
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
};
