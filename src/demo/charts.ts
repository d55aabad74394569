import { type Cents, cents, dollars, formatUsdShort, maxCents, minCents } from "../core/money.ts";
import { coordinate, html, type Markup } from "./html.ts";
import {
  formatNoticed,
  formatSpan,
  type IncidentResult,
  type LossMoment,
  logFraction,
  OUTCOME_NAMES,
  OUTCOMES,
  type Outcome,
  type SensitivityPoint,
} from "./report.ts";

const LOW = dollars(1_000n);
const HIGH = dollars(10_000_000_000n);
const DECADES = [3, 4, 5, 6, 7, 8, 9, 10];

function decade(exponent: number): Cents {
  return dollars(10n ** BigInt(exponent));
}

/** The three losses of every incident as bars on a logarithmic scale. */
export function comparisonChart(incidents: readonly IncidentResult[]): Markup {
  const left = 256;
  const right = 880;
  const rowHeight = 66;
  const top = 34;
  const height = top + incidents.length * rowHeight + 8;
  const x = (amount: Cents): number => left + logFraction(amount, LOW, HIGH) * (right - left);
  const grid = DECADES.map((exponent) => {
    const at = coordinate(x(decade(exponent)));
    return html`<line class="grid" x1="${at}" y1="${top - 6}" x2="${at}" y2="${height - 8}"/><text class="tick" x="${at}" y="${top - 14}" text-anchor="middle">${formatUsdShort(decade(exponent))}</text>`;
  });
  const rows = incidents.map((incident, row) => {
    const y = top + row * rowHeight;
    const bars = OUTCOMES.map((outcome, index) =>
      bar(outcome, incident.lost[outcome], left, x, y + 8 + index * 16),
    );
    return html`<g><text class="name" x="${left - 14}" y="${y + 28}" text-anchor="end">${shortName(incident.name)}</text><text class="tick" x="${left - 14}" y="${y + 45}" text-anchor="end">${incident.year} · ${formatNoticed(incident)}</text>${bars}</g>`;
  });
  return html`<svg viewBox="0 0 960 ${height}" role="img" aria-labelledby="compare-title compare-desc"><title id="compare-title">Lost per incident, logarithmic scale</title><desc id="compare-desc">Three bars for each incident: what was lost in reality, what a plain token bucket with the same limits would have lost, what Strongroom lost in the replay. The table below holds the same figures.</desc>${grid}${rows}</svg>`;
}

function bar(outcome: Outcome, amount: Cents, left: number, x: (amount: Cents) => number, y: number): Markup {
  const length = Math.max(x(amount) - left, 0);
  const label = html`<text class="value" x="${coordinate(left + length + 7)}" y="${y + 10}">${amount === 0n ? "nothing" : formatUsdShort(amount)}</text>`;
  // A loss of nothing has no place on a logarithmic scale: a dot on the axis instead of a bar.
  const shape =
    amount === 0n
      ? html`<circle class="${outcome}" cx="${left}" cy="${y + 6}" r="3.5"/>`
      : html`<rect class="${outcome}" x="${left}" y="${y}" width="${coordinate(Math.max(length, 2))}" height="12" rx="2"/>`;
  return html`<g><title>${OUTCOME_NAMES[outcome]}: ${formatUsdShort(amount)}</title>${shape}${label}</g>`;
}

/** Names without their bracketed additions, cut to what fits beside the bars. */
function shortName(name: string): string {
  const bare = name.replace(/\s*\(.*\)\s*$/, "");
  const points = [...(bare === "" ? name : bare)];
  return points.length <= 26 ? points.join("") : `${points.slice(0, 25).join("")}…`;
}

const SERIES: Readonly<Record<Outcome, (moment: LossMoment) => Cents>> = {
  reality: (moment) => moment.lostReality,
  bucket: (moment) => moment.lostBucket,
  strongroom: (moment) => moment.lostStrongroom,
};

