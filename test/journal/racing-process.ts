import { type Decider, execute } from "../../src/journal/decider.ts";
import { openJournal } from "../../src/journal/open-journal.ts";

interface Counted {
  readonly type: "Counted";
  readonly data: { readonly to: number; readonly by: string };
}

const counter: Decider<number, string, Counted> = {
  initial: 0,
  decide: (count, by) => [{ type: "Counted", data: { to: count + 1, by } }],
  evolve: (_count, { data }) => data.to,
  isOpen: () => false,
};

/** Counts one stream up so many times, against others who do the same. Arguments: the journal's place, a name, how many times. */
const [place = "", name = "", times = ""] = process.argv.slice(2);
const journal = await openJournal(JSON.parse(place));
for (let turn = 0; turn < Number(times); turn++) await execute(journal, counter, "counter", name, 10_000);
await journal.close();
