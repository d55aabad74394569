import { z } from "zod";

/** A branch that says nothing stands for what JSON has no form of: a bigint beside its digits. */
const saysSomething = (branch: object): boolean => Object.keys(branch).length > 0;

/** The JSON Schema of what people write, as the text of a file. */
export function schemaText(schema: z.ZodType, title: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const without = (key: string, value: unknown) =>
    key === "anyOf" ? (value as object[]).filter(saysSomething) : value;
  return `${JSON.stringify({ $schema, title, ...rest }, without, 2)}\n`;
}
