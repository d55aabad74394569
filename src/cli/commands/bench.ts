import { runGasBench } from "../../bench/gas.ts";
import { runNettingBench } from "../../bench/netting.ts";

/** `./strongroom bench gas`. */
export function benchGas(options: { json: boolean }): Promise<number> {
  return runGasBench(options);
}

/** `./strongroom bench netting`. */
export function benchNetting(options: { json: boolean }): Promise<number> {
  return runNettingBench(options);
}
