import { writeFile } from "node:fs/promises";
import { TerminalError } from "../core/errors.ts";
import { formatUsdShort, sumCents } from "../core/money.ts";
import { compile } from "./compile.ts";
import { type Incident, loadIncidents } from "./incidents.ts";
import { PARAMETERS } from "./parameters.ts";
import { prepareParties, replayIncident } from "./replay.ts";
import {
  type DemoReport,
  formatNoticed,
  type IncidentResult,
  isOk,
  type StepResult,
  stepOf,
  toJson,
} from "./report.ts";
import { toHtml } from "./report-html.ts";
import { toTerminal } from "./report-terminal.ts";
import { comeBack, mark, type Stage } from "./stage.ts";
import { tellStory } from "./story/story.ts";
import { boundGrid, checkOnChain } from "./sweep.ts";

/** Where the HTML report goes unless the user says otherwise; not with `--json`, which writes no file unasked. */
export const DEFAULT_REPORT = "strongroom-demo.html";

type Say = (line: string) => void;

/** Replays every recorded theft; what the chain pays beyond the design's promise is a broken step. */
async function replayAll(
  stage: Stage,
  thefts: readonly Incident[],
  say: Say,
): Promise<{ incidents: IncidentResult[]; step: StepResult }> {
  const incidents: IncidentResult[] = [];
  const broken: string[] = [];
  let attempts = 0;
  for (const incident of thefts) {
    const { result, promised, bounded } = await replayIncident(stage, incident, PARAMETERS);
    const { lost, name, year } = result;
    say(
      `  ${name} ${year}: ${formatUsdShort(lost.reality)} lost in reality, ${formatUsdShort(lost.strongroom)} here (${formatNoticed(result)}).`,
    );
    if (!bounded) broken.push(`${incident.id}: more than ${formatUsdShort(promised)}`);
    attempts += result.attempts.length;
    incidents.push(result);
  }
  const title = "Real thefts are replayed on the chain, and none takes more than the design's bound";
  const figures = { incidents: incidents.length, attempts };
  return { incidents, step: stepOf("replay", title, figures, broken) };
}

/** Replays some thefts again, noticed earlier or later and under other limits. */
async function sweepOnChain(stage: Stage, thefts: readonly Incident[], say: Say): Promise<StepResult> {
  const points = await checkOnChain(stage, thefts, PARAMETERS);
  const broken: string[] = [];
  for (const { incident, detectionMultiple, limitMultiple, lost, promised } of points) {
    const where = `${incident}, detection × ${detectionMultiple}, limits × ${limitMultiple}`;
    say(`  ${where}: ${formatUsdShort(lost)} lost, at most ${formatUsdShort(promised)} promised.`);
    if (lost > promised) broken.push(where);
  }
  const figures = {
    pointsOnChain: points.length,
    lostThere: formatUsdShort(sumCents(points.map(({ lost }) => lost))),
    boundThere: formatUsdShort(sumCents(points.map(({ promised }) => promised))),
  };
  const title = "Slower detection and other limits, checked on the chain against the bound";
  return stepOf("sweep", title, figures, broken);
}

/**
 * The main job, embedded: deploys the suite, tells the story, replays real thefts, and reports.
 *
 * Progress goes to stderr; stdout gets the report, or with `json` exactly one object.
 *
 * @returns 0 if every step did what was promised, 1 otherwise.
 */
export async function runDemo(options: { json: boolean; report?: string }): Promise<number> {
  const started = performance.now();
  const say: Say = (line) => process.stderr.write(`${line}\n`);

  say("Compiling what has changed ...");
  await compile();
  const { openStage } = await import("./open-stage.ts");
  const { runPrices } = await import("./prices/run-prices.ts");
  const { runCoins } = await import("./coins/run-coins.ts");
  say("An embedded chain; the suite is deployed on it as on a real one:");
  const { stage, close } = await openStage((what) => say(`  ${what}`));
  let report: Omit<DemoReport, "seconds" | "prices">;
  try {
    const fresh = await mark(stage);
    const story = await tellStory(stage, say);
    await comeBack(stage, fresh);
    say("Real thefts, replayed against it with one set of parameters:");
    const thefts = loadIncidents();
    await prepareParties(stage, PARAMETERS);
    const { incidents, step } = await replayAll(stage, thefts, say);
    say("Some of them again, noticed earlier or later and under other limits:");
    const sweep = await sweepOnChain(stage, thefts, say);
    report = {
      steps: [...story, step, sweep],
      incidents,
      sensitivity: boundGrid(thefts, PARAMETERS),
    };
  } finally {
    await close();
  }
  say("Coins of a chain that knows no contracts, with a relayer that is killed:");
  const coins = await runCoins(say);
  say("Real prices, played to a suite of their own:");
  const { prices, step: played } = await runPrices(say);
  const seconds = Math.round(performance.now() - started) / 1000;
  const whole: DemoReport = { ...report, seconds, prices, steps: [...report.steps, coins, played] };

  const file = options.report ?? (options.json ? undefined : DEFAULT_REPORT);
  if (file !== undefined) await writeReport(file, whole);
  if (options.json) process.stdout.write(`${JSON.stringify(toJson(whole))}\n`);
  else {
    const { isTTY, columns } = process.stdout;
    process.stdout.write(
      `\n${toTerminal(whole, { isTTY: isTTY === true, columns: columns ?? 100, env: process.env })}`,
    );
  }
  if (file !== undefined) say(`The report with charts: ${file}`);
  return isOk(whole) ? 0 : 1;
}

async function writeReport(file: string, report: DemoReport): Promise<void> {
  try {
    await writeFile(file, toHtml(report));
  } catch (cause) {
    throw new TerminalError("REPORT_UNWRITABLE", "The report can't be written", {
      cause,
      facts: { file },
      advice: "Name another file with --report.",
    });
  }
}
