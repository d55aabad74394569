import { readFileSync } from "node:fs";
import { expect } from "chai";
import { explainReasons, REASONS, reasonsOf } from "../../src/custody/reasons.ts";
import { explainRefusal } from "../../src/custody/refusals.ts";
import { FACES } from "../../src/demo/chain.ts";

/** The names of `Reason`, read from the contract's source. */
function namesInSolidity(): string[] {
  const source = readFileSync(new URL("../../contracts/shared/Reasons.sol", import.meta.url), "utf8");
  const body = /enum Reason \{([^}]*)\}/.exec(source)?.[1] ?? "";
  return body
    .split("\n")
    .map((line) =>
      line
        .replace(/\/\/.*$/, "")
        .replace(",", "")
        .trim(),
    )
    .filter((name) => name !== "");
}

describe("Reasons in words", () => {
  it("are the contract's, all of them, in its order", () => {
    expect(namesInSolidity()).to.have.length.above(10);
    expect(REASONS.map((reason) => reason.name)).to.deep.equal(namesInSolidity());
  });

  it("differ from each other and are clauses", () => {
    const sentences = REASONS.map((reason) => reason.sentence);
    expect(new Set(sentences).size).to.equal(sentences.length);
    for (const sentence of sentences) expect(sentence).to.match(/^[a-z][^.]*[^.]$/);
  });

  it("come from the bits of the word", () => {
    for (const [bit, reason] of REASONS.entries())
      expect(reasonsOf(1n << BigInt(bit))).to.deep.equal([reason]);
    expect(reasonsOf(0n)).to.deep.equal([]);
    expect(explainReasons(0b10010n)).to.equal(`${REASONS[1].sentence}; ${REASONS[4].sentence}`);
  });

  it("are never left out: an unknown bit is an error", () => {
    expect(() => reasonsOf(1n << BigInt(REASONS.length))).to.throw(RangeError);
    expect(() => reasonsOf(-1n)).to.throw(RangeError);
  });
});

describe("Refusals in words", () => {
  it("name errors that the contracts have", () => {
    const known = new Set<string>(["ERC6909InsufficientBalance", "OwnableUnauthorizedAccount"]);
    for (const face of Object.values(FACES)) face.forEachError((error) => known.add(error.name));
    for (const error of ["Vault_Held", "Vault_SlotAhead", "Vault_NotMature", "Guardian_BudgetSpent"]) {
      expect(known.has(error), error).to.equal(true);
      expect(explainRefusal(error)).to.not.equal(error);
    }
  });

  it("fall back to the error's name", () => {
    expect(explainRefusal("Vault_Unheard")).to.equal("Vault_Unheard");
  });
});
