import { coordinate, html, type Markup } from "../html.ts";
import { DAY, HOUR } from "../parameters.ts";
import { formatPrice } from "./findings.ts";
import { MODES, type Mode, PRICE_DECIMALS } from "./model.ts";
import { CUSTOMER_NAMES, type CustomerId } from "./replays.ts";
import type { ExitRecord, PriceReplayResult, PriceStep } from "./result.ts";

const [LEFT, SPLIT, RIGHT] = [118, 800, 944];
const STRIP = { top: 30, height: 22 } as const;
const PLOT = { top: 84, bottom: 308 } as const;
const LANES = { top: 330, height: 30 } as const;
const CUSTOMERS: readonly CustomerId[] = ["dollars", "units", "early"];
const AXIS = LANES.top + CUSTOMERS.length * LANES.height + 8;
const HEIGHT = AXIS + 40;
/** About how wide a letter of the strip is, and its heading. */
const LETTER = 8;
const HEADING = 110;

type Scale = (value: number) => number;

/** A chart's time ends a little after the last thing that it shows. */
function endOf(result: PriceReplayResult): number {
  const lastRelease = result.exits.reduce((last, { release }) => Math.max(last, release?.at ?? 0), 0);
  return Math.max(result.recordEnds, result.steps.at(-1)?.at ?? 0, lastRelease);
}

/** The record takes most of the width; what comes after it, which may be weeks, the rest. */
function timeScale(start: number, split: number, end: number): Scale {
  if (split <= start || split >= end) return (at) => LEFT + ((at - start) / (end - start)) * (RIGHT - LEFT);
  return (at) =>
    at <= split
      ? LEFT + ((at - start) / (split - start)) * (SPLIT - LEFT)
      : SPLIT + ((at - split) / (end - split)) * (RIGHT - SPLIT);
}

/**
 * One replay as an SVG: the mode as a strip of words and hatchings, mid as a line inside the band of bid and ask, what
 * each customer's exits did, over UTC time. The same result draws the same chart.
 */
export function priceChart(result: PriceReplayResult): Markup {
  const start = result.steps[0]?.at ?? 0;
  const end = Math.max(endOf(result), start + HOUR);
  const x = timeScale(start, result.recordEnds, end);
  const { y, ticks } = priceScale(result);
  const id = `price-${result.id}`;
  const grid = ticks.map(
    (tick) =>
      html`<line class="grid" x1="${LEFT}" y1="${coordinate(y(tick))}" x2="${RIGHT}" y2="${coordinate(y(tick))}"/><text class="tick" x="${LEFT - 8}" y="${coordinate(y(tick) + 4)}" text-anchor="end">${formatPrice(toChain(tick))}</text>`,
  );
  const ended = coordinate(x(result.recordEnds));
  return html`<svg viewBox="0 0 960 ${HEIGHT}" role="img" aria-labelledby="${id} ${id}-desc"><title id="${id}">${result.finding}</title><desc id="${id}-desc">${result.title}. Mid price with the band from bid to ask, the price's mode, and each customer's exits: paid at once, queued, released. The tables beside it hold the figures.</desc>${patterns(id)}<text class="tick" x="${LEFT}" y="20">mode of the price</text>${strip(result, x, end, id)}<text class="tick" x="${LEFT}" y="${PLOT.top - 14}">dollars for one ${result.symbol}${result.scale === "log" ? ", logarithmic" : ""}</text>${grid}${timeAxis(x, start, result.recordEnds)}${band(result, x, y)}${midLine(result, x, y)}${lanes(result, x)}<line class="mark" x1="${ended}" y1="${STRIP.top + STRIP.height}" x2="${ended}" y2="${AXIS}"/>${silence(result, x, end)}</svg>`;
}

function patterns(id: string): Markup {
  const hatch = (mode: Mode, body: Markup): Markup =>
    html`<pattern id="${id}-${mode}" width="6" height="6" patternUnits="userSpaceOnUse">${body}</pattern>`;
  return html`<defs>${hatch("HALT", html`<rect class="mode-halt" width="6" height="6"/>`)}${hatch("DEGRADED", html`<rect class="mode-degraded" width="6" height="6"/><circle class="mode-ink" cx="3" cy="3" r="1"/>`)}${hatch("DISPUTED", html`<rect class="mode-disputed" width="6" height="6"/><path class="mode-stroke" d="M0 6L6 0"/>`)}${hatch("NORMAL", html`<rect class="mode-normal" width="6" height="6"/>`)}</defs>`;
}

