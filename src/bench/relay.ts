import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TerminalError } from "../core/errors.ts";
import { writeWhole } from "../core/write-whole.ts";
import type { Commit, Journal } from "../journal/journal.ts";
import { openJournal } from "../journal/open-journal.ts";
import { Worker } from "../relayer/worker.ts";
import { instantRoute } from "./instant-route.ts";

const OUT = "bench/relay.md";
const restartFile = fileURLToPath(new URL("./relay-restart.ts", import.meta.url));
/** Payouts that are under way at a time. */
const AT_ONCE = 64;
const COPIES_AT_ONCE = 200;
/** Payouts that a restart finds open. */
const OPEN = 50;

/** How the bench is run. */
export interface RelayBenchOptions {
  readonly json: boolean;
  /** Payouts that are worked off. */
  readonly payouts: number;
  /** The history that a worker is started on. */
  readonly events: number;
}

/** What was measured. */
export interface RelayBench {
  readonly payouts: number;
  readonly payoutsPerSecond: number;
  readonly eventsPerPayout: number;
  readonly commitsPerPayout: number;
  /** Processor time of one payout, milliseconds. */
  readonly processor: number;
  /** The same commits by nothing but the journal, payouts' worth of them per second. */
  readonly barePerSecond: number;
  readonly history: number;
  /** From a process's start to its first payment, milliseconds, and its peak memory, megabytes: medians of three. */
  readonly restart: number;
  readonly restartMemory: number;
}

const seconds = (since: number) => (performance.now() - since) / 1_000;
const processor = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** A journal that remembers what was committed, so that it can be committed again without anything around it. */
function recorded(journal: Journal): { readonly journal: Journal; readonly commits: Commit[] } {
  const commits: Commit[] = [];
  const commit = async (given: Commit) => {
    const stored = await journal.commit(given);
    const { lease: _own, ...rest } = given;
    commits.push(rest);
    return stored;
  };
  const own = new Proxy(journal, {
    get(target, name) {
      if (name === "commit") return commit;
      const value = target[name as keyof Journal];
      return typeof value === "function" ? (value as (...given: unknown[]) => unknown).bind(target) : value;
    },
  });
  return { journal: own, commits };
}

/** Works payouts off until none is open. */
async function workOff(journal: Journal, payouts: number): Promise<number> {
  const stop = new AbortController();
  const began = performance.now();
  const working = new Worker(instantRoute(journal, payouts, AT_ONCE)).run(stop.signal);
  let seen = false;
  for (;;) {
    await new Promise((done) => setTimeout(done, 20));
    const open = (await journal.open("bench/out/")).length;
    seen ||= open > 0;
    if (seen && open === 0) break;
  }
  const took = seconds(began);
  stop.abort();
  await working;
  return took;
}

