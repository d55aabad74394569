import { terminalLine } from "../../../core/terminal-text.ts";
import { textTable } from "../../../core/text-table.ts";
import { readChange } from "../../../governance/changes/change-file.ts";
import type { Language } from "../../../governance/governed/wording.ts";
import { review } from "../../../governance/proposals/review.ts";
import { summaryOf } from "../../../governance/proposals/summary.ts";
import { ExitCode } from "../../exit-code.ts";
import { print, say } from "../../output.ts";
import { type GovOptions, openProposalSession, queuedBehind } from "./session.ts";

/** What `gov review` is told. */
export interface ReviewCommand extends GovOptions {
  /** The change file that the reviewer was shown elsewhere. */
  readonly change?: string;
  readonly lang?: Language;
}

/** `gov review`: exit code 1 unless this machine comes to the very same proposal. */
export async function govReview(path: string, options: ReviewCommand): Promise<number> {
  const session = await openProposalSession(path, options);
  try {
    const { governance, proposal } = session;
    const change = options.change === undefined ? undefined : readChange(options.change);
    const { same, differences, ahead, recomputed } = await review(governance, proposal, change);
    const verdict = same
      ? "THE SAME: this machine comes to the same calls, hashes and changes.\n"
      : `NOT THE SAME. Don't sign before each of these is explained:\n${textTable(
          ["field", "in the proposal", "found here"],
          differences.map(({ field, proposed, found }) => [short(field), short(proposed), short(found)]),
        )}\n`;
    if (ahead > 0n) say(queuedBehind(ahead));
    print(
      options.json,
      { same, differences, ahead, recomputed },
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
