import { readFileSync } from "node:fs";
import { expect } from "chai";
import JSON5 from "json5";
import { z } from "zod";
import { INTENTS } from "../../src/governance/changes/all-intents.ts";
import { parseChange } from "../../src/governance/changes/change-file.ts";

const PAGE = "docs/operations/change-files.md";

/** Rows of the page's table of kinds: name, fields, way, example. */
const rows = readFileSync(PAGE, "utf8")
  .split("\n")
  .filter((line) => /^\| `[a-z-]+` \|/.test(line))
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")))
  .filter(([, , way]) => way !== undefined);

/** A kind's fields as its schema has them. */
function fieldsOf(schema: z.ZodType): readonly string[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return Object.keys(properties)
    .filter((name) => name !== "kind")
    .map((name) => `${name}${required.includes(name) ? "" : "?"}`);
}

describe("the page of change files", () => {
  it("has a row for every kind, in the order of the list", () => {
    expect(rows.map(([kind]) => kind?.replaceAll("`", ""))).to.deep.equal(INTENTS.map(({ kind }) => kind));
  });

  for (const { kind, schema } of INTENTS) {
    it(`${kind}: names exactly its fields, says which way it goes, and gives an example that is valid`, () => {
      const [, fields = "", way = "", example = ""] = rows.find(([name]) => name === `\`${kind}\``) ?? [];
      expect([...fields.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).to.deep.equal(fieldsOf(schema));
      expect(way).to.match(/council|Safe|risk officer|role graph|as above/);
      if (example.startsWith("[")) return;
      const entry: unknown = JSON5.parse(example.replaceAll("`", ""));
      const change = {
        format: "strongroom/change@1",
        title: "An example",
        reason: "the page shows it",
        changes: [entry],
      };
      expect(parseChange(change).changes[0]?.kind).to.equal(kind);
    });
  }
});
