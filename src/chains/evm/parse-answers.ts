import { z } from "zod";
import { RetryableError } from "../../core/errors.ts";
import type { Answer } from "./rpc.ts";

const answerSchema = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z
    .object({ code: z.number(), message: z.string().default(""), data: z.unknown().optional() })
    .nullish()
    .transform((error) => error ?? undefined),
});

function nonsense(name: string, cause?: unknown): RetryableError {
  return new RetryableError("NODE_TALKS_NONSENSE", "A node's answer is not JSON-RPC", {
    facts: { node: name },
    cause,
    advice: "Check the node's address, and what stands between.",
  });
}

/** Reads what a node wrote: an answer for each of so many questions, in their order. */
export type ParseAnswers = (name: string, text: string, count: number) => readonly Answer[];

/** @throws RetryableError `NODE_TALKS_NONSENSE` */
export const parseAnswers: ParseAnswers = (name, text, count) => {
  let answers: z.infer<typeof answerSchema>[];
  try {
    answers = z.array(answerSchema).parse([JSON.parse(text)].flat());
  } catch (cause) {
    throw nonsense(name, cause);
  }
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  return Array.from({ length: count }, (_, id) => {
    const answer = byId.get(id);
    if (answer === undefined) throw nonsense(name, new Error(`No answer to question ${id} of ${count}`));
    if (answer.error !== undefined) return { fault: answer.error };
    if (answer.result === undefined)
      throw nonsense(name, new Error(`Neither a result nor an error to question ${id}`));
    return { result: answer.result };
  });
};

/** Texts that are kept for the other nodes: those of two questions under way. */
const KEPT = 2;
/** Shorter ones are read again in less time than it takes to look for them, and longer ones aren't worth their room. */
const SHORTEST = 4_096;
const LONGEST = 4_194_304;

/**
 * Reads what several nodes write. Nodes of one kind write the same to the same question: that is read once, and each of them gets
 * the same objects, which nobody may change.
 */
export function sharedParsing(): ParseAnswers {
  const kept = new Map<string, readonly Answer[]>();
  return (name, text, count) => {
    if (text.length < SHORTEST || text.length > LONGEST) return parseAnswers(name, text, count);
    const before = kept.get(text);
    if (before?.length === count) return before;
    const answers = parseAnswers(name, text, count);
    kept.set(text, answers);
    const [oldest] = kept.keys();
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
    return answers;
  };
}
