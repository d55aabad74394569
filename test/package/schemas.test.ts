import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { PARAMETERS_SCHEMA, parametersSchema } from "../../deploy/config/json-schema.ts";
import { config as local } from "../../deploy/config/local.ts";
import { parseConfig, type SuiteConfigInput } from "../../deploy/config/schema.ts";

/** A parameter file as JSON writes it: large numbers as digits. */
function asJson(config: SuiteConfigInput): Record<string, unknown> {
  const digits = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
  return JSON.parse(JSON.stringify(config, digits)) as Record<string, unknown>;
}

describe("the JSON Schema of parameter files", () => {
  // Formats are for people; patterns say the same.
  const validate = new Ajv2020({ strict: true, validateFormats: false, allErrors: true }).compile(
    JSON.parse(parametersSchema()) as object,
  );
  const complaints = (change: object): string[] => {
    validate({ ...asJson(local), ...change });
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };

  it("is the one that is kept", () => {
    expect(readFileSync(PARAMETERS_SCHEMA, "utf8")).to.equal(parametersSchema());
  });

  it("given a file that deployment takes, when an editor looks at it, it is right", () => {
    expect(() => parseConfig(asJson(local))).not.to.throw();
    expect(complaints({})).to.deep.equal([]);
  });

  for (const [what, change, says] of [
    ["an unknown field", { colour: "red" }, /additional properties/],
    ["a field missing", { tiers: undefined }, /tiers|required/],
    ["a number outside its bounds", { freshHours: 169 }, /\/freshHours must be <= 168/],
    ["text where a number should be", { freshHours: "a day" }, /\/freshHours must match pattern/],
    ["an address that is none", { attestors: ["0x12"] }, /\/attestors\/0 must match pattern/],
    ["a guardian key that is neither", { guardianKeys: [{ key: "me" }] }, /\/guardianKeys\/0\/key/],
  ] as const) {
    it(`given ${what}, when an editor looks at it, it is marked, and deployment refuses it too`, () => {
      expect(complaints(change).join("\n")).to.match(says);
      expect(() => parseConfig({ ...local, ...change })).to.throw();
    });
  }
});
