import { z } from "zod";
import { TerminalError } from "../../../core/errors.ts";
import { callOf, resolveNames } from "../context.ts";
import { intent } from "../intent.ts";
import { argument, line } from "../quantities.ts";

/** One call of a governed contract that no other kind of change covers. */
export const call = intent(
  "call",
  z.strictObject({
    kind: z.literal("call"),
    target: z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z.]*$/)
      .describe("A contract by its name: vault, router, safes.council"),
    function: z.string().min(1).describe("Its name, or its canonical signature where the name has several"),
    arguments: z.array(argument).default([]).describe("In order; $names stand for addresses"),
    because: line(10, 300).describe("What it does, in a sentence: the summary shows it"),
  }),
  async (entry, context) => {
    const known = context.book.named(entry.target);
    if (known === undefined) {
      throw new TerminalError("UNKNOWN_TARGET", `Governance knows no contract ${entry.target}`, {
        advice: `It knows ${context.book.entries.map(({ name }) => name).join(", ")}.`,
      });
    }
    const args = entry.arguments.map((value) => resolveNames(context, value));
    const name = entry.function.split("(")[0];
    try {
      return {
        calls: [callOf(context, entry.target, entry.function, args)],
        // What it does, the decoded call says; what it is for, the file alone.
        says: {
          en: `Call ${entry.target}.${name}; in the file's words: "${entry.because}"`,
          zh: `调用 ${entry.target}.${name}；文件原话：“${entry.because}”`,
        },
      };
    } catch (error) {
      if (error instanceof TerminalError) throw error;
      throw new TerminalError(
        "CHANGE_CALL",
        `${entry.target} can't be called as ${entry.function} with these arguments`,
        {
          cause: error,
          advice:
            "Give the arguments in the function's order, numbers as digits; write the whole signature if the name has several.",
        },
      );
    }
  },
);
