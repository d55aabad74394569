import { TerminalError } from "../../core/errors.ts";
import { type ChangeFile, canonical, changeDigest, parseChange } from "../changes/change-file.ts";
import type { Governance } from "./governance.ts";
import { isSameButForTime } from "./machine-form.ts";
import type { Proposal } from "./proposal.ts";
import { derive, refuseStaleNonce, validUntilOf } from "./propose.ts";

/** A field of a proposal that is another one when it is computed again. */
export interface Difference {
  /** Where in the file: `calls.0.data`. */
  readonly field: string;
  readonly proposed: string;
  readonly found: string;
}

/** What a review comes to. */
export interface Review {
  readonly same: boolean;
  readonly differences: readonly Difference[];
  /** What the reviewer's own machine has computed. */
  readonly recomputed: Proposal;
}

function leaves(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) into.set(path, canonical(value));
    for (const [key, item] of entries) leaves(item, path === "" ? key : `${path}.${key}`, into);
  } else into.set(path, String(value));
  return into;
}

/** What people read of a change follows from its values, which are compared. */
function tableDifferences(
  proposed: Proposal["simulation"],
  recomputed: Proposal["simulation"],
): readonly Difference[] {
  const shift = BigInt(recomputed.effectiveAt) - BigInt(proposed.effectiveAt);
  const [theirs, mine] = [proposed, recomputed].map(
    ({ changes }) => new Map(changes.map((change) => [change.id, change])),
  );
  const ids = new Set([...(theirs?.keys() ?? []), ...(mine?.keys() ?? [])]);
  return [...ids].flatMap((id) => {
    const [one, other] = [theirs?.get(id), mine?.get(id)];
    const field = `simulation.changes: ${id}`;
    if (one === undefined || other === undefined) {
      return [
        {
          field,
          proposed: one === undefined ? "unchanged" : "changes",
          found: other === undefined ? "unchanged" : "changes",
        },
      ];
    }
    const same =
      one.direction === other.direction &&
      isSameButForTime(one.value.before, other.value.before, 0n) &&
      isSameButForTime(one.value.after, other.value.after, shift);
    const text = ({ value, direction }: typeof one) => `${value.before} → ${value.after} (${direction})`;
    return same ? [] : [{ field, proposed: text(one), found: text(other) }];
  });
}

/** Every field in which two proposals differ. Block and gas move with the chain and bind nobody. */
export function differencesOf(proposed: Proposal, recomputed: Proposal): readonly Difference[] {
  const bound = ({ digest: _, simulation, ...rest }: Proposal) =>
    leaves(
      {
        ...rest,
        events: simulation.events.map(({ source, name }) => `${source}.${name}`),
        steps: simulation.steps.map(({ step }) => step),
      },
      "",
      new Map(),
    );
  const [theirs, mine] = [bound(proposed), bound(recomputed)];
  const fields = new Set([...theirs.keys(), ...mine.keys()]);
  return [
    ...[...fields]
      .filter((field) => theirs.get(field) !== mine.get(field))
      .map((field) => ({
        field,
        proposed: theirs.get(field) ?? "absent",
        found: mine.get(field) ?? "absent",
      })),
    ...tableDifferences(proposed.simulation, recomputed.simulation),
  ];
}

/**
 * Computes a proposal again from the chain and the change file alone, and says whether it is the same. A reviewer needs
 * no trust in the machine that proposed: only in this checkout and this node.
 *
 * @param change the file that the reviewer was shown elsewhere; without it, what the proposal says that it states
 * @throws TerminalError `OTHER_CHAIN`, `OTHER_CHANGE`, `FROM_THE_FUTURE`, `PROPOSAL_EXPIRED`, `STALE_NONCE`, and what trying the
 *   change throws
 */
export async function review(
  governance: Governance,
  proposal: Proposal,
  change?: ChangeFile,
): Promise<Review> {
  refuseOtherChain(governance, proposal);
  const stated = change ?? parseChange(proposal.change.stated, "The change in the proposal");
  if (changeDigest(stated) !== proposal.change.digest) {
    throw new TerminalError("OTHER_CHANGE", "The proposal is of another change than this file states", {
      facts: { proposal: proposal.change.digest, file: changeDigest(stated) },
      advice: "Don't sign. Ask which of the two was agreed on.",
    });
  }
  const latest = await governance.provider.getBlock("latest");
  const now = BigInt(latest?.timestamp ?? 0);
  const createdAt = BigInt(proposal.inputs.createdAt);
  if (createdAt > now) {
    throw new TerminalError(
      "FROM_THE_FUTURE",
      "The proposal says it was made after this node's latest block",
      {
        facts: { createdAt: createdAt.toString(), now: now.toString() },
        advice: "Let the node catch up, or ask another one.",
      },
    );
  }
  refuseExpired(proposal, now);
  await refuseStaleNonce(governance, proposal);
  const { nonce } = proposal.inputs;
  const recomputed = await derive(governance, stated, {
    createdAt,
    // Not the file's word: a proposal that stays valid for longer than its change says is another one.
    validUntil: await validUntilOf(governance, stated, createdAt),
    ...(nonce === undefined ? {} : { nonce: BigInt(nonce) }),
  });
  const differences = differencesOf(proposal, recomputed);
  return { same: differences.length === 0, differences, recomputed };
}

/**
 * Refuses a proposal for another chain or deployment than the one at hand.
 *
 * @throws TerminalError `OTHER_CHAIN`
 */
export function refuseOtherChain(
  { addresses, network }: Pick<Governance, "addresses" | "network">,
  proposal: Proposal,
): void {
  if (proposal.chainId === addresses.chainId) return;
  throw new TerminalError("OTHER_CHAIN", "The proposal is for another chain", {
    facts: { proposal: proposal.chainId, network, chain: addresses.chainId },
    advice: `Name its network: the proposal says ${proposal.network}.`,
  });
}

/**
 * Refuses a proposal whose time is over.
 *
 * @throws TerminalError `PROPOSAL_EXPIRED`
 */
export function refuseExpired({ inputs }: Proposal, now: bigint): void {
  if (now <= BigInt(inputs.validUntil)) return;
  throw new TerminalError("PROPOSAL_EXPIRED", "The time of this proposal is over", {
    facts: { validUntil: inputs.validUntil, now: now.toString() },
    advice: "Propose the change anew.",
  });
}
