import { TerminalError } from "../../core/errors.ts";
import { DAY, HOUR, PARAMETERS } from "../parameters.ts";
import { Customers } from "./customers.ts";
import { findingOf } from "./findings.ts";
import { RecordPlayer } from "./player.ts";
import { brokenPromises, leftBy } from "./promises.ts";
import { OPENING, type PriceReplay } from "./replays.ts";
import type { PriceReplayResult, PriceStep } from "./result.ts";
import type { PriceStage } from "./stage.ts";

/** After the record the feeds are silent; what is still queued leaves within this time or is reported. */
const TAIL = 60 * DAY;
const TAIL_STEP = 12 * HOUR;
/** By then each source is too old to be believed. */
const SILENT = 2 * HOUR;

/** Plays one stretch of recorded prices to the deployed suite, and leaves the chain as it was. */
export async function replayPrices(stage: PriceStage, replay: PriceReplay): Promise<PriceReplayResult> {
  const { chain } = stage;
  const asset = stage.assets.get(replay.asset.key);
  if (asset === undefined) throw new TerminalError("NO_ASSET", `The suite does not list ${replay.asset.key}`);
  const before = await chain.snapshot();
  await chain.advanceTo(replay.from - OPENING);
  const customers = new Customers(stage, replay, asset);
  const player = new RecordPlayer(stage, replay, asset);
  await customers.open();
  await player.begin();

  const steps: PriceStep[] = [];
  for (let at = replay.from; at <= replay.until; at += replay.stepSeconds) {
    const step = await player.playTo(at);
    steps.push(step);
    await customers.release(step);
    await customers.ask(step);
  }
  // Silence. The first of these steps still hears requests: they must queue, not fail.
  const [tail, tailEnd] = [replay.until + SILENT, replay.until + TAIL];
  for (let at = tail; at === tail || (customers.waiting > 0 && at <= tailEnd); at += TAIL_STEP) {
    const step = await player.playTo(at);
    steps.push(step);
    await customers.release(step);
    if (at === tail) await customers.ask(step, true);
  }
  const { held, owed } = await customers.solvency();
  const arrived = await customers.arrived();
  await chain.revert(before);

  const tier = replay.customers[0]?.tier ?? 0;
  const played = {
    id: replay.id,
    title: replay.title,
    symbol: replay.asset.symbol,
    decimals: replay.asset.decimals,
    sources: replay.sources.map(({ name }) => name),
    deltaBps: Number(replay.deltaBps),
    scale: replay.scale,
    caveats: replay.caveats,
    recordEnds: replay.until,
    steps,
    exits: customers.records,
    breaker: replay.breakerTicks * 10n ** BigInt(replay.asset.tickExponent),
    dollarLimit: PARAMETERS.tiers[tier].perDay,
    held,
    owed,
  };
  const left = leftBy(customers.records);
  const short = arrived === left ? [] : [`${left} left the vault and ${arrived} arrived`];
  return { ...played, finding: findingOf(played), broken: [...brokenPromises(replay, played), ...short] };
}
