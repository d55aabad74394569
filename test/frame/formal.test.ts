import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { TerminalError } from "../../src/core/errors.ts";
import { checkFormal, formalOf } from "../../src/verify/checks/formal.ts";
import {
  counterexample,
  mutantVerdict,
  parseReport,
  type SpecReport,
  specProblem,
  specsIn,
} from "../../src/verify/formal/halmos.ts";
import { runGroup } from "../../src/verify/formal/run-group.ts";
import { nameOf, parseSpecMutant, unmatched } from "../../src/verify/formal/spec-mutants.ts";
import { runCommand } from "../../src/verify/run-command.ts";

const proved: SpecReport = {
  name: "check_a(uint256)",
  exitcode: 0,
  models: [],
  num_paths: [3, 1, 0],
  num_bounded_loops: 0,
};
const model = { p_x: { variable_name: "x", value: "255" }, p_a: { variable_name: "a", value: "1" } };
const refuted: SpecReport = { ...proved, exitcode: 1, models: [{ is_valid: true, model }] };

describe("what Halmos says of a spec", () => {
  it("is a proof only if nothing was left out", () => {
    expect(specProblem(proved)).to.equal(undefined);
    expect(specProblem(refuted)).to.equal("counterexample: a = 0x1, x = 0xff");
    expect(specProblem(undefined)).to.match(/did not report/);
    expect(specProblem({ ...proved, exitcode: 2 })).to.match(/solver gave up/);
    expect(specProblem({ ...proved, exitcode: 3 })).to.match(/can't execute/);
    expect(specProblem({ ...proved, exitcode: 4 })).to.match(/every path reverts/);
    expect(specProblem({ ...proved, exitcode: 5 })).to.match(/code 5/);
    expect(specProblem({ ...proved, num_paths: [3, 0, 0] })).to.match(/no path ends well/);
    expect(specProblem({ ...proved, num_paths: null })).to.match(/no path ends well/);
    expect(specProblem({ ...proved, num_paths: [3, 1, 1] })).to.match(/1 paths were not followed/);
    expect(specProblem({ ...proved, num_bounded_loops: 1 })).to.match(/loop was cut/);
    expect(specProblem({ ...proved, num_bounded_loops: null })).to.match(/loop was cut/);
  });

  it("kills a mutant only by values that the solver confirms", () => {
    expect(mutantVerdict(refuted)).to.equal("killed");
    expect(mutantVerdict(proved)).to.equal("survived");
    expect(mutantVerdict({ ...refuted, models: [{ is_valid: false, model }] })).to.equal("broken");
    expect(mutantVerdict({ ...refuted, models: [] })).to.equal("broken");
    for (const exitcode of [2, 3, 4, 5]) expect(mutantVerdict({ ...refuted, exitcode })).to.equal("broken");
    expect(mutantVerdict(undefined)).to.equal("broken");
  });

  it("keeps all 256 bits of a value", () => {
    const value = 2n ** 256n - 1n;
    const text = `{"exitcode": 1, "test_results": {"f:C": [{"name": "check_a(uint256)", "exitcode": 1, "num_models": 1,
      "models": [{"is_valid": true, "model": {"p_x": {"variable_name": "x", "value": ${value}}}}],
      "num_paths": [1, 0, 0], "time": [0.1], "num_bounded_loops": 0}]}}`;
    const report = parseReport(text).get("check_a");
    expect(report && counterexample(report)).to.equal(`x = 0x${"f".repeat(64)}`);
  });

  it("must have the form that is read here", () => {
    expect(() => parseReport('{"test_results": {"f:C": [{"name": "check_a()"}]}}')).to.throw(
      TerminalError,
      "another form",
    );
  });
});

describe("a run of Halmos", () => {
  it("ends with all that it started when its time is up", async () => {
    const script = "sleep 300 & echo $!; wait";
    const { code, output } = await runGroup("/bin/sh", ["-c", script], {
      cwd: tmpdir(),
      env: process.env,
      seconds: 1,
    });
    expect(code).to.equal(null);
    const solver = Number(output.trim());
    expect(solver).to.be.greaterThan(1);
    // Killed, though its parent isn't there any more to reap it.
    expect(await gone(solver)).to.equal(true);
  });
});

/** Whether a process ends within five seconds; a dead one that nobody has reaped counts as ended. */
async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 50; ++i) {
    const { stdout } = await runCommand("ps", ["-o", "stat=", "-p", String(pid)]);
    if (stdout.trim() === "" || stdout.startsWith("Z")) return true;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return false;
}

