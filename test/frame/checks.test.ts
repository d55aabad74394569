import { globSync, readFileSync } from "node:fs";
import type { StorageLayout } from "@openzeppelin/upgrades-core";
import { expect } from "chai";
import { deepTests, runsFor } from "../../src/testing/deep.ts";
import { resultOf } from "../../src/verify/check.ts";
import { BOUND_BY_GAS, judgeCoverage } from "../../src/verify/checks/coverage.ts";
import { namespaceFindings, namespaceSlot, unguardedFindings } from "../../src/verify/checks/layouts.ts";
import { citedIds, declaredIds, orphans } from "../../src/verify/checks/requirements.ts";
import { codeSize } from "../../src/verify/checks/sizes.ts";
import { sourceProblem } from "../../src/verify/checks/sources.ts";
import { incompatibility, stable } from "../../src/verify/storage-layout.ts";

describe("a check's result", () => {
  it("counts problems and fails when it looked at nothing", () => {
    const result = resultOf("x", [{ subject: "a" }, { subject: "b", problem: "bad" }]);
    expect(result).to.deep.equal({ name: "x", passed: 1, failed: 1, skipped: 0, details: ["b: bad"] });
    expect(resultOf("x", [])).to.include({ passed: 0, failed: 1 });
  });
});

describe("the house rules of Solidity sources", () => {
  const source = (pragma: string, body: string) =>
    `// SPDX-License-Identifier: MIT\npragma solidity ${pragma};\n${body}\n`;

  it("accepts pinned contracts and floating interfaces, libraries and abstract contracts", () => {
    expect(sourceProblem(source("0.8.37", "contract A {}"))).to.equal(undefined);
    for (const body of [
      "interface I {}",
      "library L {}",
      "abstract contract A {}",
      "// contract A\ntype T is uint256;",
    ]) {
      expect(sourceProblem(source("^0.8.24", body)), body).to.equal(undefined);
    }
  });

  it("refuses each broken rule", () => {
    expect(sourceProblem("pragma solidity 0.8.37;\n")).to.match(/SPDX/);
    expect(sourceProblem("// SPDX-License-Identifier: GPL-3.0\npragma solidity 0.8.37;\n")).to.match(/SPDX/);
    expect(sourceProblem("// SPDX-License-Identifier: MIT\n")).to.match(/0 pragma/);
    expect(sourceProblem(source("^0.8.24", "contract A {}"))).to.match(/must pin/);
    expect(sourceProblem(source(">=0.8.0", "library L {}"))).to.match(/expected/);
    expect(sourceProblem(source("0.8.37", 'import "./B.sol";'))).to.match(/import/);
    expect(sourceProblem(source("0.8.37", 'import * as B from "./B.sol";'))).to.match(/import/);
    expect(sourceProblem(source("0.8.37", `${"\n".repeat(399)}contract A {}`))).to.match(/at most 400/);
  });
});

describe("sizes", () => {
  it("counts bytes of hex", () => {
    expect(codeSize("0x")).to.equal(0);
    expect(codeSize("0x6001")).to.equal(2);
  });
});

describe("requirement IDs", () => {
  const page = `Text that mentions INV-ZZZ-9.
| ID | Says |
| --- | --- |
| INV-ABC-1 | one | test | |
| \`INV-ABC-2\` | two | planned (next release) | |
| **INV-ABC-3** | three, as planned in INV-ABC-1 | test | |`;

  it("are declared by table rows, not by mentions", () => {
    expect([...declaredIds(page)]).to.deep.equal([
      ["INV-ABC-1", { planned: false }],
      ["INV-ABC-2", { planned: true }],
      ["INV-ABC-3", { planned: false }],
    ]);
  });

  it("are orphans when no test names them, or when no requirement declares them", () => {
    const cited = citedIds([["test/a.ts", "// INV-ABC-1 and INV-XYZ-12"]]);
    const problems = orphans(declaredIds(page), cited).filter(({ problem }) => problem !== undefined);
    expect(problems.map(({ subject }) => subject)).to.deep.equal(["INV-ABC-3", "INV-XYZ-12"]);
    expect(problems[1]?.problem).to.include("test/a.ts");
  });
});

