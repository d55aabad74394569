import { eventDigest, GENESIS } from "./event-digest.ts";
import type { JournalSnapshot, StoredJournal } from "./journal-snapshot.ts";
import type { CommitRow, EventRow, Head, OutboxEntry, StreamRow } from "./stored-rows.ts";

/** Something in a journal that isn't as its events have it. */
export interface Finding {
  readonly kind: "event" | "stream" | "head" | "commit" | "outbox" | "engine" | "expected";
  /** Where: a position, a stream, an id. */
  readonly at: string;
  readonly what: string;
}

/** What a journal is, by its events alone. */
export interface JournalReport {
  readonly events: number;
  readonly streams: number;
  readonly open: number;
  readonly head: Head;
  /** Empty: everything that is kept beside the events is what they say, and no event was touched. */
  readonly findings: readonly Finding[];
  /** Findings beyond those that are listed. */
  readonly more: number;
}

/** Rows that are read at a time. */
export const PAGE = 1_000;
const LISTED = 100;

class Findings {
  readonly listed: Finding[] = [];
  more = 0;

  add(kind: Finding["kind"], at: string | bigint, what: string): void {
    if (this.listed.length < LISTED) this.listed.push({ kind, at: at.toString(), what });
    else this.more += 1;
  }

  json(kind: Finding["kind"], at: string | bigint, text: string): void {
    try {
      JSON.parse(text);
    } catch {
      this.add(kind, at, "its data is no JSON");
    }
  }
}

/** Row after row of what is read page by page. */
export async function* pages<T>(next: (last: T | undefined) => Promise<readonly T[]>): AsyncGenerator<T> {
  let last: T | undefined;
  for (;;) {
    const page = await next(last);
    yield* page;
    last = page.at(-1);
    if (page.length < PAGE) return;
  }
}

/** All events of a snapshot, in order. */
export function allEvents(snapshot: JournalSnapshot): AsyncGenerator<EventRow> {
  return pages((last) => snapshot.events(last?.position ?? 0n, PAGE));
}

/** What is replayed of an event: its stream as it is after it. */
function replayed(before: StreamRow | undefined, { stream, version, position, open }: EventRow): StreamRow {
  return { stream, version, position, open: open ?? before?.open ?? false };
}

/** Reads every event from the first on, and says what is wrong with each. */
async function replay(snapshot: JournalSnapshot, findings: Findings, expected: Head | undefined) {
  const streams = new Map<string, StreamRow>();
  let head: Head = { position: 0n, digest: GENESIS };
  let events = 0;
  let met = expected === undefined || expected.position === 0n;
  for await (const row of allEvents(snapshot)) {
    const { position, stream, version, digest } = row;
    events += 1;
    if (position !== head.position + 1n)
      findings.add("event", position, `${head.position + 1n} should follow ${head.position}`);
    if (eventDigest(head.digest, row) !== digest)
      findings.add("event", position, "it or what came before it was changed: its digest is another");
    const before = streams.get(stream);
    if (version !== (before?.version ?? 0) + 1)
      findings.add(
        "event",
        position,
        `version ${version} of ${stream} follows version ${before?.version ?? 0}`,
      );
    findings.json("event", position, row.text);
    streams.set(stream, replayed(before, row));
    head = { position, digest };
    if (position === expected?.position) {
      met = true;
      if (digest !== expected.digest)
        findings.add("expected", position, `its digest is ${digest}, not ${expected.digest}`);
    }
  }
  if (!met) findings.add("expected", expected?.position ?? 0n, "the journal ends before it");
  return { streams, head, events };
}

async function compareStreams(
  snapshot: JournalSnapshot,
  rebuilt: Map<string, StreamRow>,
  findings: Findings,
) {
  for await (const kept of pages<StreamRow>((last) => snapshot.streams(last?.stream ?? "", PAGE))) {
    const { stream } = kept;
    const now = rebuilt.get(stream);
    rebuilt.delete(stream);
    if (now === undefined) findings.add("stream", stream, "it is kept without an event");
    else if (now.version !== kept.version)
      findings.add("stream", stream, `version ${kept.version} is kept, ${now.version} is stored`);
    else if (now.position !== kept.position)
      findings.add("stream", stream, `position ${kept.position} is kept, ${now.position} is stored`);
    else if (now.open !== kept.open)
      findings.add(
        "stream",
        stream,
        `it is kept as ${kept.open ? "open" : "closed"}, its events say otherwise`,
      );
  }
  for (const stream of rebuilt.keys()) findings.add("stream", stream, "it has events and isn't kept");
}

/**
 * Replays a journal from its first event and compares what is kept beside the events with what they say; shows damage and clumsy
 * changes of events by their chain of digests. Cursors, outbox rows and leases are no part of any event: of those only their form
 * is checked.
 *
 * @param expected an end of this journal that was written down elsewhere: who rewrote the whole chain is found by it
 */
export async function checkJournal(
  journal: Pick<StoredJournal, "snapshot">,
  expected?: Head,
): Promise<JournalReport> {
  return journal.snapshot(async (snapshot) => {
    const findings = new Findings();
    for (const flaw of await snapshot.flaws()) findings.add("engine", "pages", flaw);
    const { streams, head, events } = await replay(snapshot, findings, expected);
    const kept = await snapshot.head();
    if (kept.position !== head.position || kept.digest !== head.digest)
      findings.add(
        "head",
        kept.position,
        `the journal ends at ${head.position} with ${head.digest}, not with ${kept.digest}`,
      );
    const report = {
      events,
      streams: streams.size,
      open: [...streams.values()].filter(({ open }) => open).length,
      head,
    };
    await compareStreams(snapshot, streams, findings);
    for await (const { id, first, count } of pages<CommitRow>((last) =>
      snapshot.commits(last?.id ?? "", PAGE),
    )) {
      if (first < 1n || count < 0 || first + BigInt(count) - 1n > head.position)
        findings.add(
          "commit",
          id,
          `it names ${count} events from ${first} on, and the journal ends at ${head.position}`,
        );
    }
    for await (const { id, text } of pages<OutboxEntry>((last) => snapshot.outbox(last?.seq ?? 0n, PAGE)))
      findings.json("outbox", id, text);
    return { ...report, findings: findings.listed, more: findings.more };
  });
}
