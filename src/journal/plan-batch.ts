import { RetryableError, type StrongroomError, TerminalError } from "../core/errors.ts";
import type { CheckedCommit } from "./checked-commit.ts";
import { eventDigest } from "./event-digest.ts";
import type { Lease } from "./journal.ts";
import type { CommitRow, EventRow, Head, StreamRow } from "./stored-rows.ts";

/** What the store says, with all other writers kept out, of everything that a batch touches. */
export interface BatchFacts {
  readonly head: Head;
  readonly streams: ReadonlyMap<string, StreamRow>;
  readonly leases: ReadonlyMap<string, Lease>;
  readonly commits: ReadonlyMap<string, CommitRow>;
  /** Those of the outbox rows that the batch ends that are there. */
  readonly outbox: ReadonlySet<string>;
  /** Unix milliseconds by the store's clock: what leases are measured by. */
  readonly now: number;
}

/** What became of one commit of a batch. `known`: its id is stored already, with these events. */
export type Outcome =
  | { readonly is: "written"; readonly events: readonly EventRow[] }
  | { readonly is: "known"; readonly row: CommitRow }
  | { readonly is: "refused"; readonly error: StrongroomError };

/** What a batch writes, and what became of each of its commits, in order. */
export interface BatchPlan {
  readonly head: Head;
  readonly events: readonly EventRow[];
  readonly streams: ReadonlyMap<string, StreamRow>;
  readonly cursors: ReadonlyMap<string, string>;
  readonly outbox: CheckedCommit["outbox"];
  readonly done: readonly string[];
  readonly commits: readonly CommitRow[];
  readonly outcomes: readonly Outcome[];
}

/** A commit in a batch. `own` ids are the journal's, for its own use. */
export interface PlannedCommit {
  readonly commit: CheckedCommit;
  readonly id: string | undefined;
  readonly own: boolean;
}

/** What somebody is told who writes under a lease that isn't held. */
export function leaseLost(lease: Pick<Lease, "name" | "holder" | "fence">): RetryableError {
  return new RetryableError("LEASE_LOST", `The lease ${lease.name} isn't ${lease.holder}'s any more`, {
    advice: "Stop this work: another worker may have it. Acquire the lease again before anything else.",
    facts: { lease: lease.name, holder: lease.holder, fence: lease.fence },
  });
}

function conflict(stream: string, expected: number, found: number): RetryableError {
  return new RetryableError("VERSION_CONFLICT", `${stream} has changed since it was read`, {
    advice: "Read it again and decide again.",
    facts: { stream, expected, found },
  });
}

function reused(id: string): TerminalError {
  return new TerminalError("COMMIT_REUSED", `The commit id ${id} is stored with another content`, {
    advice: "Give each commit an id of its own, and repeat it only as it was.",
    facts: { commit: id },
  });
}

function holds(lease: Lease, facts: BatchFacts): boolean {
  const held = facts.leases.get(lease.name);
  return held?.holder === lease.holder && held.fence === lease.fence && held.until > facts.now;
}

/**
 * Decides a batch of commits, in order, as if each had a transaction of its own: one that is refused leaves nothing, and the
 * others don't notice. Pure: both engines gather the facts, ask this, and write what it says in one transaction.
 *
 * @param at Unix milliseconds by the writer's clock
 */
export function planBatch(facts: BatchFacts, batch: readonly PlannedCommit[], at: number): BatchPlan {
  let head = facts.head;
  const events: EventRow[] = [];
  const streams = new Map<string, StreamRow>();
  const cursors = new Map<string, string>();
  const outbox: CheckedCommit["outbox"][number][] = [];
  const done: string[] = [];
  const put = new Set<string>();
  const commits = new Map<string, CommitRow>();

  const decide = ({ commit, id, own }: PlannedCommit): Outcome => {
    const known = id === undefined ? undefined : (commits.get(id) ?? facts.commits.get(id));
    if (known !== undefined) {
      if (known.digest === commit.digest) return { is: "known", row: known };
      return { is: "refused", error: reused(known.id) };
    }
    const { lease } = commit;
    if (lease !== undefined && !holds(lease, facts)) return { is: "refused", error: leaseLost(lease) };
    const rows: EventRow[] = [];
    const touched = new Map<string, StreamRow>();
    let end = head;
    for (const { stream, expected, events: added, open } of commit.appends) {
      const before = touched.get(stream) ?? streams.get(stream) ?? facts.streams.get(stream);
      const found = before?.version ?? 0;
      if (found !== expected) return { is: "refused", error: conflict(stream, expected, found) };
      for (const [index, { type, text }] of added.entries()) {
        const last = index === added.length - 1;
        const position = end.position + 1n;
        const version = expected + index + 1;
        const row = { position, stream, version, type, text, at, open: last ? open : undefined };
        end = { position, digest: eventDigest(end.digest, row) };
        rows.push({ ...row, digest: end.digest });
      }
      const version = expected + added.length;
      touched.set(stream, { stream, version, position: end.position, open: open ?? before?.open ?? false });
    }
    if (id !== undefined) {
      const first = head.position + 1n;
      commits.set(id, { id, digest: commit.digest, first, count: rows.length, at, own });
    }
    head = end;
    events.push(...rows);
    for (const [stream, row] of touched) streams.set(stream, row);
    for (const [name, value] of commit.cursors) cursors.set(name, value);
    outbox.push(...commit.outbox);
    // In the order of the commits: what ends before it is put ends nothing.
    for (const row of commit.outbox) put.add(row.id);
    done.push(...commit.done.filter((row) => facts.outbox.has(row) || put.has(row)));
    return { is: "written", events: rows };
  };

  const outcomes = batch.map(decide);
  return { head, events, streams, cursors, outbox, done, commits: [...commits.values()], outcomes };
}
