import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { orderOf, setDifference, setValue, worst } from "../../src/governance/governed/order.ts";

function directions(
  id: string,
  ...pairs: readonly (readonly [string | undefined, string | undefined])[]
): readonly string[] {
  return pairs.map(([before, after]) => orderOf(id).compare(before, after));
}

const A = "0x00000000000000000000000000000000000000aA";
const B = "0x00000000000000000000000000000000000000bb";

describe("orders of values", () => {
  it("given numbers, smaller or larger is tighter, and what isn't there has no side", () => {
    const pairs = [
      ["10", "9"],
      ["9", "10"],
      ["9", "9"],
      [undefined, "9"],
      ["9", undefined],
    ] as const;
    expect(directions("smaller", ...pairs)).to.deep.equal([
      "tightens",
      "loosens",
      "neutral",
      "neutral",
      "neutral",
    ]);
    expect(directions("larger", ...pairs)).to.deep.equal([
      "loosens",
      "tightens",
      "neutral",
      "neutral",
      "neutral",
    ]);
    // Decimals are compared as numbers, not as texts.
    expect(directions("smaller", ["9", "10"])).to.deep.equal(["loosens"]);
    expect(directions("unordered", ["1", "2"])).to.deep.equal(["neutral"]);
  });

  it("given a time until which something is forbidden, none is the loosest", () => {
    expect(directions("later", [undefined, "5"], ["5", undefined], ["0", "5"], ["5", "6"])).to.deep.equal([
      "tightens",
      "loosens",
      "tightens",
      "tightens",
    ]);
  });

  it("given who may do something, one more loosens, also in exchange for another", () => {
    expect(
      directions("fewer", [A, `${A},${B}`], [`${A},${B}`, A], [A, B], [undefined, undefined]),
    ).to.deep.equal(["loosens", "tightens", "loosens", "neutral"]);
    expect(directions("more", [A, `${A},${B}`], [A, ""])).to.deep.equal(["tightens", "loosens"]);
  });

  it("given flags, apps, guards, roles and announcements, each has its own order", () => {
    expect(directions("up", ["false", "true"], ["true", "false"])).to.deep.equal(["tightens", "loosens"]);
    expect(directions("retired", [undefined, "APP"], ["APP", "RETIRED"], ["RETIRED", "APP"])).to.deep.equal([
      "loosens",
      "tightens",
      "loosens",
    ]);
    expect(directions("guarded", [A, ZeroAddress], [ZeroAddress, A], [A, B])).to.deep.equal([
      "loosens",
      "tightens",
      "neutral",
    ]);
    expect(
      directions(
        "role",
        ["PARAMETERS", "RISK_OFFICER"],
        ["RISK_OFFICER", "ADMIN"],
        ["GUARDIAN", "REVIEWER"],
        ["REVIEWER", `role ${(1n << 64n) - 1n}`],
      ),
    ).to.deep.equal(["loosens", "tightens", "neutral", "loosens"]);
    expect(directions("unannounced", ["", "x"], [A, ZeroAddress], ["x", "y"])).to.deep.equal([
      "loosens",
      "tightens",
      "loosens",
    ]);
  });

  it("given an order that isn't known, refuses", () => {
    expect(() => orderOf("sideways"))
      .to.throw()
      .with.property("code", "UNKNOWN_ORDER");
  });

  it("given several directions, the loosest counts", () => {
    expect(worst(["tightens", "loosens", "neutral"])).to.equal("loosens");
    expect(worst(["neutral", "tightens"])).to.equal("tightens");
    expect(worst([])).to.equal("neutral");
  });

  it("given sets, tells who came and who left, whatever their order", () => {
    expect(setValue([B, A, B])).to.equal(`${A},${B}`);
    expect(setDifference(`${A},${B}`, B)).to.deep.equal({ added: [], removed: [A] });
    expect(setDifference(undefined, "")).to.deep.equal({ added: [], removed: [] });
  });
});
