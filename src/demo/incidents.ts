import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { TerminalError } from "../core/errors.ts";
import { type Cents, cents, lessOrZero, parseUsd, sumCents } from "../core/money.ts";

/** What let the thief in, as far as it decides which control can work. */
export const CAUSE_CLASSES = [
  "user-key",
  "app",
  "operator-key",
  "governance-quorum",
  "contract-bug",
] as const;
export type CauseClass = (typeof CAUSE_CLASSES)[number];

const HTTPS = /^https:\/\//;
const GITHUB = /^github:[\w.-]+\/[\w.-]+@[0-9a-f]{40}:/;

const text = z.string().trim().min(1);
const seconds = z.int();
const amount = z.string().regex(/^\d+(\.\d+)?$/, "a decimal number of whole tokens");
const hash = z.string().regex(/^0x[0-9a-f]{64}$/, "a transaction hash");
const utc = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "a UTC time to the second");
const usd = z.string().transform((value, context): Cents => {
  try {
    return parseUsd(value);
  } catch {
    context.addIssue({ code: "custom", message: "decimal dollars as a string with at most two decimals" });
    return z.NEVER;
  }
});

const outflow = z.strictObject({
  at: seconds.min(0),
  chain: text,
  asset: text,
  amount: amount.nullable(),
  usd: usd.nullable(),
  estimated: z.strictObject({ time: text.optional(), value: text.optional() }).optional(),
  repeat: z.strictObject({ count: z.int().min(2).max(1000), everySeconds: seconds.min(1) }).optional(),
  mint: z.literal(true).optional(),
  tx: hash.optional(),
});

const incident = z
  .strictObject({
    schema: z.literal("strongroom-incident/1"),
    id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "a lower-case slug"),
    name: text,
    kind: text,
    date: z.iso.date(),
    chains: z.array(text).min(1),
    grade: z.enum(["A", "B", "C"]),
    start: z.strictObject({
      value: utc.nullable(),
      note: text.optional(),
      estimated: z.literal(true).optional(),
    }),
    reserves: z.strictObject({ usd: usd.nullable(), note: text.optional() }),
    cause: z.strictObject({ class: z.enum(CAUSE_CLASSES), text }),
    outflows: z.array(outflow).min(1),
    unallocated: z.strictObject({ usd, note: text }).nullable(),
    loss: z.strictObject({ usd, alternatives: z.array(z.strictObject({ basis: text, usd })) }),
    detection: z.strictObject({
      seconds: seconds.min(0).nullable(),
      at: text.nullable(),
      how: text,
      estimated: text.optional(),
      note: text.optional(),
    }),
    response: text,
    controlEvents: z.array(
      z.strictObject({ at: seconds, event: text, estimated: text.optional(), tx: hash.optional() }),
    ),
    notes: z.array(text),
    transactions: z.array(hash),
    sources: z
      .array(
        z.strictObject({
          ref: text.refine(
            (ref) => HTTPS.test(ref) || GITHUB.test(ref),
            "an https address or github:owner/name@commit:path",
          ),
          read: text,
        }),
      )
      .min(1),
  })
  .superRefine((record, context) => {
    const rows = record.outflows.filter((row) => row.mint !== true);
    if (rows.length === 0) context.addIssue({ code: "custom", path: ["outflows"], message: "only mints" });
    for (const [index, row] of record.outflows.entries()) {
      if (row.mint !== true && row.usd === null) {
        context.addIssue({
          code: "custom",
          path: ["outflows", index, "usd"],
          message: "an outflow needs a value",
        });
      }
      const before = record.outflows[index - 1];
      if (before !== undefined && before.at > row.at) {
        context.addIssue({
          code: "custom",
          path: ["outflows", index, "at"],
          message: "rows are ordered by time",
        });
      }
    }
    const itemised = rows.reduce((sum, row) => sum + (row.usd ?? 0n) * BigInt(row.repeat?.count ?? 1), 0n);
    const missing = record.loss.usd > itemised ? record.loss.usd - itemised : 0n;
    if ((record.unallocated?.usd ?? 0n) !== missing) {
      context.addIssue({
        code: "custom",
        path: ["unallocated"],
        message: `must be what the published loss exceeds the rows by (${missing} cents)`,
      });
    }
  });

/** A record as the file has it, amounts parsed. */
export type IncidentRecord = Readonly<z.output<typeof incident>>;

