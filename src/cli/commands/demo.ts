import { runDemo } from "../../demo/run.ts";

/** `./strongroom demo`. */
export function demo(options: { json: boolean; report?: string }): Promise<number> {
  return runDemo(options);
}
