import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { checkJournal } from "../../src/journal/check-journal.ts";
import { drillStream, requested } from "../../src/journal/drill-payments.ts";
import { startDrillWriter } from "../../src/journal/drill-process.ts";
import type { StoredJournal } from "../../src/journal/journal-snapshot.ts";
import type { JournalPlace } from "./journal-places.ts";

const racerFile = fileURLToPath(new URL("./racing-process.ts", import.meta.url));
/** Processes that are killed one after another on the same journal. */
const KILLS = process.env.STRONGROOM_DEEP === "1" ? 100 : 4;

/** Every payment is wholly as one of its commits left it: events, outbox row, openness. */
async function expectWhole(journal: StoredJournal): Promise<void> {
  expect(await checkJournal(journal)).to.deep.include({ findings: [], more: 0 });
  const left = new Set((await journal.outbox("send", 1_000_000)).map(({ id }) => id));
  const open = new Set((await journal.open("payment/")).map(({ stream }) => stream));
  const versions = new Map<string, number>();
  for (const { stream, version } of await journal.readAll(0n, 1_000_000)) versions.set(stream, version);
  for (const [stream, version] of versions) {
    expect(version, stream).to.be.oneOf([1, 3]);
    expect(left.has(stream), `outbox of ${stream}`).to.equal(version === 1);
    expect(open.has(stream), `openness of ${stream}`).to.equal(version === 1);
  }
  expect(left.size).to.equal(open.size);
}

/** What every engine of the journal does when processes die and when several write. */
export function survivesCrashes(place: () => JournalPlace): void {
  afterEach(() => place().end());

  it(`keeps everything acknowledged and nothing half, through ${KILLS} writers killed at random moments`, async () => {
    let acknowledged = 0n;
    for (let round = 0; round < KILLS; round++) {
      const writer = startDrillWriter(place().where);
      await writer.reached(5 + Math.floor(Math.random() * 20));
      await sleep(Math.random() * 20);
      await writer.kill();
      const last = writer.acknowledged.at(-1)?.position ?? 0n;
      expect(last > acknowledged, "the next writer goes on behind the last").to.equal(true);
      acknowledged = last;
      const journal = await place().open();
      const { position } = await journal.head();
      expect(position >= acknowledged, `${position} is stored, ${acknowledged} were acknowledged`).to.equal(
        true,
      );
      // At most the commit whose answer was cut off.
      expect(
        position <= acknowledged + 2n,
        `${position} is stored, ${acknowledged} were acknowledged`,
      ).to.equal(true);
      const cursor = Number(await journal.cursor(`writer/${writer.pid}`));
      expect((await journal.read(drillStream(writer.pid, cursor))).length).to.be.greaterThan(0);
      expect(await journal.read(drillStream(writer.pid, cursor + 1))).to.deep.equal([]);
      await expectWhole(journal);
    }
  }).timeout(1_200_000);

  it("has nothing of a commit whose writer died before it was done", async () => {
    const writer = startDrillWriter(place().where, { STRONGROOM_FAULT: "journal.before-commit:5" });
    expect(await writer.ended()).to.equal("SIGKILL");
    expect(writer.acknowledged.length).to.equal(4);
    const journal = await place().open();
    expect((await journal.head()).position).to.equal(6n);
    expect(await journal.read(drillStream(writer.pid, 3))).to.deep.equal([]);
    await expectWhole(journal);
    // Nobody knows that here: the same commit again is right in both cases.
    expect((await journal.commit(requested(writer.pid, 3)))[0]?.position).to.equal(7n);
  });

  it("has a commit whose writer died before it knew, and recognises it when it is asked for again", async () => {
    const writer = startDrillWriter(place().where, { STRONGROOM_FAULT: "journal.after-commit:5" });
    expect(await writer.ended()).to.equal("SIGKILL");
    expect(writer.acknowledged.length).to.equal(4);
    const journal = await place().open();
    const stored = await journal.read(drillStream(writer.pid, 3));
    expect(stored.map(({ position, type }) => [position, type])).to.deep.equal([[7n, "Requested"]]);
    expect(await journal.commit(requested(writer.pid, 3))).to.deep.equal(stored);
    expect((await journal.head()).position).to.equal(7n);
    await expectWhole(journal);
  });

  it("lets three processes decide on one stream at once, none of them on what is old", async () => {
    const journal = await place().open();
    const racers = [1, 2, 3].map(async (name) => {
      const child = spawn(process.execPath, [racerFile, JSON.stringify(place().where), String(name), "20"], {
        stdio: ["ignore", "inherit", "inherit"],
      });
      return (await once(child, "exit"))[0] as number | null;
    });
    expect(await Promise.all(racers)).to.deep.equal([0, 0, 0]);
    const events = await journal.read("counter");
    expect(events.map(({ data }) => (data as { to: number }).to)).to.deep.equal(
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    for (const name of [1, 2, 3])
      expect(events.filter(({ data }) => (data as { by: string }).by === String(name)).length).to.equal(20);
    expect((await checkJournal(journal)).findings).to.deep.equal([]);
  });
}
