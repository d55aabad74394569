import { requested, settled } from "./drill-payments.ts";
import { faultPoints } from "./fault-points.ts";
import type { StoredEvent } from "./journal.ts";
import { openJournal } from "./open-journal.ts";

function acknowledge(events: readonly StoredEvent[]): void {
  process.stdout.write(`${events.at(-1)?.position} ${Date.now()}\n`);
}

/**
 * A process that writes payments into a journal until it is killed, and says of each commit what the store has acknowledged: one
 * line `POSITION MILLISECONDS` on stdout. Every third payment stays open. Its argument is the journal's place as JSON.
 */
async function write(place: { file: string } | { url: string; schema: string }): Promise<void> {
  const journal = await openJournal({ ...place, faults: faultPoints(process.env) });
  for (let payment = 1; ; payment++) {
    acknowledge(await journal.commit(requested(process.pid, payment)));
    if (payment % 3 !== 0) acknowledge(await journal.commit(settled(process.pid, payment)));
  }
}

await write(JSON.parse(process.argv[2] ?? "{}"));
