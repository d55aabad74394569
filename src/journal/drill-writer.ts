import { faultPoints } from "./fault-points.ts";
import { openJournal } from "./open-journal.ts";

/**
 * A process that writes payments into a journal until it is killed, and says of each what the store has acknowledged: one line
 * `POSITION MILLISECONDS` on stdout, written before the next one is begun. Its argument is the journal's place as JSON.
 */
async function write(place: { file: string } | { url: string; schema: string }): Promise<void> {
  const journal = await openJournal({ ...place, faults: faultPoints(process.env) });
  const writer = process.pid;
  for (let payment = 1; ; payment++) {
    const stream = `payment/${writer}-${payment}`;
    const opened = await journal.commit({
      id: `${stream}/requested`,
      appends: [
        {
          stream,
          expected: 0,
          events: [{ type: "Requested", data: { amount: String(payment) } }],
          open: true,
        },
      ],
      outbox: [{ id: stream, topic: "send", payload: { amount: String(payment) } }],
      cursors: { [`writer/${writer}`]: String(payment) },
    });
    acknowledge(opened);
    if (payment % 3 === 0) continue;
    const ended = await journal.commit({
      appends: [
        {
          stream,
          expected: 1,
          events: [
            { type: "Sent", data: {} },
            { type: "Settled", data: {} },
          ],
          open: false,
        },
      ],
      done: [stream],
    });
    acknowledge(ended);
  }
}

function acknowledge(events: readonly { readonly position: bigint }[]): void {
  process.stdout.write(`${events.at(-1)?.position} ${Date.now()}\n`);
}

await write(JSON.parse(process.argv[2] ?? "{}"));
