import { type Cents, formatUsdShort, sumCents, usdDecimal } from "../core/money.ts";
import type { CauseClass } from "./incidents.ts";
import { type PriceReplayJson, pricesJson } from "./prices/json.ts";
import type { PriceReplayResult } from "./prices/result.ts";

/** The three outcomes that the replay compares. */
export const OUTCOMES = ["reality", "bucket", "strongroom"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How the outcomes are called in front of people. */
export const OUTCOME_NAMES: Readonly<Record<Outcome, string>> = {
  reality: "in reality",
  bucket: "plain token bucket",
  strongroom: "Strongroom",
};

/** Cumulative losses at one moment. */
export interface LossMoment {
  /** Seconds after the first event of the record. */
  readonly atSeconds: number;
  readonly lostReality: Cents;
  readonly lostBucket: Cents;
  readonly lostStrongroom: Cents;
}

/** One attempt as the chain answered it. */
export interface AttemptResult {
  readonly atSeconds: number;
  readonly strategy: string;
  readonly kind: string;
  readonly from: string;
  readonly cents: Cents;
  readonly outcome: "paid" | "queued" | "done" | "refused";
  /** The verdict's reasons, decoded. */
  readonly reasons: readonly string[];
}

/** One replayed incident. */
export interface IncidentResult {
  readonly id: string;
  readonly name: string;
  readonly year: number;
  readonly cause: CauseClass;
  readonly lost: Readonly<Record<Outcome, Cents>>;
  /** In order of time. */
  readonly timeline: readonly LossMoment[];
  readonly detectionSeconds: number;
  /** True where no detection time is published. */
  readonly detectionAssumed: boolean;
  readonly deadlineSeconds: number;
  readonly worstStrategy: string;
  readonly attempts: readonly AttemptResult[];
  readonly notes: readonly string[];
}

/** The sum over all incidents at one pair of multiples. */
export interface SensitivityPoint {
  readonly detectionMultiple: number;
  readonly limitMultiple: number;
  readonly lostCents: Cents;
  readonly bucketCents: Cents;
}

/** One step of the story. Amounts among the figures are decimal dollars or text. */
export interface StepResult {
  readonly id: string;
  readonly title: string;
  readonly ok: boolean;
  /** Gas of the step's transactions together. */
  readonly gas: number;
  readonly figures: Readonly<Record<string, string | number | boolean>>;
}

/** A step that sends no transaction of its own: it did what was promised if nothing is broken. */
export function stepOf(
  id: string,
  title: string,
  figures: StepResult["figures"],
  broken: readonly string[],
): StepResult {
  const ok = broken.length === 0;
  return { id, title, ok, gas: 0, figures: ok ? figures : { ...figures, broken: broken.join("; ") } };
}

/** Everything that the demo has to tell. */
export interface DemoReport {
  readonly seconds: number;
  readonly steps: readonly StepResult[];
  readonly incidents: readonly IncidentResult[];
  readonly sensitivity: readonly SensitivityPoint[];
  readonly prices: readonly PriceReplayResult[];
}

/** True where every step did what was promised. A report without steps has shown nothing. */
export function isOk(report: DemoReport): boolean {
  return report.steps.length > 0 && report.steps.every((step) => step.ok);
}

/** Losses of all incidents together. */
export function totals(incidents: readonly IncidentResult[]): Record<Outcome, Cents> {
  const of = (outcome: Outcome): Cents => sumCents(incidents.map((incident) => incident.lost[outcome]));
  return { reality: of("reality"), bucket: of("bucket"), strongroom: of("strongroom") };
}

/** What `./strongroom demo --json` prints. All money is decimal dollars in a string. */
export interface DemoJson {
  readonly ok: boolean;
  readonly seconds: number;
  readonly steps: readonly StepResult[];
  readonly incidents: readonly {
    readonly id: string;
    readonly lost: Readonly<Record<Outcome, string>>;
    readonly name: string;
    readonly year: number;
    readonly cause: CauseClass;
    readonly detectionSeconds: number;
    readonly detectionAssumed: boolean;
    readonly deadlineSeconds: number;
    readonly worstStrategy: string;
    readonly attempts: Readonly<Record<AttemptResult["outcome"], number>>;
    readonly notes: readonly string[];
  }[];
  readonly prices: readonly PriceReplayJson[];
}

/**
 * The report for machines: `{ok, seconds, steps, incidents, prices}`, safe for `JSON.stringify`.
 *
 * @example
 * process.stdout.write(`${JSON.stringify(toJson(report))}\n`);
 */
export function toJson(report: DemoReport): DemoJson {
  return {
    ok: isOk(report),
    seconds: report.seconds,
    steps: report.steps.map(({ id, title, ok, gas, figures }) => ({ id, title, ok, gas, figures })),
    incidents: report.incidents.map((incident) => {
      const count = (outcome: AttemptResult["outcome"]): number =>
        incident.attempts.filter((attempt) => attempt.outcome === outcome).length;
      return {
        id: incident.id,
        lost: {
          reality: usdDecimal(incident.lost.reality),
          bucket: usdDecimal(incident.lost.bucket),
          strongroom: usdDecimal(incident.lost.strongroom),
        },
        name: incident.name,
        year: incident.year,
        cause: incident.cause,
        detectionSeconds: incident.detectionSeconds,
        detectionAssumed: incident.detectionAssumed,
        deadlineSeconds: incident.deadlineSeconds,
        worstStrategy: incident.worstStrategy,
        attempts: {
          paid: count("paid"),
          queued: count("queued"),
          done: count("done"),
          refused: count("refused"),
        },
        notes: incident.notes,
      };
    }),
    prices: report.prices.map(pricesJson),
  };
}

/** A span as people read it: `45 s`, `38 min`, `2 h 17 min`, `6 d`. */
export function formatSpan(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const parts: string[] = [];
  const units = [
    { size: 86_400, name: "d" },
    { size: 3_600, name: "h" },
    { size: 60, name: "min" },
    { size: 1, name: "s" },
  ];
  let left = whole;
  for (const { size, name } of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  // Two neighbouring units say enough.
  const text = parts.length === 0 ? "0 s" : parts.slice(0, 2).join(" ");
  return seconds < 0 ? `-${text}` : text;
}

/** When a theft was noticed: `noticed at once`, `noticed after 38 min`, `noticing assumed after 1 d`. */
export function formatNoticed(
  incident: Pick<IncidentResult, "detectionSeconds" | "detectionAssumed">,
): string {
  if (incident.detectionAssumed) return `noticing assumed after ${formatSpan(incident.detectionSeconds)}`;
  return incident.detectionSeconds === 0
    ? "noticed at once"
    : `noticed after ${formatSpan(incident.detectionSeconds)}`;
}

/** A sentence where the plain bucket would have lost less, `undefined` elsewhere: the report hides no such case. */
export function whereBucketIsBetter(incident: IncidentResult): string | undefined {
  if (incident.lost.strongroom <= incident.lost.bucket) return undefined;
  return "Here the plain bucket loses less: it refuses whatever does not fit, to honest owners too, while the queue pays after its delay unless someone holds the account, and nobody did in time.";
}

/** What share of `real` was lost all the same: `nothing`, `< 0.1 %`, `2.3 %`, `all`. */
export function formatShare(lost: Cents, real: Cents): string {
  if (lost === 0n) return "nothing";
  if (lost >= real) return "all";
  const tenths = (lost * 1000n) / real;
  if (tenths === 0n) return "< 0.1 %";
  return `${tenths / 10n}.${tenths % 10n} %`;
}

/** Where an amount lies on a logarithmic scale of dollars from `low` to `high`, as a fraction; zero and less lie at 0. */
export function logFraction(amount: Cents, low: Cents, high: Cents): number {
  if (amount <= low) return 0;
  if (amount >= high) return 1;
  const span = Math.log10(Number(high)) - Math.log10(Number(low));
  return (Math.log10(Number(amount)) - Math.log10(Number(low))) / span;
}

/** Amount and share in one phrase: `$11.8 M, 2.3 % of it`. */
export function describeLoss(lost: Cents, real: Cents): string {
  return lost === 0n ? "nothing" : `${formatUsdShort(lost)}, ${formatShare(lost, real)} of it`;
}
