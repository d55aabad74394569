import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { backupJournal } from "../../src/journal/backup-journal.ts";
import { checkJournal } from "../../src/journal/check-journal.ts";
import { copyJournal } from "../../src/journal/copy-journal.ts";
import type { JournalSnapshot, StoredJournal } from "../../src/journal/journal-snapshot.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { refuses } from "../support/refusal.ts";
import type { JournalPlace } from "./journal-places.ts";

async function fill(journal: StoredJournal): Promise<void> {
  const event = (type: string) => ({ type, data: { text: "ü\0", n: 1 } });
  await journal.commit({
    id: "first",
    appends: [{ stream: "a", expected: 0, events: [event("One"), event("Two")], open: true }],
    cursors: { blocks: "7" },
    outbox: [
      { id: "o1", topic: "send", payload: [1] },
      { id: "o2", topic: "send", payload: null },
    ],
  });
  await journal.commit({
    appends: [{ stream: "b", expected: 0, events: [event("Three")], open: true }],
    done: ["o1"],
  });
  await journal.commit({ appends: [{ stream: "b", expected: 1, events: [event("Four")], open: false }] });
  await journal.commit({ appends: [{ stream: "c", expected: 0, events: [event("Five")] }] });
}

/** Everything that a copy must have of its original. */
async function contents(journal: StoredJournal): Promise<unknown> {
  const all = async (snapshot: JournalSnapshot) => ({
    head: await snapshot.head(),
    events: await snapshot.events(0n, 100),
    streams: await snapshot.streams("", 100),
    commits: (await snapshot.commits("", 100)).filter(({ own }) => !own),
    outbox: await snapshot.outbox(0n, 100),
    cursors: await snapshot.cursors(),
  });
  return journal.snapshot(all);
}

const DAMAGE: readonly { readonly what: string; readonly sql: string; readonly kinds: readonly string[] }[] =
  [
    {
      what: "an event's data was changed",
      sql: "UPDATE @events SET data = '{}' WHERE position = 2",
      kinds: ["event"],
    },
    {
      what: "an event's stream was changed",
      sql: "UPDATE @events SET stream = 'd' WHERE position = 5",
      kinds: ["event", "stream", "stream"],
    },
    {
      what: "an event's time was changed",
      sql: "UPDATE @events SET at = at + 1 WHERE position = 5",
      kinds: ["event"],
    },
    {
      what: "an event is gone",
      sql: "DELETE FROM @events WHERE position = 2",
      kinds: ["event", "event", "stream"],
    },
    {
      what: "the last event is gone",
      sql: "DELETE FROM @events WHERE position = 5",
      kinds: ["head", "stream"],
    },
    {
      what: "an event's data is no JSON",
      sql: "UPDATE @events SET data = '{' WHERE position = 1",
      kinds: ["event", "event"],
    },
    {
      what: "an open stream is kept as closed",
      sql: "UPDATE @streams SET open = (1 = 0) WHERE stream = 'a'",
      kinds: ["stream"],
    },
    {
      what: "a stream's version is another",
      sql: "UPDATE @streams SET version = 9 WHERE stream = 'b'",
      kinds: ["stream"],
    },
    {
      what: "a stream's place is another",
      sql: "UPDATE @streams SET position = 1 WHERE stream = 'b'",
      kinds: ["stream"],
    },
    { what: "a stream isn't kept", sql: "DELETE FROM @streams WHERE stream = 'a'", kinds: ["stream"] },
    {
      what: "a stream is kept that never was",
      sql: "INSERT INTO @streams VALUES ('z', 1, 1, (1 = 1))",
      kinds: ["stream"],
    },
    { what: "the head is behind", sql: "UPDATE @journal SET position = 4", kinds: ["head"] },
    { what: "the head's digest is another", sql: "UPDATE @journal SET digest = 'x'", kinds: ["head"] },
    {
      what: "a commit's row points beyond the end",
      sql: "UPDATE @commits SET first = 99 WHERE id = 'first'",
      kinds: ["commit"],
    },
    {
      what: "an outbox row is no JSON",
      sql: "UPDATE @outbox SET payload = '{' WHERE id = 'o2'",
      kinds: ["outbox"],
    },
  ];

