import { type StepResult, stepOf } from "../report.ts";
import { countExits } from "./findings.ts";
import { replayPrices } from "./replay-prices.ts";
import { loadReplays } from "./replays.ts";
import type { PriceReplayResult } from "./result.ts";
import { openPriceStage } from "./stage.ts";

/** Plays every record to a suite of its own, whose clock starts before the earliest of them. */
export async function runPrices(
  say: (line: string) => void,
): Promise<{ readonly prices: PriceReplayResult[]; readonly step: StepResult }> {
  const replays = loadReplays();
  const { stage, close } = await openPriceStage(replays);
  const prices: PriceReplayResult[] = [];
  try {
    for (const replay of replays) {
      const result = await replayPrices(stage, replay);
      say(`  ${result.title}: ${result.finding}`);
      for (const fault of result.broken.slice(0, 5)) say(`    NOT AS PROMISED: ${fault}`);
      prices.push(result);
    }
  } finally {
    await close();
  }
  return { prices, step: toldBy(prices) };
}

function toldBy(prices: readonly PriceReplayResult[]): StepResult {
  const counts = prices.map(({ exits }) => countExits(exits));
  const sum = (of: (count: (typeof counts)[number]) => number): number =>
    counts.reduce((total, count) => total + of(count), 0);
  const broken = [
    ...(prices.length === 0 ? ["no replay was played"] : []),
    ...prices.flatMap(({ id, broken: faults }) => faults.slice(0, 3).map((fault) => `${id}: ${fault}`)),
  ];
  const figures = {
    replays: prices.length,
    prices: prices.reduce((total, { steps }) => total + steps.length, 0),
    paidAtOnce: sum(({ paid }) => paid),
    queued: sum(({ queued }) => queued),
    released: sum(({ released }) => released),
  };
  const title =
    "Real prices are replayed: none is clamped, nothing is instant without a good one, nothing queued is lost";
  return stepOf("prices", title, figures, broken);
}
