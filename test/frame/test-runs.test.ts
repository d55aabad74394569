import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { runTests } from "../../src/testing/run-tests.ts";
import { mochaGroups, needsNoContracts } from "../../src/testing/test-groups.ts";
import { judgeMutant, type Mutant, MutantRunner, mutate, parseMutant } from "../../src/verify/mutants.ts";
import { configElsewhere } from "../support/hardhat-config.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const SOLIDITY = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n";

/** A small Hardhat project in a temporary directory, with this repository's packages. */
class Project {
  readonly root = mkdtempSync(join(tmpdir(), "project-"));

  constructor(files: Record<string, string>) {
    symlinkSync(join(repository, "node_modules"), join(this.root, "node_modules"));
    this.write("hardhat.config.ts", configElsewhere());
    this.write("package.json", '{"type":"module"}');
    for (const [file, text] of Object.entries(files)) this.write(file, text);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

describe("a run of the tests", () => {
  let project: Project;
  afterEach(() => project.remove());

  it("counts what Mocha did, skipped tests and failing hooks included", async () => {
    project = new Project({
      "test/a.test.ts": `import { expect } from "chai";
describe("a", () => {
  it("holds", () => { expect(1).to.equal(1); });
  it("does not hold", () => { expect(1).to.equal(2); });
  it.skip("waits", () => {});
  describe("behind a hook", () => {
    before(() => { throw new Error("no"); });
    it("never runs", () => {});
    it("never runs either", () => {});
  });
});`,
    });
    const result = await runTests({ mocha: { files: [] } }, { root: project.root, quiet: true });
    // Failed: one test, one hook, and the two tests behind it.
    expect(result).to.include({ passed: 1, failed: 4, skipped: 1 });
    const [first, second] = result.failures;
    expect(first).to.include({ title: "a does not hold", assertion: true });
    expect(second).to.include({ message: "no", assertion: false });
  });

  it("counts what Solidity tests did, and reports campaigns", async () => {
    project = new Project({
      "test/A.t.sol": `${SOLIDITY}
contract Counter { uint256 public n; function add(uint256 x) external { require(x % 2 == 0); n++; } }
contract ATest {
  Counter private counter;
  function setUp() public { counter = new Counter(); }
  function targetContracts() public view returns (address[] memory t) { t = new address[](1); t[0] = address(counter); }
  function test_holds() public pure {}
  function test_doesNotHold() public pure { require(false, "boo"); }
  function invariant_small() public view { require(counter.n() < 1e9); }
}
contract BTest { function setUp() public pure { require(false, "unready"); } function test_x() public pure {} }`,
    });
    const result = await runTests(
      { solidity: { files: [] }, profile: "deep", campaign: { runs: 3, depth: 10, seed: "0x01" } },
      { root: project.root, quiet: true },
    );
    expect(result).to.include({ passed: 2, failed: 2, skipped: 0 });
    expect(result.failures.map(({ message, assertion }) => [message, assertion])).to.have.deep.members([
      ["boo", true],
      ["unready", false],
    ]);
    const campaign = result.campaigns["ATest.invariant_small"];
    expect(campaign).to.include({ runs: 3, calls: 30 });
    expect(campaign?.reverts).to.be.within(1, 29);
  });

  it("counts a crash, a forgotten .only and sources that do not compile as failures", async () => {
    project = new Project({ "test/a.test.ts": 'it("ends it all", () => { process.exit(0); });' });
    const crashed = await runTests({ mocha: { files: [] } }, { root: project.root, quiet: true });
    expect(crashed).to.include({ passed: 0, failed: 1 });
    project.write("test/a.test.ts", 'it.only("hides", () => {}); it("hidden", () => {});');
    const hidden = await runTests({ mocha: { files: [] } }, { root: project.root, quiet: true });
    expect(hidden).to.include({ passed: 0, failed: 1 });
    project.write("contracts/A.sol", `${SOLIDITY}contract A { nonsense }`);
    const broken = await runTests({ solidity: { files: [] } }, { root: project.root, quiet: true });
    expect(broken).to.include({ passed: 0, failed: 1 });
  });

  it("keeps contracts' traces from reading what only Solidity tests were built to", async () => {
    project = new Project({
      "contracts/A.sol": `${SOLIDITY}contract A {
  error A_Refused(uint256 by);
  function refuse() external pure { revert A_Refused(7); }
}`,
      "test/A.t.sol": `${SOLIDITY}import {A} from "../contracts/A.sol";
contract ATest { function test_make() external { new A(); } }`,
      "test/a.test.ts": `import { expect } from "chai";
import { globSync } from "node:fs";
import hre from "hardhat";
const { ethers } = await hre.network.create();
it("reads the contracts' build alone, and still names an error", async () => {
  expect(globSync("artifacts/build-info/*.output.json").length).to.equal(2);
  expect([...(await hre.artifacts.getAllBuildInfoIds())]).to.deep.equal([await hre.artifacts.getBuildInfoId("A")]);
  const a = await ethers.deployContract("A");
  const data = a.interface.encodeFunctionData("refuse");
  await expect(ethers.provider.send("eth_call", [{ to: await a.getAddress(), data }])).to.be.rejectedWith(/A_Refused\\(7\\)/);
});`,
    });
    const result = await runTests(
      { solidity: { files: [] }, mocha: { files: [] } },
      { root: project.root, quiet: true },
    );
    expect(result, result.output).to.include({ passed: 2, failed: 0, skipped: 0 });
  });

  it("reads no build at all for traces where everything was built before", async () => {
    project = new Project({
      "contracts/A.sol": `${SOLIDITY}contract A {}`,
      "test/a.test.ts": `import { expect } from "chai";
import hre from "hardhat";
it("has it, and reads none", async () => {
  expect(await hre.artifacts.getBuildInfoId("A")).not.to.equal(undefined);
  expect(await hre.artifacts.getAllBuildInfoIds()).to.deep.equal(new Set());
});`,
    });
    const at = { root: project.root, quiet: true };
    await runTests({ solidity: { files: [] } }, at);
    const result = await runTests({ mocha: { files: [] }, built: true }, at);
    expect(result, result.output).to.include({ passed: 1, failed: 0, skipped: 0 });
  });

  it("measures coverage, contracts without a test included", async () => {
    project = new Project({
      "contracts/A.sol": `${SOLIDITY}contract A {
  function one() external pure returns (uint256) {
    return 1;
  }

  function two() external pure returns (uint256) {
    return 2;
  }
}`,
      "contracts/Untested.sol": `${SOLIDITY}contract Untested {
  function one() external pure returns (uint256) {
    return 1;
  }
}`,
      "test/A.t.sol": `${SOLIDITY}import {A} from "../contracts/A.sol";
contract ATest { function test_one() public { require(new A().one() == 1); } }`,
    });
    const result = await runTests(
      { solidity: { files: ["test/A.t.sol"] }, coverage: true },
      { root: project.root, quiet: true },
    );
    expect(result.failed).to.equal(0);
    expect(result.coverage["contracts/A.sol"]).to.include({ statements: 2, statementsHit: 1 });
    expect(result.coverage["contracts/Untested.sol"]).to.include({ statements: 1, statementsHit: 0 });
  });
});

describe("groups of tests", () => {
  it("have every file once, long ones alone and first", () => {
    const groups = mochaGroups(repository);
    const files = [...groups.values()].flat();
    expect([...files].sort()).to.deep.equal(globSync("test/**/*.test.ts", { cwd: repository }).sort());
    // No test hides in a file of another name.
    const others = globSync("test/**/*.{ts,js,mts,mjs}", { cwd: repository }).filter(
      (file) => !files.includes(file),
    );
    const text = (file: string) => readFileSync(join(repository, file), "utf8");
    const shared = new Set(
      others.filter((file) => file.endsWith(".behavior.ts")).map((file) => basename(file)),
    );
    const imported = [...files, ...others].flatMap(
      (file) => text(file).match(/[\w.-]+\.behavior\.ts/g) ?? [],
    );
    // What several implementations must do alike runs where a test says for which one.
    expect([...shared].filter((name) => !imported.includes(name))).to.deep.equal([]);
    const hidden = others.filter(
      (file) => !shared.has(basename(file)) && /^\s*(describe|it)(\.\w+)?\(/m.test(text(file)),
    );
    expect(hidden).to.deep.equal([]);
    const [first = "", last = ""] = [[...groups.keys()][0], [...groups.keys()].at(-1)];
    expect(groups.get(first)).to.deep.equal([first]);
    expect(groups.get(last)?.every((file) => dirname(file) === last)).to.equal(true);
    // What runs beside the build reads nothing that a build writes.
    const early = [...groups].filter(([name]) => needsNoContracts(name));
    expect(early).not.to.be.empty;
    for (const file of early.flatMap(([, those]) => those)) {
      expect(readFileSync(join(repository, file), "utf8"), file).not.to.match(/from "hardhat"|artifacts\//);
    }
  });
});

describe("mutants", () => {
  const mutant: Mutant = {
    id: "double",
    requirement: "INV-CUS-1",
    why: "doubles",
    file: "contracts/A.sol",
    search: "x * 2",
    replace: "x * 3",
    test: { file: "test/A.t.sol" },
  };

  it("are parsed strictly, and named as their file", () => {
    expect(parseMutant("formal/mutants/double.json", JSON.stringify(mutant))).to.deep.equal(mutant);
    expect(() => parseMutant("formal/mutants/other.json", JSON.stringify(mutant))).to.throw(
      /not its file's name/,
    );
    expect(() => parseMutant("double.json", JSON.stringify({ ...mutant, extra: 1 }))).to.throw(
      /not a mutant/,
    );
    expect(() => parseMutant("double.json", JSON.stringify({ ...mutant, file: "../x.sol" }))).to.throw(
      /not a mutant/,
    );
  });

  it("replace exactly one place, literally", () => {
    expect(mutate({ ...mutant, replace: "$& $1" }, "return x * 2;")).to.equal("return $& $1;");
    expect(() => mutate(mutant, "x * 2 + x * 2")).to.throw(/occurs 2 times/);
    expect(() => mutate(mutant, "nothing")).to.throw(/occurs 0 times/);
    expect(() => mutate({ ...mutant, replace: mutant.search }, "x * 2")).to.throw(/changes nothing/);
  });

  it("are killed only by an expectation that was not met", () => {
    const failure = (assertion: boolean) => ({ title: "t", message: "m", assertion });
    expect(judgeMutant({ passed: 3, failed: 1, failures: [failure(true)] })).to.equal("killed");
    expect(judgeMutant({ passed: 3, failed: 1, failures: [failure(false)] })).to.equal("broken");
    expect(judgeMutant({ passed: 3, failed: 0, failures: [] })).to.equal("survived");
    expect(judgeMutant({ passed: 0, failed: 0, failures: [] })).to.equal("broken");
  });

  it("are killed, survive or break in a real project, whose sources come back", async () => {
    const source = `${SOLIDITY}contract A { function f(uint256 x) external pure returns (uint256) { return x * 2; } }`;
    const project = new Project({
      "contracts/A.sol": source,
      "test/A.t.sol": `${SOLIDITY}import {A} from "../contracts/A.sol";
contract ATest { function test_f() public { require(new A().f(2) == 4, "double"); } }`,
      "test/Bad.t.sol": `${SOLIDITY}contract BadTest { function test_bad() public pure { require(false); } }`,
    });
    try {
      const runner = new MutantRunner(project.root);
      const test = { file: "test/A.t.sol", grep: "test_f" };
      const verdict = async (replace: string) => (await runner.verdict({ ...mutant, replace, test })).verdict;
      expect(await runner.baselineProblem(test.file)).to.equal(undefined);
      expect(await runner.baselineProblem("test/Bad.t.sol")).to.include("do not pass unmutated");
      const missing = { ...mutant, replace: "x * 3", test: { ...test, grep: "test_none" } };
      expect((await runner.verdict(missing)).verdict).to.equal("broken");
      expect(await verdict("x * 3")).to.equal("killed");
      expect(await verdict("x + x")).to.equal("survived");
      expect(await verdict("x *")).to.equal("broken");
      expect(readFileSync(join(project.root, "contracts/A.sol"), "utf8")).to.equal(source);
    } finally {
      project.remove();
    }
  });
});
