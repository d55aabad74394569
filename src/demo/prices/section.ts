import { formatUsdShort, formatUsdWhole, sumCents } from "../../core/money.ts";
import { REASONS } from "../../custody/reasons.ts";
import { html, type Markup } from "../html.ts";
import { MODE_NAMES, MODE_ORDER, priceChart, utc } from "./chart.ts";
import { flowsByDay } from "./days.ts";
import { countExits, formatAmount, formatModes } from "./findings.ts";
import { mostInADay } from "./promises.ts";
import type { PriceReplayResult } from "./result.ts";

/** The report's chapter of price replays. */
export function pricesSection(results: readonly PriceReplayResult[]): Markup {
  if (results.length === 0) return html``;
  return html`<section aria-labelledby="prices">
<h2 id="prices">Prices under stress</h2>
<p>Recorded prices were played, at their own times, to the deployed price sources, router, policy and vault. Three customers went on asking for exits: one for the same dollars each time, one for the same units, and one who had asked before it began. An exit is instant only while the price is NORMAL; a release looks at no price. After the record ends every feed is silent, and what is still queued leaves all the same.</p>
${summary(results)}
${legend()}
${results.map(article)}
</section>`;
}

function legend(): Markup {
  return html`<ul class="legend">${MODE_ORDER.map((mode) => html`<li class="mode-${mode.toLowerCase()}">${MODE_NAMES[mode]}</li>`)}</ul>
<p class="faint">Charts: the line is mid, the band reaches from bid to ask. ● paid at once, □ queued, ▲ a queued exit released.</p>`;
}

function summary(results: readonly PriceReplayResult[]): Markup {
  const rows = results.map((result) => {
    const { paid, queued, released, releasedWithoutPrice } = countExits(result.exits);
    const most = mostInADay(result.exits.filter(({ outcome }) => outcome === "paid"));
    return html`<tr><th scope="row" class="wide"><a href="#prices-${result.id}">${result.title}</a></th><td>${formatModes(result)}</td><td class="number">${paid}</td><td class="number">${queued}</td><td class="number">${released}</td><td class="number">${releasedWithoutPrice}</td><td class="number">${formatAmount(most, result)}</td><td class="number">${formatAmount(result.breaker, result)}</td></tr>`;
  });
  return html`<div class="scroll"><table>
<caption>What the price was, and what exits did</caption>
<thead><tr><th scope="col">Replay</th><th scope="col">Price</th><th scope="col" class="number">Paid at once</th><th scope="col" class="number">Queued</th><th scope="col" class="number">Released</th><th scope="col" class="number">without price*</th><th scope="col" class="number">Most in a day, at once</th><th scope="col" class="number">Breaker</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>
<p class="faint">* released while the price was not NORMAL.</p>`;
}

function article(result: PriceReplayResult): Markup {
  const broken =
    result.broken.length === 0
      ? html``
      : html`<p class="warning">Not as promised: ${result.broken.slice(0, 5).join("; ")}</p>`;
  return html`<article id="prices-${result.id}">
<h3>${result.title}</h3>
<p><strong>${result.finding}</strong> <span class="faint">${sourcesOf(result)}</span></p>
${broken}
<div class="scroll">${priceChart(result)}</div>
<ul class="notes">${result.caveats.map((caveat) => html`<li>${caveat}</li>`)}</ul>
${days(result)}
${exits(result)}
</article>`;
}

function sourcesOf({ sources, deltaBps }: PriceReplayResult): string {
  if (sources.length === 1) return `Source: ${sources.join()}.`;
  return `Sources: ${sources.join(", ")}; one agrees if it lies within ${deltaBps / 100} % of the median.`;
}

function days(result: PriceReplayResult): Markup {
  const rows = flowsByDay(result).map(
    ({ day, asked, instant, charged, released }) =>
      html`<tr><th scope="row">${utc(day).slice(0, 10)}</th><td class="number">${asked}</td><td class="number">${formatAmount(instant, result)}</td><td class="number">${formatUsdWhole(charged)}</td><td class="number">${share(instant, result.breaker)}</td><td class="number">${formatAmount(released, result)}</td></tr>`,
  );
  const total = sumCents(result.exits.map(({ charged }) => charged));
  return html`<details><summary>Out per day (UTC): ${formatUsdShort(total)} at once in all</summary>
<div class="scroll"><table>
<thead><tr><th scope="col">Day</th><th scope="col" class="number">Asked</th><th scope="col" class="number">At once</th><th scope="col" class="number">Charged</th><th scope="col" class="number">Share of the breaker</th><th scope="col" class="number">Released from the queue</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>
</details>`;
}

function exits(result: PriceReplayResult): Markup {
  const queued = result.exits.filter(({ outcome }) => outcome === "queued");
  const rows = queued.map((exit) => {
    const why = exit.reasons.map((reason) => REASONS.find(({ name }) => name === reason)?.sentence ?? reason);
    const left = exit.release === undefined ? "never" : `${utc(exit.release.at)}, ${exit.release.mode}`;
    return html`<tr><td>${utc(exit.at)}</td><td>${exit.customer}</td><td class="number">${formatAmount(exit.amount, result)}</td><td>${exit.mode}</td><td>${why.join("; ")}</td><td>${left}</td></tr>`;
  });
  return html`<details><summary>${queued.length} exits that queued, why, and when they left</summary>
<div class="scroll"><table>
<thead><tr><th scope="col">Asked (UTC)</th><th scope="col">Customer</th><th scope="col" class="number">Amount</th><th scope="col">Price</th><th scope="col">Because</th><th scope="col">Released (UTC), price then</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>
</details>`;
}

/** A whole percentage, rounded down. */
function share(part: bigint, whole: bigint): string {
  return whole === 0n ? "none" : `${(part * 100n) / whole} %`;
}
