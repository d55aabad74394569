import { dollars, formatUsdShort } from "../core/money.ts";
import { CAUSES } from "./causes.ts";
import { distinct } from "./charts.ts";
import {
  type DemoReport,
  formatNoticed,
  formatShare,
  isOk,
  logFraction,
  OUTCOME_NAMES,
  OUTCOMES,
  type Outcome,
  totals,
  whereBucketIsBetter,
} from "./report.ts";

/** Where the text goes. */
export interface TerminalOptions {
  readonly isTTY: boolean;
  readonly columns: number;
  /** The environment; a non-empty `NO_COLOR` turns colour off (no-color.org). */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const COLOURS: Readonly<Record<Outcome, number>> = { reality: 31, bucket: 33, strongroom: 32 };
const BLOCKS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const CONTROL = /[\p{Cc}\p{Cf}]/gu;

type Paint = (code: number, text: string) => string;

function painter(options: TerminalOptions): Paint {
  const plain = !options.isTTY || (options.env.NO_COLOR ?? "") !== "" || options.env.TERM === "dumb";
  return plain ? (_, text) => text : (code, text) => `\u001b[${code}m${text}\u001b[0m`;
}

/** Text that cannot move the cursor or change colours. */
function safe(text: string): string {
  return text.replace(CONTROL, " ");
}

function fitted(text: string, width: number): string {
  const points = [...safe(text)];
  return points.length <= width ? points.join("").padEnd(width) : `${points.slice(0, width - 1).join("")}…`;
}

/** A bar of `fraction` × `width` cells, in eighths. */
function bar(fraction: number, width: number): string {
  const eighths = Math.round(fraction * width * 8);
  return `${"█".repeat(Math.floor(eighths / 8))}${BLOCKS[eighths % 8] ?? ""}`;
}

/**
 * The report as text: the steps, a table and a bar chart on a logarithmic scale.
 *
 * @example
 * process.stderr.write(toTerminal(report, { isTTY: true, columns: 100, env: process.env }));
 */
export function toTerminal(report: DemoReport, options: TerminalOptions): string {
  const paint = painter(options);
  const width = Math.min(Math.max(options.columns, 72), 110);
  const blocks = [
    steps(report, paint, width),
    table(report, paint, width),
    chart(report, paint, width),
    sensitivity(report),
    prices(report, paint),
  ];
  const closing = isOk(report)
    ? paint(32, `Every step did what was promised. ${report.seconds.toFixed(1)} s.`)
    : paint(31, `Not everything did what was promised: ${failed(report)}. ${report.seconds.toFixed(1)} s.`);
  return `${[...blocks, closing].filter((block) => block !== "").join("\n\n")}\n`;
}

function failed(report: DemoReport): string {
  const names = report.steps.filter((step) => !step.ok).map((step) => safe(step.id));
  return names.length === 0 ? "no step ran" : names.join(", ");
}

function steps(report: DemoReport, paint: Paint, width: number): string {
  if (report.steps.length === 0) return "";
  const lines = report.steps.map((step) => {
    const mark = step.ok ? paint(32, "✓") : paint(31, "✗");
    const gas = step.gas === 0 ? "" : `${Math.round(step.gas / 1000)} k gas`;
    return `${mark} ${fitted(step.title, width - 16)}${gas.padStart(13)}`;
  });
  return [paint(1, "The story"), ...lines].join("\n");
}

function table(report: DemoReport, paint: Paint, width: number): string {
  if (report.incidents.length === 0) return "";
  const name = width - 54;
  const line = (cells: readonly [string, string, string, string, string]): string =>
    [
      fitted(cells[0], name),
      ...cells.slice(1, 4).map((cell) => cell.padStart(12)),
      cells[4].padStart(13),
    ].join(" ");
  const sum = totals(report.incidents);
  return [
    paint(1, line(["Lost", "in reality", "plain bucket", "Strongroom", "of the real"])),
    ...report.incidents.map((incident) =>
      line([
        `${incident.name} ${incident.year}`,
        formatUsdShort(incident.lost.reality),
        formatUsdShort(incident.lost.bucket),
        formatUsdShort(incident.lost.strongroom),
        formatShare(incident.lost.strongroom, incident.lost.reality),
      ]),
    ),
    "─".repeat(width),
    paint(
      1,
      line([
        "Together",
        formatUsdShort(sum.reality),
        formatUsdShort(sum.bucket),
        formatUsdShort(sum.strongroom),
        formatShare(sum.strongroom, sum.reality),
      ]),
    ),
    ...report.incidents
      .filter((incident) => !CAUSES[incident.cause].limitsStopIt)
      .map((incident) => safe(`${incident.name}: ${CAUSES[incident.cause].stopped}`)),
    ...report.incidents.flatMap((incident) => {
      const worse = whereBucketIsBetter(incident);
      return worse === undefined ? [] : [safe(`${incident.name}: ${worse}`)];
    }),
  ].join("\n");
}

function chart(report: DemoReport, paint: Paint, width: number): string {
  if (report.incidents.length === 0) return "";
  const low = dollars(1_000n);
  const high = dollars(10_000_000_000n);
  const label = 20;
  const room = width - label - 12;
  const rows = report.incidents.flatMap((incident) => [
    `${paint(1, `${safe(incident.name)} ${incident.year}`)}, ${formatNoticed(incident)}`,
    ...OUTCOMES.map((outcome) => {
      const drawn = bar(logFraction(incident.lost[outcome], low, high), room);
      return `  ${OUTCOME_NAMES[outcome].padEnd(label)}${paint(COLOURS[outcome], drawn)} ${formatUsdShort(incident.lost[outcome])}`;
    }),
  ]);
  return [paint(1, "Lost, on a logarithmic scale from $1,000 to $10 B"), ...rows].join("\n");
}

function prices(report: DemoReport, paint: Paint): string {
  if (report.prices.length === 0) return "";
  const lines = report.prices.map(({ title, finding, broken }) => {
    const mark = broken.length === 0 ? paint(32, "✓") : paint(31, "✗");
    return `${mark} ${safe(title)}: ${safe(finding)}`;
  });
  return [paint(1, "Prices under stress"), ...lines].join("\n");
}

function sensitivity(report: DemoReport): string {
  if (report.sensitivity.length === 0) return "";
  const columns = distinct(report.sensitivity.map((point) => point.detectionMultiple));
  const rows = distinct(report.sensitivity.map((point) => point.limitMultiple));
  const cell = (limit: number, detection: number): string => {
    const point = report.sensitivity.find(
      (each) => each.limitMultiple === limit && each.detectionMultiple === detection,
    );
    return (point === undefined ? "" : formatUsdShort(point.lostCents)).padStart(10);
  };
  return [
    "At most lost with Strongroom by the design's bound, all incidents: limits (down) by detection time (across), as multiples",
    `${"".padEnd(8)}${columns.map((column) => `× ${column}`.padStart(10)).join("")}`,
    ...rows.map((row) => `${`× ${row}`.padEnd(8)}${columns.map((column) => cell(row, column)).join("")}`),
  ].join("\n");
}