/** Checks, copies and backups of every engine. */
export function canBeKept(place: () => JournalPlace): void {
  let journal: StoredJournal;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-upkeep-"));
    journal = await place().open();
    await fill(journal);
  });
  afterEach(async () => {
    await place().end();
    rmSync(folder, { recursive: true });
  });

  it("is, replayed from its first event, what it keeps beside its events", async () => {
    const report = await checkJournal(journal);
    expect(report).to.deep.equal({
      events: 5,
      streams: 3,
      open: 1,
      head: await journal.head(),
      findings: [],
      more: 0,
    });
  });

  it("chains each event to the one before it by SHA-256 over all that is kept of it", async () => {
    const rows = await journal.snapshot((snapshot) => snapshot.events(0n, 10));
    let digest = "0".repeat(64);
    for (const { position, stream, version, type, text, at, open, digest: kept } of rows) {
      const content = JSON.stringify([
        digest,
        position.toString(),
        stream,
        version,
        type,
        text,
        at,
        open ?? null,
      ]);
      digest = createHash("sha256").update(content).digest("hex");
      expect(kept).to.equal(digest);
    }
    expect(rows.length).to.equal(5);
    expect((await journal.head()).digest).to.equal(digest);
  });

  it("keeps events from being changed or deleted by mistake", async () => {
    for (const sql of ["UPDATE @events SET type = 'X'", "DELETE FROM @events"]) {
      const error = await place()
        .sql(sql)
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      expect(String(error)).to.match(/events are never (changed|deleted)/);
    }
    expect((await checkJournal(journal)).findings).to.deep.equal([]);
  });

  for (const { what, sql, kinds } of DAMAGE) {
    it(`shows that ${what}`, async () => {
      await place().sql(place().unlock);
      await place().sql(sql);
      const { findings } = await checkJournal(journal);
      const found = findings
        .map(({ kind }) => kind)
        .filter((kind) => kind !== "commit" || kinds.includes("commit"));
      for (const kind of new Set(kinds)) expect(found, JSON.stringify(findings)).to.include(kind);
      for (const kind of found) expect(kinds, JSON.stringify(findings)).to.include(kind);
    });
  }

  it("shows that its end was cut off cleanly only to who knows an end of it", async () => {
    const end = await journal.head();
    const [, , , fourth] = await journal.snapshot((snapshot) => snapshot.events(0n, 4));
    await place().sql(place().unlock);
    await place().sql("DELETE FROM @events WHERE position = 5");
    await place().sql("DELETE FROM @streams WHERE stream = 'c'");
    await place().sql("DELETE FROM @commits WHERE first = 5");
    await place().sql(`UPDATE @journal SET position = 4, digest = '${fourth?.digest}'`);
    expect((await checkJournal(journal)).findings).to.deep.equal([]);
    expect((await checkJournal(journal, end)).findings.map(({ kind }) => kind)).to.deep.equal(["expected"]);
    const forged = { position: 4n, digest: "f".repeat(64) };
    expect((await checkJournal(journal, forged)).findings.map(({ kind }) => kind)).to.deep.equal([
      "expected",
    ]);
    expect(
      (await checkJournal(journal, { position: 4n, digest: fourth?.digest ?? "" })).findings,
    ).to.deep.equal([]);
  });

  it("is backed up into a file while it is written, and only under a new name", async () => {
    const file = join(folder, "backup.journal");
    const writing = (async () => {
      for (let index = 0; index < 30; index++)
        await journal.commit({
          appends: [{ stream: `w/${index}`, expected: 0, events: [{ type: "W", data: index }] }],
        });
    })();
    const report = await backupJournal(journal, file);
    await writing;
    expect(report.events).to.be.greaterThanOrEqual(5);
    expect((await checkJournal(journal, report.head)).findings).to.deep.equal([]);
    const backup = SqliteJournal.open({ file });
    expect(await backup.head()).to.deep.equal(report.head);
    expect((await backup.read("a")).length).to.equal(2);
    await backup.close();
    await refuses("FILE_EXISTS", backupJournal(journal, file));
    expect(existsSync(`${file}.partial`)).to.equal(false);
  });

  it("refuses to call a copy of a damaged journal a backup", async () => {
    await place().sql("UPDATE @streams SET version = 9 WHERE stream = 'b'");
    const file = join(folder, "backup.journal");
    await refuses("BACKUP_DAMAGED", backupJournal(journal, file));
    expect(existsSync(file)).to.equal(false);
  });

  it("moves to SQLite and back, whole, and goes on there", async () => {
    const lease = await journal.acquire("work", "a", 60_000);
    const between = SqliteJournal.open({ file: join(folder, "between.journal") });
    expect(await copyJournal(journal, between)).to.deep.equal(await journal.head());
    expect(await contents(between)).to.deep.equal(await contents(journal));
    await refuses("STORE_NOT_EMPTY", copyJournal(between, journal));

    const repeated = await between.commit({
      id: "first",
      appends: [
        {
          stream: "a",
          expected: 0,
          events: [
            { type: "One", data: { text: "ü\0", n: 1 } },
            { type: "Two", data: { text: "ü\0", n: 1 } },
          ],
          open: true,
        },
      ],
      cursors: { blocks: "7" },
      outbox: [
        { id: "o1", topic: "send", payload: [1] },
        { id: "o2", topic: "send", payload: null },
      ],
    });
    expect(repeated.map(({ position }) => position)).to.deep.equal([1n, 2n]);
    await between.commit({ appends: [], outbox: [{ id: "o3", topic: "send", payload: 3 }] });
    expect((await between.outbox("send", 9)).map(({ id }) => id)).to.deep.equal(["o2", "o3"]);
    // Whoever held a lease of the original holds nothing of the copy.
    const next = await between.acquire("work", "b", 60_000);
    expect((next?.fence ?? 0n) > (lease?.fence ?? 0n) + 1_000_000n).to.equal(true);
    await between.close();
  });
}

