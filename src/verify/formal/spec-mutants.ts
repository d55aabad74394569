import { basename } from "node:path";
import { z } from "zod";
import { DEFECT, parseDefect } from "../mutants.ts";
import type { Spec } from "./halmos.ts";

/**
 * A defect that a spec must refute. The file's name is its id.
 *
 * @example
 * { "id": "meet-drops-reasons", "requirement": "INV-POL-2", "why": "…", "file": "contracts/policy/libraries/Lattice.sol",
 *   "search": "x | y", "replace": "x", "spec": "Lattice.t.sol:check_INV_POL_2_neverLoosens" }
 */
const mutantSchema = z.strictObject({
  ...DEFECT,
  spec: z.string().regex(/^\w+\.t\.sol:check_\w+$/),
});
export type SpecMutant = z.infer<typeof mutantSchema>;

/** Parses a mutant's file; the id must be the file's name. */
export function parseSpecMutant(file: string, text: string): SpecMutant {
  return parseDefect(mutantSchema, "a spec's mutant", file, text);
}

/** The name by which mutants call a spec. */
export function nameOf({ file, name }: Spec): string {
  return `${basename(file)}:${name}`;
}

/** Why a spec and its mutants do not belong together, by the name of either; a spec without a mutant might prove anything. */
export function unmatched(specs: readonly Spec[], mutants: readonly SpecMutant[]): Map<string, string> {
  const known = new Set(specs.map(nameOf));
  const judged = new Set(mutants.map(({ spec }) => spec));
  return new Map([
    ...[...known]
      .filter((name) => !judged.has(name))
      .map((name) => [name, "no mutant in formal/mutants-halmos shows that it can fail"] as const),
    ...mutants
      .filter(({ spec }) => !known.has(spec))
      .map(({ id, spec }) => [id, `its spec ${spec} is gone`] as const),
  ]);
}
