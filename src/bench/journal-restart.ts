import { openJournal } from "../journal/open-journal.ts";

/**
 * A worker that starts: opens a journal, sees what is open, reads one of it. Prints what that took of it as JSON. Its argument is
 * the journal's place as JSON.
 */
const journal = await openJournal(JSON.parse(process.argv[2] ?? "{}"));
const open = await journal.open("payout/");
const first = open[0] === undefined ? [] : await journal.read(open[0].stream);
// Since the process began.
const milliseconds = performance.now();
const peak = process.resourceUsage().maxRSS / 1_024;
process.stdout.write(
  JSON.stringify({ milliseconds, megabytes: peak, open: open.length, read: first.length }),
);
await journal.close();