/** An empty journal of every engine takes a whole copy. */
export function takesCopies(place: () => JournalPlace): void {
  afterEach(() => place().end());

  it("takes a copy of a journal in SQLite, and numbers on behind it", async () => {
    const original = SqliteJournal.open({ file: ":memory:" });
    await fill(original);
    const journal = await place().open();
    await copyJournal(original, journal);
    expect(await contents(journal)).to.deep.equal(await contents(original));
    const stored = await journal.commit({
      appends: [{ stream: "a", expected: 2, events: [{ type: "Six", data: 6 }] }],
      outbox: [{ id: "o3", topic: "send", payload: 3 }],
    });
    expect(stored[0]?.position).to.equal(6n);
    expect((await journal.outbox("send", 9)).map(({ id }) => id)).to.deep.equal(["o2", "o3"]);
    expect((await checkJournal(journal, await original.head())).findings).to.deep.equal([]);
    await original.close();
  });

  it("takes nothing of a copy that breaks off", async () => {
    const journal = await place().open();
    const row = {
      position: 1n,
      stream: "a",
      version: 1,
      type: "T",
      text: "1",
      at: 1,
      open: undefined,
      digest: "d",
    };
    const broken = (async function* () {
      yield { events: [row] };
      throw new TypeError("the source is gone");
    })();
    const error = await journal.restore({ position: 1n, digest: "d" }, broken).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(Error);
    expect(await journal.readAll(0n, 1)).to.deep.equal([]);
    expect((await journal.head()).position).to.equal(0n);
  });
}
