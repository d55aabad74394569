import { coordinate, html, type Markup } from "../demo/html.ts";
import type { NettingBench } from "./netting.ts";

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

/** Two charts side by side, linear: gas against obligations with the peer's, and gas against parties. */
export function nettingPlot({ byParties, byObligations, transferGas }: NettingBench): Markup {
  const ours = byObligations.map(({ obligations, gas }) => ({ x: obligations, y: gas / MILLION }));
  const most = Math.max(...ours.map(({ y }) => y)) * 2;
  // The peer leaves the chart: drawn up to its edge.
  const edge = (most * MILLION) / transferGas;
  const left = chart(60, 340, "obligations among 100 parties", most, [
    {
      name: "one transfer each",
      colour: PEER,
      points: [
        { x: 0, y: 0 },
        { x: edge, y: most },
      ],
    },
    { name: "a cycle", colour: OURS, points: ours },
  ]);
  const parties = byParties.map(({ parties: count, gas }) => ({ x: count, y: gas / MILLION }));
  const right = chart(440, 720, "parties, ten obligations each", Math.max(...parties.map(({ y }) => y)), [
    { name: "a cycle", colour: OURS, points: parties },
  ]);
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="netting-title" font-family="sans-serif" font-size="11"><title id="netting-title">Gas of a netting cycle: flat in obligations, linear in parties</title><rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/><text x="60" y="20" font-size="13">Gas of a cycle, millions</text>${left}${right}</svg>`;
}

function chart(left: number, right: number, axis: string, most: number, lines: readonly Line[]): Markup {
  const last = Math.max(...lines.flatMap(({ points }) => points.map(({ x }) => x)));
  const x = (value: number) => left + (value / last) * (right - left);
  const y = (value: number) => BOTTOM - (value / most) * (BOTTOM - TOP);
  const levels = [0, most / 2, most].map(
    (level) =>
      html`<line x1="${left}" y1="${coordinate(y(level))}" x2="${right}" y2="${coordinate(y(level))}" stroke="#ddd"/><text x="${left - 6}" y="${coordinate(y(level) + 4)}" text-anchor="end">${level.toFixed(1)}</text>`,
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
    return html`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}<text x="${left + 8}" y="${TOP - 6 + i * 14}" fill="${colour}">${name}</text>`;
  });
  return html`<g>${levels}${ticks}<text x="${(left + right) / 2}" y="${BOTTOM + 34}" text-anchor="middle">${axis}</text>${drawn}</g>`;
}
