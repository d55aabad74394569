import type { z } from "zod";
import type { Wording } from "../governed/wording.ts";
import type { ChangeContext } from "./context.ts";
import type { OfficeCall } from "./governing-path.ts";
import type { FindArtifact, Part } from "./parts.ts";

/** What an intent comes to on one chain. */
export interface Compiled {
  /** In the order in which they are made. */
  readonly calls: readonly OfficeCall[];
  /** What it does, a sentence in each language. */
  readonly says: Wording;
}

/** What an intent may use to name the contracts that it needs. */
export interface PartContext {
  readonly artifact: FindArtifact;
}

/** One kind of change that a file can ask for. */
export interface Intent {
  readonly kind: string;
  /** Of the whole entry, its `kind` included. */
  readonly schema: z.ZodType;
  /** Contracts that must stand before: they belong to nobody, and anyone may deploy them. */
  parts(entry: unknown, context: PartContext): Promise<readonly Part[]>;
  compile(entry: unknown, context: ChangeContext): Promise<Compiled>;
}

/** Ties an intent's schema to what compiles it, and forgets the entry's type, so that all of them fit one list. */
export function intent<S extends z.ZodType<{ kind: string }>>(
  kind: z.output<S>["kind"],
  schema: S,
  compile: (entry: z.output<S>, context: ChangeContext) => Promise<Compiled>,
  parts: (entry: z.output<S>, context: PartContext) => Promise<readonly Part[]> = async () => [],
): Intent {
  return {
    kind,
    schema,
    parts: (entry, context) => parts(entry as z.output<S>, context),
    compile: (entry, context) => compile(entry as z.output<S>, context),
  };
}
