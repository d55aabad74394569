import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect } from "chai";
import { REASONS } from "../../src/custody/reasons.ts";
import { type AbiError, errorsPage } from "../../src/docs/errors-page.ts";
import { parameterKeys } from "../../src/docs/parameter-keys.ts";
import { REASON_ADVICE } from "../../src/docs/reason-advice.ts";
import { reasonsPage } from "../../src/docs/reasons-page.ts";
import { constants, enumMembers, table } from "../../src/docs/solidity-text.ts";
import { variablesPage } from "../../src/docs/variables-page.ts";
import { refusalOf } from "../support/refusal.ts";

const held: AbiError = {
  type: "error",
  name: "Vault_Held",
  inputs: [
    { name: "subject", type: "address", internalType: "address" },
    { name: "until", type: "uint40", internalType: "uint40" },
  ],
};
const meaning = { when: "it is held", remedy: "Wait." };

describe("generated pages", () => {
  describe("errors", () => {
    it("gives each error its arguments, selector, meaning and remedy", () => {
      const page = errorsPage([[held], [held]], { Vault_Held: meaning });
      // The selector: keccak256("Vault_Held(address,uint40)"), first four bytes.
      expect(page).to.contain(
        "| `Vault_Held(address subject, uint40 until)` | `0x8d237dd0` | it is held | Wait. |",
      );
      expect(page.match(/Vault_Held/g)).to.have.length(1);
    });

    it("refuses an error without a meaning", async () => {
      expect(await refusalOf(() => errorsPage([[held]], {}))).to.equal("ERROR_WITHOUT_MEANING");
    });

    it("refuses a meaning without an error", async () => {
      expect(
        await refusalOf(() => errorsPage([[held]], { Vault_Held: meaning, Vault_Gone: meaning })),
      ).to.equal("MEANING_WITHOUT_ERROR");
    });
  });

  describe("reasons", () => {
    const source = readFileSync("contracts/shared/Reasons.sol", "utf8");

    it("has one row per member of the enum, in its order", () => {
      const members = enumMembers(source, "Reason");
      expect(members.map(({ name }) => name)).to.deep.equal(REASONS.map(({ name }) => name));
      const rows = reasonsPage(members, REASONS, REASON_ADVICE)
        .split("\n")
        .filter((line) => /^\| \d/.test(line));
      expect(rows).to.have.length(members.length);
      expect(rows[4]).to.contain("| 4 | `0x10` | `FRESH` |");
    });

    it("refuses another order", async () => {
      const swapped = enumMembers("enum Reason { \n FRESH, // a\n LISTED // b\n}", "Reason");
      expect(await refusalOf(() => reasonsPage(swapped, REASONS, REASON_ADVICE))).to.equal("REASONS_DIFFER");
    });
  });

  describe("variables", () => {
    it("reads kinds and contracts from the list of keys", () => {
      const keys = parameterKeys(readFileSync("contracts/shared/ParamKeys.sol", "utf8"));
      const found = keys.map(({ name, number, contract }) => [name, number, contract]);
      expect(found).to.deep.include(["FRESH_PERIOD", 1n, "Vault"]);
      expect(found).to.deep.include(["TIER_LATE", 19n, "ExitPolicy"]);
      expect(found).to.deep.include(["ATTESTOR_LIFTS", 32n, "TierRegistry"]);
      expect(found).to.deep.include(["KEEP", 49n, "Reserve"]);
      expect(keys.map(({ name }) => name)).not.to.contain("_KIND_SHIFT");
    });

    it("refuses a parameter without a unit", async () => {
      expect(await refusalOf(() => parameterKeys("// Vault\nuint8 internal constant BARE = 9;"))).to.equal(
        "PARAMETER_WITHOUT_UNIT",
      );
    });

    it("is not written while the table has a gap, and the build fails", async () => {
      const source = { keys: [], specs: new Map(), own: [], sources: new Map() };
      expect(await refusalOf(() => variablesPage(source))).to.equal("GOVERNED_GAPS");
    });
  });

  it("reads constants with their comments, and writes cells that can't break a table", () => {
    expect(constants("  uint256 private constant _A = 2 ** 3; // eight\n")).to.deep.equal([
      { name: "_A", value: "2 ** 3", comment: "eight" },
    ]);
    expect(table(["a"], [["x | y"]])).to.equal("| a |\n| --- |\n| x \\| y |");
  });
});

describe("documentation", () => {
  const pages = [...globSync("docs/**/*.md"), ...globSync("*.md"), "contracts/oracle/README.md"].sort();

  for (const page of pages) {
    it(`${page} names only files that exist`, () => {
      const text = readFileSync(page, "utf8");
      const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => target ?? "")
        .filter((target) => !/^[a-z]+:/.test(target))
        .map((target) => normalize(join(dirname(page), target)));
      const named = [
        ...text.matchAll(/`((?:contracts|src|test|deploy|scripts|docs|formal)\/[\w./-]+\.\w+)`/g),
      ].map(([, target]) => target ?? "");
      expect(
        [...links, ...named].filter((file) => !file.includes("NNNN") && !existsSync(file)),
      ).to.deep.equal([]);
    });
  }
});