/** The words beside the line at which the record ends. */
function silence(result: PriceReplayResult, x: Scale, end: number): Markup {
  const days = Math.round((end - result.recordEnds) / DAY);
  if (days === 0) return html``;
  const at = coordinate(x(result.recordEnds) + 7);
  const lines = ["The record ends:", "silent feeds for", `${days} days, drawn`, "narrower"];
  return html`${lines.map((line, index) => html`<text class="tick" x="${at}" y="${PLOT.top + 14 + index * 15}">${line}</text>`)}`;
}

interface Span {
  readonly mode: Mode;
  readonly from: number;
  readonly to: number;
}

/** Neighbouring steps of one mode as one span; what a step says holds until the next. */
export function spansOf(steps: readonly PriceStep[], end: number): Span[] {
  const spans: Span[] = [];
  for (const [index, { at, mode }] of steps.entries()) {
    const to = steps[index + 1]?.at ?? end;
    const last = spans.at(-1);
    if (last?.mode === mode) spans[spans.length - 1] = { ...last, to };
    else spans.push({ mode, from: at, to });
  }
  return spans;
}

function strip(result: PriceReplayResult, x: Scale, end: number, id: string): Markup[] {
  // The strip's own heading stands above its left end.
  let above = LEFT + HEADING;
  return spansOf(result.steps, end).map(({ mode, from, to }) => {
    const [left, width] = [x(from), Math.max(x(to) - x(from), 0.5)];
    const [middle, wide] = [left + width / 2, mode.length * LETTER + 8];
    let label = html``;
    if (wide <= width) {
      label = html`<rect class="mode-plate" x="${coordinate(middle - wide / 2 + 1)}" y="${STRIP.top + 4}" width="${wide - 2}" height="14" rx="2"/><text class="mode-word" x="${coordinate(middle)}" y="${STRIP.top + 15}" text-anchor="middle">${mode}</text>`;
    } else if (middle - wide / 2 > above) {
      // Too narrow for its word, which goes above where there is room; the next of the same hatching needs none.
      above = middle + wide / 2;
      label = html`<text class="mode-word" x="${coordinate(middle)}" y="${STRIP.top - 6}" text-anchor="middle">${mode}</text>`;
    }
    return html`<g><title>${mode} from ${utc(from)} to ${utc(to)}</title><rect class="mode-edge" x="${coordinate(left)}" y="${STRIP.top}" width="${coordinate(width)}" height="${STRIP.height}" fill="url(#${id}-${mode})"/>${label}</g>`;
  });
}

/** Stretches of steps that have a price. */
function priced(steps: readonly PriceStep[]): PriceStep[][] {
  const runs: PriceStep[][] = [];
  let open: PriceStep[] | undefined;
  for (const step of steps) {
    if (step.mid === 0n) {
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = [];
      runs.push(open);
    }
    open.push(step);
  }
  return runs;
}

function endOfRun(result: PriceReplayResult, run: readonly PriceStep[]): number {
  const last = run.at(-1)?.at ?? 0;
  return result.steps.find(({ at }) => at > last)?.at ?? last;
}

function band(result: PriceReplayResult, x: Scale, y: Scale): Markup[] {
  return priced(result.steps).map((run) => {
    const end = Math.min(endOfRun(result, run), result.recordEnds);
    const edge = (price: (step: PriceStep) => bigint): string[] =>
      run.flatMap((step, index) => {
        const to = run[index + 1]?.at ?? Math.max(end, step.at);
        const at = coordinate(y(fromChain(price(step))));
        return [`${coordinate(x(step.at))} ${at}`, `${coordinate(x(to))} ${at}`];
      });
    const path = [...edge(({ ask }) => ask), ...edge(({ bid }) => bid).reverse()].join("L");
    return html`<path class="band" d="M${path}Z"><title>from bid to ask</title></path>`;
  });
}

function midLine(result: PriceReplayResult, x: Scale, y: Scale): Markup[] {
  return priced(result.steps).map((run) => {
    const end = Math.min(endOfRun(result, run), result.recordEnds);
    let d = "";
    for (const [index, step] of run.entries()) {
      const to = run[index + 1]?.at ?? Math.max(end, step.at);
      const at = coordinate(y(fromChain(step.mid)));
      d += index === 0 ? `M${coordinate(x(step.at))} ${at}` : `V${at}`;
      d += `H${coordinate(x(to))}`;
    }
    return html`<path class="line mid-line" d="${d}"><title>mid</title></path>`;
  });
}

