import { UsageError } from "../../../core/errors.ts";
import { historyText, replayCommand } from "../../../relayer/simulation/history-text.ts";
import { MUTANTS } from "../../../relayer/simulation/mutants.ts";
import { simulate } from "../../../relayer/simulation/simulate.ts";
import { ExitCode } from "../../exit-code.ts";
import { wholeNumber } from "../../option-values.ts";
import { print, say } from "../../output.ts";

export interface RelaySimulateCommand {
  readonly seed: string;
  readonly count: string;
  readonly mutant?: string;
  readonly history: boolean;
  readonly json?: boolean;
}

/** `relay simulate`: the real deciders, workers and journal in simulated worlds, one for each seed. Exit code 1 at the first broken promise. */
export async function relaySimulate(options: RelaySimulateCommand): Promise<number> {
  const from = wholeNumber(options.seed, "--seed");
  const count = wholeNumber(options.count, "--count", 1);
  const { mutant: name } = options;
  const mutant = name === undefined ? {} : MUTANTS[name];
  if (mutant === undefined) {
    throw new UsageError("There is no such planted defect", { advice: Object.keys(MUTANTS).join("; ") });
  }
  const ends: Record<string, number> = {};
  for (let seed = from; seed < from + count; seed++) {
    const run = await simulate(seed, mutant);
    for (const [end, times] of Object.entries(run.ends)) ends[end] = (ends[end] ?? 0) + times;
    if (run.violation !== undefined) {
      print(options.json, run, `${historyText(run)}\n`);
      say(replayCommand(seed, name));
      return ExitCode.failed;
    }
    if (options.history) print(options.json, run, `${historyText(run)}\n`);
    if ((seed - from) % 500 === 499) say(`${seed - from + 1} of ${count}`);
  }
  const told = Object.entries(ends).map(([end, times]) => `${times} ${end}`);
  if (!options.history)
    print(options.json, { count, ends }, `${count} simulations kept every promise: ${told.join(", ")}\n`);
  return ExitCode.done;
}
