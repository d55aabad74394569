import { coordinate, html, type Markup } from "../demo/html.ts";
import type { NettingBench, SettledCycle } from "./netting.ts";

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly Point[];
}

const [WIDTH, HEIGHT, TOP, BOTTOM] = [760, 300, 44, 250];
const OURS = "#0b6e4f";
const PEER = "#b3541e";
const MILLION = 1e6;

/** From a value to its place between the bottom (0) and the top (1). */
interface Scale {
  readonly levels: readonly number[];
  place(value: number): number;
}

/** Two charts side by side: gas against obligations with the peer's, logarithmic, and gas against parties, linear. */
export function nettingPlot({ byParties, byObligations }: NettingBench): Markup {
  const millions = (of: (cycle: SettledCycle) => Point) => (cycle: SettledCycle) => {
    const { x, y } = of(cycle);
    return { x, y: y / MILLION };
  };
  const left = chart(60, 340, "obligations among 100 parties", logarithmic([1, 10, 100, 1_000]), [
    {
      name: "one transfer each",
      colour: PEER,
      points: byObligations.map(millions(({ obligations, peerGas }) => ({ x: obligations, y: peerGas }))),
    },
    {
      name: "a cycle",
      colour: OURS,
      points: byObligations.map(millions(({ obligations, gas }) => ({ x: obligations, y: gas }))),
    },
  ]);
  const right = chart(440, 720, "parties, ten obligations each", linear([0, 1, 2, 3]), [
    {
      name: "a cycle",
      colour: OURS,
      points: byParties.map(millions(({ parties, gas }) => ({ x: parties, y: gas }))),
    },
  ]);
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="netting-title" font-family="sans-serif" font-size="11"><title id="netting-title">Gas of a netting cycle: flat in obligations, linear in parties</title><rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/><text x="60" y="20" font-size="13">Gas of a cycle, millions</text>${left}${right}</svg>`;
}

function linear(levels: readonly number[]): Scale {
  return { levels, place: (value) => value / (levels.at(-1) ?? 1) };
}

/** @param levels powers of ten, from one on */
function logarithmic(levels: readonly number[]): Scale {
  return { levels, place: (value) => Math.log10(value) / Math.log10(levels.at(-1) ?? 10) };
}

function chart(left: number, right: number, axis: string, scale: Scale, lines: readonly Line[]): Markup {
  const last = Math.max(...lines.flatMap(({ points }) => points.map(({ x }) => x)));
  const x = (value: number) => left + (value / last) * (right - left);
  const y = (value: number) => BOTTOM - scale.place(value) * (BOTTOM - TOP);
  const levels = scale.levels.map(
    (level) =>
      html`<line x1="${left}" y1="${coordinate(y(level))}" x2="${right}" y2="${coordinate(y(level))}" stroke="#ddd"/><text x="${left - 6}" y="${coordinate(y(level) + 4)}" text-anchor="end">${level.toLocaleString("en")}</text>`,
  );
  const ticks = [0, last / 2, last].map(
    (at) =>
      html`<text x="${coordinate(x(at))}" y="${BOTTOM + 16}" text-anchor="middle">${Math.round(at).toLocaleString("en")}</text>`,
  );
  const drawn = lines.map(({ name, colour, points }, i) => {
    const path = points.map((p) => `${coordinate(x(p.x))},${coordinate(y(p.y))}`).join(" ");
    const dots = points.map(
      (p) => html`<circle cx="${coordinate(x(p.x))}" cy="${coordinate(y(p.y))}" r="2.5" fill="${colour}"/>`,
    );
    return html`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}<text x="${left + 8}" y="${TOP + 14 + i * 14}" fill="${colour}">${name}</text>`;
  });
  return html`<g>${levels}${ticks}<text x="${(left + right) / 2}" y="${BOTTOM + 34}" text-anchor="middle">${axis}</text>${drawn}</g>`;
}
