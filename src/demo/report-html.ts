import { type Cents, formatUsdShort, formatUsdWhole } from "../core/money.ts";
import { CAUSES } from "./causes.ts";
import { comparisonChart, heatMap, lossChart } from "./charts.ts";
import { html, Markup } from "./html.ts";
import { pricesSection } from "./prices/section.ts";
import {
  type AttemptResult,
  type DemoReport,
  describeLoss,
  formatNoticed,
  formatShare,
  formatSpan,
  type IncidentResult,
  isOk,
  OUTCOME_NAMES,
  OUTCOMES,
  type StepResult,
  totals,
  whereBucketIsBetter,
} from "./report.ts";
import { STYLE } from "./report-style.ts";

/** At most this many attempts are printed per incident; the rest is counted. */
const ATTEMPTS_SHOWN = 120;

/**
 * The report as one HTML file: no scripts, no other files, readable on paper, in the dark and by screen readers. Every
 * text is escaped, so a hostile name or revert reason stays text.
 *
 * @example
 * await writeFile("report.html", toHtml(report));
 */
export function toHtml(report: DemoReport): string {
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<title>Strongroom: real thefts, replayed</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
${header(report)}
${report.incidents.length > 0 ? comparison(report) : ""}
${report.sensitivity.length > 0 ? sensitivity(report) : ""}
${report.incidents.length > 0 ? incidents(report.incidents) : ""}
${pricesSection(report.prices)}
${report.steps.length > 0 ? story(report.steps) : ""}
${method()}
</main>
</body>
</html>
`;
  return page.text;
}

function header(report: DemoReport): Markup {
  const sum = totals(report.incidents);
  const verdict = isOk(report)
    ? html`<p class="verdict good">Every step did what was promised, in ${report.seconds.toFixed(1)} s.</p>`
    : html`<p class="verdict bad">Not every step did what was promised.</p>`;
  const figure = (className: string, title: string, amount: Cents): Markup =>
    html`<div class="figure ${className}"><dt>${title}</dt><dd>${amount === 0n ? "nothing" : formatUsdShort(amount)}</dd></div>`;
  const figures =
    report.incidents.length === 0
      ? html``
      : html`<dl class="figures">${figure("reality", "lost in reality", sum.reality)}${figure("bucket", "with a plain token bucket", sum.bucket)}${figure("strongroom", "with Strongroom", sum.strongroom)}</dl>`;
  return html`<header>
<p class="brand">Strongroom</p>
<h1>Real thefts, replayed</h1>
<p class="lead">${report.incidents.length} recorded drains were run against the deployed suite on a local chain. The thief holds what the thief held then, first repeats the record, then tries everything cleverer; the defence reacts as late as it did then. What counts is the thief's best result.</p>
${figures}
${verdict}
</header>`;
}

function legend(): Markup {
  return html`<ul class="legend">${OUTCOMES.map((outcome) => html`<li class="${outcome}">${OUTCOME_NAMES[outcome]}</li>`)}</ul>`;
}

function comparison(report: DemoReport): Markup {
  const sum = totals(report.incidents);
  const rows = report.incidents.map(
    (incident) =>
      html`<tr><th scope="row"><a href="#incident-${incident.id}">${incident.name}</a> <span class="faint">${incident.year}</span></th><td>${CAUSES[incident.cause].title}</td><td class="number">${formatUsdWhole(incident.lost.reality)}</td><td class="number">${formatUsdWhole(incident.lost.bucket)}</td><td class="number strong">${formatUsdWhole(incident.lost.strongroom)}</td><td class="number">${formatShare(incident.lost.strongroom, incident.lost.reality)}</td></tr>`,
  );
  return html`<section aria-labelledby="compare">
<h2 id="compare">What was lost, and what would have been</h2>
<p>Each line of the scale is ten times the one before. The bucket has Strongroom's daily limits for the asset and for the stolen account; what differs is the mechanism.</p>
${legend()}
<div class="scroll">${comparisonChart(report.incidents)}</div>
<div class="scroll"><table>
<caption>The same figures</caption>
<thead><tr><th scope="col">Incident</th><th scope="col">Cause</th><th scope="col" class="number">In reality</th><th scope="col" class="number">Plain bucket</th><th scope="col" class="number">Strongroom</th><th scope="col" class="number">Share lost</th></tr></thead>
<tbody>${rows}</tbody>
<tfoot><tr><th scope="row" colspan="2">Together</th><td class="number">${formatUsdWhole(sum.reality)}</td><td class="number">${formatUsdWhole(sum.bucket)}</td><td class="number strong">${formatUsdWhole(sum.strongroom)}</td><td class="number">${formatShare(sum.strongroom, sum.reality)}</td></tr></tfoot>
</table></div>
</section>`;
}

function sensitivity(report: DemoReport): Markup {
  return html`<section aria-labelledby="sensitivity">
<h2 id="sensitivity">If detection were slower, or limits looser</h2>
<p>The most that any thief could take by the design’s bound, a model, summed over all incidents when the recorded time to detection and every limit are multiplied. Delays stay as they are, so the cliffs are where detection comes later than they do. The step “sweep” above says how many of these points were also replayed on the chain, and what the chain paid there.</p>
<div class="scroll narrow">${heatMap(report.sensitivity)}</div>
</section>`;
}

function incidents(results: readonly IncidentResult[]): Markup {
  return html`<section aria-labelledby="incidents">
<h2 id="incidents">Each theft</h2>
${results.map((result) => incidentArticle(result))}
</section>`;
}

function incidentArticle(incident: IncidentResult): Markup {
  const cause = CAUSES[incident.cause];
  const notes =
    incident.notes.length === 0
      ? html``
      : html`<ul class="notes">${incident.notes.map((note) => html`<li>${note}</li>`)}</ul>`;
  const flag = cause.limitsStopIt
    ? html``
    : html`<p class="warning">Limits alone do not stop this cause.</p>`;
  const worse = whereBucketIsBetter(incident);
  return html`<article id="incident-${incident.id}">
<h3>${incident.name} <span class="faint">${incident.year}</span></h3>
<p><strong>${cause.title}.</strong> ${cause.can} ${cause.stopped} <span class="faint">What remains: ${cause.remains}</span></p>
${flag}
<p>${capital(formatNoticed(incident))}; the defence acts after ${formatSpan(incident.deadlineSeconds)}. The best strategy, “${incident.worstStrategy}”, got ${describeLoss(incident.lost.strongroom, incident.lost.reality)}; a plain bucket would have lost ${describeLoss(incident.lost.bucket, incident.lost.reality)}.</p>
${worse === undefined ? "" : html`<p class="warning">${worse}</p>`}
${legend()}
<div class="scroll">${lossChart(incident)}</div>
${notes}
${attemptsTable(incident.attempts)}
</article>`;
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function attemptsTable(attempts: readonly AttemptResult[]): Markup {
  if (attempts.length === 0) return html``;
  const shown = attempts.slice(0, ATTEMPTS_SHOWN);
  const more = attempts.length - shown.length;
  const rows = shown.map(
    (attempt) =>
      html`<tr><td class="number">${formatSpan(attempt.atSeconds)}</td><td>${attempt.strategy}</td><td>${attempt.kind} by ${attempt.from}</td><td class="number">${attempt.cents === 0n ? "" : formatUsdShort(attempt.cents)}</td><td><span class="outcome ${attempt.outcome}">${attempt.outcome}</span></td><td>${attempt.reasons.join(", ")}</td></tr>`,
  );
  return html`<details><summary>${attempts.length} attempts, with the reason of each verdict</summary>
<div class="scroll"><table>
<thead><tr><th scope="col" class="number">After</th><th scope="col">Strategy</th><th scope="col">Attempt</th><th scope="col" class="number">Amount</th><th scope="col">Outcome</th><th scope="col">Reasons</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>
${more > 0 ? html`<p class="faint">and ${more} more</p>` : ""}
</details>`;
}

function story(steps: readonly StepResult[]): Markup {
  const items = steps.map((step) => {
    const figures = Object.entries(step.figures);
    const list =
      figures.length === 0
        ? html``
        : html`<dl class="facts">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${String(value)}</dd></div>`)}</dl>`;
    const gas =
      step.gas === 0 ? html`` : html` <span class="gas">${step.gas.toLocaleString("en-US")} gas</span>`;
    return html`<li class="${step.ok ? "good" : "bad"}"><h3>${step.title}${gas}</h3><p class="state">${step.ok ? "as promised" : "not as promised"}</p>${list}</li>`;
  });
  return html`<section aria-labelledby="story">
<h2 id="story">The story</h2>
<ol class="story">${items}</ol>
</section>`;
}

function method(): Markup {
  return html`<section aria-labelledby="method">
<h2 id="method">How to read this</h2>
<p>One set of parameters, fixed beforehand, serves all incidents (<code>src/demo/parameters.ts</code>). The records and their sources are in <code>data/incidents</code>; amounts that were published only as a total are stolen as a total, and what is estimated is marked there. Times between outflows are often not published, and detection is often the time of a public message. “In reality” is the sum of the recorded outflows and of what was published without a list.</p>
<p>The plain bucket has one bucket for each asset, with the breaker's limit, and one for the stolen account, with its daily limit; both are full at first and refill linearly over a day. A replay shows what these mechanisms do to these thefts. It does not show that other thefts are impossible.</p>
</section>`;
}
