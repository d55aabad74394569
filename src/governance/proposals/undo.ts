import { TerminalError } from "../../core/errors.ts";
import type { Progress } from "./progress.ts";
import type { Proposal } from "./proposal.ts";

/** A change that ends another one. */
export interface Undoing {
  readonly title: string;
  readonly changes: readonly Readonly<Record<string, unknown>>[];
  /** Of the Safe, where it must be the very one that the other takes. */
  readonly nonce?: bigint;
}

/**
 * What ends a proposal where it stands: before its Safe has sent it, a transaction without content takes its nonce; in the
 * timelock's queue, the canceller's veto.
 *
 * @throws TerminalError `NOTHING_TO_CANCEL`
 */
export function undoingOf(proposal: Proposal, { phase, readyAt, nextNonce }: Progress): Undoing {
  const { safe, operation, path, title } = proposal;
  // The end is these commands' word, not the chain's: what was signed or scheduled can still be carried out by anyone.
  const isQueued = phase === "waiting" || phase === "ready" || (phase === "expired" && readyAt !== undefined);
  const isUnsent =
    phase === "collecting" ||
    phase === "signed" ||
    (phase === "expired" && !isQueued && nextNonce !== undefined);
  if (isUnsent && safe !== undefined && path.by !== "account") {
    return {
      title: `Reject: ${title}`.slice(0, 80),
      changes: [{ kind: "reject", safe: path.safe }],
      nonce: BigInt(safe.transaction.nonce),
    };
  }
  if (isQueued && operation !== undefined && path.by === "timelock") {
    return {
      title: `Veto: ${title}`.slice(0, 80),
      changes: [{ kind: "veto", operation: operation.id, domain: path.domain }],
    };
  }
  throw new TerminalError("NOTHING_TO_CANCEL", `The proposal is ${phase}: there is nothing to cancel`, {
    facts: { phase },
    advice:
      phase === "done"
        ? "Propose the opposite change; an upgrade is undone by gov rollback inside its window."
        : "See gov status.",
  });
}

/**
 * The id of the release that a proposal made, as its simulation announced it.
 *
 * @throws TerminalError `NO_RELEASE`
 */
export function releaseOf({ simulation }: Proposal): string {
  const event = simulation.events.find(({ name }) => name === "ReleaseExecuted");
  const id = event?.arguments.find(({ name }) => name === "id")?.value;
  if (id !== undefined) return id;
  throw new TerminalError("NO_RELEASE", "The proposal upgrades nothing", {
    advice: "Only an upgrade is rolled back. Undo any other change by proposing its opposite.",
  });
}
