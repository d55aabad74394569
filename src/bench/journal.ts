import { spawnSync } from "node:child_process";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { TerminalError } from "../core/errors.ts";
import { writeWhole } from "../core/write-whole.ts";
import { backupJournal } from "../journal/backup-journal.ts";
import { checkJournal } from "../journal/check-journal.ts";
import type { Commit } from "../journal/journal.ts";
import type { StoredJournal } from "../journal/journal-snapshot.ts";
import { openJournal } from "../journal/open-journal.ts";

const restartFile = fileURLToPath(new URL("./journal-restart.ts", import.meta.url));
const OUT = "bench/journal.md";
const SCHEMA = "strongroom_bench";
/** Events of each payout. */
const EACH = 5;
/** Payouts that are open in the end. */
const OPEN = 50;
/** Commits that are asked for at once while the journal is filled. */
const AT_ONCE = 200;
const SAMPLE = 2_000;

/** What was measured of one engine. */
export interface JournalBench {
  readonly engine: string;
  readonly events: number;
  /** What the disk does in the same minute, a second. */
  readonly bareSyncs: number;
  /** By one worker that waits for each. */
  readonly commitsOneByOne: number;
  /** By a hundred workers of one process. */
  readonly commitsTogether: number;
  /** From the process's start to the first useful read, milliseconds, the median of five. */
  readonly restart: number;
  /** Peak memory of that process, megabytes. */
  readonly restartMemory: number;
  /** Seconds. */
  readonly check: number;
  readonly backup: number;
}

/** How the bench is run. */
export interface JournalBenchOptions {
  readonly json: boolean;
  readonly events: number;
  /** A PostgreSQL database to measure, too. */
  readonly url?: string;
}

type Place = { readonly file: string } | { readonly url: string; readonly schema: string };

const seconds = (since: number) => (performance.now() - since) / 1_000;

/** How often a second the disk itself acknowledges a page that is written behind the last: no journal commits faster one by one. */
function bareSyncs(folder: string): number {
  const file = openSync(join(folder, "bare"), "w");
  const page = Buffer.alloc(4_096);
  const began = performance.now();
  for (let index = 0; index < SAMPLE / 4; index++) {
    writeSync(file, page);
    fdatasyncSync(file);
  }
  const rate = Math.round(SAMPLE / 4 / seconds(began));
  closeSync(file);
  return rate;
}

function payout(index: number, stays: boolean): Commit {
  const events = Array.from({ length: EACH }, (_, step) => ({
    type: ["Requested", "Authorised", "Signed", "Broadcast", "Settled"][step] ?? "Noted",
    data: { amount: String(1_000_000 + index), script: "5120".padEnd(68, "a"), step },
  }));
  return {
    appends: [{ stream: `payout/${index.toString(16).padStart(64, "0")}`, expected: 0, events, open: stays }],
  };
}

async function fill(journal: StoredJournal, events: number): Promise<void> {
  const payouts = Math.ceil(events / EACH);
  for (let from = 0; from < payouts; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, payouts - from) }, (_, index) => from + index);
    await Promise.all(some.map((index) => journal.commit(payout(index, index < OPEN))));
  }
}

async function oneByOne(journal: StoredJournal): Promise<number> {
  const began = performance.now();
  for (let index = 0; index < SAMPLE; index++)
    await journal.commit({
      appends: [{ stream: `one/${index}`, expected: 0, events: [{ type: "Noted", data: index }] }],
    });
  return Math.round(SAMPLE / seconds(began));
}

async function together(journal: StoredJournal): Promise<number> {
  const began = performance.now();
  const worker = async (name: number) => {
    for (let index = 0; index < SAMPLE / 100; index++)
      await journal.commit({
        appends: [{ stream: `many/${name}-${index}`, expected: 0, events: [{ type: "Noted", data: index }] }],
      });
  };
  await Promise.all(Array.from({ length: 100 }, (_, name) => worker(name)));
  return Math.round(SAMPLE / seconds(began));
}