function lanes(result: PriceReplayResult, x: Scale): Markup[] {
  return CUSTOMERS.map((customer, row) => {
    const y = LANES.top + row * LANES.height;
    const own = result.exits.filter((exit) => exit.customer === customer);
    const words = CUSTOMER_NAMES[customer].split(" ");
    const half = Math.ceil(words.length / 2);
    return html`<g><text class="lane" x="${LEFT - 8}" y="${y + 3}" text-anchor="end">${words.slice(0, half).join(" ")}</text><text class="lane" x="${LEFT - 8}" y="${y + 15}" text-anchor="end">${words.slice(half).join(" ")}</text><line class="grid" x1="${LEFT}" y1="${y + 6}" x2="${RIGHT}" y2="${y + 6}"/>${own.map((exit) => marks(exit, x, y + 6))}</g>`;
  });
}

/** Paid: a full dot. Queued: an open square, and where it left a full triangle. */
function marks(exit: ExitRecord, x: Scale, y: number): Markup {
  const at = x(exit.at);
  if (exit.outcome === "paid") {
    return html`<circle class="exit-paid" cx="${coordinate(at)}" cy="${y}" r="3.2"><title>paid at once, ${utc(exit.at)}</title></circle>`;
  }
  const why = exit.reasons.join(", ");
  const square = html`<rect class="exit-queued" x="${coordinate(at - 3)}" y="${y - 3}" width="6" height="6"><title>queued, ${utc(exit.at)}: ${why}</title></rect>`;
  if (exit.release === undefined) return square;
  const out = x(exit.release.at);
  // A little lower, so that neither hides the other.
  return html`${square}<path class="exit-released" d="M${coordinate(out)} ${y + 5}L${coordinate(out + 4.5)} ${y + 14}H${coordinate(out - 4.5)}Z"><title>released, ${utc(exit.release.at)}, price ${exit.release.mode}</title></path>`;
}

function timeAxis(x: Scale, start: number, end: number): Markup[] {
  const days = Math.ceil((end - start) / DAY);
  const every = Math.ceil(days / 10) * DAY;
  const first = Math.ceil(start / DAY) * DAY;
  const ticks = Array.from(
    { length: Math.floor((end - first) / every) + 1 },
    (_, index) => first + index * every,
  );
  const marks = ticks.map(
    (at) =>
      html`<line class="grid" x1="${coordinate(x(at))}" y1="${PLOT.top}" x2="${coordinate(x(at))}" y2="${AXIS}"/><text class="tick" x="${coordinate(x(at))}" y="${AXIS + 15}" text-anchor="middle">${utc(at).slice(5, 10)}</text>`,
  );
  const year = new Date(start * 1000).getUTCFullYear();
  return [
    ...marks,
    html`<text class="tick" x="${LEFT}" y="${HEIGHT - 6}">month-day at 00:00 UTC, ${year}</text>`,
  ];
}

/** A linear or logarithmic scale over what the band spans, with four to seven ticks. */
function priceScale(result: PriceReplayResult): { y: Scale; ticks: number[] } {
  const steps = result.steps.filter(({ mid }) => mid > 0n);
  const low = Math.min(...steps.map(({ bid }) => fromChain(bid)));
  const high = Math.max(...steps.map(({ ask }) => fromChain(ask)));
  if (steps.length === 0) return { y: () => PLOT.bottom, ticks: [] };
  const place = (fraction: number): number => PLOT.bottom - fraction * (PLOT.bottom - PLOT.top);
  if (result.scale === "log") {
    const [bottom, top] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
    const ticks = Array.from({ length: top - bottom + 1 }, (_, index) => 10 ** (bottom + index));
    return { y: (value) => place((Math.log10(value) - bottom) / (top - bottom)), ticks };
  }
  const step = roundStep((high - low) / 5 || high / 5);
  const [bottom, top] = [Math.floor(low / step) * step, (Math.floor(high / step) + 1) * step];
  const count = Math.round((top - bottom) / step);
  const ticks = Array.from({ length: count + 1 }, (_, index) => bottom + index * step);
  return { y: (value) => place((value - bottom) / (top - bottom)), ticks };
}

/** 1, 2 or 5 times a power of ten, at least `rough`. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((each) => each * power >= rough) ?? 10) * power;
}

/** Places on paper only: money stays a bigint everywhere else. */
function fromChain(price: bigint): number {
  return Number(price) / 10 ** PRICE_DECIMALS;
}

function toChain(tick: number): bigint {
  return BigInt(Math.round(tick * 10 ** PRICE_DECIMALS));
}

/** `2020-03-12 11:00`. */
export function utc(at: number): string {
  return new Date(at * 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** The strip's words, for the legend. */
export const MODE_NAMES: Readonly<Record<Mode, string>> = {
  HALT: "HALT: no source says anything that can be believed",
  DEGRADED: "DEGRADED: one source alone",
  DISPUTED: "DISPUTED: sources that do not agree",
  NORMAL: "NORMAL: most sources agree; exits may be instant",
};
export const MODE_ORDER: readonly Mode[] = [...MODES].reverse();
