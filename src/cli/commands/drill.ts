import { type DrillResult, drillJournal } from "../../journal/drill.ts";
import { ExitCode } from "../exit-code.ts";
import { print, say } from "../output.ts";

/** Options of `./strongroom drill journal`. */
export interface DrillCommand {
  readonly json: boolean;
  /** A database of PostgreSQL's: the drill makes schemas of its own there, and drops them. Absent: SQLite. */
  readonly url?: string;
  /** Commits before the backup and after it. */
  readonly commits: number;
}

const brief = (seconds: number) => `${seconds.toFixed(seconds < 10 ? 2 : 0)} s`;

function lines(result: DrillResult): string {
  const { crash, disaster } = result;
  return [
    `Journal drill (${result.engine}): passed`,
    `  written        ${result.commits} commits, ${result.acknowledged} events, ${result.commitsPerSecond} commits/s by one writer`,
    `  process killed RPO ${crash.lost} events, RTO ${brief(crash.rto)} to the first useful read`,
    `  disk lost      RPO ${disaster.rpoEvents} events (${brief(disaster.rpoSeconds)}) since the backup, RTO ${brief(disaster.rto)}`,
    `  backup         ${disaster.backedUp} events in ${brief(disaster.backupTook)}, under load`,
    "  checked        every event, its digest, and all that is kept beside the events",
    "",
  ].join("\n");
}

/** `./strongroom drill journal`. */
export async function drill({ json, url, commits }: DrillCommand): Promise<number> {
  const place = url === undefined ? { engine: "sqlite" as const } : { engine: "postgres" as const, url };
  const result = await drillJournal(place, { before: commits, after: commits }, say);
  print(json, { drill: "journal", at: new Date().toISOString(), ...result }, lines(result));
  return ExitCode.done;
}