/** The same commits, as many at a time, in their order within each stream. */
async function bare(journal: Journal, commits: readonly Commit[]): Promise<number> {
  const lanes = new Map<string, Commit[]>();
  for (const commit of commits) {
    const name = commit.appends.find(({ stream }) => stream.includes("/out/"))?.stream ?? "others";
    if (commit.appends.length > 2) continue;
    lanes.set(name, [...(lanes.get(name) ?? []), commit]);
  }
  const waiting = [...lanes.values()];
  const began = performance.now();
  const lane = async () => {
    for (let own = waiting.pop(); own !== undefined; own = waiting.pop()) {
      let version = 0;
      for (const { appends, ...rest } of own) {
        // Sightings came many to a commit: here each stream is on its own.
        const shifted = appends.map((append) => {
          if (!append.stream.includes("/out/")) return append;
          const expected = version;
          version += append.events.length;
          return { ...append, expected };
        });
        await journal.commit({ ...rest, appends: shifted });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return seconds(began);
}

/** A long history: what one payout's life has left, again and again under other names. */
async function fill(journal: Journal, events: number, life: readonly Commit[]): Promise<void> {
  const own = life.flatMap(({ appends }) => appends);
  const size = own.reduce((sum, { events: some }) => sum + some.length, 0);
  const copies = Math.ceil(events / size);
  for (let from = 0; from < copies; from += COPIES_AT_ONCE) {
    const some = Array.from({ length: Math.min(COPIES_AT_ONCE, copies - from) }, (_, index) => from + index);
    await Promise.all(
      some.map((index) => {
        const name = (stream: string) => `${stream}-${index}`;
        const versions = new Map<string, number>();
        const appends = own.map((append) => {
          const expected = versions.get(append.stream) ?? 0;
          versions.set(append.stream, expected + append.events.length);
          return { ...append, stream: name(append.stream), expected };
        });
        return journal.commit({ appends });
      }),
    );
  }
}

function restart(file: string, payouts: number): { milliseconds: number; megabytes: number } {
  const place = JSON.stringify({ file });
  const { status, stdout, stderr } = spawnSync(process.execPath, [restartFile, place, String(payouts)], {
    encoding: "utf8",
  });
  const said =
    status === 0 ? (JSON.parse(stdout) as { milliseconds?: number; megabytes: number }) : undefined;
  if (said?.milliseconds !== undefined) return { milliseconds: said.milliseconds, megabytes: said.megabytes };
  throw new TerminalError("BENCH_FAILED", "A worker that started sent no payment", {
    advice: "See why below.",
    cause: new Error(stderr || stdout),
  });
}

async function measure({ payouts, events }: RelayBenchOptions, folder: string): Promise<RelayBench> {
  const inner = await openJournal({ file: join(folder, "relay.journal") });
  const { journal, commits } = recorded(inner);
  process.stderr.write(`${payouts} payouts ...\n`);
  const before = processor();
  const took = await workOff(journal, payouts);
  const used = processor() - before;
  const stored = commits.reduce(
    (sum, { appends }) => sum + appends.reduce((n, one) => n + one.events.length, 0),
    0,
  );
  await inner.close();

  process.stderr.write("the same commits by the journal alone ...\n");
  const alone = await openJournal({ file: join(folder, "bare.journal") });
  const bareTook = await bare(alone, commits);
  await alone.close();

  process.stderr.write(`a history of ${events} events ...\n`);
  const file = join(folder, "long.journal");
  const long = await openJournal({ file });
  const first = commits.find(({ appends }) => appends.some(({ stream }) => stream.includes("/out/")));
  const stream = first?.appends.find((one) => one.stream.includes("/out/"))?.stream ?? "";
  const life = commits
    .map(({ appends }) => ({ appends: appends.filter((one) => one.stream === stream) }))
    .filter(({ appends }) => appends.length > 0);
  await fill(long, events, life);
  const history = Number((await long.readAll(0n, 1)).length > 0 ? events : 0);
  await long.close();
  const restarts = Array.from({ length: 3 }, (_, run) => restart(file, OPEN * (run + 1)));
  const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[1] ?? Number.NaN;
  return {
    payouts,
    payoutsPerSecond: payouts / took,
    eventsPerPayout: stored / payouts,
    commitsPerPayout: commits.length / payouts,
    processor: used / payouts,
    barePerSecond: payouts / bareTook,
    history,
    restart: middle(restarts.map(({ milliseconds }) => milliseconds)),
    restartMemory: middle(restarts.map(({ megabytes }) => megabytes)),
  };
}

function page(bench: RelayBench): string {
  const cell = (value: number, digits = 0) => value.toLocaleString("en", { maximumFractionDigits: digits });
  const { payouts, payoutsPerSecond, eventsPerPayout, commitsPerPayout, history } = bench;
  return `# The relayer's speed

Written by \`./strongroom bench relay --payouts ${payouts} --events ${history}\`. Chains and signers answer at once, so that what is
measured is the relayer: reading, deciding, and a journal in SQLite whose every commit ends with an \`fsync\`. A payout is
requested, gets its token, is stated, authorised, built, signed, sent, seen final, stated again and settled:
${cell(eventsPerPayout, 1)} events in ${cell(commitsPerPayout, 1)} commits. ${AT_ONCE} are under way at a time; commits that come together share
an \`fsync\`.

- Machine: ${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, Node ${process.versions.node}; the relayer uses one of them
- Goals: 50 payouts/s; a restart below 3,000 ms and 300 MB with a million events

| What | Payouts/s | Processor per payout, ms |
| --- | ---: | ---: |
| Journal and deciders | ${cell(payoutsPerSecond)} | ${cell(bench.processor, 1)} |
| The same commits by the journal alone | ${cell(bench.barePerSecond)} | |

| Restart on | To the first payment, ms | Memory, MB |
| --- | ---: | ---: |
| ${cell(history)} events | ${cell(bench.restart)} | ${cell(bench.restartMemory)} |
`;
}

/** Measures the relayer and writes bench/relay.md. No test depends on what comes out. */
export async function runRelayBench(options: RelayBenchOptions): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-bench-"));
  try {
    const bench = await measure(options, folder);
    writeWhole(OUT, page(bench));
    const { json } = options;
    process.stdout.write(
      json ? `${JSON.stringify(bench, null, 2)}\n` : `${page(bench)}\nWritten to ${OUT}.\n`,
    );
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