/** Cumulative losses of one incident as steps: time linear, money logarithmic. */
export function lossChart(incident: IncidentResult): Markup {
  const [left, right, top, bottom] = [72, 690, 16, 226];
  const last = incident.timeline.at(-1)?.atSeconds ?? 0;
  const end = Math.max(incident.deadlineSeconds, last, 1) * 1.04;
  const x = (seconds: number): number => left + (Math.min(Math.max(seconds, 0), end) / end) * (right - left);
  const y = (amount: Cents): number => bottom - logFraction(amount, LOW, HIGH) * (bottom - top);
  const grid = DECADES.filter((exponent) => exponent % 2 === 1 || exponent === 10).map((exponent) => {
    const at = coordinate(y(decade(exponent)));
    return html`<line class="grid" x1="${left}" y1="${at}" x2="${right}" y2="${at}"/><text class="tick" x="${left - 8}" y="${coordinate(y(decade(exponent)) + 4)}" text-anchor="end">${formatUsdShort(decade(exponent))}</text>`;
  });
  const ticks = timeTicks(end).map(
    (at) =>
      html`<text class="tick" x="${coordinate(x(at))}" y="${bottom + 18}" text-anchor="middle">${formatSpan(at)}</text>`,
  );
  const lines = OUTCOMES.map((outcome) => {
    let d = `M${left} ${bottom}`;
    let level = bottom;
    for (const moment of incident.timeline) {
      const next = y(SERIES[outcome](moment));
      if (next === level) continue;
      d += `H${coordinate(x(moment.atSeconds))}V${coordinate(next)}`;
      level = next;
    }
    d += `H${right}`;
    const final = incident.lost[outcome];
    return {
      outcome,
      level,
      path: html`<path class="line ${outcome}-line" d="${d}"><title>${OUTCOME_NAMES[outcome]}: ${formatUsdShort(final)}</title></path>`,
    };
  });
  const labels = spread(lines.map((line) => line.level)).map((at, index) => {
    const outcome = OUTCOMES[index] ?? "reality";
    return html`<text class="value ${outcome}-text" x="${right + 8}" y="${coordinate(at + 4)}">${incident.lost[outcome] === 0n ? "nothing" : formatUsdShort(incident.lost[outcome])}</text>`;
  });
  const held = coordinate(x(incident.deadlineSeconds));
  const id = `loss-${incident.id}`;
  return html`<svg viewBox="0 0 780 252" role="img" aria-labelledby="${id}"><title id="${id}">${incident.name}: losses over time, logarithmic scale; the defence acts after ${formatSpan(incident.deadlineSeconds)}</title>${grid}${ticks}<line class="mark" x1="${held}" y1="${top}" x2="${held}" y2="${bottom}"/><text class="tick" x="${coordinate(Number(held) - 5)}" y="${top + 8}" text-anchor="end">the defence acts</text>${lines.map((line) => line.path)}${labels}</svg>`;
}

/** Four or fewer round times below `end`, besides zero. */
function timeTicks(end: number): number[] {
  const steps = [
    10, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
    2_592_000,
  ];
  const step = steps.find((each) => end / each <= 5) ?? Math.ceil(end / 5);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
}

/** Moves labels apart so that none overlaps another, keeping their order. */
function spread(levels: readonly number[]): number[] {
  const order = levels
    .map((level, index) => ({ level, index }))
    .sort((a, b) => a.level - b.level || a.index - b.index);
  const placed: number[] = [...levels];
  let above = Number.NEGATIVE_INFINITY;
  for (const { level, index } of order) {
    above = Math.max(level, above + 15);
    placed[index] = above;
  }
  // Whatever ran off the bottom moves up again.
  let below = 226;
  for (const { index } of [...order].reverse()) {
    below = Math.min(placed[index] ?? below, below);
    placed[index] = below;
    below -= 15;
  }
  return placed;
}

/** Losses of all incidents by detection time and limits; darker is worse. */
export function heatMap(points: readonly SensitivityPoint[]): Markup {
  const columns = distinct(points.map((point) => point.detectionMultiple));
  const rows = distinct(points.map((point) => point.limitMultiple));
  const [left, top, width, height] = [150, 46, 118, 46];
  const worst = points.reduce<Cents>((most, point) => maxCents(most, point.lostCents), cents(0n));
  const mildest = points.reduce<Cents>(
    (least, point) => (point.lostCents === 0n ? least : minCents(least, point.lostCents)),
    worst,
  );
  const cells = points.map((point) => {
    const x = left + columns.indexOf(point.detectionMultiple) * width;
    const y = top + rows.indexOf(point.limitMultiple) * height;
    const heat = point.lostCents === 0n ? 0 : 0.14 + 0.86 * heatOf(point.lostCents, mildest, worst);
    const said = point.lostCents === 0n ? "nothing" : formatUsdShort(point.lostCents);
    return html`<g><title>Detection × ${point.detectionMultiple}, limits × ${point.limitMultiple}: ${said}; a plain bucket ${formatUsdShort(point.bucketCents)}</title><rect class="cell" x="${x}" y="${y}" width="${width - 3}" height="${height - 3}" rx="3"/><rect class="heat" x="${x}" y="${y}" width="${width - 3}" height="${height - 3}" rx="3" fill-opacity="${coordinate(heat)}"/><text class="${heat > 0.55 ? "cell-hot" : "cell-cool"}" x="${x + (width - 3) / 2}" y="${y + height / 2 + 4}" text-anchor="middle">${said}</text></g>`;
  });
  const heads = columns.map(
    (column, index) =>
      html`<text class="tick" x="${left + index * width + (width - 3) / 2}" y="${top - 10}" text-anchor="middle">× ${column}</text>`,
  );
  const sides = rows.map(
    (row, index) =>
      html`<text class="tick" x="${left - 12}" y="${top + index * height + height / 2 + 4}" text-anchor="end">limits × ${row}</text>`,
  );
  return html`<svg viewBox="0 0 ${left + columns.length * width + 8} ${top + rows.length * height + 8}" role="img" aria-labelledby="heat-title"><title id="heat-title">Lost with Strongroom, all incidents together, by limits and detection time</title><text class="tick" x="${left}" y="16">time to detection, as a multiple of the recorded one</text>${heads}${sides}${cells}</svg>`;
}

/** Between the mildest and the worst loss on a logarithmic scale; where they are the same, the worst. */
function heatOf(amount: Cents, mildest: Cents, worst: Cents): number {
  return mildest === worst ? 1 : logFraction(amount, mildest, worst);
}

/** Distinct values, rising. */
export function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
