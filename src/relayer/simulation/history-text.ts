import type { Simulated } from "./simulate.ts";
import { type HistoryLine, START } from "./virtual-time.ts";

const time = (at: number) => ((at - START) / 1_000).toFixed(3).padStart(9);

function lineText([at, who, what]: HistoryLine): string {
  return `${time(at)} s  ${who.padEnd(10)} ${what}`;
}

/** The command that runs one simulation again, step by step the same. */
export function replayCommand(seed: number, mutant?: string): string {
  return `./strongroom relay simulate --seed ${seed}${mutant === undefined ? "" : ` --mutant "${mutant}"`} --history`;
}

/** A simulation as people read it: what went wrong, under which circumstances, and everything that happened. */
export function historyText(
  { seed, scenario, violation, history, steps }: Simulated,
  last = history.length,
): string {
  const shown = history.slice(Math.max(0, history.length - last));
  const circumstances = Object.entries(scenario)
    .filter(([, value]) => value !== 0 && value !== false)
    .map(([name, value]) => `${name} ${typeof value === "number" ? Number(value.toFixed(4)) : value}`);
  return [
    `Seed ${seed}, ${steps} steps: ${violation ?? "everything that is promised was kept"}`,
    `Circumstances: ${circumstances.join(", ")}`,
    ...(shown.length < history.length ? [`(${history.length - shown.length} lines before)`] : []),
    ...shown.map(lineText),
    `Again: ${replayCommand(seed)}`,
  ].join("\n");
}
