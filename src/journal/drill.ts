import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { TerminalError } from "../core/errors.ts";
import { backupJournal } from "./backup-journal.ts";
import { checkJournal } from "./check-journal.ts";
import { copyJournal } from "./copy-journal.ts";
import { startDrillWriter } from "./drill-process.ts";
import type { Journal } from "./journal.ts";
import { openJournal } from "./open-journal.ts";

/** What a drill measured and proved. Times are seconds. */
export interface DrillResult {
  readonly engine: "sqlite" | "postgres";
  /** Events that the store had acknowledged when the writer was killed, the last of them at this position. */
  readonly acknowledged: bigint;
  /** Commits that were acknowledged. */
  readonly commits: number;
  readonly commitsPerSecond: number;
  /** The writer is killed, the disk stays. */
  readonly crash: {
    /** Acknowledged events that are missing: 0, or the drill fails. */
    readonly lost: bigint;
    /** From opening to the first useful read. */
    readonly rto: number;
    readonly findings: number;
  };
  /** The disk is lost, the backup stays. */
  readonly disaster: {
    /** How long the backup took, under load. */
    readonly backupTook: number;
    /** Events in the backup. */
    readonly backedUp: bigint;
    /** Acknowledged events that aren't in the backup. */
    readonly rpoEvents: bigint;
    /** From the backup's last event to the last acknowledged one. */
    readonly rpoSeconds: number;
    /** From nothing to the first useful read: the backup brought into an empty store and opened. */
    readonly rto: number;
    readonly findings: number;
  };
}

/** Commits before the backup and after it. */
export interface DrillSize {
  readonly before: number;
  readonly after: number;
}

/** Where the drill's journals are: new files, or new schemas of a database, gone afterwards. */
export type DrillPlace =
  | { readonly engine: "sqlite" }
  | { readonly engine: "postgres"; readonly url: string };

const seconds = (since: number) => (performance.now() - since) / 1_000;

/** What a worker does first: sees what is open, and reads one of it. */
async function firstUsefulRead(journal: Journal): Promise<void> {
  const [first] = await journal.open("payment/");
  const events = first === undefined ? [] : await journal.read(first.stream);
  if (events.length > 0) return;
  throw new TerminalError("DRILL_EMPTY", "The journal has nothing open after it was recovered", {
    advice: "This is a defect: keep what the drill printed, and report it.",
  });
}

async function dropSchemas(url: string, names: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url.replace(/,[^/?]*/, "") });
  await client.connect();
  try {
    for (const name of names) await client.query(`DROP SCHEMA IF EXISTS "${name}" CASCADE`);
  } finally {
    await client.end();
  }
}

/**
 * The drill: a process writes payments into a journal as fast as it goes, a backup is taken meanwhile, the process is killed with
 * `kill -9`. Then the journal is opened again as after a crash, and the backup is brought back as after the loss of the disk; both
 * are checked event by event against what the store had acknowledged.
 *
 * @throws TerminalError `DRILL_FAILED` when an acknowledged event is missing or anything is found wrong
 */
export async function drillJournal(
  place: DrillPlace,
  size: DrillSize,
  progress: (line: string) => void,
): Promise<DrillResult> {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-drill-"));
  const name = `strongroom_drill_${randomBytes(4).toString("hex")}`;
  const schemas = [name, `${name}_restored`];
  const at = (index: 0 | 1) =>
    place.engine === "sqlite"
      ? { file: join(folder, `${index === 0 ? "live" : "restored"}.journal`) }
      : { url: place.url, schema: schemas[index] ?? name };
  try {
    return await run(place.engine, at(0), at(1), join(folder, "backup.journal"), size, progress);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (place.engine === "postgres") await dropSchemas(place.url, schemas);
  }
}

type Place = { readonly file: string } | { readonly url: string; readonly schema: string };

async function run(
  engine: DrillResult["engine"],
  live: Place,
  spare: Place,
  backup: string,
  size: DrillSize,
  progress: (line: string) => void,
): Promise<DrillResult> {
  progress(`A process writes payments (${engine}).`);
  const writer = startDrillWriter(live);
  let backupTook: number;
  try {
    await writer.reached(size.before);
    progress("A backup is taken while it writes.");
    const observer = await openJournal(live);
    const began = performance.now();
    await backupJournal(observer, backup);
    backupTook = seconds(began);
    await observer.close();
    await writer.reached(writer.acknowledged.length + size.after);
  } finally {
    await writer.kill();
  }
  progress("The process is killed with kill -9.");
  const { acknowledged } = writer;
  const [first, last] = [acknowledged[0], acknowledged.at(-1)];
  if (first === undefined || last === undefined) throw failed("nothing was acknowledged", {});

  let began = performance.now();
  const recovered = await openJournal(live);
  await firstUsefulRead(recovered);
  const crashRto = seconds(began);
  const whole = await checkJournal(recovered);
  await recovered.close();
  progress(`Opened again: ${whole.events} events, ${last.position} were acknowledged.`);

  began = performance.now();
  const restored = await openJournal(spare);
  const source = await openJournal({ file: backup });
  const backedUp = await copyJournal(source, restored);
  await source.close();
  await firstUsefulRead(restored);
  const disasterRto = seconds(began);
  const report = await checkJournal(restored);
  const [end] = await restored.readAll(backedUp.position - 1n, 1);
  await restored.close();
  // The backup is a beginning of the journal that it was made of, digest by digest.
  const same = await withJournal(live, (journal) => checkJournal(journal, backedUp));
  progress(`Restored: ${report.events} events.`);

  const lost = last.position > whole.head.position ? last.position - whole.head.position : 0n;
  const findings = whole.findings.length + whole.more;
  const disasterFindings =
    report.findings.length + report.more + same.findings.length - whole.findings.length;
  if (lost > 0n || findings > 0 || disasterFindings > 0) {
    throw failed("what was recovered isn't what was acknowledged", {
      lost,
      findings: findings + disasterFindings,
      first: [...whole.findings, ...report.findings, ...same.findings][0]?.what ?? "none",
    });
  }
  const missing = last.position - backedUp.position;
  return {
    engine,
    acknowledged: last.position,
    commits: acknowledged.length,
    commitsPerSecond: Math.round(acknowledged.length / Math.max(0.001, (last.at - first.at) / 1_000)),
    crash: { lost, rto: crashRto, findings },
    disaster: {
      backupTook,
      backedUp: backedUp.position,
      rpoEvents: missing > 0n ? missing : 0n,
      rpoSeconds: Math.max(0, (last.at - (end?.at ?? first.at)) / 1_000),
      rto: disasterRto,
      findings: disasterFindings,
    },
  };
}

async function withJournal<T>(
  place: Place,
  work: (journal: Awaited<ReturnType<typeof openJournal>>) => Promise<T>,
): Promise<T> {
  const journal = await openJournal(place);
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}

function failed(what: string, facts: Record<string, string | number | bigint>): TerminalError {
  return new TerminalError("DRILL_FAILED", `The drill failed: ${what}`, {
    advice: "Don't rely on this store: look at its disk and settings, and report it.",
    facts,
    docs: "docs/operations/journal.md",
  });
}
