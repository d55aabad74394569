import { installedProgram } from "../../testing/debian-programs.ts";
import { type StepResult, stepOf } from "../report.ts";
import { playOnLitecoin } from "./on-litecoin.ts";
import { playOnSimulator } from "./on-simulator.ts";

/** What a performance has shown. */
export interface CoinsPlayed {
  readonly title: string;
  readonly figures: StepResult["figures"];
  readonly broken: readonly string[];
  /** Of the transactions on the ledger's chain. */
  readonly gas: number;
}

/**
 * The act of the coins: a deposit from another chain becomes a balance, is limited like any other, and leaves again while the
 * relayer is killed. On real nodes where litecoind is installed; else on the simulator, and it says so.
 */
export async function runCoins(say: (line: string) => void): Promise<StepResult> {
  const play = installedProgram("litecoind") === undefined ? playOnSimulator : playOnLitecoin;
  const { title, figures, broken, gas } = await play(say);
  for (const fault of broken) say(`  NOT AS PROMISED: ${fault}`);
  return { ...stepOf("coins", title, figures, broken), gas };
}
