import { openJournal } from "../journal/open-journal.ts";
import { Worker } from "../relayer/worker.ts";
import { instantRoute } from "./instant-route.ts";

/**
 * A worker that starts on a long history: prints what it took from the process's start until the first payment left, as JSON. Its
 * arguments are the journal's place as JSON, and the number of payouts that were ever requested.
 */
const journal = await openJournal(JSON.parse(process.argv[2] ?? "{}"));
const stop = new AbortController();
const desk = instantRoute(journal, Number(process.argv[3] ?? "0"), 16);
const { executor } = desk.sides.foreign;
const broadcast = executor.broadcast.bind(executor);
let first: number | undefined;
executor.broadcast = (signed) => {
  first ??= performance.now();
  stop.abort();
  return broadcast(signed);
};
await new Worker(desk).run(stop.signal);
const megabytes = process.resourceUsage().maxRSS / 1_024;
process.stdout.write(JSON.stringify({ milliseconds: first, megabytes }));
await journal.close();
