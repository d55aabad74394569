import { expect } from "chai";
import { TerminalError } from "../../src/core/errors.ts";
import { type Decider, execute } from "../../src/journal/decider.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { refuses } from "../support/refusal.ts";

type Event = { readonly type: "Opened" | "Paid"; readonly data: { readonly amount: string } };
type Command = { readonly open: bigint } | { readonly pay: bigint };

/** A debt: opened once, paid in parts, never beyond what is owed. */
const debt: Decider<bigint | undefined, Command, Event> = {
  initial: undefined,
  decide(owed, command) {
    if ("open" in command)
      return owed === undefined ? [{ type: "Opened", data: { amount: command.open.toString() } }] : [];
    if (owed === undefined || command.pay > owed)
      throw new TerminalError("TOO_MUCH", "More than is owed", { advice: "Pay less." });
    return [{ type: "Paid", data: { amount: command.pay.toString() } }];
  },
  evolve: (owed = 0n, { type, data }) =>
    type === "Opened" ? BigInt(data.amount) : owed - BigInt(data.amount),
  isOpen: (owed) => owed !== 0n,
};

describe("execute", () => {
  let journal: SqliteJournal;
  beforeEach(() => {
    journal = SqliteJournal.open({ file: ":memory:" });
  });
  afterEach(() => journal.close());
  const owed = async () =>
    (await journal.read("debt/1")).reduce<bigint | undefined>(
      (before, event) => debt.evolve(before, event as unknown as Event),
      debt.initial,
    );

  it("given a new stream, stores what is decided, opens it, and answers what is stored", async () => {
    const stored = await execute(journal, debt, "debt/1", { open: 10n });
    expect(stored).to.deep.equal(await journal.read("debt/1"));
    expect(stored.map(({ version, type, data }) => [version, type, data])).to.deep.equal([
      [1, "Opened", { amount: "10" }],
    ]);
    expect(await journal.open("debt/")).to.deep.equal([{ stream: "debt/1", version: 1 }]);
  });

  it("given nothing to do, stores nothing", async () => {
    await execute(journal, debt, "debt/1", { open: 10n });
    expect(await execute(journal, debt, "debt/1", { open: 10n })).to.deep.equal([]);
    expect(await journal.read("debt/1")).to.have.length(1);
  });

  it("given a refusal, stores nothing and passes it on", async () => {
    await execute(journal, debt, "debt/1", { open: 10n });
    await refuses("TOO_MUCH", execute(journal, debt, "debt/1", { pay: 11n }));
    expect(await owed()).to.equal(10n);
  });

  it("given the last part, closes the stream", async () => {
    await execute(journal, debt, "debt/1", { open: 10n });
    await execute(journal, debt, "debt/1", { pay: 10n });
    expect(await journal.open("debt/")).to.deep.equal([]);
  });

  it("given rivals, decides each on what is stored: never beyond what is owed", async () => {
    await execute(journal, debt, "debt/1", { open: 10n });
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, () => execute(journal, debt, "debt/1", { pay: 3n })),
    );
    expect(ends.filter(({ status }) => status === "fulfilled").length).to.equal(3);
    const codes = ends.flatMap((end) =>
      end.status === "rejected" ? [(end.reason as TerminalError).code] : [],
    );
    expect(new Set(codes)).to.deep.equal(new Set(["TOO_MUCH"]));
    expect(await owed()).to.equal(1n);
  });

  it("given rivals without end, gives up after so many attempts", async () => {
    await execute(journal, debt, "debt/1", { open: 100n });
    let commits = 0;
    const read: number[] = [];
    const beaten: Pick<Journal, "read" | "commit"> = {
      read(stream, after = 0) {
        read.push(after);
        return journal.read(stream, after);
      },
      async commit(commit) {
        commits += 1;
        await execute(journal, debt, "debt/1", { pay: 1n });
        return journal.commit(commit);
      },
    };
    await refuses("VERSION_CONFLICT", execute(beaten, debt, "debt/1", { pay: 1n }, 3));
    expect(commits).to.equal(3);
    expect(read, "each event is read once").to.deep.equal([0, 1, 2]);
    expect(await owed()).to.equal(97n);
  });
});
