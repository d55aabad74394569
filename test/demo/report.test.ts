import { expect } from "chai";
import { z } from "zod";
import { cents, dollars } from "../../src/core/money.ts";
import { escapeHtml, html } from "../../src/demo/html.ts";
import {
  type DemoReport,
  formatNoticed,
  formatShare,
  formatSpan,
  isOk,
  logFraction,
  toJson,
  whereBucketIsBetter,
} from "../../src/demo/report.ts";
import { toHtml } from "../../src/demo/report-html.ts";
import { toTerminal } from "../../src/demo/report-terminal.ts";
import { sampleReport } from "./sample-report.ts";

const ESCAPE = "\u001b";
const TOKEN =
  /<!DOCTYPE html>|<(\/?)([a-z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][\w:-]*="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
const REFERENCE = /&(?!(?:amp|lt|gt|quot|#39);)/;

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Reads markup strictly as XML would: every tag closed in order, every attribute quoted, every ampersand a reference. */
function parseStrictly(page: string): Element[] {
  const open: string[] = [];
  const elements: Element[] = [];
  let at = 0;
  TOKEN.lastIndex = 0;
  while (at < page.length) {
    const token = TOKEN.exec(page);
    if (token === null) throw new Error(`not well-formed at ${at}: ${page.slice(at, at + 60)}`);
    at = TOKEN.lastIndex;
    const [, closing, name, attributes, alone, text] = token;
    const style = open.at(-1) === "style";
    if (text !== undefined && !style && REFERENCE.test(text))
      throw new Error(`a bare ampersand: ${text.slice(0, 60)}`);
    if (name === undefined) continue;
    if (closing === "/") {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing at ${at}`);
      continue;
    }
    const pairs = [...(attributes ?? "").matchAll(/([\w:-]+)="([^"]*)"/g)].map((pair): [string, string] => [
      pair[1] ?? "",
      pair[2] ?? "",
    ]);
    if (new Set(pairs.map(([key]) => key)).size !== pairs.length)
      throw new Error(`an attribute twice on <${name}>`);
    elements.push({ name, attributes: new Map(pairs) });
    if (alone !== "/") open.push(name);
  }
  if (open.length > 0) throw new Error(`never closed: ${open.join(", ")}`);
  return elements;
}

/** The sample with every text replaced by something that wants to be code. */
function hostileReport(): DemoReport {
  const attack = `"><script>alert('x')</script>&<img src="https://evil.example/a.png" onerror='x'>${ESCAPE}[31m\u202e`;
  const sample = sampleReport();
  return {
    ...sample,
    steps: [{ id: attack, title: attack, ok: false, gas: 1, figures: { [attack]: attack } }],
    prices: sample.prices.map((result) => ({
      ...result,
      id: attack,
      title: attack,
      finding: attack,
      symbol: attack,
      sources: [attack],
      caveats: [attack],
      broken: [attack],
    })),
    incidents: sample.incidents.slice(0, 2).map((incident) => ({
      ...incident,
      name: attack,
      id: attack,
      worstStrategy: attack,
      notes: [attack],
      attempts: [
        {
          atSeconds: 0,
          strategy: attack,
          kind: attack,
          from: attack,
          cents: cents(1n),
          outcome: "refused" as const,
          reasons: [attack],
        },
      ],
    })),
  };
}

describe("The HTML report", () => {
  const report = sampleReport();
  const page = toHtml(report);
  const elements = parseStrictly(page);

  it("is well-formed, with unique ids that every reference finds", () => {
    const ids = elements.flatMap((element) => element.attributes.get("id") ?? []);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const element of elements) {
      const target = element.attributes.get("href");
      if (target !== undefined) expect(ids).to.include(target.slice(1));
      for (const id of element.attributes.get("aria-labelledby")?.split(" ") ?? [])
        expect(ids).to.include(id);
    }
  });

  it("loads nothing and runs nothing", () => {
    for (const { name, attributes } of elements) {
      expect([
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
        "image",
        "use",
      ]).to.not.include(name);
      for (const [key, value] of attributes) {
        expect(key).to.not.match(/^(on|src|srcset|style$|xlink)/);
        if (key === "href") expect(value).to.match(/^#/);
      }
    }
    // Hatchings are parts of the page itself.
    expect(page.replaceAll(/url\(#price-[\w-]+\)/g, "")).to.not.match(/url\(|@import|https?:/);
    expect(page).to.contain("default-src 'none'");
  });

  it("shows every incident once as a chart with a title, and serves both colour schemes", () => {
    const charts = elements.filter((element) => element.name === "svg");
    expect(charts).to.have.length(report.incidents.length + 2 + report.prices.length);
    expect(
      charts.every(
        (chart) => chart.attributes.get("role") === "img" && chart.attributes.has("aria-labelledby"),
      ),
    ).to.equal(true);
    expect(page).to.contain("prefers-color-scheme:dark");
    for (const incident of report.incidents) expect(page).to.contain(`id="incident-${incident.id}"`);
    for (const { id, finding } of report.prices) {
      expect(page).to.contain(`id="prices-${id}"`);
      expect(page).to.contain(finding);
    }
  });

  it("keeps every coordinate a number inside its picture", () => {
    expect(page).to.not.match(/NaN|undefined|\[object/);
    for (const { attributes } of elements) {
      expect(attributes.get("d") ?? "").to.match(/^[MLHVZ\d. -]*$/);
      for (const key of ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"]) {
        const value = attributes.get(key);
        if (value !== undefined) expect(Number(value), `${key}=${value}`).to.be.within(-1, 2_000);
      }
    }
  });

  it("keeps hostile text as text", () => {
    const hostile = toHtml(hostileReport());
    const parsed = parseStrictly(hostile);
    expect(parsed.some((element) => element.name === "script" || element.name === "img")).to.equal(false);
    expect(hostile).to.not.contain(ESCAPE);
    expect(hostile).to.not.contain("\u202e");
    expect(hostile).to.contain("&lt;script&gt;");
    expect(escapeHtml(`<a href="x" title='y'>&</a>\u0000`)).to.equal(
      "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;\ufffd",
    );
    expect(html`<p>${"<b>"}${html`<i>${1}</i>`}</p>`.text).to.equal("<p>&lt;b&gt;<i>1</i></p>");
  });

  it("tells nothing untrue where there is nothing to tell", () => {
    const empty = toHtml({ seconds: 0, steps: [], incidents: [], sensitivity: [], prices: [] });
    expect(parseStrictly(empty).some((element) => element.name === "svg")).to.equal(false);
    expect(empty).to.contain("Not every step did what was promised");
  });
});

describe("The terminal report", () => {
  const report = sampleReport();

  it("has no colours off a terminal or where NO_COLOR asks", () => {
    const piped = toTerminal(report, { isTTY: false, columns: 100, env: {} });
    expect(piped).to.not.contain(ESCAPE);
    expect(toTerminal(report, { isTTY: true, columns: 100, env: { NO_COLOR: "1" } })).to.equal(piped);
    const coloured = toTerminal(report, { isTTY: true, columns: 100, env: { NO_COLOR: "" } });
    expect(coloured).to.contain(`${ESCAPE}[`);
    expect(coloured.replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, "g"), "")).to.equal(piped);
  });

  it("shows every incident, its losses and what limits don't stop", () => {
    const text = toTerminal(report, { isTTY: false, columns: 100, env: {} });
    for (const amount of ["$1.44 B", "$11.8 M", "$540 M"]) expect(text).to.contain(amount);
    expect(text).to.match(/Bybit.*: Limits alone do not stop it/);
    expect(text).to.contain("Here the plain bucket loses less");
    expect(text).to.contain("Every step did what was promised");
    for (const { title, finding } of report.prices) expect(text).to.contain(`${title}: ${finding}`);
  });

  it("lets no text move the cursor, and names the steps that failed", () => {
    const text = toTerminal(hostileReport(), { isTTY: false, columns: 80, env: {} });
    expect(text).to.not.contain(ESCAPE);
    expect(text).to.contain("Not everything did what was promised");
  });

  it("keeps its tables within narrow and wide terminals", () => {
    for (const columns of [0, 72, 90, 400]) {
      const text = toTerminal(report, { isTTY: false, columns, env: {} });
      const table = text
        .split("\n")
        .filter((line) => /^(Lost |Together|─)/.test(line) && !line.includes(","));
      expect(table).to.not.be.empty;
      for (const line of table)
        expect([...line].length, line).to.be.at.most(Math.min(Math.max(columns, 72), 110));
    }
  });
});

describe("The report for machines", () => {
  const money = z.string().regex(/^\d+\.\d\d$/);
  const schema = z.strictObject({
    ok: z.boolean(),
    seconds: z.number(),
    steps: z.array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        ok: z.boolean(),
        gas: z.int().min(0),
        figures: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      }),
    ),
    incidents: z.array(
      z.looseObject({
        id: z.string(),
        lost: z.strictObject({ reality: money, bucket: money, strongroom: money }),
      }),
    ),
    prices: z.array(
      z.looseObject({
        id: z.string(),
        ok: z.boolean(),
        steps: z.array(
          z.looseObject({
            at: z.int(),
            mode: z.enum(["HALT", "DEGRADED", "DISPUTED", "NORMAL"]),
            mid: z.string(),
          }),
        ),
        exits: z.array(z.looseObject({ amount: z.string().regex(/^\d+$/), charged: money })),
      }),
    ),
  });

  it("is what the command line promises, with money as decimal dollars", () => {
    const decoded = schema.parse(JSON.parse(JSON.stringify(toJson(sampleReport()))));
    expect(decoded.ok).to.equal(true);
    expect(decoded.incidents).to.have.length(11);
    const bybit = decoded.incidents.find((incident) => incident.id === "bybit-2025");
    expect(bybit?.lost.reality).to.equal("1440290000.00");
  });

  it("is not ok where a step failed or none ran", () => {
    const sample = sampleReport();
    expect(isOk({ ...sample, steps: [] })).to.equal(false);
    expect(toJson(hostileReport()).ok).to.equal(false);
  });
});

describe("Words and scales of the report", () => {
  it("say spans and shares as people do", () => {
    expect([0, 45, 2_280, 5_460, 43_034, 518_400, 520_200].map(formatSpan)).to.deep.equal([
      "0 s",
      "45 s",
      "38 min",
      "1 h 31 min",
      "11 h 57 min",
      "6 d",
      "6 d 30 min",
    ]);
    expect(formatNoticed({ detectionSeconds: 0, detectionAssumed: false })).to.equal("noticed at once");
    expect(formatNoticed({ detectionSeconds: 86_400, detectionAssumed: true })).to.equal(
      "noticing assumed after 1 d",
    );
    expect(formatShare(cents(0n), dollars(5n))).to.equal("nothing");
    expect(formatShare(cents(1n), dollars(1_000n))).to.equal("< 0.1 %");
    expect(formatShare(dollars(23n), dollars(1_000n))).to.equal("2.3 %");
    expect(formatShare(dollars(9n), dollars(9n))).to.equal("all");
  });

  it("place amounts on a logarithmic scale", () => {
    const at = (amount: bigint): number => logFraction(dollars(amount), dollars(1n), dollars(10_000n));
    expect([0n, 1n, 100n, 10_000n, 99_999n].map(at)).to.deep.equal([0, 0, 0.5, 1, 1]);
  });

  it("admit where the plain bucket does better, and only there", () => {
    const admitted = sampleReport().incidents.filter(
      (incident) => whereBucketIsBetter(incident) !== undefined,
    );
    expect(admitted.map((incident) => incident.id)).to.deep.equal(["ronin-2022"]);
  });
});
