import { inParallel } from "../core/in-parallel.ts";

/** How many questions are asked of a node at once. */
const AT_ONCE = 100;

/** Asks for each of many things, at most a hundred at a time, and keeps their order. */
export function inChunks<T, R>(all: readonly T[], ask: (one: T, index: number) => Promise<R>): Promise<R[]> {
  return inParallel(AT_ONCE, all, ask);
}
