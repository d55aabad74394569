import { expect } from "chai";
import type { Commit } from "../../src/journal/journal.ts";
import type { StoredJournal } from "../../src/journal/journal-snapshot.ts";
import { refuses } from "../support/refusal.ts";
import type { JournalPlace } from "./journal-places.ts";

const made = { type: "Made", data: { amount: "12" } };
const went = { type: "Went", data: null };

function once(stream: string, expected: number, more: Partial<Commit> & { open?: boolean } = {}): Commit {
  const { open, ...others } = more;
  return {
    appends: [{ stream, expected, events: [made], ...(open === undefined ? {} : { open }) }],
    ...others,
  };
}

/** What every engine of the journal does. */
export function behavesLikeJournal(place: () => JournalPlace): void {
  let journal: StoredJournal;
  beforeEach(async () => {
    journal = await place().open();
  });
  afterEach(() => place().end());

  describe("given an empty journal", () => {
    it("has nothing", async () => {
      expect(await journal.read("payout/1")).to.deep.equal([]);
      expect(await journal.readAll(0n, 10)).to.deep.equal([]);
      expect(await journal.open("")).to.deep.equal([]);
      expect(await journal.cursor("blocks")).to.equal(undefined);
      expect(await journal.outbox("send", 10)).to.deep.equal([]);
      expect(await journal.head()).to.deep.equal({ position: 0n, digest: "0".repeat(64) });
    });

    it("stores events in order, and answers what later readers get", async () => {
      const first = await journal.commit({
        appends: [
          { stream: "payout/1", expected: 0, events: [made, went] },
          {
            stream: "deposit/1",
            expected: 0,
            events: [{ type: "Seen", data: { gone: undefined, kept: [1] } }],
          },
        ],
      });
      const second = await journal.commit(once("payout/1", 2));
      expect(
        first.map(({ position, stream, version, type }) => [position, stream, version, type]),
      ).to.deep.equal([
        [1n, "payout/1", 1, "Made"],
        [2n, "payout/1", 2, "Went"],
        [3n, "deposit/1", 1, "Seen"],
      ]);
      expect(first[2]?.data).to.deep.equal({ kept: [1] });
      expect(await journal.read("payout/1")).to.deep.equal([...first.slice(0, 2), ...second]);
      expect(await journal.read("payout/1", 2)).to.deep.equal(second);
      expect(await journal.readAll(1n, 2)).to.deep.equal(first.slice(1));
      expect(await journal.readAll(0n, 10)).to.deep.equal([...first, ...second]);
    });
  });

  describe("given a stream of two events", () => {
    beforeEach(() =>
      journal.commit({ appends: [{ stream: "payout/1", expected: 0, events: [made, went] }] }),
    );

    for (const expected of [0, 1, 3]) {
      it(`refuses an append on version ${expected}, and keeps nothing of its commit`, async () => {
        const commit: Commit = {
          appends: [
            { stream: "payout/2", expected: 0, events: [made] },
            { stream: "payout/1", expected, events: [made] },
          ],
          cursors: { blocks: "7" },
          outbox: [{ id: "a", topic: "send", payload: 1 }],
        };
        const refusal = await refuses("VERSION_CONFLICT", journal.commit(commit));
        expect(refusal.retryable).to.equal(true);
        expect(refusal.facts).to.include({ stream: "payout/1", expected, found: 2 });
        expect(await journal.read("payout/2")).to.deep.equal([]);
        expect(await journal.cursor("blocks")).to.equal(undefined);
        expect(await journal.outbox("send", 1)).to.deep.equal([]);
      });
    }

    it("lets one of many win that append at once, and takes what doesn't meet them", async () => {
      const asked = Array.from({ length: 20 }, (_, index) =>
        journal.commit({
          appends: [
            {
              stream: index % 5 === 4 ? `other/${index}` : "payout/1",
              expected: index % 5 === 4 ? 0 : 2,
              events: [made],
            },
          ],
        }),
      );
      const ends = await Promise.allSettled(asked);
      expect(ends.filter(({ status }) => status === "fulfilled").length).to.equal(5);
      expect((await journal.read("payout/1")).length).to.equal(3);
      const positions = (await journal.readAll(0n, 100)).map(({ position }) => position);
      expect(positions).to.deep.equal([1n, 2n, 3n, 4n, 5n, 6n, 7n]);
    });

    it("appends twice to it in one commit, the second on the first", async () => {
      await journal.commit({
        appends: [
          { stream: "payout/1", expected: 2, events: [made] },
          { stream: "payout/1", expected: 3, events: [went] },
        ],
      });
      expect((await journal.read("payout/1", 2)).map(({ type }) => type)).to.deep.equal(["Made", "Went"]);
    });
  });

  describe("given open and other streams", () => {
    beforeEach(async () => {
      await journal.commit(once("payout/b", 0, { open: true }));
      await journal.commit(once("payout/a", 0, { open: true }));
      await journal.commit(once("deposit/a", 0, { open: true }));
      await journal.commit(once("payout/c", 0));
    });
    const streams = async (prefix: string) =>
      (await journal.open(prefix)).map(({ stream, version }) => `${stream} ${version}`);

    it("lists those with the prefix in order of their last event", async () => {
      expect(await streams("payout/")).to.deep.equal(["payout/b 1", "payout/a 1"]);
      await journal.commit(once("payout/b", 1));
      expect(await streams("payout/")).to.deep.equal(["payout/a 1", "payout/b 2"]);
      expect(await streams("")).to.deep.equal(["payout/a 1", "deposit/a 1", "payout/b 2"]);
      expect(await streams("pay%")).to.deep.equal([]);
      expect(await streams("payout_")).to.deep.equal([]);
    });

    it("drops one that is closed and takes one that is opened again", async () => {
      await journal.commit(once("payout/b", 1, { open: false }));
      expect(await streams("payout/")).to.deep.equal(["payout/a 1"]);
      await journal.commit(once("payout/b", 2, { open: true }));
      expect(await streams("payout/")).to.deep.equal(["payout/a 1", "payout/b 3"]);
    });
  });

  describe("given cursors and an outbox", () => {
    beforeEach(() =>
      journal.commit({
        appends: [],
        cursors: { blocks: "7", logs: "a" },
        outbox: [
          { id: "1", topic: "send", payload: { raw: "00" } },
          { id: "2", topic: "tell", payload: null },
          { id: "3", topic: "send", payload: [3] },
        ],
      }),
    );

    it("moves a cursor, also back, and leaves the others", async () => {
      await journal.commit({ appends: [], cursors: { blocks: "5" } });
      expect(await journal.cursor("blocks")).to.equal("5");
      expect(await journal.cursor("logs")).to.equal("a");
    });

    it("gives what isn't done, oldest first", async () => {
      expect(await journal.outbox("send", 10)).to.deep.equal([
        { id: "1", topic: "send", payload: { raw: "00" } },
        { id: "3", topic: "send", payload: [3] },
      ]);
      expect((await journal.outbox("send", 1)).map(({ id }) => id)).to.deep.equal(["1"]);
      await journal.commit({ appends: [], done: ["1"] });
      expect((await journal.outbox("send", 10)).map(({ id }) => id)).to.deep.equal(["3"]);
    });

    it("takes an id once, also when it is done", async () => {
      await journal.commit({ appends: [], done: ["1"] });
      await journal.commit({
        appends: [],
        outbox: [
          { id: "1", topic: "send", payload: "other" },
          { id: "3", topic: "send", payload: 9 },
        ],
      });
      expect(await journal.outbox("send", 10)).to.deep.equal([{ id: "3", topic: "send", payload: [3] }]);
    });

    it("doesn't end a row that is put after it was said to be done", async () => {
      await Promise.all([
        journal.commit({ appends: [], done: ["9"] }),
        journal.commit({ appends: [], outbox: [{ id: "9", topic: "send", payload: 9 }] }),
      ]);
      expect((await journal.outbox("send", 10)).map(({ id }) => id)).to.deep.equal(["1", "3", "9"]);
    });

    it("puts and ends a row in one commit", async () => {
      await journal.commit({ appends: [], outbox: [{ id: "9", topic: "send", payload: 9 }], done: ["9"] });
      expect((await journal.outbox("send", 10)).map(({ id }) => id)).to.deep.equal(["1", "3"]);
    });
  });

  describe("given a commit with an id", () => {
    const commit: Commit = { id: "c", ...once("payout/1", 0), cursors: { blocks: "7" } };

    it("is stored once, however often it is asked for, and answers the same", async () => {
      const stored = await journal.commit(commit);
      await journal.commit({ appends: [], cursors: { blocks: "8" } });
      expect(await journal.commit(commit)).to.deep.equal(stored);
      expect(await Promise.all([journal.commit(commit), journal.commit(commit)])).to.deep.equal([
        stored,
        stored,
      ]);
      expect((await journal.readAll(0n, 10)).length).to.equal(1);
      expect(await journal.cursor("blocks")).to.equal("8");
    });

    it("is stored once when it is asked for twice at a time", async () => {
      const [one, two] = await Promise.all([journal.commit(commit), journal.commit(commit)]);
      expect(one).to.deep.equal(two);
      expect((await journal.readAll(0n, 10)).length).to.equal(1);
    });

    it("answers also when the lease has gone to another meanwhile", async () => {
      const lease = (await journal.acquire("payouts", "a", 60_000)) ?? expect.fail("no lease");
      const stored = await journal.commit({ ...commit, lease });
      await journal.release(lease);
      await journal.acquire("payouts", "b", 60_000);
      expect(await journal.commit({ ...commit, lease })).to.deep.equal(stored);
    });

    it("refuses another content under its id", async () => {
      await journal.commit(commit);
      const refusal = await refuses("COMMIT_REUSED", journal.commit({ ...commit, cursors: { blocks: "9" } }));
      expect(refusal.retryable).to.equal(false);
      expect(await journal.cursor("blocks")).to.equal("7");
    });

    it("may be tried again when it was refused", async () => {
      await refuses("VERSION_CONFLICT", journal.commit({ id: "d", ...once("payout/1", 5) }));
      expect((await journal.commit({ id: "d", ...once("payout/1", 0) })).length).to.equal(1);
    });
  });

  describe("given a lease", () => {
    const minute = 60_000;

    it("is one holder's at a time", async () => {
      const lease = await journal.acquire("payouts", "a", minute);
      expect(lease).to.include({ name: "payouts", holder: "a", fence: 1n });
      expect(await journal.acquire("payouts", "b", minute)).to.equal(undefined);
      expect(await journal.acquire("deposits", "b", minute)).to.include({ holder: "b", fence: 1n });
    });

    it("guards what is written, until it is released and another has it", async () => {
      const lease = (await journal.acquire("payouts", "a", minute)) ?? expect.fail("no lease");
      await journal.commit({ ...once("payout/1", 0), lease });
      await journal.release(lease);
      expect(
        (await refuses("LEASE_LOST", journal.commit({ ...once("payout/1", 1), lease }))).retryable,
      ).to.equal(true);
      const next = (await journal.acquire("payouts", "b", minute)) ?? expect.fail("no lease");
      expect(next.fence).to.equal(2n);
      await refuses("LEASE_LOST", journal.commit({ ...once("payout/1", 1), lease }));
      await refuses("LEASE_LOST", journal.renew(lease, minute));
      await journal.release(lease);
      await journal.commit({ ...once("payout/1", 1), lease: next });
      expect((await journal.read("payout/1")).length).to.equal(2);
    });

    it("is refused under a fence that its holder has replaced", async () => {
      const old = (await journal.acquire("payouts", "a", minute)) ?? expect.fail("no lease");
      const renewed = (await journal.acquire("payouts", "a", minute)) ?? expect.fail("no lease");
      expect(renewed.fence).to.equal(2n);
      await refuses("LEASE_LOST", journal.commit({ ...once("payout/1", 0), lease: old }));
    });

    it("is refused when somebody made it up", async () => {
      const lease = { name: "payouts", holder: "a", fence: 1n, until: Number.MAX_SAFE_INTEGER };
      await refuses("LEASE_LOST", journal.commit({ ...once("payout/1", 0), lease }));
      expect(await journal.read("payout/1")).to.deep.equal([]);
    });

    it("lasts longer once it is renewed, and never less", async () => {
      const lease = (await journal.acquire("payouts", "a", minute)) ?? expect.fail("no lease");
      const longer = await journal.renew(lease, 2 * minute);
      expect(longer).to.deep.equal({ ...lease, until: longer.until });
      expect(longer.until).to.be.greaterThan(lease.until);
      expect((await journal.renew(longer, 1)).until).to.equal(longer.until);
      await journal.commit({ ...once("payout/1", 0), lease });
      expect((await journal.read("payout/1")).length).to.equal(1);
    });

    it("ends by the store's clock, whatever its holder thinks", async () => {
      const lease = (await journal.acquire("payouts", "a", 1)) ?? expect.fail("no lease");
      let next = await journal.acquire("payouts", "b", minute);
      while (next === undefined) next = await journal.acquire("payouts", "b", minute);
      expect(next.fence).to.equal(lease.fence + 1n);
      const forged = { ...lease, until: Number.MAX_SAFE_INTEGER };
      await refuses("LEASE_LOST", journal.commit({ ...once("payout/1", 0), lease: forged }));
      await refuses("LEASE_LOST", journal.renew(forged, minute));
      expect(await journal.read("payout/1")).to.deep.equal([]);
    });
  });

  describe("given a subscription", () => {
    it("gives what is there and what comes, each once and in order, until it is ended", async () => {
      for (let index = 0; index < 3; index++) await journal.commit(once(`s/${index}`, 0));
      const stop = new AbortController();
      const seen: bigint[] = [];
      const reading = (async () => {
        for await (const { position } of journal.subscribe(1n, stop.signal)) {
          seen.push(position);
          if (position === 8n) stop.abort();
        }
      })();
      const others = await place().open();
      for (let index = 3; index < 8; index++)
        await (index % 2 === 0 ? others : journal).commit(once(`s/${index}`, 0));
      await reading;
      expect(seen).to.deep.equal([2n, 3n, 4n, 5n, 6n, 7n, 8n]);
    });

    it("ends at once when nothing comes", async () => {
      const stop = new AbortController();
      const events: unknown[] = [];
      setTimeout(() => stop.abort(), 20);
      for await (const event of journal.subscribe(0n, stop.signal)) events.push(event);
      expect(events).to.deep.equal([]);
    });
  });

  describe("given what can't be stored", () => {
    const bad: Record<string, Commit> = {
      nothing: { appends: [] },
      "an append without events": { appends: [{ stream: "a", expected: 0, events: [] }] },
      "a stream without a name": once("", 0),
      "a stream with a line break": once("a\nb", 0),
      "half a character": once("a\ud800", 0),
      "a name that is too long": once("a".repeat(513), 0),
      "a version below zero": once("a", -1),
      "a version that is no whole number": once("a", 0.5),
      "no data": { appends: [{ stream: "a", expected: 0, events: [{ type: "T", data: undefined }] }] },
      "a bigint": { appends: [{ stream: "a", expected: 0, events: [{ type: "T", data: { amount: 1n } }] }] },
      "2^53": { appends: [{ stream: "a", expected: 0, events: [{ type: "T", data: { amount: 2 ** 53 } }] }] },
      "no number": { appends: [{ stream: "a", expected: 0, events: [{ type: "T", data: [Number.NaN] }] }] },
      "a cursor with NUL": { appends: [], cursors: { a: "\0" } },
      "an outbox row without an id": { appends: [], outbox: [{ id: "", topic: "send", payload: 1 }] },
    };
    for (const [what, commit] of Object.entries(bad)) {
      it(`refuses ${what}, and stores what comes with it`, async () => {
        const [refused, stored] = await Promise.allSettled([
          journal.commit(commit),
          journal.commit(once("good", 0)),
        ]);
        expect(stored.status).to.equal("fulfilled");
        expect(refused.status === "rejected" && refused.reason).to.include({
          code: "COMMIT_INVALID",
          retryable: false,
        });
        expect((await journal.readAll(0n, 10)).map(({ stream }) => stream)).to.deep.equal(["good"]);
      });
    }

    it("keeps every text that JSON has", async () => {
      const data = {
        "\0\u{1f512}\ud800": ["'\"\\; DROP TABLE events", "\u2028", 0.1, -0, 1e-300, { __proto__x: null }],
      };
      const [stored] = await journal.commit({
        appends: [{ stream: "ünïcode 'x'", expected: 0, events: [{ type: "T", data }] }],
      });
      expect(stored?.data).to.deep.equal(JSON.parse(JSON.stringify(data)));
      expect(await journal.read("ünïcode 'x'")).to.deep.equal([stored]);
    });
  });

  describe("given it was closed and opened again", () => {
    it("has everything that it answered", async () => {
      await journal.commit(once("payout/1", 0, { open: true, cursors: { blocks: "7" } }));
      const lease = await journal.acquire("payouts", "a", 60_000);
      const head = await journal.head();
      await journal.close();
      await refuses("STORE_CLOSED", journal.commit(once("payout/1", 1)));
      await refuses("STORE_CLOSED", journal.readAll(0n, 1));
      const again = await place().open();
      expect(await again.head()).to.deep.equal(head);
      expect(await again.open("")).to.deep.equal([{ stream: "payout/1", version: 1 }]);
      expect(await again.cursor("blocks")).to.equal("7");
      expect(await again.acquire("payouts", "b", 1)).to.equal(undefined);
      expect((await again.renew(lease ?? expect.fail("no lease"), 90_000)).fence).to.equal(1n);
    });
  });
}
