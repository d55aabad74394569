import { z } from "zod";
import { TerminalError } from "../../../core/errors.ts";
import { callOf, resolve } from "../context.ts";
import { intent } from "../intent.ts";
import { line } from "../quantities.ts";

/** A value of a call's argument: text, numbers, truth, or lists and tuples of them. */
type Argument = string | number | boolean | readonly Argument[];
const argument: z.ZodType<Argument> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(argument)]),
);

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
    const named = (value: Argument): unknown => {
      if (Array.isArray(value)) return (value as readonly Argument[]).map(named);
      return typeof value === "string" && value.startsWith("$") ? resolve(context, value) : value;
    };
    try {
      return {
        calls: [callOf(context, entry.target, entry.function, entry.arguments.map(named))],
        says: { en: entry.because, zh: entry.because },
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
