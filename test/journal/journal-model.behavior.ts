import { expect } from "chai";
import fc from "fast-check";
import { StrongroomError } from "../../src/core/errors.ts";
import { checkJournal } from "../../src/journal/check-journal.ts";
import type { Commit, Lease } from "../../src/journal/journal.ts";
import { propertyCases } from "../../src/testing/property-cases.ts";
import type { JournalPlace } from "./journal-places.ts";

/** What a worker asks for; versions are relative to what the model has, so that most are right. */
interface Asked {
  readonly appends: readonly {
    readonly stream: string;
    readonly off: number;
    readonly count: number;
    readonly open: boolean | undefined;
  }[];
  readonly cursor: string | undefined;
  readonly put: string | undefined;
  readonly done: string | undefined;
  readonly id: string | undefined;
  readonly leased: "none" | "held" | "old";
}

const asked: fc.Arbitrary<Asked> = fc.record({
  appends: fc.array(
    fc.record({
      stream: fc.constantFrom("a/1", "a/2", "b/1"),
      off: fc.oneof(
        { weight: 8, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.constantFrom(1, -1) },
      ),
      count: fc.integer({ min: 1, max: 3 }),
      open: fc.option(fc.boolean(), { nil: undefined }),
    }),
    { maxLength: 3 },
  ),
  cursor: fc.option(fc.constantFrom("1", "2"), { nil: undefined }),
  put: fc.option(fc.constantFrom("o1", "o2", "o3"), { nil: undefined }),
  done: fc.option(fc.constantFrom("o1", "o2", "o3"), { nil: undefined }),
  id: fc.option(fc.constantFrom("c1", "c2"), { nil: undefined }),
  leased: fc.constantFrom("none", "held", "old"),
});

/** The plainest journal: arrays and maps, one commit after another. */
class Model {
  readonly events: { stream: string; version: number; type: string }[] = [];
  readonly streams = new Map<string, { version: number; open: boolean; touched: number }>();
  readonly cursors = new Map<string, string>();
  readonly outbox: { id: string; done: boolean }[] = [];
  readonly ids = new Map<string, { content: string; positions: number[] }>();

  version(stream: string): number {
    return this.streams.get(stream)?.version ?? 0;
  }

  /** Positions of what is stored, or the code of the refusal. */
  commit(commit: Commit, holdsLease: boolean): number[] | string {
    const { id, lease: _lease, ...rest } = commit;
    const content = JSON.stringify(rest);
    const known = id === undefined ? undefined : this.ids.get(id);
    if (known !== undefined) return known.content === content ? known.positions : "COMMIT_REUSED";
    if (commit.lease !== undefined && !holdsLease) return "LEASE_LOST";
    const versions = new Map<string, number>();
    for (const { stream, expected, events } of commit.appends) {
      if ((versions.get(stream) ?? this.version(stream)) !== expected) return "VERSION_CONFLICT";
      versions.set(stream, expected + events.length);
    }
    const positions: number[] = [];
    for (const { stream, expected, events, open } of commit.appends) {
      for (const [index, { type }] of events.entries()) {
        this.events.push({ stream, version: expected + index + 1, type });
        positions.push(this.events.length);
      }
      const was = this.streams.get(stream)?.open ?? false;
      this.streams.set(stream, {
        version: expected + events.length,
        open: open ?? was,
        touched: this.events.length,
      });
    }
    for (const [name, value] of Object.entries(commit.cursors ?? {})) this.cursors.set(name, value);
    for (const { id: row } of commit.outbox ?? [])
      if (!this.outbox.some((one) => one.id === row)) this.outbox.push({ id: row, done: false });
    for (const row of this.outbox) if (commit.done?.includes(row.id)) row.done = true;
    if (id !== undefined) this.ids.set(id, { content, positions });
    return positions;
  }
}

function toCommit(model: Model, { appends, cursor, put, done, id }: Asked, lease: Lease | undefined): Commit {
  const versions = new Map<string, number>();
  return {
    appends: appends.map(({ stream, off, count, open }) => {
      const expected = Math.max(0, (versions.get(stream) ?? model.version(stream)) + off);
      versions.set(stream, expected + count);
      const events = Array.from({ length: count }, (_, index) => ({
        type: `T${index}`,
        data: { expected, index },
      }));
      return { stream, expected, events, ...(open === undefined ? {} : { open }) };
    }),
    ...(cursor === undefined ? {} : { cursors: { here: cursor } }),
    ...(put === undefined ? {} : { outbox: [{ id: put, topic: "send", payload: null }] }),
    ...(done === undefined ? {} : { done: [done] }),
    ...(id === undefined ? {} : { id }),
    ...(lease === undefined ? {} : { lease }),
  };
}

const isEmpty = (commit: Commit) =>
  commit.appends.length + (commit.outbox?.length ?? 0) + (commit.done?.length ?? 0) === 0 &&
  commit.cursors === undefined;

/** Whatever workers ask for, one after another or at once, an engine answers and keeps what the plainest journal does. */
export function behavesLikeModel(newPlace: () => JournalPlace, share: number): void {
  const numRuns = Math.ceil(propertyCases() * share);
  it(`answers and keeps what a model does, in ${numRuns} histories of bursts`, async () => {
    const bursts = fc.array(fc.array(asked, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(bursts, async (history) => {
        const place = newPlace();
        try {
          const journal = await place.open();
          const model = new Model();
          const old = await journal.acquire("work", "first", 60_000);
          const held = await journal.acquire("work", "first", 60_000);
          for (const burst of history) {
            const answers: Promise<unknown>[] = [];
            const wanted: unknown[] = [];
            for (const one of burst) {
              const lease = { none: undefined, held, old }[one.leased];
              const commit = toCommit(model, one, lease);
              if (isEmpty(commit)) continue;
              wanted.push(model.commit(commit, lease === held));
              answers.push(
                journal.commit(commit).then(
                  (events) => events.map(({ position }) => Number(position)),
                  (error: unknown) => (error instanceof StrongroomError ? error.code : error),
                ),
              );
            }
            expect(await Promise.all(answers)).to.deep.equal(wanted);
          }
          const again = await place.open();
          const events = await again.readAll(0n, 1_000);
          expect(events.map(({ stream, version, type }) => ({ stream, version, type }))).to.deep.equal(
            model.events,
          );
          const open = [...model.streams]
            .filter(([, { open }]) => open)
            .sort(([, a], [, b]) => a.touched - b.touched);
          expect(await again.open("")).to.deep.equal(
            open.map(([stream, { version }]) => ({ stream, version })),
          );
          expect(await again.cursor("here")).to.equal(model.cursors.get("here"));
          const left = model.outbox.filter(({ done }) => !done).map(({ id }) => id);
          expect((await again.outbox("send", 10)).map(({ id }) => id)).to.deep.equal(left);
          expect((await checkJournal(again)).findings).to.deep.equal([]);
        } finally {
          await place.end();
        }
      }),
      { numRuns },
    );
  }).timeout(1_200_000);
}