describe("coverage thresholds", () => {
  const file = (hit: number, statementsHit = hit) => ({
    lines: 100,
    linesHit: hit,
    statements: 100,
    statementsHit,
    missedLines: hit < 100 ? [7] : [],
  });

  it("pass at 98 % of lines and 95 % of statements and fail below", () => {
    expect(judgeCoverage({ "contracts/A.sol": file(98, 95) })).to.include({ passed: 2, failed: 0 });
    expect(judgeCoverage({ "contracts/A.sol": file(97, 95) })).to.include({ passed: 1, failed: 1 });
    expect(judgeCoverage({ "contracts/A.sol": file(98, 94) })).to.include({ passed: 1, failed: 1 });
  });

  it("leave mocks and tests aside, weigh files by their lines, and name the gaps", () => {
    const result = judgeCoverage({
      "contracts/A.sol": file(100),
      "contracts/B.sol": file(98),
      "contracts/mocks/C.sol": file(0),
      "test/D.t.sol": file(0),
    });
    expect(result).to.include({ failed: 0 });
    expect(result.details[0]).to.include("lines 99.00 %");
    expect(result.details[1]).to.include("contracts/B.sol: lines 7");
  });

  it("fail by a test that fails while measured, unless it bounds gas", () => {
    const failing = (title: string) => [{ title, message: "said no", assertion: true }];
    const measured = { "contracts/A.sol": file(100) };
    const judged = judgeCoverage(measured, failing("Netting settles"));
    expect(judged).to.include({ passed: 2, failed: 1 });
    expect(judged.details[0]).to.equal("Netting settles: fails while measured: said no");
    for (const end of BOUND_BY_GAS) {
      const noted = judgeCoverage(measured, failing(`PriceRouter ${end}`));
      expect(noted).to.include({ passed: 2, failed: 0 });
      expect(noted.details.at(-1)).to.equal(`takes more gas while measured: PriceRouter ${end}: said no`);
    }
  });

  it("know their tests that bound gas by titles that are there", () => {
    const sources = globSync("test/contracts/**/*.test.ts").map((path) => readFileSync(path, "utf8"));
    for (const end of BOUND_BY_GAS)
      expect(
        sources.some((text) => text.includes(`${end}"`)),
        end,
      ).to.equal(true);
  });

  it("fail when nothing was measured", () => {
    expect(judgeCoverage({})).to.include({ passed: 0, failed: 1 });
  });
});

describe("ERC-7201 slots", () => {
  // Published in the ERC itself, and in OpenZeppelin's sources.
  it("equal the published ones", () => {
    expect(namespaceSlot("example.main")).to.equal(
      "0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500",
    );
    expect(namespaceSlot("openzeppelin.storage.Initializable")).to.equal(
      "0xf0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00",
    );
  });

  it("must stand as a constant beside their annotation", () => {
    const annotated = "/// @custom:storage-location erc7201:example.main\n";
    const constant = (slot: string) => `${annotated}bytes32 private constant S =\n  ${slot};`;
    expect(namespaceFindings("A.sol", constant(namespaceSlot("example.main")))[0]?.problem).to.equal(
      undefined,
    );
    expect(namespaceFindings("A.sol", constant(namespaceSlot("example.other")))[0]?.problem).to.include(
      "0x183a",
    );
    expect(namespaceFindings("A.sol", annotated)).to.have.length(1);
    expect(namespaceFindings("A.sol", "contract A {}")).to.have.length(0);
  });
});

describe("ERC-7201 namespaces", () => {
  it("must be part of a recorded layout", () => {
    const source = "/// @custom:storage-location erc7201:example.main\n";
    const problem = (...ids: string[]) =>
      unguardedFindings("A.sol", source, [{ namespaces: Object.fromEntries(ids.map((id) => [id, []])) }])[0]
        ?.problem;
    expect(problem("erc7201:example.main")).to.equal(undefined);
    expect(problem("erc7201:example.other")).to.match(/no recorded layout/);
    expect(problem()).to.match(/no recorded layout/);
  });
});

describe("storage layouts", () => {
  function layout(ids: [number, number], members: [string, string][]): StorageLayout {
    const struct = `t_struct(S)${ids[0]}_storage`;
    return {
      solcVersion: `0.8.${ids[1]}`,
      storage: [
        {
          astId: ids[1],
          contract: "A",
          label: "s",
          type: struct,
          src: `A.sol:${ids[0]}`,
          slot: "0",
          offset: 0,
        },
      ],
      types: {
        t_uint256: { label: "uint256", numberOfBytes: "32" },
        t_address: { label: "address", numberOfBytes: "20" },
        [struct]: {
          label: "struct A.S",
          numberOfBytes: String(32 * members.length),
          members: members.map(([label, type], index) => ({ label, type, slot: String(index), offset: 0 })),
        },
      },
    };
  }
  const before = stable(layout([11, 22], [["a", "t_uint256"]]));

  it("do not change with positions and syntax-tree ids", () => {
    expect(stable(layout([4711, 33], [["a", "t_uint256"]]))).to.deep.equal(before);
  });

  it("may append to a struct but not insert, remove, reorder or retype", () => {
    const change = (...members: [string, string][]) =>
      incompatibility(before, stable(layout([11, 22], members)));
    expect(change(["a", "t_uint256"])).to.equal(undefined);
    expect(change(["z", "t_uint256"], ["a", "t_uint256"])).to.match(/z/);
    expect(change(["a", "t_address"])).to.match(/address/);
    expect(change()).to.match(/a/);
  });
});

describe("deep campaigns", () => {
  it("make a million calls of all invariants of a file together", () => {
    expect(runsFor("function invariant_a() {}")).to.equal(2000);
    expect(runsFor("function invariant_a() {} function invariant_b() {} function other() {}")).to.equal(1000);
    expect(runsFor("function  invariant_a () {}".repeat(3)) * 3 * 500).to.be.at.least(1_000_000);
  });

  it("run every Mocha test that tries more when it is told to, also by what it shares, and no other", () => {
    expect(deepTests())
      .to.include.members([
        "test/relayer/simulation.property.test.ts",
        "test/chains/evm-fees.test.ts",
        "test/journal/postgres-journal.test.ts",
      ])
      .and.not.include("test/chains/evm-executor.test.ts");
  });
});