describe("specs and their mutants", () => {
  const mutant = (changes: object) =>
    JSON.stringify({
      id: "m",
      requirement: "INV-ABC-1",
      why: "because",
      file: "contracts/A.sol",
      search: "x",
      replace: "y",
      spec: "A.t.sol:check_a",
      ...changes,
    });

  it("are found in sources, not in comments", () => {
    const text =
      "contract A { function check_a(uint256) external {} // function check_b()\n function other() {} }";
    expect(specsIn("formal/specs/A.t.sol", text).map(nameOf)).to.deep.equal(["A.t.sol:check_a"]);
  });

  it("refuse a mutant of another form or name", () => {
    expect(parseSpecMutant("x/m.json", mutant({})).spec).to.equal("A.t.sol:check_a");
    for (const bad of [{ spec: "A.t.sol" }, { file: "test/A.sol" }, { search: "" }, { test: {} }]) {
      expect(() => parseSpecMutant("x/m.json", mutant(bad))).to.throw(TerminalError, "not a spec's mutant");
    }
    expect(() => parseSpecMutant("x/other.json", mutant({}))).to.throw(TerminalError, "not its file's name");
  });

  it("must belong together: a vanished spec leaves its mutant behind, a new one brings none", () => {
    const known = [{ file: "formal/specs/A.t.sol", name: "check_a" }];
    const mutants = [parseSpecMutant("m.json", mutant({}))];
    expect([...unmatched(known, mutants)]).to.deep.equal([]);
    expect(unmatched([], mutants).get("m")).to.match(/check_a is gone/);
    expect(unmatched(known, []).get("A.t.sol:check_a")).to.match(/no mutant/);
  });

  it("of this repository do", () => {
    const { specs, mutants } = formalOf(process.cwd());
    expect(specs.length).to.be.greaterThan(20);
    expect([...unmatched(specs, mutants)]).to.deep.equal([]);
  });

  it("of this repository all stand on its page, and nothing else does", () => {
    const { specs } = formalOf(process.cwd());
    const page = readFileSync("formal/README.md", "utf8");
    const told = [...page.matchAll(/^\| `(\w+\.t\.sol:check_\w+)` \|/gm)].map(([, name]) => name);
    expect(told).to.deep.equal(specs.map(nameOf));
  });
});

describe("the check of proofs", () => {
  let root: string;

  function write(file: string, text: string) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    return join(root, file);
  }

  /** A Halmos that writes this report, or the other one where the compiled code holds the mutant's constant. */
  function halmosThat(says: object, saysOfMutant: object = says) {
    const script = `#!${process.execPath}
const { readFileSync, writeFileSync } = require("node:fs");
const option = (name) => process.argv.find((word) => word.startsWith(name + "=")).slice(name.length + 1);
const code = readFileSync(option("--root") + "/out/A.t.sol/ASpec.json", "utf8");
const report = code.includes("beef") ? ${JSON.stringify(saysOfMutant)} : ${JSON.stringify(says)};
writeFileSync(option("--json-output"), JSON.stringify(report));
`;
    const file = write("halmos.cjs", script);
    chmodSync(file, 0o755);
    return file;
  }

  const report = (...tests: object[]) => ({ test_results: { "formal/specs/A.t.sol:ASpec": tests } });
  const pass = { ...proved, name: "check_a()" };
  const fail = { ...refuted, name: "check_a()", models: [{ is_valid: true, model: {} }] };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "strongroom-formal-"));
    const head = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n";
    write(
      "contracts/A.sol",
      `${head}library A { function x() internal pure returns (uint256) { return 0xcafe; } }`,
    );
    write(
      "formal/specs/A.t.sol",
      `${head}import {A} from "../../contracts/A.sol";\ncontract ASpec { function check_a() external pure { assert(A.x() != 48879); } function y() external pure returns (uint256) { return A.x(); } }`,
    );
    write(
      "formal/mutants-halmos/m.json",
      JSON.stringify({
        id: "m",
        requirement: "INV-ABC-1",
        why: "because",
        file: "contracts/A.sol",
        search: "0xcafe",
        replace: "0xbeef",
        spec: "A.t.sol:check_a",
      }),
    );
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("passes when the spec is proved, its mutant refuted and an equivalent one is not", async () => {
    const result = await checkFormal(root, { halmos: halmosThat(report(pass), report(fail)) });
    expect(result).to.include({ passed: 3, failed: 0, skipped: 0 });
  });

  it("fails when the mutant survives, with its id", async () => {
    const result = await checkFormal(root, { halmos: halmosThat(report(pass)) });
    expect(result).to.include({ passed: 2, failed: 1 });
    expect(result.details[0]).to.match(/mutant m \(INV-ABC-1\): survived, not killed/);
  });

  it("fails on a counterexample, and then an equivalent mutant proves nothing either", async () => {
    const result = await checkFormal(root, { halmos: halmosThat(report(fail)) });
    expect(result).to.include({ passed: 1, failed: 2 });
    expect(result.details[0]).to.match(/check_a: counterexample/);
  });

  it("fails when Halmos leaves a spec out", async () => {
    const result = await checkFormal(root, { halmos: halmosThat(report()) });
    expect(result).to.include({ passed: 0, failed: 3 });
    expect(result.details[0]).to.match(/check_a: Halmos did not report it/);
  });

  it("fails when there is no spec at all", async () => {
    rmSync(join(root, "formal/specs"), { recursive: true });
    expect(await checkFormal(root, { halmos: "/nonexistent" })).to.include({ passed: 0, failed: 1 });
  });

  it("fails when Halmos is missing, or does not compile what it should prove", async () => {
    const result = await checkFormal(root, { halmos: join(root, "nothing") });
    expect(result).to.include({ passed: 0, failed: 3 });
    expect(result.details[0]).to.match(/HALMOS_STOPPED/);
    write("contracts/A.sol", "not Solidity 0xcafe");
    const broken = await checkFormal(root, { halmos: halmosThat(report(pass), report(fail)) });
    expect(broken.passed).to.equal(0);
    expect(broken.details[0]).to.match(/SPEC_DOES_NOT_COMPILE/);
  });
});
