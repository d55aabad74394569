import { basename } from "node:path";
import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import type { Spec } from "./halmos.ts";

/**
 * A deliberate defect that a spec must refute: one replacement in one source. The file's name is its id.
 *
 * @example
 * { "id": "meet-drops-reasons", "requirement": "INV-POL-2", "why": "…", "file": "contracts/policy/libraries/Lattice.sol",
 *   "search": "x | y", "replace": "x", "spec": "Lattice.t.sol:check_INV_POL_2_neverLoosens" }
 */
const mutantSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  requirement: z.string().regex(/^INV-[A-Z]{2,5}-\d+$/),
  why: z.string().min(1),
  file: z.string().regex(/^contracts\/.*\.sol$/),
  search: z.string().min(1),
  replace: z.string(),
  spec: z.string().regex(/^\w+\.t\.sol:check_\w+$/),
});
export type SpecMutant = z.infer<typeof mutantSchema>;

/** Parses a mutant's file; the id must be the file's name. */
export function parseSpecMutant(file: string, text: string): SpecMutant {
  const parsed = mutantSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new TerminalError("BAD_MUTANT", `${file} is not a spec's mutant`, {
      cause: new Error(z.prettifyError(parsed.error)),
    });
  }
  if (parsed.data.id !== basename(file, ".json")) {
    throw new TerminalError("BAD_MUTANT", `${file}: its id is "${parsed.data.id}", not its file's name`);
  }
  return parsed.data;
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
