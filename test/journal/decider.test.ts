import { expect } from "chai";
import { TerminalError } from "../../src/core/errors.ts";
import { type Decider, decided, execute, load } from "../../src/journal/decider.ts";
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

  it("given a new stream, stores what is decided and what goes with it, and opens it", async () => {
    const result = await execute(
      journal,
      debt,
      "debt/1",
      { open: 10n },
      { with: ({ state }) => ({ cursors: { owed: String(state) } }) },
    );
    expect(result).to.deep.equal({
      state: 10n,
      version: 1,
      events: [{ type: "Opened", data: { amount: "10" } }],
    });
    expect(await journal.cursor("owed")).to.equal("10");
    expect(await journal.open("debt/")).to.deep.equal([{ stream: "debt/1", version: 1 }]);
  });

  it("given nothing to do, stores nothing", async () => {
    await execute(journal, debt, "debt/1", { open: 10n });
    const again = await execute(
      journal,
      debt,
      "debt/1",
      { open: 10n },
      { with: () => ({ cursors: { owed: "x" } }) },
    );
    expect(again).to.deep.equal({ state: 10n, version: 1, events: [] });
    expect(await journal.cursor("owed")).to.equal(undefined);
  });

  it("given a refusal, stores nothing and passes it on", async () => {
    await execute(journal, debt, "debt/1", { open: 10n });
    await refuses("TOO_MUCH", execute(journal, debt, "debt/1", { pay: 11n }));
    expect((await load(journal, debt, "debt/1")).state).to.equal(10n);
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
    expect((await load(journal, debt, "debt/1")).state).to.equal(1n);
  });

  it("given rivals without end, gives up after so many attempts", async () => {
    await execute(journal, debt, "debt/1", { open: 100n });
    let commits = 0;
    const beaten: Pick<Journal, "read" | "commit"> = {
      read: (stream, after) => journal.read(stream, after),
      async commit(commit) {
        commits += 1;
        await execute(journal, debt, "debt/1", { pay: 1n });
        return journal.commit(commit);
      },
    };
    await refuses("VERSION_CONFLICT", execute(beaten, debt, "debt/1", { pay: 1n }, { attempts: 3 }));
    expect(commits).to.equal(3);
    expect((await load(journal, debt, "debt/1")).state).to.equal(97n);
  });

  it("given a lease that is lost, stores nothing", async () => {
    const lease = { name: "work", holder: "a", fence: 1n, until: 0 };
    await refuses("LEASE_LOST", execute(journal, debt, "debt/1", { open: 10n }, { lease }));
    expect(await journal.read("debt/1")).to.deep.equal([]);
  });

  it("given an earlier state, reads only what came after it, to the same end", async () => {
    await execute(journal, debt, "debt/1", { open: 10n });
    const earlier = await load(journal, debt, "debt/1");
    await execute(journal, debt, "debt/1", { pay: 4n });
    const read: number[] = [];
    const watched: Pick<Journal, "read"> = {
      read(stream, after = 0) {
        read.push(after);
        return journal.read(stream, after);
      },
    };
    expect(await load(watched, debt, "debt/1", earlier)).to.deep.equal({ state: 6n, version: 2 });
    expect(read).to.deep.equal([1]);
    expect(await load(journal, debt, "debt/1")).to.deep.equal({ state: 6n, version: 2 });
  });

  it("given events in an older form, reads them through the decider's own eyes", async () => {
    await journal.commit({
      appends: [{ stream: "debt/1", expected: 0, events: [{ type: "Begun", data: 12 }] }],
    });
    const parsing: typeof debt = {
      ...debt,
      parse: ({ type, data }) =>
        type === "Begun" ? { type: "Opened", data: { amount: String(data) } } : ({ type, data } as Event),
    };
    expect((await execute(journal, parsing, "debt/1", { pay: 2n })).state).to.equal(10n);
  });

  it("comes to its fault points in order", async () => {
    const reached: string[] = [];
    await execute(
      journal,
      debt,
      "debt/1",
      { open: 10n },
      { faults: { reach: (point) => reached.push(point) } },
    );
    expect(reached).to.deep.equal(["decider.loaded", "decider.decided", "decider.committed"]);
  });
});

describe("decided", () => {
  it("lets two streams' decisions go into one commit", async () => {
    const journal = SqliteJournal.open({ file: ":memory:" });
    const appends = ["debt/1", "debt/2"].flatMap((stream) => {
      const { append } = decided(debt, stream, { state: undefined, version: 0 }, { open: 5n });
      return append === undefined ? [] : [append];
    });
    await journal.commit({ appends });
    expect(await journal.open("debt/")).to.have.length(2);
    expect(decided(debt, "debt/1", { state: 5n, version: 1 }, { open: 5n }).append).to.equal(undefined);
    await journal.close();
  });
});
