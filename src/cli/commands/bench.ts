import { runGasBench } from "../../bench/gas.ts";
import { type JournalBenchOptions, runJournalBench } from "../../bench/journal.ts";
import { runNettingBench } from "../../bench/netting.ts";
import { type RelayBenchOptions, runRelayBench } from "../../bench/relay.ts";
import { runScanBench } from "../../bench/scan.ts";

/** `./strongroom bench gas`. */
export function benchGas(options: { json: boolean }): Promise<number> {
  return runGasBench(options);
}

/** `./strongroom bench netting`. */
export function benchNetting(options: { json: boolean }): Promise<number> {
  return runNettingBench(options);
}

/** `./strongroom bench journal`. */
export function benchJournal(options: JournalBenchOptions): Promise<number> {
  return runJournalBench(options);
}

/** `./strongroom bench relay`. */
export function benchRelay(options: RelayBenchOptions): Promise<number> {
  return runRelayBench(options);
}

/** `./strongroom bench scan`. */
export function benchScan(options: { json: boolean }): Promise<number> {
  return runScanBench(options);
}
