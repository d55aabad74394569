import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { TerminalError } from "../../src/core/errors.ts";
import { explanationsIn, judgeSlither, raised, toPaste } from "../../src/verify/checks/slither.ts";
import { findingsIn, runSlither, type SlitherFinding, sayingOf } from "../../src/verify/slither.ts";
import { withImports } from "../../src/verify/solidity-imports.ts";
import { terminalRefusal } from "../support/refusal.ts";

const element = (file: string, line: number) => ({
  type: "function",
  source_mapping: { filename_relative: file, lines: [line, line + 1] },
});

const output = (...detectors: readonly object[]) =>
  JSON.stringify({ success: true, error: null, results: { detectors } });

const raw = (line: number, expression = "block.timestamp < from") => ({
  check: "timestamp",
  impact: "Low",
  description: `Vault.release(Exit) (contracts/custody/Vault.sol#${line}-${line + 9}) uses timestamp for comparisons\n\tDangerous comparisons:\n\t- ${expression} (contracts/custody/Vault.sol#${line + 3})\n`,
  elements: [element("contracts/custody/Vault.sol", line)],
});

const finding: SlitherFinding = {
  detector: "timestamp",
  impact: "Low",
  says: "Vault.release(Exit) uses timestamp for comparisons; Dangerous comparisons: block.timestamp < from",
  at: "contracts/custody/Vault.sol#7",
};

const explanation = {
  detector: "timestamp",
  reason: "A proposer moves it by seconds only.",
  findings: [finding.says],
};

describe("what Slither says", () => {
  it("stays the same when the code moves, and changes with the code", () => {
    const [here] = findingsIn(output(raw(7)));
    const [moved] = findingsIn(output(raw(70)));
    const [changed] = findingsIn(output(raw(7, "block.timestamp <= from")));
    expect(here).to.deep.equal(finding);
    expect(moved).to.deep.equal({ ...finding, at: "contracts/custody/Vault.sol#70" });
    expect(changed?.says).to.not.equal(finding.says);
  });

  it("keeps the parentheses that are no places, and says nothing twice", () => {
    expect(
      sayingOf(
        "A.f(uint256) (node_modules/@x/A.sol#1) calls:\n\t- g() (contracts/A.sol#2-3)\n\t- g() (contracts/A.sol#9)\n\t- B.h() (function)\n",
      ),
    ).to.equal("A.f(uint256) calls: g(); B.h() (function)");
  });

  it("counts when it touches our code, also together with a library, or nothing in particular", () => {
    const library = { ...raw(1), elements: [element("node_modules/@x/A.sol", 1)] };
    const both = {
      ...raw(2),
      elements: [element("node_modules/@x/A.sol", 1), element("contracts/A.sol", 2)],
    };
    const nothing = { ...raw(3), elements: [] };
    const found = findingsIn(output(library, both, nothing));
    expect(found.map(({ at }) => at)).to.deep.equal(["contracts/A.sol#2", "#0"]);
  });

  it("is refused when it is not that of a finished analysis", () => {
    for (const json of [
      "",
      "Traceback (most recent call last)",
      "{}",
      JSON.stringify({ success: false, error: "solc crashed", results: {} }),
      JSON.stringify({ success: true, error: "one detector died", results: { detectors: [] } }),
      JSON.stringify({ success: true, error: null }),
      output({ check: "timestamp" }),
    ]) {
      expect(() => findingsIn(json), json)
        .to.throw(TerminalError)
        .with.property("code", "SLITHER_FAILED");
    }
    expect(findingsIn(JSON.stringify({ success: true, error: null, results: {} }))).to.deep.equal([]);
  });
});

describe("the explanations of Slither's findings", () => {
  const report = (...findings: readonly SlitherFinding[]) => ({ contracts: 3, detectors: 102, findings });

  it("pass when each finding has its own", () => {
    expect(judgeSlither(report(finding), [explanation])).to.include({ passed: 3, failed: 0 });
    expect(judgeSlither(report(), [])).to.include({ passed: 1, failed: 0 });
  });

  it("fail for a finding without one, and print what to paste", () => {
    const result = judgeSlither(report(finding), []);
    expect(result).to.include({ failed: 1 });
    expect(result.details[0]).to.equal(`contracts/custody/Vault.sol#7 timestamp (Low): ${finding.says}`);
    const pasted = result.details.at(-1)?.split("to paste:\n")[1];
    expect(explanationsIn(`[${pasted}]`)).to.deep.equal([{ ...explanation, reason: "" }]);
    const other = { ...finding, detector: "assembly" };
    expect(explanationsIn(`[${toPaste([finding, other])}]`)).to.have.length(2);
  });

  it("fail for a detector or wording that is not the explained one", () => {
    const other = { ...explanation, detector: "weak-prng" };
    expect(judgeSlither(report(finding), [other])).to.include({ failed: 2 });
    const changed = { ...finding, says: `${finding.says}; or else` };
    expect(judgeSlither(report(changed), [explanation])).to.include({ failed: 2 });
  });

  it("fail when they are stale: a finding gone, or fewer of it than explained", () => {
    const gone = judgeSlither(report(), [explanation]);
    expect(gone).to.include({ failed: 1 });
    expect(gone.details[0]).to.match(/no longer finds it: remove it/);
    expect(judgeSlither(report(finding), [explanation, explanation])).to.include({ failed: 1 });
    expect(judgeSlither(report(finding, finding), [explanation])).to.include({ failed: 1 });
    expect(judgeSlither(report(finding, finding), [explanation, explanation])).to.include({ failed: 0 });
  });

  it("fail when a reason is no sentence", () => {
    for (const reason of ["", " ", "false positive", "False positive.", "It is all fine here"]) {
      const result = judgeSlither(report(finding), [{ ...explanation, reason }]);
      expect(result, reason).to.include({ failed: 1 });
      expect(result.details[0]).to.include("its reason is not a sentence");
    }
  });

  it("are raised: stale ones go, new findings wait for a reason and fail until then", () => {
    const other = { ...finding, detector: "assembly", says: "A.f() uses assembly" };
    const old = { ...explanation, findings: [finding.says, "A.gone()"] };
    const gone = { ...explanation, findings: ["A.gone()"] };
    const after = raised(report(finding, other, other), [old, gone]);
    expect(after).to.deep.equal([
      { detector: "assembly", reason: "", findings: [other.says, other.says] },
      explanation,
    ]);
    expect(judgeSlither(report(finding, other, other), after)).to.include({ failed: 1 });
    expect(raised(report(finding), after)).to.deep.equal([explanation]);
  });

  it("fail when nothing was analysed", () => {
    expect(judgeSlither({ contracts: 0, detectors: 102, findings: [] }, [])).to.include({ failed: 1 });
    expect(judgeSlither({ contracts: 3, detectors: 0, findings: [] }, [])).to.include({ failed: 1 });
  });

  it("are refused in another form", () => {
    for (const text of [
      "",
      "{}",
      '[{"detector":"x","findings":["a"]}]',
      '[{"detector":"x","reason":"","findings":[]}]',
    ])
      expect(() => explanationsIn(text), text)
        .to.throw(TerminalError)
        .with.property("code", "BAD_EXPLANATIONS");
  });
});

