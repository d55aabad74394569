import { canonicalJson } from "../../core/canonical-json.ts";
import { TerminalError } from "../../core/errors.ts";
import { type ChangeFile, changeDigest, parseChange } from "../changes/change-file.ts";
import { SEATS } from "../role-graph.ts";
import type { Governance } from "./governance.ts";
import { isSameButForTime, withTimes } from "./machine-form.ts";
import type { Proposal } from "./proposal.ts";
import { derive, refuseStaleNonce, termOf } from "./propose.ts";
import { isMachinery } from "./summary.ts";

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
  /** How many other transactions of the Safe come before this one: 0 = it is the next. */
  readonly ahead: bigint;
  /** What the reviewer's own machine has computed. */
  readonly recomputed: Proposal;
}

function leaves(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) into.set(path, canonicalJson(value));
    for (const [key, item] of entries) leaves(item, path === "" ? key : `${path}.${key}`, into);
  } else into.set(path, String(value));
  return into;
}

/** How far two forks may differ in the time that the way takes on them, seconds. */
const SLACK = 3_600n;

/** Arguments that are storage words for indexers: times lie in them, and what they pack is told beside them. */
const PACKED = /^(packed|slot|\w+Slot)$/;

type Simulated = Proposal["simulation"];
type Row = Simulated["changes"][number];

/** A row's words: all that people read of it. */
function wordsOf({ label, before, after, value, direction }: Row): readonly string[] {
  return [label.en, label.zh, before.en, before.zh, value.before, after.en, after.zh, value.after, direction];
}

/** The table of changes, to the last word of it: signers read no other. */
function tableDifferences(proposed: Simulated, recomputed: Simulated, shift: bigint): readonly Difference[] {
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
    const words = wordsOf(other);
    const same = wordsOf(one).every((text, index) =>
      isSameButForTime(withTimes(text), withTimes(words[index] ?? ""), shift),
    );
    const text = (row: Row) =>
      `${row.label.en}: ${row.before.en} → ${row.after.en} (${row.value.after}, ${row.direction})`;
    return same ? [] : [{ field, proposed: text(one), found: text(other) }];
  });
}

/** What events say: a number that reads as a time may be one that moved as far as all have. */
function eventDifferences(proposed: Simulated, recomputed: Simulated, shift: bigint): readonly Difference[] {
  const texts = ({ events }: Simulated) =>
    events
      .filter((event) => !isMachinery(event))
      .map(({ source, name, arguments: args }) =>
        [
          `${source}.${name}`,
          ...args.filter((arg) => !PACKED.test(arg.name)).map((arg) => `${arg.name}=${arg.value}`),
        ].join(" "),
      );
  const timed = (text: string) => text.replaceAll(/(?<![\da-fA-Fx])[1-3]\d{9}(?!\d)/g, "@$&");
  const [theirs, mine] = [texts(proposed), texts(recomputed)];
  return Array.from({ length: Math.max(theirs.length, mine.length) }, (_, index) => ({
    field: `simulation.events.${index}`,
    proposed: theirs[index] ?? "absent",
    found: mine[index] ?? "absent",
  })).filter(({ proposed: one, found }) => !isSameButForTime(timed(one), timed(found), shift));
}

/** What was tried, held against what is tried now: it moves by as much time as has passed since, and by nothing else. */
function simulationDifferences(
  { inputs, simulation: proposed }: Proposal,
  { simulation: recomputed }: Proposal,
): readonly Difference[] {
  const shift = BigInt(recomputed.effectiveAt) - BigInt(proposed.effectiveAt);
  const slack = shift - (BigInt(recomputed.block.time) - BigInt(inputs.createdAt));
  const late = {
    field: "simulation.effectiveAt",
    proposed: proposed.effectiveAt,
    found: recomputed.effectiveAt,
  };
  return [
    ...(slack > SLACK || slack < -SLACK ? [late] : []),
    ...tableDifferences(proposed, recomputed, shift),
    ...eventDifferences(proposed, recomputed, shift),
  ];
}

/** Every field in which two proposals differ. Block and gas move with the chain and bind nobody. */
export function differencesOf(proposed: Proposal, recomputed: Proposal): readonly Difference[] {
  const bound = ({ digest: _, simulation, ...rest }: Proposal) =>
    leaves(
      {
        ...rest,
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
    ...simulationDifferences(proposed, recomputed),
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
  const ahead = await refuseStaleNonce(governance, proposal);
  const { nonce } = proposal.inputs;
  // What the change says, not the proposal: one that stays valid for longer is another one.
  const { validUntil } = await termOf(governance, stated, createdAt);
  const recomputed = await derive(governance, stated, {
    createdAt,
    validUntil,
    ...(nonce === undefined ? {} : { nonce: BigInt(nonce) }),
  });
  const differences = differencesOf(proposal, recomputed);
  return { same: differences.length === 0, differences, ahead, recomputed };
}

/**
 * A proposal as this machine computes it, where that is the very same.
 *
 * @throws TerminalError `REVIEW_DIFFERS`, and what `review` throws
 */
export async function reviewed(governance: Governance, proposal: Proposal): Promise<Proposal> {
  const { same, differences, recomputed } = await review(governance, proposal);
  if (same) return recomputed;
  throw new TerminalError("REVIEW_DIFFERS", "This machine comes to another proposal than the file", {
    facts: Object.fromEntries(
      differences.slice(0, 5).map(({ field, proposed, found }) => [field, `${proposed} / ${found}`]),
    ),
    advice: "Don't sign. Run gov review to see all differences.",
  });
}

/**
 * Refuses a proposal for another chain or deployment than the one at hand.
 *
 * @throws TerminalError `OTHER_CHAIN`, `OTHER_DEPLOYMENT`
 */
export function refuseOtherChain(
  { addresses }: Pick<Governance, "addresses">,
  { chainId, network, path, safe }: Proposal,
): void {
  if (chainId !== addresses.chainId) {
    throw new TerminalError("OTHER_CHAIN", "The proposal is for another chain", {
      facts: { proposal: chainId, network: addresses.network, chain: addresses.chainId },
      advice: `Name its network: the proposal says ${network}.`,
    });
  }
  const meant = path.by === "account" ? undefined : addresses.safes[path.safe];
  const timelock = path.by === "timelock" && SEATS[path.domain].timelock;
  if (safe?.address === meant && (!timelock || path.timelock === addresses[timelock])) return;
  throw new TerminalError(
    "OTHER_DEPLOYMENT",
    "The proposal is for a Safe or a timelock of another deployment",
    {
      facts: { proposal: safe?.address ?? "none", deployment: meant ?? "none" },
      advice: "Don't sign it for this deployment. Check --deployments, and where the proposal comes from.",
    },
  );
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