function restart(place: Place): { milliseconds: number; megabytes: number } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [restartFile, JSON.stringify(place)], {
    encoding: "utf8",
  });
  const said =
    status === 0
      ? (JSON.parse(stdout) as { milliseconds: number; megabytes: number; open: number; read: number })
      : undefined;
  if (said?.open === OPEN && said.read === EACH) return said;
  throw new TerminalError("BENCH_FAILED", "A worker that started didn't find what is open", {
    advice: "See why below.",
    cause: new Error(stderr || stdout),
  });
}

async function measure(engine: string, place: Place, events: number, folder: string): Promise<JournalBench> {
  const journal = await openJournal(place);
  process.stderr.write(`${engine}: ${events} events ...\n`);
  await fill(journal, events);
  const bare = bareSyncs(folder);
  const commitsOneByOne = await oneByOne(journal);
  const commitsTogether = await together(journal);
  process.stderr.write(`${engine}: restarts, check, backup ...\n`);
  const restarts = Array.from({ length: 5 }, () => restart(place)).sort(
    (a, b) => a.milliseconds - b.milliseconds,
  );
  let began = performance.now();
  const report = await checkJournal(journal);
  const check = seconds(began);
  began = performance.now();
  await backupJournal(journal, join(folder, `${engine}.backup`));
  const backup = seconds(began);
  await journal.close();
  return {
    engine,
    events: report.events,
    bareSyncs: bare,
    commitsOneByOne,
    commitsTogether,
    restart: Math.round(restarts[2]?.milliseconds ?? Number.NaN),
    restartMemory: Math.round(Math.max(...restarts.map(({ megabytes }) => megabytes))),
    check,
    backup,
  };
}

function page(rows: readonly JournalBench[], events: number): string {
  const cell = (value: number, digits = 0) => value.toLocaleString("en", { maximumFractionDigits: digits });
  const lines = rows.map(
    ({
      engine,
      events: all,
      bareSyncs: bare,
      commitsOneByOne,
      commitsTogether,
      restart: back,
      restartMemory,
      check,
      backup,
    }) =>
      [
        "",
        engine,
        cell(all),
        cell(bare),
        cell(commitsOneByOne),
        cell(commitsTogether),
        cell(back),
        cell(restartMemory),
        cell(check, 1),
        cell(backup, 1),
        "",
      ]
        .join(" | ")
        .trim(),
  );
  return `# The journal's speed

Written by \`./strongroom bench journal --events ${events}\`. Every commit ends with an \`fsync\` that was waited for. A restart is
a new process from its start to the first useful read: it opens the journal, lists what is open (${OPEN} of the streams), and reads
one. Check and backup read every event; a backup includes its own check. Bare syncs are what the disk gave beside the engine, just
before: a page written and \`fdatasync\`.

- Machine: ${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, Node ${process.versions.node}
- Goals: restart below 3,000 ms and 300 MB with a million events, 500 commits/s

| Engine | Events | Bare syncs/s | Commits/s, one by one | Commits/s, a hundred workers | Restart, ms | Memory, MB | Check, s | Backup, s |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${lines.join("\n")}
`;
}

async function dropSchema(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS "${SCHEMA}" CASCADE`);
  await client.end();
}

/** Measures the journal and writes bench/journal.md. No test depends on what comes out. */
export async function runJournalBench({ json, events, url }: JournalBenchOptions): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-bench-"));
  try {
    const rows = [await measure("SQLite", { file: join(folder, "a.journal") }, events, folder)];
    if (url !== undefined) {
      await dropSchema(url);
      try {
        rows.push(await measure("PostgreSQL", { url, schema: SCHEMA }, events, folder));
      } finally {
        await dropSchema(url);
      }
    }
    writeWhole(OUT, page(rows, events));
    process.stdout.write(
      json ? `${JSON.stringify(rows, null, 2)}\n` : `${page(rows, events)}\nWritten to ${OUT}.\n`,
    );
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
