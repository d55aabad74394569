import { schemaText } from "../../src/core/json-schema.ts";
import { schema } from "./schema.ts";

/** Where the schema is kept. */
export const PARAMETERS_SCHEMA = "schemas/deployment-parameters.schema.json";

/**
 * The JSON Schema of a parameter file that is written as JSON. It knows every field, its form and its bounds, and not what
 * holds between fields: `parseConfig` has the last word.
 */
export function parametersSchema(): string {
  return schemaText(schema, "Parameters of a Strongroom deployment");
}
