import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { checkJournal } from "../../src/journal/check-journal.ts";
import type { Commit } from "../../src/journal/journal.ts";
import { OPEN_STREAMS, SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { refuses } from "../support/refusal.ts";

const once = (stream: string, text = ""): Commit => ({
  appends: [{ stream, expected: 0, events: [{ type: "T", data: text }], open: true }],
  outbox: [{ id: stream, topic: "send", payload: 1 }],
});

describe("SqliteJournal, given faults", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-sqlite-"));
    file = join(folder, "a.journal");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("writes nothing of a commit for which there is no room, and goes on with what fits", async () => {
    const journal = SqliteJournal.open({ file, most: 256 * 1024 });
    let refused: string | undefined;
    for (let n = 0; refused === undefined; n++) {
      const stream = `s/${n}`;
      await journal.commit(once(stream, "x".repeat(5_000))).catch((error: unknown) => {
        expect(error).to.include({ code: "STORE_FULL", retryable: true });
        refused = stream;
      });
      expect(n).to.be.lessThan(100);
    }
    expect(await journal.read(refused)).to.deep.equal([]);
    expect((await journal.outbox("send", 1_000)).some(({ id }) => id === refused)).to.equal(false);
    expect((await checkJournal(journal)).findings).to.deep.equal([]);
    const before = await journal.head();
    await journal.close();
    const roomy = SqliteJournal.open({ file });
    expect(await roomy.head()).to.deep.equal(before);
    await roomy.commit(once(refused, "x".repeat(5_000)));
    expect((await checkJournal(roomy)).findings).to.deep.equal([]);
    await roomy.close();
  });

  it("waits for another process's transaction without standing still, and says so when it takes too long", async () => {
    const journal = SqliteJournal.open({ file, patience: 300 });
    const rival = new DatabaseSync(file);
    rival.exec("BEGIN IMMEDIATE");
    let turns = 0;
    const ticking = setInterval(() => turns++, 5);
    const refusal = await refuses("STORE_UNAVAILABLE", journal.commit(once("a")));
    clearInterval(ticking);
    expect(refusal.facts.outcome).to.equal("not written");
    expect(turns).to.be.greaterThan(1);
    expect((await journal.head()).position).to.equal(0n);
    const waiting = journal.commit(once("b"));
    setTimeout(() => rival.exec("ROLLBACK"), 50);
    expect((await waiting)[0]?.position).to.equal(1n);
    rival.close();
    await journal.close();
  });

  it("ends a lease by the clock that it is given", async () => {
    let now = 1_000;
    const journal = SqliteJournal.open({ file: ":memory:", now: () => now, defer: (run) => run() });
    const lease = (await journal.acquire("work", "a", 100)) ?? expect.fail("no lease");
    expect(lease.until).to.equal(1_100);
    now = 1_099;
    await journal.commit({ ...once("a"), lease });
    expect(await journal.acquire("work", "b", 100)).to.equal(undefined);
    now = 1_100;
    await refuses("LEASE_LOST", journal.commit({ ...once("b"), lease }));
    await refuses("LEASE_LOST", journal.renew(lease, 100));
    expect(await journal.acquire("work", "b", 100)).to.deep.equal({
      name: "work",
      holder: "b",
      fence: 2n,
      until: 1_200,
    });
    // A clock that goes back makes no old lease valid again.
    now = 0;
    await refuses("LEASE_LOST", journal.commit({ ...once("b"), lease }));
    for (const term of [0, -1, 0.5, Number.NaN])
      await refuses("COMMIT_INVALID", journal.acquire("x", "a", term));
    await journal.close();
  });

  it("keeps its file to its owner, and what stands beside it", async () => {
    const journal = SqliteJournal.open({ file });
    await journal.commit(once("a"));
    for (const name of [file, `${file}-wal`, `${file}-shm`])
      expect(statSync(name).mode & 0o077, name).to.equal(0);
    await journal.close();
  });

  it("refuses a file that is no database, one of something else, and one that it can't make", async () => {
    writeFileSync(file, "this is no database, and long enough to be looked at ".repeat(20));
    await refuses("STORE_DAMAGED", () => SqliteJournal.open({ file }));
    const other = join(folder, "other");
    const database = new DatabaseSync(other);
    database.exec("CREATE TABLE mine (n)");
    database.close();
    await refuses("STORE_FOREIGN", () => SqliteJournal.open({ file: other }));
    await refuses("STORE_UNUSABLE", () => SqliteJournal.open({ file: folder }));
  });

  it("shows pages that were overwritten", async () => {
    const journal = SqliteJournal.open({ file });
    for (let n = 0; n < 200; n++) await journal.commit(once(`s/${n}`, "y".repeat(200)));
    await journal.close();
    const pages = openSync(file, "r+");
    const garbage = Buffer.alloc(4_096, 0xaa);
    writeSync(pages, garbage, 0, garbage.length, statSync(file).size - 2 * 4_096);
    closeSync(pages);
    const damaged = SqliteJournal.open({ file });
    const outcome = await checkJournal(damaged).then(
      ({ findings }) => (findings.length > 0 ? "shown" : "unseen"),
      (error: { code?: string }) => error.code,
    );
    expect(outcome).to.be.oneOf(["shown", "STORE_DAMAGED"]);
    await damaged.close();
  });

  it("reads the open streams and nothing of the history, however long that is", async () => {
    const journal = SqliteJournal.open({ file });
    for (let page = 0; page < 100; page++) {
      const commits = Array.from({ length: 200 }, (_, index): Commit => {
        const stream = `payout/${page}-${index}`;
        const open = page === 50 && index < 3;
        return { appends: [{ stream, expected: 0, events: [{ type: "Seen", data: index }], open }] };
      });
      await Promise.all(commits.map((commit) => journal.commit(commit)));
    }
    expect((await journal.head()).position).to.equal(20_000n);
    expect((await journal.open("payout/")).map(({ stream }) => stream)).to.deep.equal([
      "payout/50-0",
      "payout/50-1",
      "payout/50-2",
    ]);
    await journal.close();
    const database = new DatabaseSync(file);
    const plan = (sql: string, ...values: string[]) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...values)
        .map(({ detail }) => String(detail));
    // The partial index has the open streams' rows alone.
    expect(plan(OPEN_STREAMS, "payout/", "payout/")).to.deep.equal(["SCAN streams USING INDEX streams_open"]);
    expect(
      plan("SELECT * FROM events WHERE stream = ? AND version > 0 ORDER BY version", "a").join(),
    ).to.match(/SEARCH events USING INDEX .*stream=\? AND version>\?/);
    const size = "SELECT sum(ncell) AS cells FROM dbstat WHERE name = 'streams_open' AND pagetype = 'leaf'";
    expect(database.prepare(size).get()?.cells).to.equal(3);
    database.close();
  });
});
