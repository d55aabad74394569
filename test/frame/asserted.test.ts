import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { declarations } from "../../src/docs/solidity-text.ts";
import { namesInSolidity, namesInTypeScript } from "../../src/verify/asserted-names.ts";
import { assertedFindings, checkAsserted } from "../../src/verify/checks/asserted.ts";

describe("declared errors and events", () => {
  it("are read from code, over several lines, and not from comments, strings or statements", () => {
    const source = `// SPDX-License-Identifier: MIT
      error Free(); // error Remark();
      interface I {
        /* event Old(); */
        event Paid(
            address indexed to, uint256 amount
        );
        /// error Noted();
        error I_Bad(uint256 value);
      }
      contract C {
        string private constant _S = "; error Quoted();";
        function f() external { emit Paid(msg.sender, 1); revert I_Bad(2); }
      }`;
    expect(declarations(source)).to.deep.equal([
      { kind: "error", name: "Free" },
      { kind: "event", name: "Paid" },
      { kind: "error", name: "I_Bad" },
    ]);
  });
});

describe("names that a Mocha test asserts", () => {
  const names = (text: string) => [...namesInTypeScript(text)];

  it("are those of expectations that are waited for", () => {
    const text = `it("x", async () => {
      await expect(vault.f()).to.be.revertedWithCustomError(vault, "A_B").withArgs(1n);
      await expect(vault.g(g(), 2)).to.emit(vault, "C").and.to.emit(await at(vault), "D");
      const later = () => expect(vault.h()).to.emit(vault, "E");
      return expect(vault.i()).to.emit(vault, "F");
    });`;
    expect(names(text)).to.have.members(["A_B", "C", "D", "E", "F"]);
  });

  for (const [what, text] of [
    ["in a comment", '// await expect(call).to.emit(vault, "A");\n/* .emit(vault, "A") */'],
    ["in a string", "const abi = ['event A()', 'await expect(call).to.emit(vault, \"A\");'];"],
    ["in an import", 'import { A } from "./A.ts"; import type { A as B } from "A";'],
    [
      "in a negation",
      'await expect(call).not.to.emit(vault, "A"); await expect(call).to.not.emit(vault, "A");',
    ],
    ["in an expectation that nobody awaits", 'expect(call).to.emit(vault, "A");'],
    ["in a skipped test", 'it.skip("x", async () => { await expect(call).to.emit(vault, "A"); });'],
    ["in another's emit", 'await emitter.emit(vault, "A");'],
    ["as another's argument", 'await expect(call).to.emit(vault, "B").withArgs("A");'],
    ["in a filter of logs", 'if (log.name === "A") count++;'],
  ] as const) {
    it(`are not those ${what}`, () => expect(names(text)).not.to.include("A"));
  }
});

describe("names that a Solidity test asserts", () => {
  const names = (text: string) => [...namesInSolidity(text)];

  it("are those of expected reverts, compared selectors and expected events", () => {
    const text = `contract T { function test_x() public {
      vm.expectRevert(I.A.selector);
      vm.expectRevert(abi.encodeWithSelector(
        I.B.selector, 1
      ));
      if (why.length != 0) assertEq(bytes32(bytes4(why)), bytes32(I.C.selector));
      bytes4 selector = I.D.selector;
      bytes memory full = abi.encodeWithSelector(I.E.selector, 1);
      { vm.expectRevert(abi.encodeWithSelector(selector, 1)); }
      vm.expectRevert(full);
      vm.expectEmit(true, true, true, true, address(this));
      emit I.F(1);
      vm.expectEmit(address(this));
      emit G(1);
    } }`;
    expect(names(text)).to.have.members(["A", "B", "C", "D", "E", "F", "G"]);
  });

  for (const [what, text] of [
    ["in a comment", "// vm.expectRevert(I.A.selector);\n/* vm.expectEmit(); emit A(); */"],
    ["in a string", 'vm.expectRevert("A.selector"); assertEq(a, b, "vm.expectRevert(I.A.selector);");'],
    ["in an import", 'import {A} from "./A.sol";'],
    ["in a selector that nothing compares", "bytes4 selector = I.A.selector; vm.expectRevert(other);"],
    [
      "that another block's variable holds",
      "{ bytes4 s = I.A.selector; } { bytes4 s = I.B.selector; vm.expectRevert(s); }",
    ],
    ["in a difference", "assertNotEq(bytes32(why), bytes32(I.A.selector));"],
    ["in an event that nothing expects", "emit I.A(1); vm.expectEmit(address(this)); f(); emit I.A(2);"],
  ] as const) {
    it(`are not those ${what}`, () => expect(names(text)).not.to.include("A"));
  }
});

describe("the check of errors and events", () => {
  const sources = new Map([["contracts/I.sol", "interface I { error I_Bad(); event Paid(); }"]]);
  const problems = (tests: Record<string, string>) =>
    assertedFindings(sources, new Map(Object.entries(tests)))
      .filter(({ problem }) => problem !== undefined)
      .map(({ subject }) => subject);
  const bad = 'await expect(call).to.be.revertedWithCustomError(i, "I_Bad");';
  const paid = "vm.expectEmit(address(i)); emit I.Paid();";

  it("passes when tests of either kind assert each", () => {
    expect(problems({ "a.test.ts": bad, "b.t.sol": paid })).to.deep.equal([]);
  });

  it("names what no test asserts, or only a comment", () => {
    expect(problems({ "a.test.ts": bad })).to.deep.equal(["contracts/I.sol: event Paid"]);
    expect(problems({ "a.test.ts": `// ${bad}`, "b.t.sol": paid })).to.deep.equal([
      "contracts/I.sol: error I_Bad",
    ]);
    expect(problems({})).to.have.length(2);
  });

  it("refuses one name declared twice", () => {
    const twice = new Map([...sources, ["contracts/J.sol", "interface J { event Paid(); }"]]);
    const found = assertedFindings(twice, new Map([["b.t.sol", paid]])).at(-1);
    expect(found?.subject).to.equal("contracts/J.sol: event Paid");
    expect(found?.problem).to.include("contracts/I.sol");
  });

  it("looks at our own contracts, and at tests but not at their support", async () => {
    const root = mkdtempSync(join(tmpdir(), "strongroom-asserted-"));
    try {
      const files = {
        "contracts/I.sol": "interface I { error I_Bad(); event Paid(); }",
        "contracts/mocks/M.sol": "contract M { error M_Ill(); }",
        "test/contracts/a.test.ts": bad,
        "test/support/stage.ts": 'await expect(call).to.emit(i, "Paid");',
        "test/invariant/support/World.sol": paid,
      };
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), text);
      }
      const result = await checkAsserted(root);
      expect(result).to.include({ name: "asserted", passed: 1, failed: 1 });
      expect(result.details[0]).to.match(/^contracts\/I\.sol: event Paid: no test expects it/);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
