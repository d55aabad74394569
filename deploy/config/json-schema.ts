import { z } from "zod";
import { schema } from "./schema.ts";

/** Where the schema is kept. */
export const PARAMETERS_SCHEMA = "schemas/deployment-parameters.schema.json";

/**
 * The JSON Schema of a parameter file that is written as JSON. It knows every field, its form and its bounds, and not what
 * holds between fields: `parseConfig` has the last word.
 */
export function parametersSchema(): string {
  // JSON has no bigint: what may be one may also be a number or digits, and that branch says nothing.
  const generated = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const without = (key: string, value: unknown) =>
    key === "anyOf" ? (value as object[]).filter((branch) => Object.keys(branch).length > 0) : value;
  const { $schema, ...rest } = generated;
  const title = "Parameters of a Strongroom deployment";
  return `${JSON.stringify({ $schema, title, ...rest }, without, 2)}\n`;
}
