import { expect } from "chai";
import { priceChart, spansOf } from "../../src/demo/prices/chart.ts";
import { pricesSection } from "../../src/demo/prices/section.ts";
import { samplePrices } from "./sample-prices.ts";

function count(text: string, part: RegExp): number {
  return [...text.matchAll(part)].length;
}

describe("The chart of a price replay", () => {
  const result = samplePrices();
  const svg = priceChart(result).text;

  it("is the same for the same result, whatever the clock says", () => {
    expect(priceChart(samplePrices()).text).to.equal(svg);
    expect(svg).to.match(/^<svg viewBox="0 0 960 \d+"/);
    expect(svg).to.not.match(/NaN|Infinity|undefined/);
  });

  it("says its finding, its axes and what it is of", () => {
    expect(svg).to.contain(`<title id="price-sample">${result.finding}</title>`);
    expect(svg).to.contain("dollars for one USDC");
    expect(svg).to.contain("00:00 UTC, 2023");
    expect(svg).to.contain("mode of the price");
  });

  it("names modes in words and by hatching, not by colour alone", () => {
    for (const mode of ["NORMAL", "DISPUTED", "DEGRADED", "HALT"]) {
      expect(svg).to.contain(`fill="url(#price-sample-${mode})"`);
      expect(svg).to.contain(`${mode} from 2023-03-11`);
    }
    expect(svg).to.contain('text-anchor="middle">HALT</text>');
  });

  it("marks each exit by a shape of its own", () => {
    expect(count(svg, /class="exit-paid"/g)).to.equal(1);
    expect(count(svg, /class="exit-queued"/g)).to.equal(1);
    expect(count(svg, /class="exit-released"/g)).to.equal(1);
    expect(svg).to.contain("queued, 2023-03-11 01:00: PRICE_NOT_NORMAL");
    expect(svg).to.contain("price HALT");
  });

  it("draws neither line nor band where there is no price, and the highest price highest", () => {
    const steps = result.steps.map((step, index) =>
      index === 1 ? { ...step, mode: "HALT" as const, bid: 0n, mid: 0n, ask: 0n } : step,
    );
    expect(count(priceChart({ ...result, steps }).text, /class="line mid-line"/g)).to.equal(2);
    expect(count(svg, /class="line mid-line"/g)).to.equal(1);
    const line = /mid-line" d="M[\d.]+ ([\d.]+)H[\d.]+V([\d.]+)H[\d.]+V([\d.]+)/.exec(svg);
    const [top, middle, bottom] = [Number(line?.[1]), Number(line?.[2]), Number(line?.[3])];
    expect(top < middle && middle < bottom, `${top} ${middle} ${bottom}`).to.equal(true);
  });

  it("draws without a price at all, and on a logarithmic scale", () => {
    const silent = result.steps.map((step) => ({
      ...step,
      mode: "HALT" as const,
      bid: 0n,
      mid: 0n,
      ask: 0n,
      mask: 0,
    }));
    expect(priceChart({ ...result, steps: silent, exits: [] }).text).to.not.match(/NaN|Infinity/);
    const log = priceChart({ ...result, scale: "log" }).text;
    expect(log).to.contain("logarithmic");
    expect(log).to.not.match(/NaN|Infinity/);
  });

  it("joins neighbouring steps of one mode", () => {
    const steps = result.steps.map((step, index) =>
      index < 2 ? { ...step, mode: "NORMAL" as const } : step,
    );
    expect(spansOf(steps, 2_000_000_000).map(({ mode }) => mode)).to.deep.equal([
      "NORMAL",
      "DEGRADED",
      "HALT",
    ]);
    expect(spansOf(steps, 2_000_000_000).at(-1)?.to).to.equal(2_000_000_000);
  });
});

describe("The report's chapter of prices", () => {
  it("tells each replay with its finding, days and queued exits, and what was not kept", () => {
    const told = pricesSection([{ ...samplePrices(), broken: ["mid was clamped"] }]).text;
    expect(told).to.contain("Prices under stress");
    expect(told).to.contain("It fell, and what queued was paid.");
    expect(told).to.contain("there is no price to trust");
    expect(told).to.contain("2023-03-14");
    expect(told).to.contain("Not as promised: mid was clamped");
    expect(pricesSection([]).text).to.equal("");
  });
});