describe("a run of Slither", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "strongroom-test-"));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    return join(root, file);
  };

  const source = (body: string) => `// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n${body}\n`;

  /** A program that does what the script says in Slither's place. */
  const slither = (script: string) => {
    const file = write("slither", `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return { program: file };
  };

  const codeOf = async (run: Promise<unknown>) => (await terminalRefusal(run)).code;

  it("gets our sources with their imports, without mocks, as one compiled project", async () => {
    write("contracts/A.sol", source('import { B } from "pkg/B.sol";\ncontract A is B {}'));
    write("contracts/mocks/M.sol", source("contract M {"));
    write("node_modules/pkg/B.sol", source('import "./C.sol";\ncontract B is C {}'));
    write("node_modules/pkg/C.sol", source("contract C {}"));
    const program = slither(`
      [ -f artifacts/build-info/sources.json ] && [ -f contracts/A.sol ] && [ -f node_modules/pkg/C.sol ] || exit 1
      grep -q '"solcVersion":"0.8.37"' artifacts/build-info/sources.json || exit 1
      grep -q '"mocks' artifacts/build-info/sources.json && exit 1
      printf '%s' '${output(raw(7))}' > out.json
      echo '. analyzed (3 contracts with 102 detectors), 1 result(s) found'`);
    const report = await runSlither(root, program);
    expect(report).to.deep.equal({ contracts: 3, detectors: 102, findings: [finding] });
  });

  it("fails when Slither dies, leaves a contract out, or writes no report", async () => {
    write("contracts/A.sol", source("contract A {}\ncontract B {}"));
    for (const script of [
      "echo Traceback; exit 1",
      `echo '${output()}' > out.json; exit 1`,
      `echo '${output()}' > out.json; echo '. analyzed (1 contracts with 102 detectors), 0 result(s) found'`,
      "echo '. analyzed (2 contracts with 102 detectors), 0 result(s) found'",
      "echo '{' > out.json; echo '. analyzed (2 contracts with 102 detectors), 0 result(s) found'",
    ]) {
      expect(await codeOf(runSlither(root, slither(script))), script).to.equal("SLITHER_FAILED");
    }
    expect(await codeOf(runSlither(root, { program: join(root, "absent") }))).to.equal("SLITHER_FAILED");
  });

  it("fails when the sources do not compile, or one is missing", async () => {
    write("contracts/A.sol", source("contract A is Missing {}"));
    expect(await codeOf(runSlither(root, slither("exit 0")))).to.equal("BUILD_FAILED");
    write("contracts/A.sol", source('import { B } from "./B.sol";'));
    expect(await codeOf(runSlither(root, slither("exit 0")))).to.equal("NO_SOURCE");
  });

  it("analyses nothing when there is no contract of ours, and that fails the check", async () => {
    write("contracts/mocks/M.sol", source("contract M {}"));
    const report = await runSlither(root, slither("exit 0"));
    expect(judgeSlither(report, [])).to.include({ passed: 0, failed: 1 });
  });

  it("follows every form of import, and none in a comment", () => {
    write(
      "contracts/a/A.sol",
      source(`// import "./no.sol";
        /* import "./no.sol"; */
        import {
            B,
            C as D
        } from "../B.sol";
        import * as E from './E.sol'; import "pkg/F.sol";`),
    );
    write("contracts/B.sol", source(""));
    write("contracts/a/E.sol", source('import {B}from"../B.sol";'));
    write("node_modules/pkg/F.sol", source(""));
    expect([...withImports(root, ["contracts/a/A.sol"]).keys()]).to.deep.equal([
      "contracts/B.sol",
      "contracts/a/A.sol",
      "contracts/a/E.sol",
      "pkg/F.sol",
    ]);
  });
});
