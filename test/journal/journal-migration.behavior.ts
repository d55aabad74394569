import { createHash } from "node:crypto";
import { expect } from "chai";
import { checkJournal } from "../../src/journal/check-journal.ts";
import { refuses } from "../support/refusal.ts";
import type { JournalPlace } from "./journal-places.ts";

/** Events of version 1: position, stream, version, type, data, at. */
const EVENTS = [
  [1, "payout/1", 1, "Seen", '{"amount":"5"}', 1_700_000_000_000],
  [2, "payout/2", 1, "Seen", '{"amount":"6"}', 1_700_000_000_001],
  [3, "payout/1", 2, "Done", "null", 1_700_000_000_002],
] as const;

/** Rows as version 1 wrote them, without what any later version keeps. */
const ROWS = [
  ...EVENTS.map(
    ([position, stream, version, type, data, at]) =>
      `INSERT INTO @events (position, stream, version, type, data, at) VALUES (${position}, '${stream}', ${version}, '${type}', '${data}', ${at})`,
  ),
  "INSERT INTO @streams (stream, version, position, open) VALUES ('payout/1', 2, 3, (1 = 0)), ('payout/2', 1, 2, (1 = 1))",
  "INSERT INTO @cursors (name, value) VALUES ('blocks', '7')",
  "INSERT INTO @outbox (id, topic, payload) VALUES ('o1', 'send', '[1]')",
  "INSERT INTO @leases (name, holder, fence, until) VALUES ('work', 'a', 4, 0)",
].join(";\n");

/**
 * Every engine brings version 1 to the present.
 *
 * @param tables version 1's tables, as they were written then
 */
export function migrates(place: () => JournalPlace, tables: string): void {
  afterEach(() => place().end());

  describe("given a journal of version 1", () => {
    beforeEach(async () => {
      await place().sql(tables);
      await place().sql(ROWS);
    });

    it("brings it to the present with everything it holds, chains its events, and writes on", async () => {
      const [journal, another] = await Promise.all([place().open(), place().open()]);
      const report = await checkJournal(journal);
      let digest = "0".repeat(64);
      for (const [position, stream, version, type, data, at] of EVENTS) {
        const open = { 1: null, 2: true, 3: false }[position];
        const content = JSON.stringify([digest, String(position), stream, version, type, data, at, open]);
        digest = createHash("sha256").update(content).digest("hex");
      }
      expect(report).to.deep.equal({
        events: 3,
        streams: 2,
        open: 1,
        head: { position: 3n, digest },
        findings: [],
        more: 0,
      });
      expect(await journal.open("payout/")).to.deep.equal([{ stream: "payout/2", version: 1 }]);
      expect(await journal.cursor("blocks")).to.equal("7");
      expect(await journal.outbox("send", 9)).to.deep.equal([{ id: "o1", topic: "send", payload: [1] }]);
      expect((await another.acquire("work", "b", 1_000))?.fence).to.equal(5n);
      await another.commit({
        id: "new",
        appends: [{ stream: "payout/2", expected: 1, events: [{ type: "Done", data: 1 }], open: false }],
      });
      expect((await checkJournal(journal)).findings).to.deep.equal([]);
      expect((await place().sql("SELECT schema FROM @journal"))[0]?.schema).to.equal(2);
    });

    it("leaves it as it is when its events can't be chained", async () => {
      await place().sql("DROP TABLE @streams");
      const refusal = await place()
        .open()
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      expect(refusal).to.be.instanceOf(Error);
      expect((await place().sql("SELECT schema FROM @journal"))[0]?.schema).to.equal(1);
      expect((await place().sql("SELECT * FROM @events ORDER BY position"))[0]).to.not.have.property(
        "digest",
      );
    });
  });

  it("refuses what a later version has written, also to those who have it open", async () => {
    const journal = await place().open();
    await place().sql("UPDATE @journal SET schema = 3");
    await refuses("STORE_NEWER", place().open());
    const commit = { appends: [{ stream: "a", expected: 0, events: [{ type: "T", data: 1 }] }] };
    await refuses("STORE_NEWER", journal.commit(commit));
    expect(await journal.readAll(0n, 1)).to.deep.equal([]);
  });

  it("refuses tables of something else", async () => {
    const journal = await place().open();
    await journal.close();
    await place().sql("DROP TABLE @journal");
    await refuses("STORE_FOREIGN", place().open());
  });
}
