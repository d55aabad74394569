import { allEvents, PAGE, pages } from "./check-journal.ts";
import type { JournalSnapshot, RestoredRows, StoredJournal } from "./journal-snapshot.ts";
import type { CommitRow, Head, OutboxEntry, StreamRow } from "./stored-rows.ts";

/** Fences of a copy begin far above those of its original, so that no holder of the one can write into the other. */
const FENCE_STEP = 1n << 32n;

async function* inPages<T>(rows: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let page: T[] = [];
  for await (const row of rows) {
    page.push(row);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

async function* rowsOf(snapshot: JournalSnapshot): AsyncGenerator<RestoredRows> {
  for await (const events of inPages(allEvents(snapshot))) yield { events };
  const streams = pages<StreamRow>((last) => snapshot.streams(last?.stream ?? "", PAGE));
  for await (const some of inPages(streams)) yield { streams: some };
  const commits = pages<CommitRow>((last) => snapshot.commits(last?.id ?? "", PAGE));
  // The journal's own ids are about connections that the copy never had.
  for await (const some of inPages(commits)) yield { commits: some.filter(({ own }) => !own) };
  const outbox = pages<OutboxEntry>((last) => snapshot.outbox(last?.seq ?? 0n, PAGE));
  for await (const some of inPages(outbox)) yield { outbox: some };
  const leases = await snapshot.leases();
  yield {
    cursors: await snapshot.cursors(),
    leases: leases.map((lease) => ({ ...lease, fence: lease.fence + FENCE_STEP, until: 0 })),
  };
}

/**
 * Copies a journal as it is at one moment into an empty one of either engine: every event with its place, time and digest, cursors,
 * outbox, and the ids of commits. Leases come over as ended. The original may be written meanwhile.
 *
 * @returns where the copy ends
 * @throws TerminalError `STORE_NOT_EMPTY`, and what both stores throw
 */
export async function copyJournal(source: StoredJournal, target: StoredJournal): Promise<Head> {
  return source.snapshot(async (snapshot) => {
    const head = await snapshot.head();
    await target.restore(head, rowsOf(snapshot));
    return head;
  });
}
