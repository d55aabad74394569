import { createHash } from "node:crypto";

/** The operators that generated mutants come from, each one kind of slip. */
export const OPERATORS = [
  "boundary",
  "relation",
  "arithmetic",
  "bitwise",
  "logic",
  "condition",
  "guard",
  "assignment",
  "statement",
  "constant",
  "arguments",
  "modifier",
  "result",
  "assembly",
] as const;
export type Operator = (typeof OPERATORS)[number];

/** One replacement in a source, in bytes, and where it stands. */
export interface Edit {
  readonly operator: Operator;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** A generated defect of one source. */
export interface GeneratedMutant extends Edit {
  /** Digest of what the defect is, not of where it stands: it survives lines that move. */
  readonly id: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly original: string;
  /** `Contract.function` around it. */
  readonly within: string;
}

/** What an id is made of. */
export interface MutantContext {
  readonly file: string;
  readonly within: string;
  /** The innermost statement around the edit, spaces folded. */
  readonly statement: string;
  readonly operator: Operator;
  readonly original: string;
  readonly replacement: string;
  /** Of several that agree in all of this, the how manieth, from 0. */
  readonly occurrence: number;
}

export function mutantId(context: MutantContext): string {
  const { file, within, statement, operator, original, replacement, occurrence } = context;
  return createHash("sha256")
    .update([file, within, statement, operator, original, replacement, String(occurrence)].join("\0"))
    .digest("hex")
    .slice(0, 12);
}

/** The source with the mutant's bytes replaced. */
export function applyEdit(source: string, { start, end, replacement }: Edit): string {
  const bytes = Buffer.from(source);
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(replacement), bytes.subarray(end)]).toString();
}

/** Runs of white space become one space: for tables and for digests. */
export function folded(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