/** One transfer of value out of custody, repetitions spelled out. */
export interface Outflow {
  /** Seconds after the first event of the record. */
  readonly at: number;
  readonly chain: string;
  readonly asset: string;
  /** Whole tokens as published, if they were. */
  readonly amount: string | undefined;
  readonly cents: Cents;
  readonly timeEstimated: boolean;
  readonly valueEstimated: boolean;
}

/** A record with the sums and rows that the replay needs. */
export interface Incident {
  readonly record: IncidentRecord;
  readonly id: string;
  readonly name: string;
  readonly year: number;
  readonly cause: CauseClass;
  /** In order of time; unbacked mints are not outflows. */
  readonly outflows: readonly Outflow[];
  /** The sum of `outflows`. */
  readonly itemised: Cents;
  /** Published loss without a published transfer list. */
  readonly unallocated: Cents;
  /** What rounded rows exceed the published loss by. */
  readonly excess: Cents;
  /** `itemised + unallocated`: what the thief is given to steal in the replay, and lost in reality. */
  readonly stake: Cents;
}

function spelledOut(record: IncidentRecord): Outflow[] {
  const rows = record.outflows.filter((row) => row.mint !== true);
  const flows = rows.flatMap((row) =>
    Array.from(
      { length: row.repeat?.count ?? 1 },
      (_, turn): Outflow => ({
        at: row.at + turn * (row.repeat?.everySeconds ?? 0),
        chain: row.chain,
        asset: row.asset,
        amount: row.amount ?? undefined,
        cents: row.usd ?? cents(0n),
        timeEstimated: row.estimated?.time !== undefined,
        valueEstimated: row.estimated?.value !== undefined,
      }),
    ),
  );
  return flows.sort((a, b) => a.at - b.at);
}

/**
 * Parses one incident, already decoded from JSON.
 *
 * @param source where it came from, for the error message.
 * @throws TerminalError `INCIDENT_INVALID` with every fault and its path.
 * @example
 * const bybit = parseIncident(JSON.parse(text), "bybit-2025.json");
 */
export function parseIncident(value: unknown, source: string): Incident {
  const parsed = incident.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `${issue.path.join(".") || "record"}: ${issue.message}`,
    );
    throw new TerminalError(
      "INCIDENT_INVALID",
      `The incident in ${source} is malformed: ${faults.join("; ")}`,
      {
        advice: "data/README.md describes the format.",
        facts: { source, faults: faults.length },
        docs: "data/README.md",
      },
    );
  }
  const record = parsed.data;
  const outflows = spelledOut(record);
  const itemised = sumCents(outflows.map((flow) => flow.cents));
  const unallocated = record.unallocated?.usd ?? cents(0n);
  return {
    record,
    id: record.id,
    name: record.name,
    year: Number(record.date.slice(0, 4)),
    cause: record.cause.class,
    outflows,
    itemised,
    unallocated,
    excess: lessOrZero(itemised, record.loss.usd),
    stake: sumCents([itemised, unallocated]),
  };
}

/** The folder of the records that come with the project. */
export const INCIDENTS_FOLDER = fileURLToPath(new URL("../../data/incidents/", import.meta.url));

/**
 * Reads every `*.json` of a folder, oldest incident first.
 *
 * @throws TerminalError `INCIDENT_UNREADABLE`, `INCIDENT_INVALID`, `INCIDENT_NAME` or `INCIDENT_NONE`.
 */
export function loadIncidents(folder: string = INCIDENTS_FOLDER): Incident[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch (cause) {
    throw new TerminalError("INCIDENT_UNREADABLE", "The folder of incidents can't be read", {
      cause,
      facts: { folder },
    });
  }
  const incidents = names.map((name) => {
    let value: unknown;
    try {
      value = JSON.parse(readFileSync(join(folder, name), "utf8"));
    } catch (cause) {
      throw new TerminalError("INCIDENT_UNREADABLE", `${name} can't be read as JSON`, {
        cause,
        facts: { name },
      });
    }
    const parsed = parseIncident(value, name);
    if (parsed.id !== basename(name, ".json")) {
      throw new TerminalError("INCIDENT_NAME", `${name} holds the incident ${parsed.id}`, {
        advice: "Name the file after its id.",
        facts: { name, id: parsed.id },
      });
    }
    return parsed;
  });
  if (incidents.length === 0) {
    throw new TerminalError("INCIDENT_NONE", "The folder holds no incidents", { facts: { folder } });
  }
  return incidents.sort((a, b) => a.record.date.localeCompare(b.record.date));
}
