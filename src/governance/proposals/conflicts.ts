import type { Proposal } from "./proposal.ts";

/** Two changes that can't both take effect as they were reviewed. */
export interface Conflict {
  readonly between: readonly [string, string];
  readonly because: string;
}

/** A change that waits: a proposal, or an operation in a timelock's queue. */
export interface Pending {
  /** How people call it. */
  readonly name: string;
  readonly calls: Proposal["calls"];
  readonly safe?: Pick<NonNullable<Proposal["safe"]>, "address" | "transaction"> | undefined;
  /** Whether its Safe transaction is still to be sent. */
  readonly unsent: boolean;
}

/** What a call is about: the same thing changed twice is a conflict. A Safe's owners are one thing, a number's key another. */
function subjectOf({ reads }: Proposal["calls"][number]): string {
  if (reads.inside !== undefined) return `${reads.target}'s settings`;
  const [first] = reads.arguments;
  return `${reads.target}.${reads.function.split("(")[0]}${first === undefined ? "" : ` of ${first.value}`}`;
}

/** Every pair of waiting changes of which the second is void, or another one, once the first took effect. */
export function conflictsOf(pending: readonly Pending[]): readonly Conflict[] {
  const conflicts: Conflict[] = [];
  for (const [index, one] of pending.entries()) {
    for (const other of pending.slice(index + 1)) {
      const between = [one.name, other.name] as const;
      const sameNonce =
        one.unsent &&
        other.unsent &&
        one.safe !== undefined &&
        one.safe.address === other.safe?.address &&
        one.safe.transaction.nonce === other.safe.transaction.nonce;
      if (sameNonce) {
        conflicts.push({
          between,
          because: `both take nonce ${one.safe?.transaction.nonce} of one Safe: only one can be sent`,
        });
      }
      const subjects = new Set(one.calls.map(subjectOf));
      for (const subject of new Set(other.calls.map(subjectOf))) {
        if (subjects.has(subject)) conflicts.push({ between, because: `both change ${subject}` });
      }
    }
  }
  return conflicts;
}
