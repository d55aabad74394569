import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { AnsweringChild } from "../../src/verify/mutation/child.ts";
import { TestBed } from "../../src/verify/mutation/test-bed.ts";
import { configElsewhere } from "../support/hardhat-config.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const SOLIDITY = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n";
const SOURCE = `${SOLIDITY}library Sum {
    function plus(uint256 a, uint256 b) internal pure returns (uint256) {
        return a + b;
    }

    function twice(uint256 a) internal pure returns (uint256) {
        return 2 * a;
    }
}
`;
const domain = {
  name: "sum",
  sources: ["contracts/Sum.sol"],
  solidity: ["test/Sum.t.sol"],
  mocha: ["test/Adder.test.ts"],
  measuring: [],
};

describe("the bed that mutants are tested on", () => {
  const root = mkdtempSync(join(tmpdir(), "bed-"));
  let bed: TestBed;
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const judge = (from: string, to: string) => {
    expect(SOURCE).to.include(from);
    return bed.judge({ "contracts/Sum.sol": SOURCE.replace(from, to) }, domain, []);
  };

  before(async () => {
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
    write("hardhat.config.ts", configElsewhere());
    write("package.json", '{"type":"module"}');
    write(".gitignore", "node_modules\nartifacts\ncache\n");
    write("contracts/Sum.sol", SOURCE);
    write(
      "contracts/Adder.sol",
      `${SOLIDITY}import {Sum} from "./Sum.sol";
contract Adder {
    function twice(uint256 a) external pure returns (uint256) { return Sum.twice(a); }
}`,
    );
    write(
      "test/Sum.t.sol",
      `${SOLIDITY}import {Sum} from "../contracts/Sum.sol";
contract SumTest { function test_sum() external pure { require(Sum.plus(2, 3) == 5, "sum"); } }`,
    );
    write(
      "test/Adder.test.ts",
      `import { expect } from "chai";
import hre from "hardhat";
const { ethers } = await hre.network.create();
it("doubles", async () => {
  const adder = await ethers.deployContract("Adder");
  expect(await adder.getFunction("twice")(4n)).to.equal(8n);
});`,
    );
    expect(spawnSync("git", ["init", "-q"], { cwd: root }).status).to.equal(0);
    bed = await TestBed.of(root);
  });
  after(async () => {
    await bed?.[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  });

  it("lets an equivalent mutant live, before and after others", async () => {
    expect(await judge("return", "/* the same */ return")).to.deep.equal({ verdict: "survived" });
    await judge("a + b", "a - b");
    expect(await judge("a + b", "b + a")).to.deep.equal({ verdict: "survived" });
  });

  it("says which test noticed, Solidity's first", async () => {
    expect(await judge("a + b", "a * b")).to.deep.equal({
      verdict: "killed",
      by: "test/Sum.t.sol",
      test: "SumTest.test_sum()",
    });
    // Only the contract around the library shows this, and only Mocha looks at it.
    expect(await judge("2 * a", "3 * a")).to.deep.equal({
      verdict: "killed",
      by: "test/Adder.test.ts",
      test: "doubles",
    });
  });

  it("tells what doesn't compile from what fails", async () => {
    const outcome = await judge("a + b", "a + c");
    expect(outcome.verdict).to.equal("invalid");
    expect("why" in outcome && outcome.why).to.match(/Undeclared identifier/);
  });

  it("doesn't take its own trouble for a verdict", async () => {
    const none = { ...domain, solidity: [], mocha: ["test/Absent.test.ts"] };
    const outcome = await bed.judge({ "contracts/Sum.sol": `${SOURCE}\n` }, none, []);
    expect(outcome.verdict).to.equal("error");
    expect(await judge("a + b", "b + a")).to.deep.equal({ verdict: "survived" });
  });
});

describe("a process that is asked", () => {
  const root = mkdtempSync(join(tmpdir(), "asked-"));
  const file = join(root, "doubles.mjs");
  const open = () => new AnsweringChild<number, number>(file, [], { cwd: root });

  before(() => {
    // As the tests' process does when a mutant eats its memory: 13 is too much for it.
    writeFileSync(file, 'process.on("message", (asked) => process.send(asked === 13 ? null : 2 * asked));');
  });
  after(() => rmSync(root, { recursive: true }));

  it("answers one question after the other", async () => {
    const child = open();
    expect([await child.ask(1, 60_000), await child.ask(2, 60_000)]).to.deep.equal([2, 4]);
    child.end();
  });

  it("gives up what is too much for it, and answers no more", async () => {
    const child = open();
    expect(await child.ask(13, 60_000)).to.equal(undefined);
    const refused = await child.ask(1, 60_000).catch((error: unknown) => error);
    expect(refused).to.include({ code: "CHILD_ENDED" });
  });
});
