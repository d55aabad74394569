import { runGasBench } from "../../bench/gas.ts";

/** `./strongroom bench gas`. */
export function benchGas(options: { json: boolean }): Promise<number> {
  return runGasBench(options);
}
