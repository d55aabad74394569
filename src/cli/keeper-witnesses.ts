import { readFileSync } from "node:fs";
import { z } from "zod";
import { TerminalError } from "../core/errors.ts";
import { type HeldWitnesses, heldWitnesses, type WitnessSource } from "../payments/keeper/witness-source.ts";

const bytes = z.string().regex(/^0x(?:[0-9a-fA-F]{2})*$/, "not bytes in hex");
const word = z.string().regex(/^0x[0-9a-fA-F]{64}$/, "not 32 bytes in hex");
const content = z.strictObject({
  /** What payments depend on; the chain has their hashes alone. */
  questions: z.array(
    z.strictObject({
      condition: z.string().regex(/^0x[0-9a-fA-F]{40}$/, "not an address"),
      terms: bytes,
    }),
  ),
  secrets: z.array(word).default([]),
  /** By the hash of their question. */
  witnesses: z.record(word, z.array(bytes)).default({}),
});

function read(file: string): HeldWitnesses {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
  }
  const parsed = content.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TerminalError("WITNESSES_UNREADABLE", `${file} is no file of witnesses`, {
    facts: { field: issue?.path.join(".") || "none", why: issue?.message ?? "not JSON" },
    advice: 'It has the form {"questions": [{"condition", "terms"}], "secrets": [], "witnesses": {}}.',
  });
}

/**
 * Questions and what is brought for them, out of a file that is read anew for each question: whoever has something to bring writes
 * it there while the keeper runs.
 *
 * @throws TerminalError `WITNESSES_UNREADABLE` now, and later from its answers
 */
export function fileWitnesses(file: string): WitnessSource {
  read(file);
  return {
    question: async (hash) => heldWitnesses(read(file)).question(hash),
    witnesses: async (question, payment) => heldWitnesses(read(file)).witnesses(question, payment),
  };
}
