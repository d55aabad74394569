import { createHash } from "node:crypto";
import type { GeneratedMutant } from "./mutant.ts";

/** A number in [0, 1) that seed and name decide. */
function chance(seed: string, name: string): number {
  return createHash("sha256").update(`${seed}\0${name}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/**
 * The mutants in the order in which a sample takes them: any first N of them hold of each file and operator about the
 * share that all of them hold (systematic sampling in strata, with a start by chance). The same seed gives the same order.
 */
export function inSeededOrder(mutants: readonly GeneratedMutant[], seed: string): readonly GeneratedMutant[] {
  const strata = Map.groupBy(mutants, ({ file, operator }) => `${file}\0${operator}`);
  const placed: { mutant: GeneratedMutant; place: number }[] = [];
  for (const [name, members] of strata) {
    const start = chance(seed, name);
    const shuffled = members
      .map((mutant) => ({ mutant, by: chance(seed, mutant.id) }))
      .sort((a, b) => a.by - b.by || (a.mutant.id < b.mutant.id ? -1 : 1));
    for (const [index, { mutant }] of shuffled.entries()) {
      placed.push({ mutant, place: (index + start) / members.length });
    }
  }
  return placed
    .sort((a, b) => a.place - b.place || (a.mutant.id < b.mutant.id ? -1 : 1))
    .map(({ mutant }) => mutant);
}
